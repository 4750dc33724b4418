"""Paints one place of the folder tree."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen

from desktop_chat.ui.fonts import font_of
from desktop_chat.ui.icons import pixmap
from desktop_chat.ui.item_models.folder_tree import EntryKind
from desktop_chat.ui.sizes import FOCUS_RING, ICON, RADIUS, TEXT_INTERFACE

if TYPE_CHECKING:
    from desktop_chat.ui.theme import Theme

MARGIN = 8
PADDING = 10
GAP = 8
LONGEST_NAME = 200
_ICONS = {
    EntryKind.ALL: "message-square",
    EntryKind.FOLDER: "folder",
    EntryKind.TAGS: "tag",
    EntryKind.TAG: "tag",
    EntryKind.ARCHIVE: "archive",
    EntryKind.TRASH: "trash",
}


class PlaceState(NamedTuple):
    """How a place stands.

    Attributes:
        depth: In how many others it stands.
        is_open: Whether what stands in it is shown; None if nothing does.
        ratio: How many pixels of the screen make one of the view.
    """

    depth: int
    is_open: bool | None
    is_selected: bool
    is_hovered: bool
    is_drop_target: bool
    has_focus: bool
    ratio: float


def paint_place(
    painter: QPainter, whole: QRect, theme: Theme, kind: EntryKind, text: str, state: PlaceState
) -> None:
    """Paint a place into the whole width of the tree."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    area = whole.adjusted(MARGIN, 0, -MARGIN, 0)
    _paint_surface(painter, area, theme, state)
    left = content_left(theme, state.depth)
    edge = theme.px(ICON)
    top = area.center().y() + 1 - edge // 2
    ratio = state.ratio
    painter.drawPixmap(left, top, pixmap(_icon(kind, state), theme.muted, edge, ratio))
    right = area.right() - PADDING
    if state.is_open is not None:
        chevron = "chevron-down" if state.is_open else "chevron-right"
        right -= edge
        painter.drawPixmap(right + 2, top, pixmap(chevron, theme.muted, edge, ratio))
    left += edge + GAP
    font = font_of(theme.px(TEXT_INTERFACE), is_strong=state.is_selected)
    line = " ".join(text[:LONGEST_NAME].split())
    shown = QFontMetrics(font).elidedText(line, Qt.TextElideMode.ElideRight, right - left)
    painter.setFont(font)
    painter.setPen(QColor(theme.text))
    flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
    painter.drawText(QRect(left, area.top(), right - left, area.height()), flags, shown)
    painter.restore()


def content_left(theme: Theme, depth: int) -> int:
    """Return where the icon of a place begins."""
    return MARGIN + PADDING + depth * theme.px(ICON)


def chevron_area(whole: QRect, theme: Theme) -> QRect:
    """Return where a click opens or closes a place."""
    width = theme.px(ICON) + PADDING + MARGIN + 4
    return QRect(whole.right() + 1 - width, whole.top(), width, whole.height())


def _icon(kind: EntryKind, state: PlaceState) -> str:
    return "folder-open" if kind is EntryKind.FOLDER and state.is_open else _ICONS[kind]


def _paint_surface(painter: QPainter, area: QRect, theme: Theme, state: PlaceState) -> None:
    has_ring = state.has_focus or state.is_drop_target
    if state.is_drop_target:
        fill = theme.accent_soft
    elif state.is_selected:
        fill = theme.selected
    else:
        fill = theme.hover if state.is_hovered else ""
    if not fill and not has_ring:
        return
    width = FOCUS_RING if has_ring else theme.border - 1
    painter.setPen(QPen(QColor(theme.accent), width) if width else Qt.PenStyle.NoPen)
    painter.setBrush(QColor(fill) if fill else Qt.BrushStyle.NoBrush)
    inset, radius = width / 2, theme.px(RADIUS)
    painter.drawRoundedRect(QRectF(area).adjusted(inset, inset, -inset, -inset), radius, radius)
