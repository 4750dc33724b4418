"""Changes to chats that say what they did, with the way back beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from desktop_chat.domain.errors import ChatNotFoundError

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from desktop_chat.domain.chat import Chat, ChatId
    from desktop_chat.ui.features.context import FeatureContext

LONGEST_TITLE = 60


class Telling:
    """Runs changes and words them for the status line."""

    def __init__(self, context: FeatureContext) -> None:
        self._context = context
        self._chats = context.reading.chats

    def first(self, chats: tuple[ChatId, ...]) -> Chat | None:
        """Return the first of some chats, which stands for them all; None if it is gone."""
        try:
            return self._chats.get(chats[0]) if chats else None
        except ChatNotFoundError:
            return None

    def name_of(self, chats: tuple[ChatId, ...]) -> str:
        """Return what a sentence calls some chats: the title of one, the number of several."""
        if len(chats) != 1:
            return _tr("%1 chats").replace("%1", str(len(chats)))
        chat = self.first(chats)
        title = " ".join(chat.title.split())[:LONGEST_TITLE] if chat is not None else ""
        return _tr("“%1”").replace("%1", title or _tr("Untitled"))

    def change(self, work: Awaitable[object], sentence: str) -> None:
        """Carry out a change that can be undone, then say that it was done."""
        self._context.report(self._change(work, sentence))

    async def _change(self, work: Awaitable[object], sentence: str) -> None:
        await work
        self._context.say(sentence, "idle", "edit.undo", _tr("Undo"))

    def change_chats(
        self, work: Awaitable[object], chats: tuple[ChatId, ...], one: str, several: str
    ) -> None:
        """Carry out a change of chats; `%1` in the sentences stands for them."""
        sentence = one if len(chats) == 1 else several
        self.change(work, sentence.replace("%1", self.name_of(chats)))


def _tr(text: str) -> str:
    return QCoreApplication.translate("Telling", text)
