"""A formula on lines of its own: in the middle, its LaTeX where it cannot be drawn."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath

from desktop_chat.services.drawing.formula_geometry import Formula
from desktop_chat.ui.icons import pixmap
from desktop_chat.ui.transcript.layouts.block_layout import BlockLayout
from desktop_chat.ui.transcript.layouts.code_layout import CodeLayout
from desktop_chat.ui.transcript.layouts.formulas import drawn
from desktop_chat.ui.transcript.layouts.hits import Control
from desktop_chat.ui.transcript.layouts.marked import NOTHING, Marked
from desktop_chat.ui.transcript.layouts.sideways import Sideways
from desktop_chat.ui.transcript.text.blocks import CodeBlock, FormulaBlock

if not TYPE_CHECKING:
    from desktop_chat.overriding import override

if TYPE_CHECKING:
    from collections.abc import Sequence

    from typing_extensions import override

    from desktop_chat.ui.transcript.layouts.block_state import BlockState
    from desktop_chat.ui.transcript.layouts.look import Look
    from desktop_chat.ui.transcript.text.blocks import Block

# A formula of its own is larger than one in a line.
SIZE = 18
_MARGIN = 6
_BAR_ROOM = 10
_BUTTON = 28
_ICON = 14
_TALL = (r"\frac", r"\dfrac", r"\sum", r"\int", r"\prod", r"\lim", r"\binom", r"\begin")


class FormulaLayout(BlockLayout):
    """The formula, or its LaTeX while it is not drawn and where it cannot be.

    Args:
        block: What to show.
        look: Fonts, colours, and the workshop that draws.
        width: Of the column, in pixels.
        state: Keeps how far a wide formula is moved sideways.
        colour: Token of the theme for the formula.
    """

    def __init__(
        self,
        block: FormulaBlock,
        look: Look,
        width: int,
        state: BlockState,
        colour: str = "text",
    ) -> None:
        self._block = block
        self._look = look
        self._width = width
        self._state = state
        self._colour = colour
        self._path: QPainterPath | None = None
        self._source: CodeLayout | None = None
        self._box = QRectF()
        self._take(drawn(look, block.source, is_display=True))

    @staticmethod
    def height_of(block: FormulaBlock, look: Look) -> int:
        """Guess the height of a formula from its LaTeX."""
        rows = block.source.count(r"\\") + 1
        is_tall = any(command in block.source for command in _TALL)
        return rows * look.px(26) + (look.px(18) if is_tall else 0) + 2 * look.px(_MARGIN)

    def _take(self, formula: object | None) -> None:
        """Lay out what there is of the formula."""
        self.is_waiting = formula is None
        self._path = self._source = self.sideways = None
        if isinstance(formula, Formula):
            self._lay_out(formula)
        else:
            self._lay_out_source()

    def _lay_out(self, formula: Formula) -> None:
        from desktop_chat.ui.transcript.layouts.formula_path import path_of

        look, px = self._look, self._look.px
        size = float(px(SIZE))
        self._path = path_of(formula, size, look.body)
        up, width = formula.ascent * size, formula.width * size
        down = formula.descent * size
        room = self._width - px(_BUTTON)
        left = max(0.0, min((self._width - width) / 2, room - width))
        self._box = QRectF(left, px(_MARGIN), width, up + down)
        self._baseline = QPointF(left, px(_MARGIN) + up)
        self.height = ceil(up + down) + 2 * px(_MARGIN)
        self.natural_width = self._width
        most = ceil(width) - room
        if most > 0:
            self.height += _BAR_ROOM
            self.sideways = Sideways(look, self._state, room, self.height, most)

    def _lay_out_source(self) -> None:
        px, lines = self._look.px, self._block.source.split("\n")
        room = self._width - px(_BUTTON)
        self._source = CodeLayout(CodeBlock(lines, is_bare=True), self._look, room, self._state)
        self.sideways = self._source.sideways
        self.height = self._source.height
        if self.is_waiting:
            self.height = max(self.height, self.height_of(self._block, self._look))
        self.natural_width = self._width
        self._box = QRectF(0, 0, room, self._source.height)

    @override
    def grow(self, block: Block) -> int | None:
        if not isinstance(block, FormulaBlock) or block.place != self._block.place:
            return None
        if block.source == self._block.source:
            return self.height
        self._block = block
        # One drawing at a time while it is being written; the newest LaTeX comes after it.
        self._take(None if self.is_waiting else drawn(self._look, block.source, is_display=True))
        return 0

    @override
    def renew(self) -> bool:
        formula = drawn(self._look, self._block.source, is_display=True)
        if formula is not None:
            self._take(formula)
        return True

    @override
    def paint(self, painter: QPainter, x: int, y: int, clip: QRect, marked: Marked) -> None:
        if self._source is not None:
            self._source.paint(painter, x, y, clip, self._marks_of_source(marked))
        else:
            self._paint_formula(painter, x, y, marked)
        if self.sideways is not None and self._source is None:
            self.sideways.paint(painter, x, y)
        self._paint_button(painter, x, y)

    def _paint_formula(self, painter: QPainter, x: int, y: int, marked: Marked) -> None:
        assert self._path is not None
        painter.save()
        shift = self.sideways.offset if self.sideways else 0
        if self.sideways is not None:
            room = QRect(x, y, self._width - self._look.px(_BUTTON), self.height)
            painter.setClipRect(room, Qt.ClipOperation.IntersectClip)
        for _, colour in marked.stretches(0, 1):
            painter.fillRect(self._ground().translated(x, y), self._look.colour(colour))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(QPointF(x - shift, y) + self._baseline)
        painter.fillPath(self._path, self._look.colour(self._colour))
        painter.restore()

    def _paint_button(self, painter: QPainter, x: int, y: int) -> None:
        rect, icon = self._button(), self._look.px(_ICON)
        name = "check" if self._state.is_copied else "copy"
        ratio = painter.device().devicePixelRatio()
        at = QPointF(rect.center()) - QPointF(icon, icon) / 2 + QPointF(x + 0.5, y + 0.5)
        painter.drawPixmap(at, pixmap(name, self._look.theme.faint, icon, ratio))

    def _button(self) -> QRect:
        side = self._look.px(_BUTTON)
        middle = self._box.center().y()
        top = max(0, round(middle - side / 2)) if self._source is None else 0
        return QRect(self._width - side, top, side, side)

    def _ground(self) -> QRectF:
        """What is marked where the formula is selected."""
        shift = self.sideways.offset if self.sideways else 0
        return self._box.adjusted(-3, -3, 3, 3).translated(-shift, 0)

    def _marks_of_source(self, marked: Marked) -> Marked:
        if not marked:
            return NOTHING
        # All of the source stands for the one character that is selected or found.
        whole = (0, len(self._block.source))

        def is_in(found: tuple[int, int] | None) -> bool:
            return found is not None and found[0] <= 0 < found[1]

        hits = (whole,) if any(map(is_in, marked.hits)) else ()
        return Marked(
            whole if is_in(marked.chosen) else None,
            hits,
            whole if is_in(marked.current) else None,
        )

    @override
    def offset_at(self, x: int, y: int) -> int:
        return int(y >= 0 and (y >= self.height or x > self._box.center().x()))

    @override
    def y_of(self, offset: int) -> int:
        return 0

    @override
    def rects(self, start: int, end: int) -> list[QRectF]:
        return [self._ground()] if start <= 0 < end else []

    @override
    def controls(self) -> Sequence[Control]:
        label = QCoreApplication.translate("Transcript", "Copy LaTeX")
        return (Control("copy", label, self._button()),)
