"""Formulas as values of JSON, and back; outlines as text, which is read only once."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from desktop_chat.services.drawing.formula_geometry import (
    Formula,
    Letter,
    NoFormula,
    Outline,
    Placed,
)

# Paths are kept by the identity of their outline, so the same text must give the same outline.
_MAX_KEPT = 600
# In characters, some thousand for each sign: more would keep the window's thread too long.
MAX_OUTLINES = 120_000


def to_wire(formula: Formula | NoFormula) -> dict[str, Any]:
    """Return a formula as values of JSON."""
    if isinstance(formula, NoFormula):
        return {"reason": formula.reason}
    numbers: dict[Outline, int] = {}
    glyphs = [
        (numbers.setdefault(glyph.outline, len(numbers)), glyph.x, glyph.y, glyph.scale)
        for glyph in formula.glyphs
    ]
    texts = [_text_of(outline) for outline in numbers]
    if sum(map(len, texts)) > MAX_OUTLINES:
        return {"reason": "too many different signs"}
    return {
        "box": (formula.width, formula.ascent, formula.descent),
        "outlines": texts,
        "glyphs": glyphs,
        "bars": formula.bars,
        "letters": [
            (letter.text, letter.x, letter.y, letter.scale, letter.width)
            for letter in formula.letters
        ],
    }


def from_wire(answer: dict[str, Any]) -> Formula | NoFormula:
    """Return the formula that `to_wire` wrote."""
    if "reason" in answer:
        return NoFormula(answer["reason"])
    outlines = [_outline_from(text) for text in answer["outlines"]]
    width, ascent, descent = answer["box"]
    return Formula(
        width,
        ascent,
        descent,
        glyphs=tuple(Placed(outlines[number], *at) for number, *at in answer["glyphs"]),
        bars=tuple((left, top, wide, high) for left, top, wide, high in answer["bars"]),
        letters=tuple(Letter(*letter) for letter in answer["letters"]),
    )


def _text_of(outline: Outline) -> str:
    import json

    return json.dumps(outline)


@lru_cache(maxsize=_MAX_KEPT)
def _outline_from(text: str) -> Outline:
    import json

    return tuple(map(tuple, json.loads(text)))
