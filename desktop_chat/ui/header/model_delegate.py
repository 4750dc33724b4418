"""Paints a model in the list of the picker, the engine's name above its first model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from desktop_chat.ui.fonts import font_of
from desktop_chat.ui.header.model_choice import ModelChoice
from desktop_chat.ui.icons import pixmap
from desktop_chat.ui.sizes import ICON, ROW, TEXT_GROUP, TEXT_INTERFACE, TEXT_STATUS

if not TYPE_CHECKING:
    from desktop_chat.overriding import override

if TYPE_CHECKING:
    from typing_extensions import override

    from desktop_chat.ui.theme import Theme

Index = QModelIndex | QPersistentModelIndex
CHOICE_ROLE = Qt.ItemDataRole.UserRole + 1
HEADING_ROLE = Qt.ItemDataRole.UserRole + 2
HEADING = 28
MARGIN = 10
GAP = 8
DOT = 7


class ModelDelegate(QStyledItemDelegate):
    """Rows of 34 px: a tick at the model in force, its name, a dot if loaded, its detail."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme: Theme | None = None
        self.current_row = -1

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size."""
        self._theme = theme

    def width_of(self, choice: ModelChoice) -> int:
        """Return the width at which nothing of the row is cut."""
        if self._theme is None:
            return 0
        name = QFontMetrics(font_of(self._theme.px(TEXT_INTERFACE)))
        detail = QFontMetrics(font_of(self._theme.px(TEXT_STATUS)))
        words = name.horizontalAdvance(choice.label) + detail.horizontalAdvance(choice.detail)
        dot = self._theme.px(DOT) + GAP if choice.is_loaded else 0
        return words + dot + 2 * MARGIN + 3 * GAP + self._theme.px(ICON)

    # Qt overrides

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        if self._theme is None:
            return super().sizeHint(option, index)
        height = self._theme.px(ROW)
        if index.data(HEADING_ROLE):
            height += self._theme.px(HEADING)
        return QSize(0, height)

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        theme = self._theme
        choice = index.data(CHOICE_ROLE)
        if theme is None or not isinstance(choice, ModelChoice):
            return
        whole: QRect = option.rect
        row = QRect(whole)
        row.setTop(whole.bottom() + 1 - theme.px(ROW))
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        heading = index.data(HEADING_ROLE)
        if heading:
            above = QRect(
                whole.left() + MARGIN, whole.top(), whole.width(), row.top() - whole.top()
            )
            painter.setFont(font_of(theme.px(TEXT_GROUP), is_strong=True))
            painter.setPen(QColor(theme.faint))
            painter.drawText(above, Qt.AlignmentFlag.AlignVCenter, str(heading))
        from PySide6.QtWidgets import QStyle  # 10 ms: not before the first paint

        state = option.state
        marked = QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver
        if state & marked:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.selected))
            painter.drawRoundedRect(QRectF(row), 6, 6)
        self._paint_words(painter, row.adjusted(MARGIN, 0, -MARGIN, 0), index, choice)
        painter.restore()

    def _paint_words(
        self, painter: QPainter, area: QRect, index: Index, choice: ModelChoice
    ) -> None:
        theme = self._theme
        if theme is None:
            return
        size = theme.px(ICON)
        if index.row() == self.current_row:
            ratio = painter.device().devicePixelRatio()
            tick = pixmap("check", theme.accent, size, ratio)
            painter.drawPixmap(area.left(), area.center().y() - size // 2 + 1, tick)
        area.setLeft(area.left() + size + GAP)
        detail_font = font_of(theme.px(TEXT_STATUS))
        detail_width = QFontMetrics(detail_font).horizontalAdvance(choice.detail)
        font = font_of(theme.px(TEXT_INTERFACE))
        dot = theme.px(DOT)
        room = area.width() - detail_width - GAP - (dot + GAP if choice.is_loaded else 0)
        name = QFontMetrics(font).elidedText(choice.label, Qt.TextElideMode.ElideMiddle, room)
        painter.setFont(font)
        painter.setPen(QColor(theme.text))
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, name)
        if choice.is_loaded:
            left = area.left() + QFontMetrics(font).horizontalAdvance(name) + GAP
            top = area.top() + (area.height() - dot) / 2
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.accent))
            painter.drawEllipse(QRectF(left, top, dot, dot))
        painter.setFont(detail_font)
        painter.setPen(QColor(theme.muted))
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        painter.drawText(area, flags, choice.detail)
