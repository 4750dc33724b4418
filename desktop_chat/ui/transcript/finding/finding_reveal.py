"""Brings a place of the text into view, unfolding what hides it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF

from desktop_chat.ui.transcript.layouts.hits import BODY, REASONING

if TYPE_CHECKING:
    from PySide6.QtCore import QRect

    from desktop_chat.ui.transcript.column import Column
    from desktop_chat.ui.transcript.finding.finding_hits import Found
    from desktop_chat.ui.transcript.pane import TranscriptPane

UNFOLD = "unfold"
# Heights above are estimates until they are laid out.
_ROUNDS = 4


def reveal(pane: TranscriptPane, row: int, place: Found, covered: QRect) -> bool:
    """Show a hit; nothing moves if it is in view already.

    Args:
        pane: Where to show it.
        row: The row of the hit.
        place: Where in the row it is.
        covered: What of the window something lies over.

    Returns:
        False if its message is not parsed that far yet.
    """
    message = pane.stage.layout.message(row)
    if place.part == REASONING and message.aside is None:
        if not message.has_reasoning:
            return True
        _unfold_reasoning(pane, row)
    column = message.column(place.part)
    is_missing = column is None or place.block >= len(column.blocks)
    if message.has_rest and (is_missing or place.part == BODY):
        # The rest is parsed in slices, which begin with this where nothing else was to be shown.
        pane.settle()
        return False
    if column is None or is_missing:
        return True
    _unfold(pane, row, place, column)
    for _ in range(_ROUNDS):
        rect = rect_of(pane, row, place, column)
        is_inside = rect.top() >= 0 and rect.bottom() < pane.stage.window
        if is_inside and not rect.intersects(covered):
            break
        if not _scroll_to(pane, rect):
            break
    _scroll_sideways(place, column)
    pane.viewport().update()
    return True


def rect_of(pane: TranscriptPane, row: int, place: Found, column: Column) -> QRect:
    """Return the rectangle of a hit's first line in the viewport."""
    layout = column.layout(place.block)
    rects = layout.rects(place.start, place.end)
    rect = (
        rects[0] if rects else QRectF(0, layout.y_of(place.start), 1, pane.stage.layout.look.line)
    )
    message = pane.stage.layout.message(row)
    at = message.column_origin(place.part) + column.origin(place.block)
    return rect.toAlignedRect().translated(pane.stage.row_rect(row).topLeft() + at)


def _unfold_reasoning(pane: TranscriptPane, row: int) -> None:
    pane.stage.position.hold_row(row)
    pane.stage.layout.toggle_reasoning(row)
    pane.settle()


def _unfold(pane: TranscriptPane, row: int, place: Found, column: Column) -> None:
    layout = column.layout(place.block)
    if not any(control.action == UNFOLD for control in layout.controls()):
        return
    rects = layout.rects(place.start, place.end)
    is_hidden = not rects or rects[-1].bottom() > layout.height
    if is_hidden:
        column.press(place.block, UNFOLD)
        pane.stage.layout.remeasure(row)
        pane.settle()


def _scroll_to(pane: TranscriptPane, rect: QRect) -> bool:
    """Scroll a rectangle of the window to its upper third; return whether that moved it."""
    before = pane.stage.position.top
    pane.scroll_by(rect.top() - pane.stage.window // 3)
    return pane.stage.position.top != before


def _scroll_sideways(place: Found, column: Column) -> None:
    layout = column.layout(place.block)
    rects = layout.rects(place.start, place.end)
    if layout.sideways is None or not rects:
        return
    first, room = rects[0], layout.natural_width / 8
    if first.left() < room / 4 or first.right() > layout.natural_width - room / 2:
        layout.sideways.scroll_by(round(first.center().x() - layout.natural_width / 2))
