"""What of a message can be reached by itself: code, tables, formulas, links, buttons."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum, auto
from itertools import islice, pairwise
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QCoreApplication, QRect, QSize

from desktop_chat.services.drawing.code_languages import label_of
from desktop_chat.ui.transcript.layouts.hits import BODY, REASONING, Control
from desktop_chat.ui.transcript.text.blocks import (
    CodeBlock,
    FormulaBlock,
    ImageBlock,
    Style,
    TableBlock,
    TextBlock,
    written_text,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from desktop_chat.ui.transcript.column import Column
    from desktop_chat.ui.transcript.message_layout import MessageLayout
    from desktop_chat.ui.transcript.text.blocks import Block, Span

MAX_THINGS = 300
MAX_TEXT = 20_000


class Kind(Enum):
    """What a thing is."""

    CODE = auto()
    TABLE = auto()
    FORMULA = auto()
    IMAGE = auto()
    LINK = auto()
    CONTROL = auto()
    FOLD = auto()
    ACTION = auto()


class Thing(NamedTuple):
    """One thing of a message, in reading order.

    Attributes:
        name: What it is called.
        text: What it holds: code, LaTeX, the address of a link.
        column: `REASONING` or `BODY`, -1 for what is in neither.
        block: Its block of that column.
        start: Where in the block's text a link or formula starts, and `end` where it ends.
        control: For a control of a block, which one.
    """

    kind: Kind
    name: str
    text: str = ""
    column: int = -1
    block: int = 0
    start: int = 0
    end: int = 0
    control: Control | None = None


def outline(message: MessageLayout) -> list[Thing]:
    """Return what can be reached in a message, at most `MAX_THINGS`; nothing is laid out."""
    return list(islice(_things(message), MAX_THINGS))


def _things(message: MessageLayout) -> Iterator[Thing]:
    if message.has_reasoning:
        yield Thing(Kind.FOLD, _tr("Reasoning"))
    for part in (REASONING, BODY):
        column = message.column(part)
        for index in range(len(column.blocks) if column is not None else 0):
            yield from things_of_block(message, part, index)
    if message.notes.action:
        yield Thing(Kind.ACTION, message.notes.label)


def things_of_block(message: MessageLayout, part: int, index: int) -> Iterator[Thing]:
    """Yield what can be reached in one block."""
    column = message.column(part)
    assert column is not None
    block = column.blocks[index]
    yield from _of_block(block, part, index)
    for control in _controls(column, index):
        yield Thing(Kind.CONTROL, control_name(block, control), "", part, index, control=control)


def _of_block(block: Block, part: int, index: int) -> Iterator[Thing]:
    match block:
        case CodeBlock():
            name = _tr("Code, {language}") if block.language else _tr("Code")
            name = name.format(language=label_of(block.language))
            yield Thing(Kind.CODE, name, _first_lines(block.lines), part, index)
        case TableBlock():
            name = _tr("Table, {rows} rows, {columns} columns")
            name = name.format(rows=len(block.rows), columns=len(block.alignments))
            yield Thing(Kind.TABLE, name, _table_text(block), part, index)
        case FormulaBlock():
            yield Thing(Kind.FORMULA, block.source, "", part, index)
        case ImageBlock():
            name = _tr("Image, {label}").format(label=block.label or block.address)
            yield Thing(Kind.IMAGE, name, block.address, part, index)
    yield from _spans(block, part, index)


def _spans(block: Block, part: int, index: int) -> Iterator[Thing]:
    """Yield the links and formulas in the text of a block."""
    for text, spans, at in _texts(block):
        for number, span in enumerate(spans):
            start, end = span.start, span.start + span.length
            if span.style & Style.MATH and span.source:
                yield Thing(Kind.FORMULA, span.source, "", part, index, at + start, at + end)
            if span.href and not (number and _goes_on(spans[number - 1], span)):
                # A link that is bold in part consists of several spans.
                for one, other in pairwise(spans[number:]):
                    if not _goes_on(one, other):
                        break
                    end = other.start + other.length
                words = text[start:end].strip() or span.href
                yield Thing(Kind.LINK, words, span.href, part, index, at + start, at + end)


def _goes_on(one: Span, other: Span) -> bool:
    """Whether two spans are pieces of one link."""
    return one.href == other.href and one.start + one.length == other.start


def _texts(block: Block) -> Iterator[tuple[str, Sequence[Span], int]]:
    """Yield texts with their spans, and where each starts in the block's text."""
    if isinstance(block, TextBlock):
        yield block.text, block.spans, 0
    elif isinstance(block, TableBlock):
        at = 0
        for row in block.rows:
            for cell in row:
                if cell.spans:
                    yield cell.text, cell.spans, at
                at += len(cell.text) + 1


def _controls(column: Column, index: int) -> Sequence[Control]:
    if column.is_laid_out(index):
        return column.layout(index).controls()
    block = column.blocks[index]
    # Copying goes by every block, the rest is known once it is laid out.
    is_copied = isinstance(block, TableBlock | FormulaBlock | CodeBlock)
    return (Control("copy", _tr("Copy"), QRect()),) if is_copied else ()


def control_name(block: Block, control: Control) -> str:
    """Return what a control is called outside of its block."""
    if control.action != "copy":
        return control.label
    match block:
        case CodeBlock():
            return _tr("Copy code")
        case TableBlock():
            return _tr("Copy table")
        case FormulaBlock():
            return _tr("Copy LaTeX")
        case ImageBlock():
            return _tr("Copy address")
    return control.label


def rect_of(message: MessageLayout, thing: Thing) -> QRect:
    """Return where a thing is, as its message counts."""
    if thing.kind is Kind.FOLD:
        return QRect(message.fold_rect)
    if thing.kind is Kind.ACTION:
        return message.notes.action_rect.translated(0, message.notes_top)
    column = message.column(thing.column)
    if column is None or thing.block >= len(column.blocks):
        return QRect()
    at = message.column_origin(thing.column) + column.origin(thing.block)
    if not column.is_laid_out(thing.block):
        height = column.top_of(thing.block + 1) - column.top_of(thing.block)
        return QRect(at.x(), at.y(), message.width, max(1, height))
    layout = column.layout(thing.block)
    if thing.control is not None and not thing.control.rect.isEmpty():
        return thing.control.rect.translated(at)
    rect = QRect(0, 0, layout.natural_width, layout.height)
    if thing.end:
        rects = layout.rects(thing.start, thing.end)
        rect = rects[0].toAlignedRect() if rects else rect
    # What has no size has no place for screen readers.
    return rect.translated(at).united(QRect(rect.topLeft() + at, QSize(1, 1)))


def _first_lines(lines: Sequence[str]) -> str:
    """Return code as text, not more of it than is read aloud."""
    return "\n".join(lines[: MAX_TEXT // 20])[:MAX_TEXT]


def _table_text(block: TableBlock) -> str:
    return written_text(replace(block, rows=block.rows[: MAX_TEXT // 20]))[:MAX_TEXT]


def _tr(text: str) -> str:
    return QCoreApplication.translate("Transcript", text)
