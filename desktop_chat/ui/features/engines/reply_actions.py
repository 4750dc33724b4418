"""What the buttons under replies do, beside trying again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from desktop_chat.domain.account import ACCOUNT_PREFIX
from desktop_chat.domain.errors import ChatError
from desktop_chat.ui.messages import CONTINUE, SERVER, SERVERS, USE_AS_ANSWER

if TYPE_CHECKING:
    from desktop_chat.domain.chat import ChatId
    from desktop_chat.domain.message import MessageId
    from desktop_chat.ui.features.context import FeatureContext


class ReplyActionsFeature(QObject):
    """Runs the command that a button names, for the chat shown."""

    def __init__(self, context: FeatureContext) -> None:
        super().__init__()
        self._context = context
        context.commands.register(SERVER, self._run_server, self._describe_server)
        transcript = context.window.transcript
        transcript.error_action_requested.connect(self._on_transcript_error_action_requested)

    @Slot(object, str)
    def _on_transcript_error_action_requested(self, message_id: MessageId, action: str) -> None:
        chat = self._context.chat
        if action == CONTINUE:
            chat.continue_reply(message_id)
        elif action == USE_AS_ANSWER:
            service = self._context.services.chat
            self._context.report(service.use_reasoning(message_id))
        else:
            # What is no command is somebody else's.
            self._context.commands.run(action, () if chat.chat_id is None else (chat.chat_id,))

    def _describe_server(self, _chats: tuple[ChatId, ...]) -> str | None:
        return self.tr("Server settings")

    def _run_server(self, _chats: tuple[ChatId, ...]) -> None:
        """Show where the address and the key of the chat's server are entered."""
        if self._has_account():
            self._context.commands.run(SERVERS)
        else:
            self._context.window.settings_requested.emit()

    def _has_account(self) -> bool:
        chat_id, chats = self._context.chat.chat_id, self._context.reading.chats
        try:
            ref = chats.get(chat_id).model_ref if chat_id is not None else None
        except ChatError:
            return False
        return ref is not None and ref.account_id.startswith(ACCOUNT_PREFIX)
