"""LaTeX typeset by ziamath with the STIX Two Math font. Slow to import."""

from __future__ import annotations

import re
from math import hypot
from typing import TYPE_CHECKING, Any
from unicodedata import east_asian_width
from xml.etree import ElementTree

from ziafont.fonttypes import BBox
from ziafont.glyph import SimpleGlyph
from ziafont.svgpath import Moveto
from ziamath import drawable
from ziamath.escapes import unescape
from ziamath.mathfont import MathFont
from ziamath.mathtable import AssembledGlyph
from ziamath.nodes.mnode import _node_classes
from ziamath.tex import tex2mml
from ziamath.zmath import Math, loadedfonts

from desktop_chat.services.drawing.formula_geometry import Formula, Letter, Outline, Placed

if TYPE_CHECKING:
    from collections.abc import Iterator

# Everything is typeset at this size and scaled when it is painted.
SIZE = 24.0
# ziamath lays out every row twice, so that nesting doubles the work.
MAX_STEPS = 8_000
_MATHML = "{http://www.w3.org/1998/Math/MathML}"
# The library writes a warning to the log for others.
_TAGS = {*_node_classes, "math", "mstyle", "mtd", "mtr", "none", "ms"}
_ROW_GAP = "0.5em"
_ESCAPED = re.compile(r"(?<=>)\\([{}|])(?=<)")
_UNKNOWN = re.compile(r">\s*(\\[a-zA-Z]+)")


class TooMuchError(Exception):
    """Typesetting takes too many steps."""


class _Foreign(SimpleGlyph):
    """Stands for a letter that the font lacks."""

    def __init__(self, letter: str, font: MathFont) -> None:
        em = font.info.layout.unitsperem
        is_wide = east_asian_width(letter) in "WF"
        self.width = round(em * (1.0 if is_wide else 0.6))
        super().__init__(0, [], BBox(0, self.width, -em * 0.12, em * 0.75), font)

    def advance(self, nextchr: SimpleGlyph | None = None) -> int:
        return int(self.width)


class _Font(MathFont):
    """The formulas' font; knows how much work a formula has been and what it lacks."""

    def __init__(self, path: str) -> None:
        self.steps = 0
        self._foreign: dict[str, _Foreign] = {}
        super().__init__(path, SIZE)

    @property
    def math(self) -> Any:
        """The font's table for formulas; every node asks for it."""
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise TooMuchError(f"{MAX_STEPS} steps")
        return self._math

    @math.setter
    def math(self, table: Any) -> None:
        self._math = table

    def findglyph(self, char: str, variant: Any) -> SimpleGlyph:
        """Return the glyph of a letter."""
        glyph = super().findglyph(char, variant)
        if glyph.index:
            return glyph
        if char not in self._foreign:
            self._foreign[char] = _Foreign(char, self)
        return self._foreign[char]


_font: list[_Font] = []
_outlines: dict[int, Outline] = {}


def formula_from(latex: str, is_display: bool) -> Formula:
    """Typeset LaTeX. Raises whatever the libraries raise."""
    if not _font:
        _font.append(_Font(str(loadedfonts["default"].fname)))
        loadedfonts["formulas"] = _font[0]
    _font[0].steps = 0
    element = mathml_from(latex, is_display)
    for part in element.iter(f"{_MATHML}mtable"):
        part.attrib.setdefault("rowspacing", _ROW_GAP)
    node = Math(element, size=SIZE, font="formulas").node
    return _formula(node)


def mathml_from(latex: str, is_display: bool) -> ElementTree.Element:
    """Return LaTeX as MathML of known elements. Raises whatever the libraries raise."""
    mathml = tex2mml(latex, inline=not is_display)
    # Behind \big and its like the converter leaves the backslash of a brace.
    mathml = _ESCAPED.sub(lambda found: "‖" if found[1] == "|" else found[1], mathml)
    if found := _UNKNOWN.search(mathml):
        raise ValueError(f"{found[1]} is not known")
    element = ElementTree.fromstring(unescape(mathml))
    _unwrap(element)
    for part in element.iter():
        tag = part.tag.removeprefix(_MATHML)
        if tag not in _TAGS:
            raise ValueError(f"{tag} is not drawn")
    return element


