"""The transcript for screen readers: a list with one item per message, made when asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject, QPoint, QRect
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QAccessibleEvent,
    QAccessibleInterface,
    QAccessibleStateChangeEvent,
)
from PySide6.QtWidgets import QAccessibleWidget

from desktop_chat.domain.message import MessageStatus, Sender
from desktop_chat.ui.transcript.blocks import plain_text
from desktop_chat.ui.transcript.notes import ending_words, error_words

if not TYPE_CHECKING:
    from desktop_chat.overriding import override

if TYPE_CHECKING:
    from PySide6.QtGui import QWindow
    from typing_extensions import override

    from desktop_chat.domain.message import Message
    from desktop_chat.ui.transcript.pane import TranscriptPane

# Qt keeps bare pointers to interfaces: each must live here until Qt is told to forget it.
lists: dict[int, ConversationInterface] = {}


def make_list(pane: TranscriptPane) -> ConversationInterface:
    """Return the interface of a transcript, which Qt asks for once."""
    made = ConversationInterface(pane)
    lists[id(pane)] = made
    return made


def item_of(pane: TranscriptPane, row: int) -> MessageInterface | None:
    """Return the item of a row."""
    # Asking makes the list's interface, if nobody did before.
    QAccessible.queryAccessibleInterface(pane)
    known = lists.get(id(pane))
    return known.items.item(row) if known is not None else None


def send_event(event: QAccessibleEvent) -> None:
    """Tell whoever listens."""
    QAccessible.updateAccessibility(event)


def tell(pane: TranscriptPane, row: int, event: QAccessible.Event) -> None:
    """Tell that something happened to a message."""
    item = item_of(pane, row)
    if item is not None:
        send_event(QAccessibleEvent(item, event))


def tell_end(pane: TranscriptPane, row: int, message: Message) -> None:
    """Tell that a reply is complete, or how else it ended."""
    item = item_of(pane, row)
    if item is None:
        return
    busy = QAccessible.State()
    busy.busy = True
    send_event(QAccessibleStateChangeEvent(item, busy))
    send_event(QAccessibleEvent(item, QAccessible.Event.NameChanged))
    words = error_words(message) or ending_words(message)
    if not words and message.status is MessageStatus.COMPLETE:
        words = QCoreApplication.translate("Transcript", "Reply complete")
    send_event(QAccessibleAnnouncementEvent(pane, words))


def forget_items(pane_id: int, first: int = 0) -> None:
    """Take back the items of rows from `first` on; their rows are gone or mean others now."""
    known = lists.get(pane_id)
    if known is not None:
        known.items.forget(first)


def forget_list(pane_id: int) -> None:
    """The pane is gone, and with it the list; let go of its items."""
    forget_items(pane_id)
    lists.pop(pane_id, None)


class ConversationInterface(QAccessibleWidget):
    """The list."""

    def __init__(self, pane: TranscriptPane) -> None:
        super().__init__(pane, QAccessible.Role.List)
        self._pane = pane
        self.items = _Items(pane)

    # Qt overrides

    @override
    def childCount(self) -> int:
        return len(self._pane.stage.layout)

    @override
    def child(self, index: int) -> QAccessibleInterface:
        return self.items.item(index)  # type: ignore[return-value]

    @override
    def indexOfChild(self, child: QAccessibleInterface) -> int:
        return child.row if isinstance(child, MessageInterface) else -1

    @override
    def childAt(self, x: int, y: int) -> QAccessibleInterface:
        viewport = self._pane.viewport()
        point = viewport.mapFromGlobal(QPoint(x, y))
        if not viewport.rect().contains(point):
            return None  # type: ignore[return-value]
        return self.child(self._pane.stage.locate(point)[0])

    @override
    def focusChild(self) -> QAccessibleInterface:
        return self.child(self._pane.marks().current_row)


class _Items:
    """The items that were handed out, by row."""

    def __init__(self, pane: TranscriptPane) -> None:
        self._pane = pane
        self._items: dict[int, tuple[int, MessageInterface]] = {}

    def item(self, row: int) -> MessageInterface | None:
        """Return the item of a row, made now if need be."""
        if not 0 <= row < len(self._pane.stage.layout):
            return None
        known = self._items.get(row)
        if known is None:
            item = MessageInterface(self._pane, row)
            known = (QAccessible.registerAccessibleInterface(item), item)
            self._items[row] = known
        return known[1]

    def forget(self, first: int) -> None:
        """Take back the items of rows from `first` on."""
        for row in [row for row in self._items if row >= first]:
            item_id, item = self._items.pop(row)
            item.row = -1
            QAccessible.deleteAccessibleInterface(item_id)


class MessageInterface(QAccessibleInterface):
    """One message."""

    def __init__(self, pane: TranscriptPane, row: int) -> None:
        super().__init__()
        self._pane = pane
        self.row = row
        self._named: Message | None = None
        self._name = ""

    def _message(self) -> Message | None:
        model = self._pane.model()
        if model is None or not 0 <= self.row < model.rowCount():
            return None
        return model.message_at(self.row)

    def _read_name(self, message: Message) -> str:
        if message is not self._named:
            self._named = message
            layout = self._pane.stage.layout
            text = plain_text(layout.blocks_of(self.row))
            error = error_words(message)
            who = QCoreApplication.translate(
                "Transcript", "You" if message.sender is Sender.USER else "Assistant"
            )
            self._name = f"{who}: " + "\n\n".join(part for part in (text, error) if part)
        return self._name

    # Qt overrides

    @override
    def isValid(self) -> bool:
        return self.row >= 0

    @override
    def object(self) -> QObject:
        return None  # type: ignore[return-value]

    @override
    def parent(self) -> QAccessibleInterface:
        return QAccessible.queryAccessibleInterface(self._pane)

    @override
    def child(self, index: int) -> QAccessibleInterface:
        return None  # type: ignore[return-value]

    @override
    def childAt(self, x: int, y: int) -> QAccessibleInterface:
        return None  # type: ignore[return-value]

    @override
    def childCount(self) -> int:
        return 0

    @override
    def indexOfChild(self, child: QAccessibleInterface) -> int:
        return -1

    @override
    def role(self) -> QAccessible.Role:
        return QAccessible.Role.ListItem

    @override
    def text(self, t: QAccessible.Text) -> str:
        message = self._message()
        if message is None:
            return ""
        if t == QAccessible.Text.Name:
            return self._read_name(message)
        if t == QAccessible.Text.Description:
            return ending_words(message)
        return ""

    @override
    def setText(self, t: QAccessible.Text, text: str) -> None:
        """Messages are not edited here."""

    @override
    def rect(self) -> QRect:
        if self._message() is None:
            return QRect()
        rect = self._pane.stage.row_rect(self.row)
        return QRect(self._pane.viewport().mapToGlobal(rect.topLeft()), rect.size())

    @override
    def state(self) -> QAccessible.State:
        state = QAccessible.State()
        model = self._pane.model()
        if model is None or not 0 <= self.row < model.rowCount():
            state.invalid = True
            return state
        state.focusable = True
        state.readOnly = True
        state.busy = model.is_streaming(self.row)
        state.focused = self._pane.marks().current_row == self.row
        is_seen = self.row in self._pane.stage.visible_rows() and self._pane.isVisible()
        state.offscreen = not is_seen
        state.invisible = not is_seen
        return state

    @override
    def window(self) -> QWindow:
        return self._pane.window().windowHandle()
