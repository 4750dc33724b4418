"""Paints one thing that a search found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QLocale,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from desktop_chat.domain.message import Sender
from desktop_chat.domain.search.hit import Snippet
from desktop_chat.ui.fonts import font_of
from desktop_chat.ui.item_models.search_results import SearchRole
from desktop_chat.ui.search.marked_lines import Inks, break_lines, paint_line
from desktop_chat.ui.sizes import (
    FOCUS_RING,
    GROUP_LABEL,
    RADIUS,
    ROW,
    TEXT_GROUP,
    TEXT_INTERFACE,
    TEXT_STATUS,
)

if not TYPE_CHECKING:
    from desktop_chat.overriding import override

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from typing import Protocol

    from PySide6.QtCore import QObject
    from typing_extensions import override

    from desktop_chat.domain.search.hit import SearchHit
    from desktop_chat.ui.theme import Theme

    class RowStates(Protocol):
        """How the rows of the list stand."""

        def is_current(self, index: Index) -> bool:
            """Whether Enter would open this row."""
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
EDGE = 7
LINES = 2
LINE = 17
TITLE_LINE = 20
GAP = 2


class ResultDelegate(QStyledItemDelegate):
    """A title is one row high; a message has the title of its chat above two lines of its text.

    Args:
        now: The clock, since the time is told for today and the date for earlier.
    """

    def __init__(
        self, theme: Theme, states: RowStates, now: Callable[[], datetime], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._states = states
        self._now = now
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size."""
        self._theme = theme
        self._font = font_of(theme.px(TEXT_INTERFACE))
        self._text_font = font_of(theme.px(TEXT_STATUS))
        self._chat_font = font_of(theme.px(TEXT_STATUS), is_strong=True)
        self._small_font = font_of(theme.px(TEXT_GROUP))
        self._group_font = font_of(theme.px(TEXT_GROUP), is_strong=True)

    def _height(self, hit: SearchHit | None) -> int:
        if hit is None or hit.message_id is None:
            return self._theme.px(ROW)
        return self._theme.px(TITLE_LINE + GAP + LINES * LINE) + 2 * self._theme.px(EDGE)

    def _paint_group(self, painter: QPainter, area: QRect, group: str) -> None:
        painter.setFont(self._group_font)
        painter.setPen(QColor(self._theme.faint))
        area = area.adjusted(MARGIN + PADDING, 0, -MARGIN, -4)
        flags = Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft
        painter.drawText(area, flags, group)

    def _paint_surface(self, painter: QPainter, area: QRect, index: Index) -> None:
        theme = self._theme
        is_current = self._states.is_current(index)
        fill = theme.selected if is_current else ""
        if not fill and self._states.is_under_pointer(index):
            fill = theme.hover
        has_ring = self._states.has_keyboard_focus(index)
        if not fill and not has_ring:
            return
        width = FOCUS_RING if has_ring else theme.border - 1
        painter.setPen(QPen(QColor(theme.accent), width) if width else Qt.PenStyle.NoPen)
        painter.setBrush(QColor(fill) if fill else Qt.BrushStyle.NoBrush)
        inset = width / 2
        radius = theme.px(RADIUS)
        painter.drawRoundedRect(QRectF(area).adjusted(inset, inset, -inset, -inset), radius, radius)

    def _paint_title(
        self, painter: QPainter, area: QRect, title: Snippet, *, is_chat: bool
    ) -> None:
        font = self._font if is_chat else self._chat_font
        height = QFontMetrics(font).height()
        top = area.top() + (area.height() - height) / 2
        for line in break_lines(title, font, area.width(), 1):
            shown = line if is_chat else line._replace(marks=())
            place = QPointF(area.left(), top)
            paint_line(painter, shown, font, place, self._inks(self._theme.text))

    def _paint_message(self, painter: QPainter, area: QRect, hit: SearchHit) -> None:
        theme = self._theme
        head = QRect(area.left(), area.top(), area.width(), theme.px(TITLE_LINE))
        time = self._time(hit.created_at)
        painter.setFont(self._small_font)
        painter.setPen(QColor(theme.muted))
        painter.drawText(head, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, time)
        taken = QFontMetrics(self._small_font).horizontalAdvance(time) + PADDING
        title = hit.title if hit.title.text else Snippet(self.tr("Untitled"))
        self._paint_title(painter, head.adjusted(0, 0, -taken, 0), title, is_chat=False)
        top = head.bottom() + 1 + theme.px(GAP)
        snippet = self._with_sender(hit)
        for line in break_lines(snippet, self._text_font, area.width(), LINES):
            place = QPointF(area.left(), top)
            paint_line(painter, line, self._text_font, place, self._inks(theme.muted))
            top += theme.px(LINE)

    def _inks(self, text: str) -> Inks:
        return Inks(text, self._theme.find_hit, self._theme.text)

    def _with_sender(self, hit: SearchHit) -> Snippet:
        """Return the text with the name before it of whoever is not the model."""
        if hit.sender is not Sender.USER:
            return hit.snippet
        name = self.tr("You: ")
        marks = tuple((start + len(name), end + len(name)) for start, end in hit.snippet.marks)
        return Snippet(name + hit.snippet.text, marks)

    def _time(self, moment: datetime) -> str:
        local, today = moment.astimezone(), self._now().astimezone()
        if local.date() == today.date():
            return f"{local:%H:%M}"
        month = QLocale().monthName(local.month, QLocale.FormatType.ShortFormat)
        return f"{local.day} {month}" if local.year == today.year else f"{month} {local.year}"

    # Qt overrides

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        height = self._height(index.data(SearchRole.HIT))
        if index.data(SearchRole.GROUP):
            height += self._theme.px(GROUP_LABEL)
        return QSize(0, height)

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        whole: QRect = option.rect
        hit: SearchHit | None = index.data(SearchRole.HIT)
        height = self._height(hit)
        area = QRect(MARGIN, whole.bottom() + 1 - height, whole.width() - 2 * MARGIN, height)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        group = str(index.data(SearchRole.GROUP) or "")
        if group:
            self._paint_group(painter, whole.adjusted(0, 0, 0, -height), group)
        self._paint_surface(painter, area, index)
        inner = area.adjusted(PADDING, 0, -PADDING, 0)
        if hit is not None and hit.message_id is not None:
            edge = self._theme.px(EDGE)
            self._paint_message(painter, inner.adjusted(0, edge, 0, -edge), hit)
        elif hit is not None and hit.title.text:
            self._paint_title(painter, inner, hit.title, is_chat=True)
        else:
            painter.setFont(self._font if hit is not None else self._text_font)
            painter.setPen(QColor(self._theme.text if hit is not None else self._theme.link))
            flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
            painter.drawText(inner, flags, str(index.data()))
        painter.restore()
