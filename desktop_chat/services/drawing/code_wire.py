"""Coloured spans of a line as one row of numbers, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from desktop_chat.services.drawing.code_lexing import Spans

COLOURS = (
    "syntax_keyword", "syntax_string", "syntax_number", "syntax_comment", "error",
)  # fmt: skip


def to_numbers(spans: Spans) -> list[int]:
    """Return start, length and number of the colour of each span."""
    return [n for start, length, colour in spans for n in (start, length, COLOURS.index(colour))]


def spans_from(numbers: Sequence[int]) -> Spans:
    """Return the spans that `to_numbers` wrote."""
    parts = iter(numbers)
    return tuple(
        (start, length, COLOURS[colour])
        for start, length, colour in zip(parts, parts, parts, strict=True)
    )
