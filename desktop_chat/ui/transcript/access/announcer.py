"""Connects a transcript to screen readers; costs nothing while there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import ref

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QAccessible

from desktop_chat.ui.transcript.pane import TranscriptPane

if TYPE_CHECKING:
    from PySide6.QtGui import QAccessibleInterface

    from desktop_chat.ui.transcript.layouts.hits import Hit

_installed: list[object] = []
_announcers: dict[int, Announcer] = {}
# Panes that a screen reader has asked for.
_asked: set[int] = set()


def _make_interface(class_name: str, thing: QObject) -> QAccessibleInterface | None:
    if not isinstance(thing, TranscriptPane):
        return None
    from desktop_chat.ui.transcript.access.accessible import make_list

    announcer = _announcers.get(id(thing))
    if announcer is None:
        return None
    _asked.add(id(thing))
    return make_list(thing, announcer.pressed.emit)


class Announcer(QObject):
    """Tells screen readers of new, finished and failed messages; not of every word.

    It outlives its pane, to let go of what screen readers were given.

    Signals:
        pressed(int, object): row and what a screen reader pressed of it: a `Thing`, None for the
            message itself. To be connected queued: Qt still holds what was pressed.
    """

    pressed = Signal(int, object)

    def __init__(self, pane: TranscriptPane) -> None:
        super().__init__()
        self._pane = ref(pane)
        self._pane_id = id(pane)
        self._writing = -1
        _announcers[self._pane_id] = self
        if not _installed:
            # Once per process: Qt keeps factories for good.
            _installed.append(_make_interface)
            QAccessible.installFactory(_make_interface)
        pane.message_began.connect(self._on_pane_message_began)
        pane.message_changed.connect(self._on_pane_message_changed)
        pane.rows_dropped.connect(self._on_pane_rows_dropped)
        pane.destroyed.connect(self._on_pane_destroyed)

    def focus_row(self, row: int) -> None:
        """The keyboard's mark moved to a message."""
        self._tell(row, QAccessible.Event.Focus)

    def focus_hit(self, row: int, hit: Hit) -> None:
        """The keyboard stopped at a part of a message."""
        pane = self._pane()
        if pane is not None and QAccessible.isActive():
            from desktop_chat.ui.transcript.access import accessible

            accessible.tell_hit(pane, row, hit)

    def _tell(self, row: int, event: QAccessible.Event) -> None:
        pane = self._pane()
        if pane is not None and QAccessible.isActive():
            from desktop_chat.ui.transcript.access import accessible

            accessible.tell(pane, row, event)

    @Slot(int)
    def _on_pane_message_began(self, row: int) -> None:
        self._tell(row, QAccessible.Event.ObjectCreated)
        self._tell_start(row)

    def _tell_start(self, row: int) -> None:
        """Tell that a reply is being written, once."""
        pane = self._pane()
        model = pane.model() if pane is not None and QAccessible.isActive() else None
        if pane is not None and model is not None and model.is_streaming(row):
            self._writing = row
            from desktop_chat.ui.transcript.access import accessible

            accessible.tell_start(pane)

    @Slot(int)
    def _on_pane_message_changed(self, row: int) -> None:
        pane = self._pane()
        model = pane.model() if pane is not None and QAccessible.isActive() else None
        if pane is None or model is None:
            return
        if not model.is_streaming(row):
            from desktop_chat.ui.transcript.access import accessible

            self._writing = -1
            accessible.tell_end(pane, row, model.message_at(row))
        elif self._writing != row:
            # A reply that is continued was there before.
            self._tell_start(row)

    @Slot(int)
    def _on_pane_rows_dropped(self, first: int) -> None:
        if self._writing >= first:
            self._writing = -1
        if self._pane_id in _asked:
            from desktop_chat.ui.transcript.access import accessible

            accessible.forget_items(self._pane_id, first)

    @Slot()
    def _on_pane_destroyed(self) -> None:
        if self._pane_id in _asked:
            from desktop_chat.ui.transcript.access import accessible

            accessible.forget_list(self._pane_id)
            _asked.discard(self._pane_id)
        _announcers.pop(self._pane_id, None)