def _unwrap(element: ElementTree.Element) -> None:
    """Take away rows of one element, each of which would double the work."""
    for number, child in enumerate(element):
        while child.tag.endswith("mrow") and len(child) == 1 and not child.attrib:
            child = child[0]
            element[number] = child
        _unwrap(child)


def _formula(node: Any) -> Formula:
    box = node.bbox
    shift = -min(0.0, box.xmin)
    glyphs, bars, letters = [], [], []
    for part, x, y in _leaves(node, shift, 0.0):
        if getattr(part, "phantom", False):
            continue
        if isinstance(part, drawable.Glyph):
            scale = part.size / SIZE
            if isinstance(part.glyph, _Foreign):
                width = part.glyph.width / part.glyph.font.info.layout.unitsperem * scale
                letters.append(Letter(part.char, x / SIZE, y / SIZE, scale, width))
            else:
                for glyph, left, up in _single_glyphs(part.glyph):
                    place = x / SIZE + left * scale, y / SIZE - up * scale
                    glyphs.append(Placed(_outline(glyph), *place, scale))
        elif isinstance(part, drawable.Diagonal):
            glyphs.append(Placed(_diagonal(part, x, y), 0.0, 0.0, 1.0))
        else:
            for left, top, wide, high in _bars(part, x, y):
                bars.append((left / SIZE, top / SIZE, wide / SIZE, high / SIZE))
    width, up, down = (value / SIZE for value in (box.xmax + shift, box.ymax, -box.ymin))
    if not (0 < width < 500 and -50 < up < 200 and -50 < down < 200 and up + down > 0):
        raise ValueError("nothing to see")
    return Formula(width, up, down, tuple(glyphs), tuple(bars), tuple(letters))


def _leaves(node: Any, x: float, y: float) -> Iterator[tuple[Any, float, float]]:
    if not hasattr(node, "nodexy"):
        yield node, x, y
        return
    for (left, top), child in zip(node.nodexy, node.nodes, strict=False):
        yield from _leaves(child, x + left, y + top)


def _bars(part: Any, x: float, y: float) -> list[tuple[float, float, float, float]]:
    if isinstance(part, drawable.HLine):
        return [(x, y, part.length, part.lw)]
    if isinstance(part, drawable.VLine):
        return [(x - part.lw / 2, y, part.lw, part.height)]
    if isinstance(part, drawable.Box):
        top, line = y - part.height, part.lw
        return [
            (x, top, part.width, line),
            (x, y - line, part.width, line),
            (x, top, line, part.height),
            (x + part.width - line, top, line, part.height),
        ]
    return []


def _single_glyphs(glyph: Any) -> Iterator[tuple[SimpleGlyph, float, float]]:
    """Yield the glyphs of which a tall or wide one is put together, with their offsets in em."""
    em = glyph.font.info.layout.unitsperem
    if not isinstance(glyph, AssembledGlyph):
        if glyph.operators:
            yield glyph, 0.0, 0.0
        return
    for part, offset in zip(glyph.glyphs, glyph.offsets, strict=False):
        yield part, *((0.0, offset / em) if glyph.vert else (offset / em, 0.0))


def _outline(glyph: SimpleGlyph) -> Outline:
    if glyph.index not in _outlines:
        em = glyph.font.info.layout.unitsperem
        steps: list[tuple[float, ...]] = []
        for operator in glyph.operators:
            points, _ = operator.points()
            if isinstance(operator, Moveto) and steps:
                steps.append(())
            steps.append(tuple(value / em for point in points for value in (point.x, -point.y)))
        _outlines[glyph.index] = tuple(steps)
    return _outlines[glyph.index]


def _diagonal(part: Any, x: float, y: float) -> Outline:
    """Return a line between opposite corners, as a thin area."""
    half, size = part.lw / 2, hypot(part.width, part.height) or 1.0
    dx, dy = part.height / size * half, -part.width / size * half
    (x1, y1), (x2, y2) = (x, y - part.height), (x + part.width, y)
    corners = (x1 + dx, y1 + dy), (x2 + dx, y2 + dy), (x2 - dx, y2 - dy), (x1 - dx, y1 - dy)
    return tuple((left / SIZE, top / SIZE) for left, top in corners)
