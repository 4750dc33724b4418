"""The end of the selection that keys move through the text."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum, auto
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect

from desktop_chat.ui.transcript.layouts.hits import BODY, REASONING
from desktop_chat.ui.transcript.layouts.utf16 import is_right_to_left
from desktop_chat.ui.transcript.selection import Position
from desktop_chat.ui.transcript.text.blocks import Block, CodeBlock, block_text
from desktop_chat.ui.transcript.text_steps import (
    letter_after,
    letter_before,
    word_after,
    word_before,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from desktop_chat.ui.transcript.column import Column
    from desktop_chat.ui.transcript.stage import Stage

_FAR = 1 << 20
# Steps of half a line: over a picture or a footer to the next line of text.
_MAX_STEPS = 400


class Move(Enum):
    """What a key does to the moving end of the selection."""

    LEFT = auto()
    RIGHT = auto()
    WORD_LEFT = auto()
    WORD_RIGHT = auto()
    UP = auto()
    DOWN = auto()
    PAGE_UP = auto()
    PAGE_DOWN = auto()
    LINE_START = auto()
    LINE_END = auto()
    TEXT_START = auto()
    TEXT_END = auto()


_STEPS: dict[Move, tuple[Callable[[str, int], int], bool]] = {
    Move.LEFT: (letter_before, False),
    Move.RIGHT: (letter_after, True),
    Move.WORD_LEFT: (word_before, False),
    Move.WORD_RIGHT: (word_after, True),
}
_MIRRORED = {
    Move.LEFT: Move.RIGHT,
    Move.RIGHT: Move.LEFT,
    Move.WORD_LEFT: Move.WORD_RIGHT,
    Move.WORD_RIGHT: Move.WORD_LEFT,
    Move.LINE_START: Move.LINE_START,
    Move.LINE_END: Move.LINE_END,
}
_LINES = {Move.UP: -1, Move.DOWN: 1}


class TextCursor:
    """Moves a position through all rows of a stage; it remembers the column of lines."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._goal_x: int | None = None
        self._known: tuple[Block, tuple[int, int], str] | None = None

    def move(self, position: Position, move: Move) -> Position:
        """Return where a move leads from a position; the position itself at the ends."""
        place = self._inside(position)
        if move not in (Move.UP, Move.DOWN, Move.PAGE_UP, Move.PAGE_DOWN):
            self._goal_x = None
        if move in _STEPS:
            return self._step(place, _MIRRORED[move] if self._is_right_to_left(place) else move)
        match move:
            case Move.LINE_START | Move.LINE_END:
                return self._line_edge(place, move)
            case Move.TEXT_START:
                return self._edge(0, is_end=False) or place
            case Move.TEXT_END:
                return self._edge(len(self._stage.layout) - 1, is_end=True) or place
            case Move.UP | Move.DOWN:
                return self._other_line(place, _LINES[move])
        return self._page(place, -1 if move is Move.PAGE_UP else 1)

    def rect(self, position: Position) -> QRect:
        """Return where a caret at a position stands in the viewport; 1 px wide."""
        place = self._inside(position)
        message = self._stage.layout.message(place.row)
        column = message.column(place.part)
        top = self._stage.row_rect(place.row).topLeft() + message.column_origin(place.part)
        line = self._stage.line
        if column is None or not column.blocks:
            return QRect(top.x(), top.y(), 1, line)
        layout, at = column.layout(place.block), top + column.origin(place.block)
        is_rtl = self._is_right_to_left(place)
        after = layout.rects(place.offset, place.offset + 1)
        if after and after[0].width() > 0:
            x = after[0].right() if is_rtl else after[0].left()
            return QRect(round(x), round(after[0].top()), 1, round(after[0].height())).translated(
                at
            )
        before = layout.rects(max(0, place.offset - 1), place.offset)
        # Behind a line break the caret stands on the next line, before nothing.
        if before and layout.y_of(place.offset) <= before[-1].bottom():
            x = before[-1].left() if is_rtl else before[-1].right()
            rect = QRect(round(x), round(before[-1].top()), 1, round(before[-1].height()))
            return rect.translated(at)
        return QRect(0, layout.y_of(place.offset), 1, line).translated(at)

    # By letters and words

    def _step(self, place: Position, move: Move) -> Position:
        step, is_forward = _STEPS[move]
        text = self._text(place)
        if is_forward and place.offset < len(text):
            return replace(place, offset=step(text, place.offset))
        if not is_forward and place.offset > 0:
            return replace(place, offset=step(text, place.offset))
        return self._next_block(place, 1 if is_forward else -1) or place

    def _next_block(self, place: Position, by: int) -> Position | None:
        """Return the start of the next block with text, or the end of the one before."""
        column = self._column(place.row, place.part)
        count = len(column.blocks) if column is not None else 0
        found = self._in_column(place.row, place.part, place.block + by, by, count)
        if found is None and (place.part, by) == (REASONING, 1):
            found = self._enter(place.row, BODY, by)
        if found is None and (place.part, by) == (BODY, -1):
            found = self._enter(place.row, REASONING, by)
        row = place.row + by
        while found is None and 0 <= row < len(self._stage.layout):
            found = self._edge(row, is_end=by < 0)
            row += by
        return found

    def _edge(self, row: int, *, is_end: bool) -> Position | None:
        """Return the first or last place of a row, None if it has no text."""
        if not 0 <= row < len(self._stage.layout):
            return None
        parts = (BODY, REASONING) if is_end else (REASONING, BODY)
        found = (self._enter(row, part, -1 if is_end else 1) for part in parts)
        return next((place for place in found if place is not None), None)

    def _enter(self, row: int, part: int, by: int) -> Position | None:
        column = self._column(row, part)
        if column is None:
            return None
        count = len(column.blocks)
        return self._in_column(row, part, 0 if by > 0 else count - 1, by, count)

    def _in_column(self, row: int, part: int, block: int, by: int, count: int) -> Position | None:
        while 0 <= block < count:
            place = Position(row, part, block, 0)
            if length := len(self._text(place)):
                return replace(place, offset=0 if by > 0 else length)
            block += by
        return None

    # By lines

    def _line_edge(self, place: Position, move: Move) -> Position:
        column = self._column(place.row, place.part)
        if column is None or not column.blocks:
            return place
        is_left = (move is Move.LINE_START) != self._is_right_to_left(place)
        layout = column.layout(place.block)
        y = self.rect(place).center().y() - self._block_at(place).y()
        offset = layout.offset_at(-_FAR if is_left else _FAR, y)
        return replace(place, offset=offset)

    def _other_line(self, place: Position, by: int) -> Position:
        """Return the place above or below, in the column where the moves began."""
        here = self.rect(place)
        goal, line = self._goal(here), self._stage.line
        y = here.center().y()
        for _ in range(_MAX_STEPS):
            y += by * line // 2
            found = self._inside(self._stage.place_at(QPoint(goal, y)))
            rect = self.rect(found)
            is_beyond = found > place if by > 0 else found < place
            if is_beyond and abs(rect.center().y() - here.center().y()) > line // 3:
                exact = self._inside(self._stage.place_at(QPoint(goal, rect.center().y())))
                return exact if (exact > place if by > 0 else exact < place) else found
            if not 0 <= y + self._stage.position.top <= self._stage.layout.height:
                break
        last = Move.TEXT_END if by > 0 else Move.TEXT_START
        goal_x, edge = self._goal_x, self.move(place, last)
        self._goal_x = goal_x
        return edge

    def _page(self, place: Position, by: int) -> Position:
        here = self.rect(place)
        page = self._stage.window - 2 * self._stage.line
        point = QPoint(self._goal(here), here.center().y() + by * page)
        found = self._inside(self._stage.place_at(point))
        is_beyond = found > place if by > 0 else found < place
        return found if is_beyond else self._other_line(place, by)

    def _goal(self, here: QRect) -> int:
        if self._goal_x is None:
            self._goal_x = here.x()
        return self._goal_x

    # The text

    def _inside(self, position: Position) -> Position:
        """Return the position with its block and offset within the text."""
        column = self._column(position.row, position.part)
        if column is None:
            return Position(position.row, BODY, 0, 0)
        block = max(0, min(position.block, len(column.blocks) - 1))
        place = replace(position, block=block)
        last = len(self._text(place))
        return replace(place, offset=last if position.block > block else min(place.offset, last))

    def _column(self, row: int, part: int) -> Column | None:
        return self._stage.layout.message(row).column(part)

    def _text(self, place: Position) -> str:
        column = self._column(place.row, place.part)
        if column is None or not column.blocks:
            return ""
        block = column.blocks[place.block]
        # Long code is many lines: it is not put together for every paint.
        lines = block.lines if isinstance(block, CodeBlock) else []
        size = (len(lines), len(lines[-1]) if lines else 0)
        if self._known is None or self._known[0] is not block or self._known[1] != size:
            self._known = (block, size, block_text(block))
        return self._known[2]

    def _is_right_to_left(self, place: Position) -> bool:
        return is_right_to_left(self._text(place)[:200])

    def _block_at(self, place: Position) -> QPoint:
        message = self._stage.layout.message(place.row)
        column = message.column(place.part)
        assert column is not None
        at = self._stage.row_rect(place.row).topLeft() + message.column_origin(place.part)
        return at + column.origin(place.block)
