"""Chats put together from what a foreign file says: order, times, and what tells them apart."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from desktop_chat.domain.imported import FoundChat, Source
from desktop_chat.domain.message import Sender
from desktop_chat.domain.titles import title_from
from desktop_chat.domain.transfer import AttachmentRecord, ChatRecord, MessageRecord
from desktop_chat.services.importing.failures import TooLargeError
from desktop_chat.services.importing.limits import MESSAGES_OF_CHAT

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Sequence

ROLES = {
    "user": Sender.USER,
    "human": Sender.USER,
    "assistant": Sender.LLM,
    "system": Sender.SYSTEM,
    "developer": Sender.SYSTEM,
    "tool": Sender.TOOL,
}
_KEPT_KEY = 80


@dataclass(slots=True)
class Node:
    """A message as a file places it.

    Attributes:
        key: What the file calls it.
        parent: The key of the message before it; None, or a key that is not there, for a first.
        sender: None for one that is left out; what follows it then follows its parent.
        details: Further fields of `MessageRecord`.
    """

    key: Hashable
    parent: Hashable | None
    sender: Sender | None
    content: str = ""
    created_at: datetime | None = None
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Found:
    """A foreign chat before it is put together.

    Attributes:
        key: What the other program calls it; "" where it has no name.
        active: Key of the last message of the path that is shown there.
        modified_at: When the file was written, seconds; for chats that know no time.
        details: Further fields of `ChatRecord`.
    """

    source: Source
    key: str
    title: str
    nodes: list[Node]
    active: Hashable | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    modified_at: float = 0
    folder: tuple[str, ...] = ()
    details: dict[str, Any] = field(default_factory=dict)


def assemble(found: Found) -> FoundChat | None:
    """Return the chat; None if no message of it is left.

    Raises:
        TooLargeError: It has more messages than an import takes.
    """
    nodes, places = arrange(found.nodes)
    if not nodes:
        return None
    times = [node.created_at for node, _ in nodes if node.created_at]
    start = found.created_at or min(times, default=None) or _file_time(found)
    messages = _records(nodes, start)
    record = ChatRecord(
        id=0,
        title=found.title or _title_of(messages),
        created_at=start,
        updated_at=found.updated_at or max(times, default=start),
        active_message_id=places.get(found.active) or len(messages),
        is_renamed=bool(found.title),
        origin=_origin(found, messages),
        messages=messages,
        **found.details,
    )
    return FoundChat(found.source, record, found.folder)


def arrange(
    nodes: Iterable[Node],
) -> tuple[list[tuple[Node, int | None]], dict[Hashable | None, int]]:
    """Put messages so that each stands after the one it follows.

    The order of the file is kept where that allows it. Circles are cut.

    Returns:
        The messages that are kept, each with the number of the one it follows, counted from 1;
        and for each key the number of its message, or of the nearest one before it that is kept.
    """
    waiting: dict[Hashable, list[Node]] = {}
    by_key: dict[Hashable, Node] = {}
    for node in nodes:
        if node.key in by_key:
            # Of two with the same name the first one is the parent of others.
            node.key = object()
        by_key[node.key] = node
        if len(by_key) > MESSAGES_OF_CHAT:
            raise TooLargeError(f"a chat has more than {MESSAGES_OF_CHAT} messages")
    order = _Order()
    for node in by_key.values():
        if node.parent in by_key and node.parent not in order.places and node.parent != node.key:
            waiting.setdefault(node.parent, []).append(node)
        else:
            order.add(node, waiting)
    for node in by_key.values():
        # Only those of circles are left: the first one becomes a beginning.
        if node.key not in order.places:
            order.add(node, waiting)
    return order.kept, {key: place for key, place in order.places.items() if place}


def attachment(name: str, text: str, media_type: str = "", size: int | None = None) -> Any:
    """Return a file that came with a message, of which only the text is there."""
    length = len(text.encode(errors="replace")) if size is None else max(size, 0)
    return AttachmentRecord(name=name, media_type=media_type, size=length, text=text)


class _Order:
    def __init__(self) -> None:
        self.kept: list[tuple[Node, int | None]] = []
        self.places: dict[Hashable | None, int] = {}

    def add(self, node: Node, waiting: dict[Hashable, list[Node]]) -> None:
        """Add a message and those that waited for it."""
        found = [node]
        while found:
            node = found.pop()
            if node.key in self.places:
                continue
            parent = self.places.get(node.parent, 0)
            if node.sender is not None:
                self.kept.append((node, parent or None))
                parent = len(self.kept)
            self.places[node.key] = parent
            found += reversed(waiting.pop(node.key, ()))


def _records(
    nodes: Sequence[tuple[Node, int | None]], start: datetime
) -> tuple[MessageRecord, ...]:
    records: list[MessageRecord] = []
    for node, parent in nodes:
        before = records[parent - 1].created_at if parent else start
        records.append(
            MessageRecord(
                id=len(records) + 1,
                sender=(node.sender or Sender.SYSTEM).value,
                content=node.content,
                created_at=node.created_at or before,
                parent_id=parent,
                **node.details,
            )
        )
    return tuple(records)


def _title_of(messages: Sequence[MessageRecord]) -> str:
    asked = (message.content for message in messages if message.sender == Sender.USER)
    return next((title for title in map(title_from, asked) if title), "")


def _origin(found: Found, messages: Sequence[MessageRecord]) -> str:
    """Return what tells this chat, as it is now, from all others."""
    digest = hashlib.sha256()
    for message in messages:
        parts = (message.sender, str(message.parent_id), message.content, message.reasoning)
        for part in parts:
            data = part.encode(errors="surrogatepass")
            digest.update(len(data).to_bytes(8, "big") + data)
    return f"{found.source.value}:{found.key[:_KEPT_KEY]}#{digest.hexdigest()[:24]}"


def _file_time(found: Found) -> datetime:
    try:
        moment = datetime.fromtimestamp(found.modified_at, UTC)
    except (ValueError, OverflowError, OSError):
        moment = datetime.fromtimestamp(0, UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
