"""The messages of the chat that is shown: pages of the stored path plus what happens live."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from enum import IntEnum
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
    Slot,
)

from desktop_chat.domain.message import MessageStatus
from desktop_chat.ui.item_models.readable_message import readable_message
from desktop_chat.ui.item_models.stream_buffer import StreamBuffer

if not TYPE_CHECKING:
    from desktop_chat.overriding import override

if TYPE_CHECKING:
    from collections.abc import Sequence

    from typing_extensions import override

    from desktop_chat.domain.chat import ChatId
    from desktop_chat.domain.message import Message, MessageId

PAGE = 16
MAX_PAGES = 96


class TranscriptRole(IntEnum):
    """What the model tells of a row beside its text (DisplayRole)."""

    MESSAGE = Qt.ItemDataRole.UserRole + 1  # the whole domain Message
    MESSAGE_ID = Qt.ItemDataRole.UserRole + 2
    SENDER = Qt.ItemDataRole.UserRole + 3
    STATUS = Qt.ItemDataRole.UserRole + 4


class MessageSource(Protocol):
    """Where stored messages are read: the active path of a chat, by position."""

    def length(self, chat_id: ChatId) -> int:
        """Return the number of messages on the active path."""
        ...

    def tail(self, chat_id: ChatId, count: int) -> list[Message]:
        """Return the last `count` messages, oldest first."""
        ...

    def page(self, chat_id: ChatId, start: int, count: int) -> list[Message]:
        """Return `count` messages from position `start`."""
        ...

    def place_of(self, chat_id: ChatId, message_id: MessageId) -> int | None:
        """Return the position of a message on the active path; None if it is not on it."""
        ...


class TranscriptModel(QAbstractListModel):
    """One row per message of the active path; pages are read when a row is asked for.

    Deltas are gathered and shown once a frame: what waits in `deltas` is not part of a row yet.

    Signals:
        delta_appended(int, str, str): row, text and reasoning that a growing reply got.
    """

    delta_appended = Signal(int, str, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._source: MessageSource | None = None
        self._chat_id: ChatId | None = None
        self._count = 0
        self._pages: OrderedDict[int, list[Message]] = OrderedDict()
        self._rows: dict[MessageId, int] = {}
        # What changed since the chat was set; wins over the pages and is never evicted.
        self._live: dict[int, Message] = {}
        self._growing: dict[int, tuple[list[str], list[str]]] = {}
        self._growing_row = -1
        self.deltas = StreamBuffer(self)
        self.deltas.flushed.connect(self._on_deltas_flushed)

    @property
    def chat_id(self) -> ChatId | None:
        """The chat that is shown, or None."""
        return self._chat_id

    def set_chat(self, chat_id: ChatId | None, source: MessageSource | None) -> None:
        """Show the active path of another chat (or of none); only its last page is read."""
        self.deltas.clear()
        self.beginResetModel()
        self._chat_id, self._source = chat_id, source
        self._pages.clear()
        self._rows.clear()
        self._live.clear()
        self._growing.clear()
        self._count = 0
        if chat_id is not None and source is not None:
            self._count = source.length(chat_id)
            self._read_tail(source.tail(chat_id, min(self._count, PAGE)))
        self.endResetModel()

    def append(self, message: Message) -> None:
        """Add a message at the end of the path.

        It may be there already, read after it was stored and before its event came here.
        """
        if message.id in self._rows:
            self.replace(message)
            return
        row = self._count
        self.beginInsertRows(QModelIndex(), row, row)
        self._live[row] = message
        self._rows[message.id] = row
        self._count += 1
        self.endInsertRows()

    def append_delta(self, message_id: MessageId, text: str = "", reasoning: str = "") -> None:
        """Add to a growing reply, with the next frame; one of another chat is left alone."""
        row = self._rows.get(message_id)
        if row is None:
            return
        if row != self._growing_row:
            self.deltas.flush()
            self._growing_row = row
        self.deltas.push(text, reasoning)

    @Slot(str, str)
    def _on_deltas_flushed(self, text: str, reasoning: str) -> None:
        row = self._growing_row
        texts, reasonings = self._growing.setdefault(row, ([], []))
        if text:
            texts.append(text)
        if reasoning:
            reasonings.append(reasoning)
        self.delta_appended.emit(row, text, reasoning)
        index = self.index(row)
        self.dataChanged.emit(index, index, [Qt.ItemDataRole.DisplayRole])

    def replace(self, message: Message) -> None:
        """Put a newer state of a message in its place; one that is not here is left alone.

        `dataChanged` names DisplayRole only if the text is another than what has grown here.
        """
        row = self._rows.get(message.id)
        if row is None:
            return
        self.deltas.flush()
        before = self.message_at(row)
        self._growing.pop(row, None)
        self._live[row] = message
        roles = [int(TranscriptRole.MESSAGE), int(TranscriptRole.STATUS)]
        after = readable_message(message)
        if (before.content, before.reasoning) != (after.content, after.reasoning):
            roles.append(int(Qt.ItemDataRole.DisplayRole))
        index = self.index(row)
        self.dataChanged.emit(index, index, roles)

    def truncate(self, count: int) -> None:
        """Drop the rows from `count` on, as a retry does before it appends the new reply."""
        if count >= self._count:
            return
        self.deltas.flush()
        self.beginRemoveRows(QModelIndex(), count, self._count - 1)
        for row in [row for row in self._live if row >= count]:
            del self._live[row]
            self._growing.pop(row, None)
        self._rows = {key: row for key, row in self._rows.items() if row < count}
        for start in list(self._pages):
            self._pages[start] = self._pages[start][: max(0, count - start)]
        self._count = count
        self.endRemoveRows()

    def message_at(self, row: int) -> Message:
        """Return the message of a row, reading its page if need be."""
        message = self._live.get(row) or self._stored(row)
        growth = self._growing.pop(row, None)
        if growth is None:
            return readable_message(message)
        message = replace(
            message,
            content=message.content + "".join(growth[0]),
            reasoning=message.reasoning + "".join(growth[1]),
        )
        self._live[row] = message
        return message

    def row_of(self, message_id: MessageId) -> int | None:
        """Return the row of a message that has been read or appended, else None."""
        return self._rows.get(message_id)

    def find_row(self, message_id: MessageId) -> int | None:
        """Return the row of a message, also of one that was never read; None if it has none."""
        row = self._rows.get(message_id)
        if row is None and self._source is not None and self._chat_id is not None:
            row = self._source.place_of(self._chat_id, message_id)
        return row if row is not None and row < self._count else None

    def is_streaming(self, row: int) -> bool:
        """Whether the message of this row still grows, without joining its text."""
        message = self._live.get(row) or self._stored(row)
        return message.status is MessageStatus.STREAMING

    def _stored(self, row: int) -> Message:
        start = row - row % PAGE
        page = self._pages.get(start)
        if page is None or row - start >= len(page):
            page = self._read_page(start)
        else:
            self._pages.move_to_end(start)
        return page[row - start]

    def _read_page(self, start: int) -> list[Message]:
        if self._source is None or self._chat_id is None:
            raise IndexError(start)
        page = self._source.page(self._chat_id, start, PAGE)
        self._keep_page(start, page)
        return page

    def _read_tail(self, messages: Sequence[Message]) -> None:
        """Keep the tail as live rows: it seldom begins at the start of a page."""
        first = self._count - len(messages)
        for row, message in enumerate(messages, first):
            self._live[row] = message
            self._rows[message.id] = row

    def _keep_page(self, start: int, page: list[Message]) -> None:
        self._pages[start] = page
        for row, message in enumerate(page, start):
            self._rows[message.id] = row
        while len(self._pages) > MAX_PAGES:
            dropped, messages = self._pages.popitem(last=False)
            for row, message in enumerate(messages, dropped):
                if row not in self._live:
                    self._rows.pop(message.id, None)

    # Qt overrides

    @override
    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:
        return 0 if parent.isValid() else self._count

    @override
    def data(
        self,
        index: QModelIndex | QPersistentModelIndex,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> object:
        if not index.isValid() or index.row() >= self._count:
            return None
        message = self.message_at(index.row())
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return message.content
            case TranscriptRole.MESSAGE:
                return message
            case TranscriptRole.MESSAGE_ID:
                return message.id
            case TranscriptRole.SENDER:
                return message.sender
            case TranscriptRole.STATUS:
                return message.status
        return None
