"""Rows of two lines under headings, and how they are painted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from desktop_chat.ui.fonts import font_of
from desktop_chat.ui.sizes import TEXT_GROUP, TEXT_INTERFACE, TEXT_STATUS

if not TYPE_CHECKING:
    from desktop_chat.overriding import override

if TYPE_CHECKING:
    from collections.abc import Hashable

    from PySide6.QtWidgets import QWidget
    from typing_extensions import override

    from desktop_chat.ui.theme import Theme
    from desktop_chat.ui.widgets.label import Ink

Index = QModelIndex | QPersistentModelIndex

ROW_ROLE = Qt.ItemDataRole.UserRole
SIDE = 10
INDENT = 16
TOP = 7
LINE_GAP = 2
HEADING = 30
GAP = 12
DOT = 7
RADIUS = 6
# The state may take this part of a row, the name has the rest.
STATE_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a list; all of it is plain text.

    Attributes:
        key: What it stands for; the choice is kept by it when other rows are shown.
        detail: The second line; "" for none.
        state: Stands at the right.
        ink: Colour of the state.
        has_dot: Whether a dot of that colour stands before the state.
        is_heading: A name over the rows below it, which cannot be chosen.
        is_nested: Belongs to the row above.
    """

    key: Hashable
    title: str
    detail: str = ""
    state: str = ""
    ink: Ink = "muted"
    has_dot: bool = False
    is_heading: bool = False
    is_nested: bool = False

    @property
    def spoken(self) -> str:
        """The row as a screen reader says it."""
        return ", ".join(part for part in (self.title, self.state, self.detail) if part)


class RowDelegate(QStyledItemDelegate):
    """Two lines at the left, the state at the right; a heading is one small line."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme: Theme | None = None
        self._title_font = QFont()
        self._detail_font = QFont()
        self._heading_font = QFont()

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size."""
        self._theme = theme
        self._title_font = font_of(theme.px(TEXT_INTERFACE))
        self._detail_font = font_of(theme.px(TEXT_STATUS))
        self._heading_font = font_of(theme.px(TEXT_GROUP), is_strong=True)

    # Qt overrides

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        row: Row | None = index.data(ROW_ROLE)
        if self._theme is None or row is None:
            return super().sizeHint(option, index)
        if row.is_heading:
            return QSize(0, self._theme.px(HEADING))
        height = QFontMetrics(self._title_font).height() + 2 * TOP
        if row.detail:
            height += QFontMetrics(self._detail_font).height() + LINE_GAP
        return QSize(0, height)

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row: Row | None = index.data(ROW_ROLE)
        if self._theme is None or row is None:
            return
        area: QRect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if row.is_heading:
            self._paint_heading(painter, self._theme, area, row)
        else:
            self._paint_ground(painter, self._theme, option)
            state: QStyle.StateFlag = option.state
            if row.ink == "faint" and state & QStyle.StateFlag.State_Selected:
                row = replace(row, ink="muted")  # faint is too faint on that ground
            self._paint_row(painter, self._theme, area, row)
        painter.restore()

    def _paint_ground(self, painter: QPainter, theme: Theme, option: QStyleOptionViewItem) -> None:
        state: QStyle.StateFlag = option.state
        is_chosen = bool(state & QStyle.StateFlag.State_Selected)
        if not is_chosen and not state & QStyle.StateFlag.State_MouseOver:
            return
        area: QRect = option.rect
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.selected if is_chosen else theme.hover))
        painter.drawRoundedRect(QRectF(area), RADIUS, RADIUS)

    def _paint_heading(self, painter: QPainter, theme: Theme, area: QRect, row: Row) -> None:
        inner = area.adjusted(SIDE, 4, -SIDE, 0)
        left = self._paint_state(painter, theme, inner, row)
        painter.setFont(self._heading_font)
        painter.setPen(QPen(QColor(theme.faint)))
        room = left - inner.left() - GAP
        metrics = QFontMetrics(self._heading_font)
        line = metrics.elidedText(_one_line(row.title), Qt.TextElideMode.ElideRight, room)
        painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter, line)

    def _paint_row(self, painter: QPainter, theme: Theme, area: QRect, row: Row) -> None:
        indent = theme.px(INDENT) if row.is_nested else 0
        inner = area.adjusted(SIDE + indent, TOP, -SIDE, -TOP)
        title = QRect(inner)
        title.setHeight(QFontMetrics(self._title_font).height())
        # Beside one line or two, the state stands where the eye looks for it: in the middle.
        left = self._paint_state(painter, theme, inner, row)
        title.setRight(left - GAP)
        ink = theme.muted if row.is_nested else theme.text
        mode = Qt.TextElideMode.ElideMiddle
        self._draw(painter, title, (self._title_font, ink, mode), row.title)
        if row.detail:
            below = title.translated(0, title.height() + LINE_GAP)
            below.setHeight(QFontMetrics(self._detail_font).height())
            mode = Qt.TextElideMode.ElideRight
            self._draw(painter, below, (self._detail_font, theme.muted, mode), row.detail)

    def _paint_state(self, painter: QPainter, theme: Theme, area: QRect, row: Row) -> int:
        """Paint the state in the middle of `area`; return where it begins."""
        if not row.state:
            return area.right()
        metrics = QFontMetrics(self._detail_font)
        room = int(area.width() * STATE_SHARE)
        words = metrics.elidedText(_one_line(row.state), Qt.TextElideMode.ElideRight, room)
        left = area.right() - metrics.horizontalAdvance(words)
        painter.setFont(self._detail_font)
        painter.setPen(QColor(_ink(theme, row)))
        place = QRect(left, area.top(), area.right() - left + 1, area.height())
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, words)
        if row.has_dot:
            edge = theme.px(DOT)
            left -= edge + theme.px(RADIUS)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.accent if row.ink == "muted" else _ink(theme, row)))
            top = area.top() + (area.height() - edge) / 2
            painter.drawEllipse(QRectF(left, top, edge, edge))
        return left

    def _draw(
        self,
        painter: QPainter,
        area: QRect,
        style: tuple[QFont, str, Qt.TextElideMode],
        text: str,
    ) -> None:
        font, ink, mode = style
        painter.setFont(font)
        painter.setPen(QColor(ink))
        line = QFontMetrics(font).elidedText(_one_line(text), mode, area.width())
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, line)


def _ink(theme: Theme, row: Row) -> str:
    return str(getattr(theme, row.ink))


def _one_line(text: str) -> str:
    return " ".join(text.split())
