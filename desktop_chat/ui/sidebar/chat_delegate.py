"""Paints one chat of the list, with the label of its group above the first of a group."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QAbstractItemModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QLineEdit, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from desktop_chat.ui.fonts import font_of
from desktop_chat.ui.icons import pixmap
from desktop_chat.ui.item_models.roles import ChatRole
from desktop_chat.ui.sizes import (
    FOCUS_RING,
    GROUP_LABEL,
    ICON,
    RADIUS,
    ROW,
    TEXT_GROUP,
    TEXT_INTERFACE,
)
from desktop_chat.ui.widgets.spinner import paint_ring

if not TYPE_CHECKING:
    from desktop_chat.overriding import override

if TYPE_CHECKING:
    from typing import Protocol

    from PySide6.QtCore import QObject
    from typing_extensions import override

    from desktop_chat.ui.theme import Theme

    class RowStates(Protocol):
        """How the rows of the list stand."""

        def devicePixelRatioF(self) -> float:  # noqa: N802 a QWidget's own
            """How many pixels of the screen make one of the view."""
            ...

        def is_shown(self, index: Index) -> bool:
            """Whether this is the chat shown."""
            ...

        def is_selected(self, index: Index) -> bool:
            """Whether this is one of the chats that a command would be about."""
            ...

        def is_under_pointer(self, index: Index) -> bool:
            """Whether the pointer is over this row."""
            ...

        def has_keyboard_focus(self, index: Index) -> bool:
            """Whether to show the focus at this row."""
            ...


Index = QModelIndex | QPersistentModelIndex
MARGIN = 8
PADDING = 10
GAP = 8
MARK = 12
DOT = 7
PERCENT_GAP = 6
LONGEST_TITLE = 200


class ChatDelegate(QStyledItemDelegate):
    """Rows of 34 px; owns no data.

    It is told how a row stands: the state in the style's option comes with the QStyle
    class, which takes 10 ms to load.

    Signals:
        title_entered(index: QPersistentModelIndex, title: str): the user gave a title.
    """

    title_entered = Signal(object, str)

    def __init__(self, theme: Theme, states: RowStates, parent: QObject) -> None:
        super().__init__(parent)
        self._states = states
        self._theme = theme
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size."""
        self._theme = theme
        self._font = font_of(theme.px(TEXT_INTERFACE))
        self._strong_font = font_of(theme.px(TEXT_INTERFACE), is_strong=True)
        self._small_font = font_of(theme.px(TEXT_GROUP))
        self._group_font = font_of(theme.px(TEXT_GROUP), is_strong=True)

    def row_area(self, whole: QRect) -> QRect:
        """Return the part of an item's area below its group label."""
        height = self._theme.px(ROW)
        return QRect(MARGIN, whole.bottom() + 1 - height, whole.width() - 2 * MARGIN, height)

    def _paint_row(self, painter: QPainter, area: QRect, index: Index, is_selected: bool) -> None:
        theme = self._theme
        if is_selected:
            fill = theme.selected
        else:
            fill = theme.hover if self._states.is_under_pointer(index) else ""
        has_ring = self._states.has_keyboard_focus(index)
        if not fill and not has_ring:
            return
        width = FOCUS_RING if has_ring else theme.border - 1
        painter.setPen(QPen(QColor(theme.accent), width) if width else Qt.PenStyle.NoPen)
        painter.setBrush(QColor(fill) if fill else Qt.BrushStyle.NoBrush)
        inset = width / 2
        radius = theme.px(RADIUS)
        painter.drawRoundedRect(QRectF(area).adjusted(inset, inset, -inset, -inset), radius, radius)

    def _paint_end(self, painter: QPainter, area: QRect, index: Index, is_selected: bool) -> int:
        """Paint ring, dot, time or percent at a row's end; returns the width it takes."""
        theme = self._theme
        activity = index.data(ChatRole.ACTIVITY)
        text = str(index.data(ChatRole.TIME) or "")
        width = 0
        if activity in ("writing", "unread"):
            edge = theme.px(MARK if activity == "writing" else DOT)
            mark = QRectF(area.right() + 1 - edge, area.center().y() + 0.5 - edge / 2, edge, edge)
            if activity == "writing":
                fraction = index.data(ChatRole.PROGRESS)
                paint_ring(painter, mark, theme, fraction=fraction)
                text = "" if fraction is None else f"{int(100 * fraction)} %"
            else:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(theme.accent))
                painter.drawEllipse(mark)
                text = ""
            width = edge + PADDING
            area = area.adjusted(0, 0, -edge - PERCENT_GAP, 0)
        if not text:
            return width
        painter.setFont(self._small_font)
        painter.setPen(QColor(theme.muted if is_selected else theme.faint))
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, text)
        text_width = QFontMetrics(self._small_font).horizontalAdvance(text)
        return text_width + (width + PERCENT_GAP if width else PADDING)

    def paint_item(self, painter: QPainter, whole: QRect, index: Index) -> None:
        """Paint a chat, and the name of its group above it if it is the first one."""
        theme = self._theme
        area = self.row_area(whole)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_label(painter, whole, area, str(index.data(ChatRole.GROUP) or ""))
        is_selected = self._states.is_selected(index)
        self._paint_row(painter, area, index, is_selected)
        inner = area.adjusted(PADDING, 0, -PADDING, 0)
        inner.setRight(inner.right() - self._paint_end(painter, inner, index, is_selected))
        if index.data(ChatRole.PINNED):
            inner.setLeft(inner.left() + self._paint_pin(painter, inner))
        font = self._strong_font if self._states.is_shown(index) else self._font
        title = " ".join(str(index.data() or "")[:LONGEST_TITLE].split())
        shown = QFontMetrics(font).elidedText(title, Qt.TextElideMode.ElideRight, inner.width())
        painter.setFont(font)
        painter.setPen(QColor(theme.text))
        painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
        painter.restore()

    def _paint_label(self, painter: QPainter, whole: QRect, area: QRect, group: str) -> None:
        if not group:
            return
        painter.setFont(self._group_font)
        painter.setPen(QColor(self._theme.faint))
        label = QRect(area.left() + PADDING, whole.top(), area.width(), area.top() - whole.top())
        painter.drawText(
            label.adjusted(0, 0, 0, -4),
            Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft,
            group,
        )

    def _paint_pin(self, painter: QPainter, area: QRect) -> int:
        """Paint the pin at the beginning of a row; returns the width it takes."""
        edge = self._theme.px(ICON)
        picture = pixmap("pin", self._theme.muted, edge, self._states.devicePixelRatioF())
        painter.drawPixmap(area.left(), area.center().y() + 1 - edge // 2, picture)
        return edge + GAP

    # Qt overrides

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        height = self._theme.px(ROW)
        if index.data(ChatRole.GROUP):
            height += self._theme.px(GROUP_LABEL)
        return QSize(0, height)

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        area: QRect = option.rect
        self.paint_item(painter, area, index)

    @override
    def createEditor(
        self, parent: QWidget, option: QStyleOptionViewItem, index: Index
    ) -> QLineEdit:
        editor = QLineEdit(parent)
        editor.setAccessibleName(self.tr("Chat title"))
        editor.setMaxLength(LONGEST_TITLE)
        return editor

    @override
    def setEditorData(self, editor: QWidget, index: Index) -> None:
        if isinstance(editor, QLineEdit):
            editor.setText(str(index.data() or ""))
            editor.selectAll()

    @override
    def updateEditorGeometry(
        self, editor: QWidget, option: QStyleOptionViewItem, index: Index
    ) -> None:
        whole: QRect = option.rect
        editor.setGeometry(self.row_area(whole))

    @override
    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        title = " ".join(editor.text().split()) if isinstance(editor, QLineEdit) else ""
        if title and title != index.data():
            self.title_entered.emit(QPersistentModelIndex(index), title)
