"""Chats that can be read and not written: a banner says so, and nothing can be sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

if TYPE_CHECKING:
    from desktop_chat.ui.features.context import FeatureContext


class ReadOnlyFeature(QObject):
    """Shows the banner where the data directory or its database cannot be written."""

    def __init__(self, context: FeatureContext) -> None:
        super().__init__()
        self._context = context
        if not context.services.db.is_read_only:
            return
        from desktop_chat.ui.widgets.banner import Banner

        text = self.tr(
            "Read-only: {0} cannot be written. You can read, search and export your chats; "
            "new messages cannot be saved, so none are sent."
        )
        window = context.window
        banner = Banner(text.format(context.services.db.path), context.shell.theme)
        window.panes.place_banner(banner)
        window.composer.setEnabled(False)
        self._banner = banner
        context.controllers.settings.appearance_changed.connect(self._on_appearance_changed)

    @Slot()
    def _on_appearance_changed(self) -> None:
        self._banner.set_theme(self._context.shell.theme)
