"""What the keyboard does in the transcript: scrolling, selecting, pressing what can be pressed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, QRectF, Qt, Signal
from PySide6.QtGui import QKeySequence

from desktop_chat.ui.transcript.layouts.hits import BODY, Hit, Part
from desktop_chat.ui.transcript.selection import Position
from desktop_chat.ui.transcript.stops import Stop, current_stop, next_stop, stop_rects
from desktop_chat.ui.transcript.text_cursor import Move, TextCursor

if TYPE_CHECKING:
    from PySide6.QtCore import QRect
    from PySide6.QtGui import QKeyEvent

    from desktop_chat.ui.transcript.presses import Presses
    from desktop_chat.ui.transcript.stage import Stage

_Key = QKeySequence.StandardKey
_MOVES = (
    (_Key.SelectPreviousChar, Move.LEFT),
    (_Key.SelectNextChar, Move.RIGHT),
    (_Key.SelectPreviousWord, Move.WORD_LEFT),
    (_Key.SelectNextWord, Move.WORD_RIGHT),
    (_Key.SelectPreviousLine, Move.UP),
    (_Key.SelectNextLine, Move.DOWN),
    (_Key.SelectPreviousPage, Move.PAGE_UP),
    (_Key.SelectNextPage, Move.PAGE_DOWN),
    (_Key.SelectStartOfLine, Move.LINE_START),
    (_Key.SelectEndOfLine, Move.LINE_END),
    (_Key.SelectStartOfDocument, Move.TEXT_START),
    (_Key.SelectEndOfDocument, Move.TEXT_END),
)
_STEP_LINES = 2
_ROWS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
_TO_ROWS = Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ControlModifier
_PRESSES = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


class Reader(Protocol):
    """The view, as far as keys use it."""

    current_row: int
    stage: Stage

    def set_current_row(self, row: int) -> None:
        """Move the keyboard's mark to a message."""

    def scroll_to(self, top: int) -> None:
        """Move the window's top to this height of the text."""

    def scroll_by(self, pixels: int) -> None:
        """Move the window down, or up for a negative number."""

    def scroll_to_end(self) -> None:
        """Show the end of the conversation, and follow it."""

    def copy(self) -> None:
        """Copy the selected text, or else the current message."""

    def select_all(self) -> None:
        """Select the text of all messages."""

    @property
    def presses(self) -> Presses:
        """What presses the parts of a message."""

    def stop_finding(self) -> bool:
        """Close the search in this chat; return whether it was open."""


