"""What the user can do while something cannot be saved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from desktop_chat.domain.errors import DatabaseReplacedError
from desktop_chat.ui.controllers.status import SAVE_NOW
from desktop_chat.ui.messages import SAVE_AGAIN

if TYPE_CHECKING:
    from desktop_chat.domain.chat import ChatId
    from desktop_chat.ui.features.context import FeatureContext


class SavingFeature(QObject):
    """Tries again, and saves everything anew where the file was taken away."""

    def __init__(self, context: FeatureContext) -> None:
        super().__init__()
        self._context = context
        self._services = context.services
        context.commands.register(SAVE_NOW, self._run_save_now, self._describe_save_now)
        context.commands.register(SAVE_AGAIN, self._run_save_again, self._describe_save_again)

    def _describe_save_now(self, _chats: tuple[ChatId, ...]) -> str | None:
        return self.tr("Try again") if self._services.saving_error else None

    def _run_save_now(self, _chats: tuple[ChatId, ...]) -> None:
        self._context.report(self._services.save_now())

    def _describe_save_again(self, _chats: tuple[ChatId, ...]) -> str | None:
        return self.tr("Save everything again")

    def _run_save_again(self, _chats: tuple[ChatId, ...]) -> None:
        self._context.report(self._save_again())

    async def _save_again(self) -> None:
        try:
            await self._services.writer.run(self._services.db.check_file_is_there)
        except DatabaseReplacedError:
            self._context.say(self.tr("Everything is being saved again…"), "busy")
            await self._services.save_again()
            self._context.restart()
