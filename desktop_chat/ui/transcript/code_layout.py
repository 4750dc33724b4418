"""A code block: panel, language, Copy, lines that scroll sideways; only seen lines are set."""

from __future__ import annotations

from bisect import bisect_right
from math import ceil
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainterPath, QPen, QTextLayout

from desktop_chat.ui.icons import pixmap
from desktop_chat.ui.transcript.block_layout import BlockLayout
from desktop_chat.ui.transcript.hits import Control
from desktop_chat.ui.transcript.sideways import Sideways
from desktop_chat.ui.transcript.text_limits import with_marks
from desktop_chat.ui.transcript.utf16 import Positions

if not TYPE_CHECKING:
    from desktop_chat.overriding import override

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPainter, QTextLine
    from typing_extensions import override

    from desktop_chat.ui.transcript.block_state import BlockState
    from desktop_chat.ui.transcript.blocks import Block, CodeBlock
    from desktop_chat.ui.transcript.look import Look
    from desktop_chat.ui.transcript.marked import Marked

HEADER = 33
PADDING = 10
SIDE = 12
RADIUS = 10
MAX_KEPT_LINES = 400
_NAMES = {
    "py": "Python", "python": "Python", "js": "JavaScript", "javascript": "JavaScript",
    "ts": "TypeScript", "typescript": "TypeScript", "sh": "Shell", "bash": "Bash", "c": "C",
    "cpp": "C++", "c++": "C++", "cs": "C#", "csharp": "C#", "java": "Java", "go": "Go",
    "rust": "Rust", "rs": "Rust", "rb": "Ruby", "ruby": "Ruby", "php": "PHP", "sql": "SQL",
    "html": "HTML", "css": "CSS", "json": "JSON", "yaml": "YAML", "yml": "YAML", "xml": "XML",
    "toml": "TOML", "md": "Markdown", "markdown": "Markdown", "tex": "LaTeX", "latex": "LaTeX",
}  # fmt: skip


