"""What of a message the Tab key stops at: fold line, buttons of blocks, links, error button."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QRectF

from desktop_chat.ui.transcript.layouts.hits import BODY, REASONING, Hit, Part
from desktop_chat.ui.transcript.text.blocks import Block, TextBlock, block_text, spans_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from desktop_chat.ui.transcript.message_layout import MessageLayout


class Stop(NamedTuple):
    """One thing to press.

    Attributes:
        slot: Where it stands in the message: fold line, blocks of the reasoning, of the body, note.
        hit: What a pointer would find there.
        end: For a link, where its text ends; it starts at `hit.offset`.
        number: Which one of its slot it is.
    """

    slot: int
    hit: Hit
    end: int = 0
    number: int = 0


def next_stop(message: MessageLayout, current: Stop | None, by: int) -> Stop | None:
    """Return the next or previous stop of a message, the first or last one without `current`."""
    count = _slots(message)
    slot = (0 if by > 0 else count - 1) if current is None else current.slot
    rest = list(_stops(message, slot))[::by]
    if current is not None:
        at = next((at for at, stop in enumerate(rest) if _is_same(stop, current)), -1)
        rest = rest[at + 1 :]
    while not rest and 0 <= slot + by < count:
        slot += by
        rest = list(_stops(message, slot))[::by]
    return rest[0] if rest else None


def stop_rects(message: MessageLayout, stop: Stop) -> list[QRectF]:
    """Return what a stop covers, from the row's top left; nothing if it is gone."""
    hit = stop.hit
    if hit.part is Part.FOLD:
        return [QRectF(message.fold_rect)]
    if hit.part is Part.ACTION:
        return [QRectF(message.notes.action_rect.translated(0, message.notes_top))]
    column = message.column(hit.column)
    if column is None or hit.block >= len(column.blocks):
        return []
    at = (message.column_origin(hit.column) + column.origin(hit.block)).toPointF()
    layout = column.layout(hit.block)
    if hit.part is Part.LINK:
        rects = layout.rects(hit.offset, stop.end)
    else:
        action = hit.control.action if hit.control is not None else ""
        rects = [QRectF(control.rect) for control in layout.controls() if control.action == action]
    return [rect.translated(at) for rect in rects]


def current_stop(message: MessageLayout, stop: Stop) -> Stop | None:
    """Return the stop as it is now: buttons change when they are pressed."""
    found = next((again for again in _stops(message, stop.slot) if _is_same(again, stop)), None)
    now = list(_stops(message, stop.slot)) if found is None else []
    if found is None and stop.number < len(now):
        # What unfolded a block folds it now.
        found = now[stop.number]
        found = found if found.hit.part is stop.hit.part is Part.CONTROL else None
    return found


def _is_same(stop: Stop, other: Stop) -> bool:
    ours, theirs = stop.hit, other.hit
    if ours.control is not None and theirs.control is not None:
        return ours.control.action == theirs.control.action
    return (ours.part, ours.offset, ours.href) == (theirs.part, theirs.offset, theirs.href)


def _slots(message: MessageLayout) -> int:
    aside = len(message.aside.blocks) if message.aside is not None else 0
    return 2 + aside + len(message.body.blocks)


def _stops(message: MessageLayout, slot: int) -> Iterator[Stop]:
    """Yield what a slot holds; the blocks of reasoning and body stand between fold and note."""
    aside = len(message.aside.blocks) if message.aside is not None else 0
    if slot == 0:
        if message.has_reasoning:
            yield Stop(slot, Hit(Part.FOLD))
    elif slot <= aside:
        yield from _block_stops(message, slot, REASONING, slot - 1)
    elif slot <= aside + len(message.body.blocks):
        yield from _block_stops(message, slot, BODY, slot - 1 - aside)
    elif message.notes.action:
        yield Stop(slot, Hit(Part.ACTION))


def _block_stops(message: MessageLayout, slot: int, part: int, number: int) -> Iterator[Stop]:
    column = message.column(part)
    assert column is not None
    block, count = column.blocks[number], 0
    # Paragraphs have no buttons, and there may be thousands that were never laid out.
    if not isinstance(block, TextBlock):
        for control in column.layout(number).controls():
            yield Stop(slot, Hit(Part.CONTROL, part, number, control=control), 0, count)
            count += 1
    text = ""
    for start, end, href in _links(block):
        # A table is put together once, not for each of its links.
        text = text or block_text(block)
        yield Stop(slot, Hit(Part.LINK, part, number, start, href, text[start:end]), end, count)
        count += 1


def _links(block: Block) -> Iterator[tuple[int, int, str]]:
    """Yield start, end and address of a block's links; one in several styles comes once."""
    start, end, href = 0, 0, ""
    for at, span in spans_of(block):
        if span.href == href and at == end:
            end += span.length
            continue
        if href:
            yield start, end, href
        start, end, href = at, at + span.length, span.href
    if href:
        yield start, end, href
