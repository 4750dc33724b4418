"""The transcript for screen readers: a list with one item per message, made when asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QPoint
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QAccessibleEvent,
    QAccessibleInterface,
    QAccessibleStateChangeEvent,
)
from PySide6.QtWidgets import QAccessibleWidget

from desktop_chat.domain.message import MessageStatus
from desktop_chat.ui.transcript.access.accessible_message import MessageInterface
from desktop_chat.ui.transcript.notes import ending_words, error_words

if not TYPE_CHECKING:
    from desktop_chat.overriding import override

if TYPE_CHECKING:
    from typing_extensions import override

    from desktop_chat.domain.message import Message
    from desktop_chat.ui.transcript.access.accessible_things import Press
    from desktop_chat.ui.transcript.layouts.hits import Hit
    from desktop_chat.ui.transcript.pane import TranscriptPane

# Qt keeps bare pointers to interfaces: each must live here until Qt is told to forget it.
lists: dict[int, ConversationInterface] = {}


def make_list(pane: TranscriptPane, press: Press) -> ConversationInterface:
    """Return the interface of a transcript, which Qt asks for once.

    Args:
        pane: The transcript.
        press: Takes row and thing (None for the message itself) when a screen reader uses one;
            it must not do so before Qt is through with the request.
    """
    made = ConversationInterface(pane, press)
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


def tell_hit(pane: TranscriptPane, row: int, hit: Hit) -> None:
    """Tell that the keyboard stopped at a part of a message."""
    item = item_of(pane, row)
    thing = item.things.at(hit) if item is not None else None
    if thing is not None:
        send_event(QAccessibleEvent(thing, QAccessible.Event.Focus))


def tell_start(pane: TranscriptPane) -> None:
    """Tell that a reply is being written."""
    words = QCoreApplication.translate("Transcript", "Assistant is writing")
    send_event(QAccessibleAnnouncementEvent(pane, words))


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
    event = QAccessibleAnnouncementEvent(pane, words)
    if message.status is MessageStatus.FAILED:
        event.setPoliteness(QAccessible.AnnouncementPoliteness.Assertive)
    send_event(event)


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

    def __init__(self, pane: TranscriptPane, press: Press) -> None:
        super().__init__(pane, QAccessible.Role.List)
        self._pane = pane
        self.items = _Items(pane, press)

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

    def __init__(self, pane: TranscriptPane, press: Press) -> None:
        self._pane = pane
        self._press = press
        self._items: dict[int, tuple[int, MessageInterface]] = {}

    def item(self, row: int) -> MessageInterface | None:
        """Return the item of a row, made now if need be."""
        if not 0 <= row < len(self._pane.stage.layout):
            return None
        known = self._items.get(row)
        if known is None:
            item = MessageInterface(self._pane, row, self._press)
            known = (QAccessible.registerAccessibleInterface(item), item)
            self._items[row] = known
        return known[1]

    def forget(self, first: int) -> None:
        """Take back the items of rows from `first` on."""
        for row in [row for row in self._items if row >= first]:
            item_id, item = self._items.pop(row)
            item.things.forget()
            item.row = -1
            QAccessible.deleteAccessibleInterface(item_id)