class CodeLayout(BlockLayout):
    """Lines are all one height, so nothing but the visible ones is ever laid out."""

    def __init__(self, block: CodeBlock, look: Look, width: int, state: BlockState) -> None:
        self.block = block
        self._look = look
        self._state = state
        self.natural_width = width
        self._kept: dict[int, tuple[str, QTextLayout]] = {}
        self._starts: list[int] = [0]
        self._widest = 0.0
        self._measured = 0
        self.height = 0
        self.refresh()

    @staticmethod
    def height_of(block: CodeBlock, look: Look) -> int:
        """Return the height; it depends on the number of lines alone."""
        lines = max(1, len(block.lines)) * look.code_line
        return lines if block.is_bare else lines + look.px(HEADER) + 2 * look.px(PADDING)

    def refresh(self) -> None:
        """Take up lines that were added to the block, or written on."""
        lines = self.block.lines
        # The last line known may have grown since.
        self._measured = max(0, min(self._measured, len(lines)) - 1)
        del self._starts[self._measured + 1 :]
        for line in lines[self._measured :]:
            self._starts.append(self._starts[-1] + len(line) + 1)
            self._widest = max(self._widest, self._width_of(line))
        self._measured = len(lines)
        self.height = self.height_of(self.block, self._look)
        side = 0 if self.block.is_bare else 2 * self._look.px(SIDE)
        most = ceil(self._widest) + side - self.natural_width
        self.sideways = None
        if most > 0:
            self.sideways = Sideways(self._look, self._state, self.natural_width, self.height, most)

    @override
    def grow(self, block: Block) -> int | None:
        if block is not self.block:
            return None
        known = max(0, self._measured - 1)
        before = self.sideways.most if self.sideways else 0
        self.refresh()
        if before != (self.sideways.most if self.sideways else 0):
            return 0
        return self._origin()[1] + known * self._look.code_line

    @override
    def controls(self) -> Sequence[Control]:
        if self.block.is_bare:
            return ()
        label = QCoreApplication.translate("Transcript", "Copy")
        return (Control("copy", label, self._copy_rect()),)

    @override
    def offset_at(self, x: int, y: int) -> int:
        if not self.block.lines:
            return 0
        left, top = self._origin()
        number = (y - top) // self._look.code_line
        if number < 0:
            return 0
        if number >= len(self.block.lines):
            return self._starts[-1] - 1
        line = self._line(number).lineAt(0)
        return self._starts[number] + Positions(self.block.lines[number]).from_qt(
            int(line.xToCursor(x - left + self._shift))
        )

    @property
    def _shift(self) -> int:
        return self.sideways.offset if self.sideways else 0

    @override
    def rects(self, start: int, end: int) -> list[QRectF]:
        rects = []
        left, top = self._origin()
        first = max(0, bisect_right(self._starts, start) - 1)
        for number in range(first, len(self.block.lines)):
            if self._starts[number] >= end:
                break
            line, positions = self._line(number).lineAt(0), Positions(self.block.lines[number])
            ends = (max(0, start - self._starts[number]), end - self._starts[number])
            x, right = (_x_of(line, positions.to_qt(at)) for at in ends)
            y = top + number * self._look.code_line
            rects.append(QRectF(left + x - self._shift, y, right - x, self._look.code_line))
        return rects

    @override
    def paint(self, painter: QPainter, x: int, y: int, clip: QRect, marked: Marked) -> None:
        if not self.block.is_bare:
            self._paint_panel(painter, x, y)
        left, top = self._origin()
        first = max(0, (clip.top() - y - top) // self._look.code_line)
        last = min(len(self.block.lines) - 1, (clip.bottom() - y - top) // self._look.code_line)
        painter.save()
        side = 0 if self.block.is_bare else 1
        painter.setClipRect(
            QRect(x + side, y, self.natural_width - 2 * side, self.height),
            Qt.ClipOperation.IntersectClip,
        )
        painter.setPen(self._look.colour("text"))
        for number in range(first, last + 1):
            at = QPointF(x + left - self._shift, y + top + number * self._look.code_line)
            self._line(number).draw(painter, at, self._marks(number, marked))
        painter.restore()
        if self.sideways is not None:
            self.sideways.paint(painter, x, y)

    def _origin(self) -> tuple[int, int]:
        if self.block.is_bare:
            return 0, 0
        return self._look.px(SIDE), self._look.px(HEADER) + self._look.px(PADDING)

    def _width_of(self, line: str) -> float:
        if line.isascii():
            return len(line.expandtabs(4)) * self._look.code_advance
        return float(QFontMetricsF(self._look.code).horizontalAdvance(line.expandtabs(4)))

    def _line(self, number: int) -> QTextLayout:
        text = self.block.lines[number]
        kept = self._kept.get(number)
        if kept is not None and kept[0] == text:
            return kept[1]
        layout = QTextLayout(with_marks(text), self._look.code)
        layout.setTextOption(self._look.code_option())
        layout.beginLayout()
        line = layout.createLine()
        line.setLineWidth(1e6)
        line.setPosition(QPointF(0, (self._look.code_line - line.height()) / 2))
        layout.endLayout()
        if len(self._kept) >= MAX_KEPT_LINES:
            self._kept.clear()
        self._kept[number] = (text, layout)
        return layout

    def _marks(self, number: int, marked: Marked) -> list[QTextLayout.FormatRange]:
        if not marked:
            return []
        start, positions = self._starts[number], Positions(self.block.lines[number])

        def in_line(offset: int) -> int:
            return positions.to_qt(offset - start)

        return marked.formats(self._look, start, start + len(self.block.lines[number]), in_line)

    @override
    def y_of(self, offset: int) -> int:
        number = max(0, bisect_right(self._starts, offset) - 1)
        return self._origin()[1] + number * self._look.code_line if offset else 0

    def _copy_rect(self) -> QRect:
        px = self._look.px
        width = px(84)
        return QRect(self.natural_width - width - px(4), px(2), width, px(HEADER) - px(4))

    def _paint_panel(self, painter: QPainter, x: int, y: int) -> None:
        look, px = self._look, self._look.px
        panel = QRectF(x + 0.5, y + 0.5, self.natural_width - 1, self.height - 1)
        path = QPainterPath()
        path.addRoundedRect(panel, RADIUS, RADIUS)
        painter.setPen(QPen(look.colour("code_line"), look.theme.border))
        painter.setBrush(look.colour("code"))
        painter.drawPath(path)
        painter.fillRect(
            QRect(x + 1, y + px(HEADER) - 1, self.natural_width - 2, 1), look.colour("code_line")
        )
        painter.setFont(look.small)
        painter.setPen(look.colour("muted"))
        header = QRect(x, y, self.natural_width, px(HEADER))
        middle = Qt.AlignmentFlag.AlignVCenter
        name = _NAMES.get(self.block.language.lower(), self.block.language)
        name = name or QCoreApplication.translate("Transcript", "Code")
        painter.drawText(header.adjusted(px(SIDE), 0, -px(100), 0), middle, name)
        label = (
            QCoreApplication.translate("Transcript", "Copied")
            if self._state.is_copied
            else QCoreApplication.translate("Transcript", "Copy")
        )
        right = header.adjusted(0, 0, -px(SIDE), 0)
        painter.drawText(right, middle | Qt.AlignmentFlag.AlignRight, label)
        text_width = ceil(QFontMetricsF(look.small).horizontalAdvance(label))
        icon = px(14)
        at = QPointF(right.right() - text_width - icon - px(7), y + (px(HEADER) - icon) / 2)
        name = "check" if self._state.is_copied else "copy"
        ratio = painter.device().devicePixelRatio()
        painter.drawPixmap(at, pixmap(name, look.theme.muted, icon, ratio))


def _x_of(line: QTextLine, position: int) -> float:
    found: object = line.cursorToX(position)
    # PySide6 returns the position beside the x, since Qt may move it.
    return float(found[0] if isinstance(found, tuple) else found)  # type: ignore[arg-type]