class Keyboard(QObject):
    """Turns keys into scrolling and selections, and leads Tab through a message.

    Attributes:
        stop: What Tab stopped at in the current message.

    Signals:
        changed(): what the keyboard marks looks different.
        stopped(int, object): row and `Hit` of what Tab stopped at.
    """

    changed = Signal()
    stopped = Signal(int, object)

    def __init__(self, reader: Reader, parent: QObject) -> None:
        super().__init__(parent)
        self._reader = reader
        self._cursor = TextCursor(reader.stage)
        self._stop: tuple[int, Stop] | None = None
        self._has_caret = False

    def press(self, event: QKeyEvent) -> bool:
        """Do what a key means; return whether it means something here."""
        if event.matches(_Key.Copy):
            self._reader.copy()
        elif event.matches(_Key.SelectAll):
            self._reader.select_all()
        elif (move := _move_of(event)) is not None:
            self._extend(move)
        elif event.key() in _ROWS and event.modifiers() & _TO_ROWS:
            self._go_to_row(_ROWS[Qt.Key(event.key())])
        elif event.modifiers() & Qt.KeyboardModifier.AltModifier:
            return False
        elif event.key() == Qt.Key.Key_Escape:
            return self._escape()
        elif event.key() in _PRESSES:
            return self._press_stop()
        else:
            return self._scroll(event.key())
        return True

    def tab(self, *, is_forward: bool) -> bool:
        """Go on to the next thing to press in the current message; False after the last one."""
        row = self._reader.current_row
        if not 0 <= row < len(self._reader.stage.layout):
            return False
        message, before = self._reader.stage.message(row), self.stop
        if before is None and not is_forward:
            return False
        stop = next_stop(message, before, 1 if is_forward else -1)
        self._stop = (row, stop) if stop is not None else None
        self.changed.emit()
        if stop is None:
            # Back from the first one to the message itself.
            return not is_forward
        self._show(*self.rects)
        self.stopped.emit(row, stop.hit)
        return True

    def rest(self) -> None:
        """The pointer took over: neither caret nor ring are shown."""
        self._stop = None
        self._has_caret = False

    @property
    def stop(self) -> Stop | None:
        """What Tab stopped at, None if it is gone or another message is the current one."""
        row = self._reader.current_row
        if self._stop is None or self._stop[0] != row:
            return None
        now = current_stop(self._reader.stage.message(row), self._stop[1])
        self._stop = (row, now) if now is not None else None
        return now

    @property
    def rects(self) -> tuple[QRectF, ...]:
        """What the ring of the keyboard focus surrounds, in the viewport."""
        stop = self.stop
        if stop is None:
            return ()
        row = self._reader.current_row
        rects = stop_rects(self._reader.stage.message(row), stop)
        at = self._reader.stage.row_rect(row).topLeft().toPointF()
        return tuple(rect.translated(at) for rect in rects)

    @property
    def caret(self) -> QRect | None:
        """Where the moving end of the selection stands in the viewport, while keys move it."""
        stage = self._reader.stage
        moving = stage.selection.moving
        if not self._has_caret or moving is None or moving.row >= len(stage.layout):
            return None
        return self._cursor.rect(moving)

    # Selecting

    def _extend(self, move: Move) -> None:
        stage = self._reader.stage
        if not len(stage.layout):
            return
        if stage.selection.is_empty and self._reader.current_row >= 0:
            stage.selection.start(Position(self._reader.current_row, BODY, 0, 0))
        moving = stage.selection.moving
        if moving is None:
            rows = stage.visible_rows()
            moving = Position(rows[0] if rows else 0, BODY, 0, 0)
            stage.selection.start(moving)
        stage.selection.extend(self._cursor.move(moving, move))
        self._has_caret = True
        self._follow()
        self.changed.emit()

    def _follow(self) -> None:
        """Scroll so that the moving end is seen; heights on the way are estimates."""
        for _ in range(3):
            caret = self.caret
            if caret is None or not self._show(QRectF(caret)):
                break

    def _show(self, *rects: QRectF) -> bool:
        """Scroll until the rectangles are in the window; return whether that moved it."""
        stage, line = self._reader.stage, self._reader.stage.line
        if not rects:
            return False
        top, bottom = rects[0].top() - line / 2, rects[-1].bottom() + line / 2
        before = stage.position.top
        if top < 0:
            self._reader.scroll_by(int(top))
        elif bottom > stage.window:
            self._reader.scroll_by(min(int(top), int(bottom - stage.window) + 1))
        return stage.position.top != before

    # The rest

    def _go_to_row(self, step: int) -> None:
        reader = self._reader
        if reader.current_row >= 0:
            reader.set_current_row(max(0, reader.current_row + step))
            return
        rows = reader.stage.visible_rows()
        reader.set_current_row(rows[-1] if rows else -1)

    def _scroll(self, key: int) -> bool:
        line = self._reader.stage.line
        page = self._reader.stage.window - 2 * line
        steps = {
            Qt.Key.Key_Up: -_STEP_LINES * line,
            Qt.Key.Key_Down: _STEP_LINES * line,
            Qt.Key.Key_PageUp: -page,
            Qt.Key.Key_PageDown: page,
        }
        if key in steps:
            self._reader.scroll_by(steps[Qt.Key(key)])
        elif key == Qt.Key.Key_Home:
            self._reader.scroll_to(0)
        elif key == Qt.Key.Key_End:
            self._reader.scroll_to_end()
        else:
            return False
        return True

    def _press_stop(self) -> bool:
        stop = self.stop
        if stop is None:
            return self._press_current()
        self._reader.presses.press_hit(self._reader.current_row, stop.hit)
        self.changed.emit()
        return True

    def _press_current(self) -> bool:
        """Use the button of the current message, else fold or unfold its reasoning."""
        row = self._reader.current_row
        if row < 0:
            return False
        message = self._reader.stage.message(row)
        if message.notes.action:
            self._reader.presses.press_hit(row, Hit(Part.ACTION))
        elif message.has_reasoning:
            self._reader.presses.press_hit(row, Hit(Part.FOLD))
        return True

    def _escape(self) -> bool:
        """Leave what was entered last; return whether there was anything to leave."""
        selection = self._reader.stage.selection
        if self.stop is not None:
            self._stop = None
        elif not self._reader.stop_finding():
            if selection.is_empty:
                return False
            selection.clear()
            self._has_caret = False
        self.changed.emit()
        return True


def _move_of(event: QKeyEvent) -> Move | None:
    if not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
        return None
    return next((move for key, move in _MOVES if event.matches(key)), None)
