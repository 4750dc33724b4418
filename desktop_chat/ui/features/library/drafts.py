"""What is typed is kept: back in the same chat after a restart, however the program ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

if TYPE_CHECKING:
    from desktop_chat.domain.chat import ChatId
    from desktop_chat.ui.features.context import FeatureContext


class DraftsFeature(QObject):
    """Tells the service of each change in the composer, and brings back the first draft."""

    def __init__(self, context: FeatureContext) -> None:
        super().__init__()
        self._context = context
        self._composer = context.window.composer
        self._drafts = context.services.drafts
        if context.services.db.is_read_only:
            return
        self._bring_back()
        self._drafts.watch(self.current)
        self._composer.prompt.textChanged.connect(self._on_prompt_text_changed)

    def current(self) -> tuple[ChatId | None, str]:
        """Return the chat shown and what stands in its composer."""
        return self._context.chat.chat_id, self._composer.text()

    def _bring_back(self) -> None:
        """Show the draft of the new chat, with what was typed since the first paint behind it."""
        stored = self._context.reading.drafts
        draft = stored.get(None)
        typed = self._composer.text()
        if draft:
            self._composer.set_text(f"{draft}\n{typed}" if typed else draft)

    @Slot()
    def _on_prompt_text_changed(self) -> None:
        self._drafts.note()
