"""A code block: panel, language, Copy, lines that scroll sideways; only seen lines are set."""

from __future__ import annotations

from bisect import bisect_right
from math import ceil
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainterPath, QPen, QTextLayout

from desktop_chat.ui.icons import pixmap
from desktop_chat.ui.transcript.text_limits import with_marks
from desktop_chat.ui.transcript.utf16 import Positions

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

    from desktop_chat.ui.transcript.blocks import CodeBlock
    from desktop_chat.ui.transcript.look import Look

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


class CodeLayout:
    """Lines are all one height, so nothing but the visible ones is ever laid out."""

    def __init__(self, block: CodeBlock, look: Look, width: int) -> None:
        self.block = block
        self._look = look
        self.natural_width = width
        self._kept: dict[int, tuple[str, QTextLayout]] = {}
        self._starts: list[int] = [0]
        self._widest = 0.0
        self._measured = 0
        self.scroll_x = 0
        self.is_copied = False
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

    def grow(self, block: object) -> int | None:
        """Take up a block that grew; return from which height it differs."""
        if block is not self.block:
            return None
        known = max(0, self._measured - 1)
        was_scrolled = self.max_scroll
        self.refresh()
        if was_scrolled != self.max_scroll:
            return 0
        return self._origin()[1] + known * self._look.code_line

    @property
    def max_scroll(self) -> int:
        """How far the lines can be moved to the left."""
        side = 0 if self.block.is_bare else 2 * self._look.px(SIDE)
        return max(0, ceil(self._widest) + side - self.natural_width)

    def scroll_by(self, pixels: int) -> bool:
        """Move the lines sideways; return whether they moved."""
        before = self.scroll_x
        self.scroll_x = min(max(0, before + pixels), self.max_scroll)
        return self.scroll_x != before

    def is_on_copy(self, x: int, y: int) -> bool:
        """Whether the point is on the Copy button."""
        return not self.block.is_bare and self._copy_rect().contains(x, y)

    def is_on_bar(self, x: int, y: int) -> bool:
        """Whether the point is on the bar that moves the lines sideways."""
        return bool(self.max_scroll) and y >= self.height - self._look.px(PADDING)

    def scroll_to_bar(self, x: int) -> None:
        """Move the lines as if the bar's middle was dragged to `x`."""
        self.scroll_by(round(x / max(1, self.natural_width) * self.max_scroll) - self.scroll_x)

    def offset_at(self, x: int, y: int) -> int:
        """Return the offset in the text that is nearest to the point."""
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
            int(line.xToCursor(x - left + self.scroll_x))
        )

    def link_at(self, x: int, y: int) -> tuple[str, str]:
        """There are no links in code."""
        return "", ""

    def paint(
        self, painter: QPainter, x: int, y: int, clip: QRect, chosen: tuple[int, int] | None
    ) -> None:
        """Paint the panel and the lines that touch `clip`."""
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
            at = QPointF(x + left - self.scroll_x, y + top + number * self._look.code_line)
            self._line(number).draw(painter, at, self._chosen(number, chosen))
        painter.restore()
        self._paint_bar(painter, x, y)

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

    def _chosen(self, number: int, chosen: tuple[int, int] | None) -> list[QTextLayout.FormatRange]:
        if chosen is None:
            return []
        start = max(0, chosen[0] - self._starts[number])
        end = min(len(self.block.lines[number]), chosen[1] - self._starts[number])
        if start >= end:
            return []
        part = QTextLayout.FormatRange()
        positions = Positions(self.block.lines[number])
        part.start = positions.to_qt(start)
        part.length = positions.to_qt(end) - part.start
        part.format = self._look.selection_format()
        return [part]

    def y_of(self, offset: int) -> int:
        """Return where the line with this offset of the text starts."""
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
            if self.is_copied
            else QCoreApplication.translate("Transcript", "Copy")
        )
        right = header.adjusted(0, 0, -px(SIDE), 0)
        painter.drawText(right, middle | Qt.AlignmentFlag.AlignRight, label)
        text_width = ceil(QFontMetricsF(look.small).horizontalAdvance(label))
        icon = px(14)
        at = QPointF(right.right() - text_width - icon - px(7), y + (px(HEADER) - icon) / 2)
        name = "check" if self.is_copied else "copy"
        ratio = painter.device().devicePixelRatio()
        painter.drawPixmap(at, pixmap(name, look.theme.muted, icon, ratio))

    def _paint_bar(self, painter: QPainter, x: int, y: int) -> None:
        most = self.max_scroll
        if not most:
            return
        share = self.natural_width / (self.natural_width + most)
        room = self.natural_width - 2 * RADIUS
        length = max(self._look.px(24), round(room * share))
        left = x + RADIUS + round((room - length) * self.scroll_x / most)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._look.colour("line" if self.block.is_bare else "selected"))
        painter.drawRoundedRect(QRectF(left, y + self.height - 7, length, 4), 2, 2)
