"""Paints the rows of the tree of branches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QDateTime, QLocale, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate

from desktop_chat.ui.fonts import font_of
from desktop_chat.ui.icons import pixmap
from desktop_chat.ui.item_models.branch_tree import BranchRole, sender_name, words_of
from desktop_chat.ui.sizes import ICON, ROW, TEXT_INTERFACE, TEXT_STATUS

if not TYPE_CHECKING:
    from desktop_chat.overriding import override

if TYPE_CHECKING:
    from datetime import datetime

    from PySide6.QtCore import QModelIndex, QObject
    from PySide6.QtWidgets import QStyleOptionViewItem
    from typing_extensions import override

    from desktop_chat.domain.branches import BranchRow
    from desktop_chat.ui.theme import Theme

PAD = 8
SENDER = 76
GAP = 12


class BranchDelegate(QStyledItemDelegate):
    """Sender, text, which version it is, and when it was written.

    Messages of the path that is shown stand in the colour of text, others are muted.
    """

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme

    # Qt overrides

    @override
    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(0, self._theme.px(ROW))

    @override
    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        row: BranchRow = index.data(BranchRole.ROW)
        theme, area = self._theme, QRect(option.rect)
        state = option.state
        painter.save()
        self._paint_ground(painter, area, state)
        area.adjust(theme.px(PAD), 0, -theme.px(PAD), 0)
        is_selected = bool(state & QStyle.StateFlag.State_Selected)
        faint = theme.muted if is_selected else theme.faint
        right = self._paint_right(painter, area, time_words(row.message.created_at), faint)
        number, count = row.version
        if count > 1:
            right = self._paint_version(painter, right, f"{number}/{count}", theme.muted)
        sender = QRect(area.left(), area.top(), theme.px(SENDER), area.height())
        self._paint_text(painter, sender, sender_name(row), theme.muted, TEXT_STATUS)
        words = QRect(right)
        words.setLeft(sender.right() + theme.px(PAD))
        ink = theme.text if row.is_shown else theme.muted
        self._paint_text(painter, words, words_of(row), ink, TEXT_INTERFACE)
        painter.restore()

    def _paint_ground(self, painter: QPainter, area: QRect, state: QStyle.StateFlag) -> None:
        theme = self._theme
        colour = ""
        if state & QStyle.StateFlag.State_Selected:
            colour = theme.selected
        elif state & QStyle.StateFlag.State_MouseOver:
            colour = theme.hover
        if not colour:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colour))
        radius = theme.px(6)
        painter.drawRoundedRect(area.adjusted(0, 1, 0, -1), radius, radius)

    def _paint_right(self, painter: QPainter, area: QRect, words: str, ink: str) -> QRect:
        """Paint words at the right end; return what is left of the area."""
        painter.setFont(font_of(self._theme.px(TEXT_STATUS)))
        width = QFontMetrics(painter.font()).horizontalAdvance(words)
        place = QRect(area)
        place.setLeft(area.right() - width + 1)
        painter.setPen(QColor(ink))
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, words)
        return area.adjusted(0, 0, -width - self._theme.px(GAP), 0)

    def _paint_version(self, painter: QPainter, area: QRect, words: str, ink: str) -> QRect:
        rest = self._paint_right(painter, area, words, ink)
        size = self._theme.px(ICON - 2)
        device = painter.device()
        ratio = device.devicePixelRatioF() if device is not None else 1.0
        picture = pixmap("git-branch", ink, size, ratio)
        left = rest.right() + self._theme.px(GAP) - size - self._theme.px(4)
        painter.drawPixmap(left, rest.center().y() - size // 2 + 1, picture)
        return rest.adjusted(0, 0, -size - self._theme.px(4), 0)

    def _paint_text(self, painter: QPainter, area: QRect, words: str, ink: str, px: int) -> None:
        painter.setFont(font_of(self._theme.px(px)))
        metrics = QFontMetrics(painter.font())
        line = metrics.elidedText(words, Qt.TextElideMode.ElideRight, area.width())
        painter.setPen(QColor(ink))
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, line)


def time_words(at: datetime) -> str:
    """Return when a message was written: the time, with the day unless it is today."""
    moment = QDateTime.fromMSecsSinceEpoch(round(at.timestamp() * 1000))
    locale = QLocale()
    time = locale.toString(moment.time(), QLocale.FormatType.ShortFormat)
    if moment.date() == QDateTime.currentDateTime().date():
        return time
    return f"{locale.toString(moment.date(), QLocale.FormatType.ShortFormat)}  {time}"
