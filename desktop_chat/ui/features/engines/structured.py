"""Replies that follow a JSON schema: whether they do, said when one ends and in its details."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from desktop_chat.domain.changes import ReplyEnded
from desktop_chat.domain.message import MessageStatus

if TYPE_CHECKING:
    from desktop_chat.domain.message import Message
    from desktop_chat.services.replies.structured import Check
    from desktop_chat.ui.features.context import FeatureContext
    from desktop_chat.ui.transcript.toolbar.message_details import MessageDetails

PARAMS = "chat.params"


class StructuredFeature(QObject):
    """Checks replies beside the event loop."""

    def __init__(self, context: FeatureContext) -> None:
        super().__init__()
        self._context = context
        context.services.broadcast.subscribe(ReplyEnded, self._on_reply_ended)
        context.window.transcript.commands.details_shown.connect(self._on_details_shown)

    def _on_reply_ended(self, event: ReplyEnded) -> None:
        reply = event.reply
        is_shown = reply.chat_id == self._context.chat.chat_id
        if is_shown and reply.status is MessageStatus.COMPLETE and _schema_of(reply):
            self._context.report(self._tell(reply))

    async def _tell(self, reply: Message) -> None:
        from desktop_chat.services.replies.structured import Verdict

        found = await _check(reply)
        if found.verdict in (Verdict.NO_JSON, Verdict.INVALID):
            label = self.tr("Parameters…")
            self._context.say(self._words(found), "warning", PARAMS, label)

    @Slot(object, object)
    def _on_details_shown(self, details: MessageDetails, message: Message) -> None:
        if _schema_of(message) and message.status is MessageStatus.COMPLETE:
            self._context.report(self._fill(details, message))

    async def _fill(self, details: MessageDetails, message: Message) -> None:
        found = await _check(message)
        details.set_check(self._words(found))

    def _words(self, found: Check) -> str:
        from desktop_chat.services.replies.structured import Verdict

        words = {
            Verdict.VALID: self.tr("The reply follows its JSON schema."),
            Verdict.NO_JSON: self.tr("The reply is no JSON: {0}"),
            Verdict.INVALID: self.tr("The reply does not follow its JSON schema: {0}"),
            Verdict.UNCHECKED: self.tr("Whether it follows its JSON schema is not known: {0}"),
        }
        return words[found.verdict].replace("{0}", found.reason)


def _schema_of(message: Message) -> str:
    return (message.params.json_schema or "") if message.params is not None else ""


async def _check(message: Message) -> Check:
    from desktop_chat.services.replies.structured import check_reply

    # What is shown of it stands in a block of code.
    text = message.content.removeprefix("```json\n").removesuffix("\n```")
    return await check_reply(text, _schema_of(message))
