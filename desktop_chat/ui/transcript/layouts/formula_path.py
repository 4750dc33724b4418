"""A formula as a path: quick to paint, in any colour."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainterPath, QTransform

if TYPE_CHECKING:
    from desktop_chat.services.drawing.formula_geometry import Formula, Letter, Outline

_MAX_KEPT = 600
# By identity, since to hash an outline takes as long as to build its path.
_kept: dict[int, tuple[Outline, QPainterPath]] = {}


def path_of(formula: Formula, size: float, letters: QFont) -> QPainterPath:
    """Return a formula with its baseline's start at 0, 0.

    Args:
        formula: What to draw.
        size: Of its font, in pixels.
        letters: The font for what the formulas' font lacks.
    """
    path = QPainterPath()
    path.setFillRule(Qt.FillRule.WindingFill)
    for glyph in formula.glyphs:
        scale = glyph.scale * size
        place = QTransform(scale, 0, 0, scale, glyph.x * size, glyph.y * size)
        path.addPath(place.map(_outline_path(glyph.outline)))
    for x, y, width, height in formula.bars:
        path.addRect(x * size, y * size, width * size, height * size)
    for letter in formula.letters:
        _add_letter(path, letter, size, letters)
    return path


def _outline_path(outline: Outline) -> QPainterPath:
    known = _kept.get(id(outline))
    if known is not None and known[0] is outline:
        return known[1]
    path = QPainterPath()
    path.setFillRule(Qt.FillRule.WindingFill)
    is_open = False
    for step in outline:
        if not step:
            path.closeSubpath()
            is_open = False
        elif not is_open:
            path.moveTo(*step)
            is_open = True
        elif len(step) == 2:
            path.lineTo(*step)
        elif len(step) == 4:
            path.quadTo(*step)
        else:
            path.cubicTo(*step)
    path.closeSubpath()
    if len(_kept) >= _MAX_KEPT:
        _kept.clear()
    _kept[id(outline)] = outline, path
    return path


def _add_letter(path: QPainterPath, letter: Letter, size: float, font: QFont) -> None:
    font = QFont(font)
    font.setPixelSize(max(1, round(letter.scale * size * 0.92)))
    width = QFontMetricsF(font).horizontalAdvance(letter.text)
    room = letter.width * size
    path.addText(letter.x * size + max(0.0, (room - width) / 2), letter.y * size, font, letter.text)
