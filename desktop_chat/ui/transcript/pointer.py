"""What the mouse does in the transcript: selecting, links, buttons, folding."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QElapsedTimer, QObject, QPoint, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication

from desktop_chat.ui.transcript.layouts.hits import Hit, Part
from desktop_chat.ui.transcript.selecting import MouseSelection
from desktop_chat.ui.transcript.selection import Position, line_in, word_in

if TYPE_CHECKING:
    from PySide6.QtGui import QMouseEvent

    from desktop_chat.ui.transcript.layouts.sideways import Sideways
    from desktop_chat.ui.transcript.stage import Stage

_AUTOSCROLL_MS = 30
_BUTTONS = (Part.FOLD, Part.ACTION, Part.CONTROL)


class Pointer(QObject):
    """Turns mouse events into selections and wishes.

    Signals:
        changed(): the selection is another, or something looks different.
        scroll_wanted(int): the pointer is dragged beyond the window, by so many pixels.
        link_clicked(str, str): address and label of a link.
        fold_clicked(int): row whose reasoning is to be folded or unfolded.
        action_clicked(int): row whose error button was clicked.
        control_clicked(int, object): row and Hit of a control of a block.
    """

    changed = Signal()
    scroll_wanted = Signal(int)
    link_clicked = Signal(str, str)
    fold_clicked = Signal(int)
    action_clicked = Signal(int)
    control_clicked = Signal(int, object)

    def __init__(self, stage: Stage, parent: QObject) -> None:
        super().__init__(parent)
        self.stage = stage
        self.hot_row = -1
        self._selecting = MouseSelection(stage)
        self._is_selecting = False
        self._bar: tuple[Sideways, int] | None = None
        self._pressed: tuple[int, Hit] | None = None
        self._at = QPoint()
        self._since_double = QElapsedTimer()
        self._autoscroll = QTimer(self)
        self._autoscroll.setInterval(_AUTOSCROLL_MS)
        self._autoscroll.timeout.connect(self._on_autoscroll_timeout)

    def press(self, event: QMouseEvent) -> None:
        """The left button went down."""
        point = event.position().toPoint()
        row, hit = self.stage.hit(point)
        self._pressed = (row, hit) if hit.part in (*_BUTTONS, Part.LINK) else None
        if hit.part is Part.BAR:
            self._start_bar(point)
            return
        if hit.part in _BUTTONS or row < 0:
            return
        self._is_selecting = True
        place = self.stage.place_at(point)
        if self._is_third_click():
            self._selecting.start_around(place, line_in)
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._selecting.extend(place)
        else:
            self._selecting.start(place)
        self.changed.emit()

    def double_click(self, event: QMouseEvent) -> None:
        """Select the word under the pointer; a third click selects the paragraph."""
        point = event.position().toPoint()
        row, hit = self.stage.hit(point)
        if row < 0 or hit.part not in (Part.TEXT, Part.LINK):
            self.press(event)
            return
        self._pressed = None
        self._is_selecting = True
        place = Position(row, hit.column, hit.block, hit.offset)
        self._selecting.start_around(place, word_in)
        self._since_double.start()
        self.changed.emit()

    def move(self, event: QMouseEvent) -> Part:
        """The pointer moved; return what is under it."""
        self._at = event.position().toPoint()
        if self._bar is not None:
            bar, left = self._bar
            bar.scroll_to_bar(self._at.x() - left)
            self.changed.emit()
            return Part.BAR
        if self._is_selecting:
            self._selecting.drag(self.stage.place_at(self._at))
            self._set_autoscroll(not 0 <= self._at.y() < self.stage.window)
            self.changed.emit()
            return Part.TEXT
        row, hit = self.stage.hit(self._at)
        self._set_hot(row if hit.part is Part.ACTION else -1)
        return hit.part

    def release(self, event: QMouseEvent) -> None:
        """The left button went up: a click if it is still where it went down."""
        self._is_selecting = False
        self._bar = None
        self._set_autoscroll(False)
        pressed, self._pressed = self._pressed, None
        point = event.position().toPoint()
        row, hit = self.stage.hit(point)
        if pressed is None or (row, hit.part) != (pressed[0], pressed[1].part):
            return
        match hit.part:
            case Part.LINK if self.stage.selection.is_empty and hit.href == pressed[1].href:
                self.link_clicked.emit(hit.href, hit.label)
            case Part.FOLD:
                self.fold_clicked.emit(row)
            case Part.ACTION:
                self.action_clicked.emit(row)
            case Part.CONTROL if hit.control == pressed[1].control:
                self.control_clicked.emit(row, hit)

    def let_go(self) -> None:
        """The rows are others now: what was pressed or dragged is not there any more."""
        self._is_selecting = False
        self._bar = self._pressed = None
        self.hot_row = -1
        self._set_autoscroll(False)

    def leave(self) -> None:
        """The pointer left the window."""
        self._set_hot(-1)

    def _start_bar(self, point: QPoint) -> None:
        found = self.stage.message_under(point)
        under = found[1].layout_at(found[2]) if found else None
        if under is not None and under[0].sideways is not None:
            self._bar = (under[0].sideways, point.x() - under[1].x())

    def _is_third_click(self) -> bool:
        limit = QGuiApplication.styleHints().mouseDoubleClickInterval()
        is_third = self._since_double.isValid() and self._since_double.elapsed() < limit
        self._since_double.invalidate()
        return is_third

    def _set_hot(self, row: int) -> None:
        if row != self.hot_row:
            self.hot_row = row
            self.changed.emit()

    def _set_autoscroll(self, is_on: bool) -> None:
        if is_on and not self._autoscroll.isActive():
            self._autoscroll.start()
        elif not is_on:
            self._autoscroll.stop()

    @Slot()
    def _on_autoscroll_timeout(self) -> None:
        beyond = self._at.y() if self._at.y() < 0 else self._at.y() - self.stage.window
        self.scroll_wanted.emit(max(-120, min(120, beyond)))
        self._selecting.drag(self.stage.place_at(self._at))
        self.changed.emit()
