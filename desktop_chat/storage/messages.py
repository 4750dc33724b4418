"""Messages in the database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict

from desktop_chat.domain.errors import StorageError
from desktop_chat.domain.message import Message, MessageId, MessageStatus, Sender
from desktop_chat.storage.sqlite.message_tree import (
    find_leaf,
    find_versions,
    leaf_below,
    load,
    load_path,
)
from desktop_chat.storage.sqlite.rows import (
    clean_optional,
    clean_text,
    fields_to_text,
    params_to_text,
)
from desktop_chat.storage.sqlite.statements import ACTIVATE, insert_into
from desktop_chat.storage.sqlite.tables import MessageRow
from desktop_chat.storage.times import Clock, to_text, utc_now

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Unpack

    from desktop_chat.domain.params import GenerationParams
    from desktop_chat.storage.database import Database

_PARENT = "SELECT depth FROM message WHERE id = ? AND chat_id = ?"
_ROLES = {Sender.USER: "user", Sender.LLM: "assistant", Sender.SYSTEM: "system"}


class MessageDetails(TypedDict, total=False):
    """What can be stored of a message beside its text."""

    reasoning: str
    status: MessageStatus
    error: str | None
    error_code: str | None
    error_fields: Mapping[str, Any]
    model: str | None
    finish_reason: str | None
    prompt_tokens: int | None
    completion_tokens: int | None
    time_to_first_token_ms: int | None
    duration_ms: int | None
    reasoning_ms: int | None
    params: GenerationParams | None


class MessageRepository:
    """Stores messages, each after the one it answers; nothing stored is overwritten by others.

    Methods that take a chat's id raise `ChatNotFoundError` if there is none.
    """

    def __init__(self, db: Database, clock: Clock = utc_now) -> None:
        self._db = db
        self._clock = clock

    def get_chat_context_for_llm(self, chat_id: int, limit: int = 20) -> list[dict[str, str]]:
        """Return the last `limit` messages of the active path as an engine wants them.

        Rows that say nothing to an engine do not count: replies without text and tools' rows.
        """
        if limit <= 0:
            find_leaf(self._db, chat_id)
            return []
        wanted = limit
        while True:
            path = self._end_of_path(chat_id, wanted)
            context = [
                {"role": _ROLES[message.sender], "content": message.content}
                for message in path
                if _says_something(message)
            ]
            if len(context) >= limit or len(path) < wanted:
                return context[-limit:]
            wanted *= 2

    def create_message(
        self, chat_id: int, sender: Sender | str, content: str, **details: Unpack[MessageDetails]
    ) -> Message:
        """Store a message after the active one; it becomes the active one."""
        with self._db.atomic():
            parent_id = find_leaf(self._db, chat_id)
            values = {**details, "content": content}
            message_id = self._insert(chat_id, parent_id, Sender(sender), values)
            self._activate(chat_id, message_id)
            return self.get(message_id)

    def start_turn(
        self, chat_id: int, text: str, *, model: str | None = None
    ) -> tuple[Message, Message]:
        """Store what the user said and an empty reply that streams, both or none."""
        with self._db.atomic():
            parent_id = find_leaf(self._db, chat_id)
            question_id = self._insert(chat_id, parent_id, Sender.USER, {"content": text})
            reply_id = self._insert_reply(chat_id, question_id, model)
            self._activate(chat_id, reply_id)
            return self.get(question_id), self.get(reply_id)

    def start_edit(
        self, message_id: int, text: str, *, model: str | None = None
    ) -> tuple[Message, Message]:
        """Store another version of what the user said, and an empty reply that streams.

        The old version stays, with all that follows it.
        """
        with self._db.atomic():
            old = self.get(message_id)
            question_id = self._insert(old.chat_id, old.parent_id, old.sender, {"content": text})
            reply_id = self._insert_reply(old.chat_id, question_id, model)
            self._activate(old.chat_id, reply_id)
            return self.get(question_id), self.get(reply_id)

    def start_reply(
        self, chat_id: int, parent_id: int | None, *, model: str | None = None
    ) -> Message:
        """Store another empty reply to `parent_id`, beside those it has; it becomes active."""
        with self._db.atomic():
            reply_id = self._insert_reply(chat_id, parent_id, model)
            self._activate(chat_id, reply_id)
            return self.get(reply_id)

    def start_continuation(self, reply_id: int, *, model: str | None = None) -> Message:
        """Store a streaming sibling that begins with a reply's text; it becomes active."""
        with self._db.atomic():
            old = self.get(reply_id)
            values = {
                "content": old.content,
                "reasoning": old.reasoning,
                "reasoning_ms": old.reasoning_ms,
                "params": old.params,
            }
            new_id = self._insert_reply(old.chat_id, old.parent_id, model, values)
            self._activate(old.chat_id, new_id)
            return self.get(new_id)

    def save_progress(self, message_id: int, content: str, reasoning: str = "") -> None:
        """Store how far a streaming reply came; one that has ended stays as it is."""
        update = MessageRow.update(content=clean_text(content), reasoning=clean_text(reasoning))
        is_streaming = MessageRow.status == MessageStatus.STREAMING.value
        with self._db.atomic():
            self._db.run(update.where(MessageRow.id == message_id, is_streaming))

    def finish(self, message: Message) -> None:
        """Store the final state of a reply."""
        values = _columns_of(
            {
                "reasoning": message.reasoning,
                "status": message.status,
                "error": message.error,
                "error_code": message.error_code,
                "error_fields": message.error_fields,
                "model": message.model,
                "finish_reason": message.finish_reason,
                "prompt_tokens": message.prompt_tokens,
                "completion_tokens": message.completion_tokens,
                "time_to_first_token_ms": message.time_to_first_token_ms,
                "duration_ms": message.duration_ms,
                "reasoning_ms": message.reasoning_ms,
                "params": message.params,
            }
        )
        values["content"] = clean_text(message.content)
        with self._db.atomic():
            self._db.run(MessageRow.update(values).where(MessageRow.id == message.id))

    def get(self, message_id: int) -> Message:
        """Return one message.

        Raises:
            StorageError: There is none.
        """
        found = load(self._db, [message_id])
        if not found:
            raise StorageError(path=str(self._db.path), detail=f"message {message_id} is missing")
        return found[0]

    def leaf(self, chat_id: int) -> MessageId | None:
        """Return the last message of the path that is shown; None in an empty chat."""
        found = find_leaf(self._db, chat_id)
        return None if found is None else MessageId(found)

    def active_path(self, chat_id: int) -> list[Message]:
        """Return the whole path that is shown, oldest message first."""
        leaf = find_leaf(self._db, chat_id)
        return [] if leaf is None else load_path(self._db, chat_id, leaf)

    def versions(self, message_id: int) -> list[MessageId]:
        """Return a message and those that stand in its place on other paths, oldest first."""
        return [MessageId(found) for found in find_versions(self._db, message_id)]

    def show_version(self, message_id: int) -> Message:
        """Let the path lead through a message, on to the newest one below it."""
        with self._db.atomic():
            message = self.get(message_id)
            self._activate(message.chat_id, leaf_below(self._db, message.chat_id, message_id))
            return message

    def interrupt_streaming(self) -> int:
        """Mark replies that an ended process left streaming; return how many.

        Only the process that holds the data directory's lock may call it.
        """
        streaming = MessageRow.status == MessageStatus.STREAMING.value
        update = MessageRow.update(status=MessageStatus.INTERRUPTED.value).where(streaming)
        with self._db.atomic():
            return self._db.run(update)

    def _end_of_path(self, chat_id: int, count: int) -> list[Message]:
        leaf = find_leaf(self._db, chat_id)
        return [] if leaf is None else load_path(self._db, chat_id, leaf, count)

    def _insert_reply(
        self,
        chat_id: int,
        parent_id: int | None,
        model: str | None,
        begun: Mapping[str, Any] | None = None,
    ) -> int:
        values = {"content": "", **(begun or {}), "status": MessageStatus.STREAMING, "model": model}
        return self._insert(chat_id, parent_id, Sender.LLM, values)

    def _insert(
        self, chat_id: int, parent_id: int | None, sender: Sender, values: Mapping[str, Any]
    ) -> int:
        columns = {
            "status": MessageStatus.COMPLETE.value,
            "reasoning": "",
            **_columns_of(values),
            "chat_id": chat_id,
            "parent_id": parent_id,
            "depth": self._depth_below(parent_id, chat_id),
            "sender": sender.value,
            "created_at": to_text(self._clock()),
        }
        rows = self._db.sql(insert_into("message", tuple(columns)), tuple(columns.values()))
        return int(rows[0][0])

    def _depth_below(self, parent_id: int | None, chat_id: int) -> int:
        if parent_id is None:
            return 0
        rows = self._db.sql(_PARENT, (parent_id, chat_id))
        if not rows:
            detail = f"message {parent_id} is not in chat {chat_id}"
            raise StorageError(path=str(self._db.path), detail=detail)
        return (rows[0][0] or 0) + 1

    def _activate(self, chat_id: int, message_id: int) -> None:
        now = to_text(self._clock())
        self._db.sql(ACTIVATE, (message_id, now, chat_id))


def _columns_of(details: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns for what is known of a message, with texts that can be stored."""
    columns = dict(details)
    if "error_fields" in columns:
        columns["error_fields"] = fields_to_text(columns["error_fields"])
    if "params" in columns:
        columns["params"] = params_to_text(columns["params"])
    if "status" in columns:
        columns["status"] = MessageStatus(columns["status"]).value
    return {
        name: clean_optional(value) if isinstance(value, str) else value
        for name, value in columns.items()
    }


def _says_something(message: Message) -> bool:
    if message.sender is Sender.LLM:
        return bool(message.content.strip())
    return message.sender in _ROLES
