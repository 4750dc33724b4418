"""The chats that an import would bring, one a row; all of it is foreign text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QAbstractListModel,
    QCoreApplication,
    QDateTime,
    QLocale,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from desktop_chat.ui.fonts import font_of
from desktop_chat.ui.sizes import TEXT_INTERFACE, TEXT_STATUS
from desktop_chat.ui.widgets.plain_tooltip import plain_tooltip

if not TYPE_CHECKING:
    from desktop_chat.overriding import override

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QWidget
    from typing_extensions import override

    from desktop_chat.domain.imported import PreviewRow
    from desktop_chat.ui.theme import Theme

Index = QModelIndex | QPersistentModelIndex

ROW_ROLE = Qt.ItemDataRole.UserRole
PADDING = 12
LINE_GAP = 2
ROW_PADDING = 7
LONGEST = 300


class PreviewModel(QAbstractListModel):
    """Rows of a preview."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._rows: Sequence[PreviewRow] = ()

    def set_rows(self, rows: Sequence[PreviewRow]) -> None:
        """Show other rows."""
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    # Qt overrides

    @override
    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not 0 <= index.row() < len(self._rows):
            return None
        row = self._rows[index.row()]
        if role == ROW_ROLE:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            return title_words(row)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{title_words(row)}, {detail_words(row)}"
        if role == Qt.ItemDataRole.ToolTipRole and row.instructions:
            return plain_tooltip(row.instructions)
        return None


class PreviewList(QListView):
    """Shows what would come in; nothing in it can be changed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = PreviewModel(self)
        self._delegate = _PreviewDelegate(self)
        self.setObjectName("importList")
        self.setModel(self._model)
        self.setItemDelegate(self._delegate)
        self.setUniformItemSizes(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size."""
        self._delegate.set_theme(theme)

    def set_rows(self, rows: Sequence[PreviewRow]) -> None:
        """Show other rows, from the first one on."""
        self._model.set_rows(rows)
        if rows:
            self.setCurrentIndex(self._model.index(0, 0))


class _PreviewDelegate(QStyledItemDelegate):
    """Two lines: the title, and what is known of the chat."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme: Theme | None = None
        self._font = QFont()
        self._small_font = QFont()

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size."""
        self._theme = theme
        self._font = font_of(theme.px(TEXT_INTERFACE))
        self._small_font = font_of(theme.px(TEXT_STATUS))

    # Qt overrides

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        lines = QFontMetrics(self._font).height() + QFontMetrics(self._small_font).height()
        return QSize(100, lines + LINE_GAP + 2 * ROW_PADDING)

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        theme, row = self._theme, index.data(ROW_ROLE)
        if theme is None or row is None:
            return
        area: QRect = option.rect
        state: QStyle.StateFlag = option.state
        painter.save()
        if state & QStyle.StateFlag.State_Selected and state & QStyle.StateFlag.State_HasFocus:
            painter.fillRect(area, QColor(theme.selected))
        inner = area.adjusted(PADDING, ROW_PADDING, -PADDING, -ROW_PADDING)
        ink = theme.faint if row.is_known else theme.text
        title_height = self._draw(painter, inner, self._font, ink, title_words(row))
        inner.setTop(inner.top() + title_height + LINE_GAP)
        ink = theme.faint if row.is_known else theme.muted
        self._draw(painter, inner, self._small_font, ink, detail_words(row))
        painter.restore()

    def _draw(self, painter: QPainter, area: QRect, font: QFont, ink: str, text: str) -> int:
        metrics = QFontMetrics(font)
        painter.setFont(font)
        painter.setPen(QColor(ink))
        line = metrics.elidedText(text, Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(area.left(), area.top() + metrics.ascent(), line)
        return metrics.height()


def title_words(row: PreviewRow) -> str:
    """Return a title as one line."""
    return " ".join(row.title[:LONGEST].split()) or _tr("Untitled")


def detail_words(row: PreviewRow) -> str:
    """Return what is known of a chat: how long, when, and what it tells the model."""
    locale = QLocale()
    day = QDateTime.fromSecsSinceEpoch(int(row.updated_at.timestamp())).date()
    one = row.messages == 1
    count = _tr("1 message") if one else _tr("{0} messages").format(locale.toString(row.messages))
    parts = [locale.toString(day, "d MMMM yyyy"), count]
    if row.is_known:
        parts.append(_tr("here already"))
    elif row.instructions:
        parts.append(_tr("instructions: “{0}”").format(row.instructions))
    return " · ".join(parts)


def _tr(text: str) -> str:
    return QCoreApplication.translate("importing", text)
