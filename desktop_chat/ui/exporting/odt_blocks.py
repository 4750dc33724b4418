"""Blocks as the body of an ODT file. No Qt."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import groupby, zip_longest
from typing import TYPE_CHECKING
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from desktop_chat.services.exporting.words import PICTURE
from desktop_chat.ui.exporting.content import (
    coloured,
    colours_of,
    is_right_to_left,
    link_address,
)
from desktop_chat.ui.exporting.nesting import Change, Level, Nesting
from desktop_chat.ui.exporting.odt_parts import FORMULA_TYPE, HEAD, MARGIN, MAX_LEVEL, PAPERS
from desktop_chat.ui.exporting.pictures import Picture, picture_at
from desktop_chat.ui.transcript.copying.runs import Run, runs
from desktop_chat.ui.transcript.text.blocks import (
    LINE_BREAK,
    OBJECT,
    TOP,
    Block,
    CodeBlock,
    FormulaBlock,
    ImageBlock,
    RuleBlock,
    Style,
    TableBlock,
    TextBlock,
)
from desktop_chat.ui.transcript.text.text_limits import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from desktop_chat.ui.transcript.text.blocks import Cell, Span

_CM_A_PIXEL = 2.54 / 96
_MAX_PICTURE_HEIGHT = 800
_STYLES = {
    Style.BOLD: "b",
    Style.ITALIC: "i",
    Style.STRIKE: "s",
    Style.CODE: "c",
    Style.NOTE: "n",
}
_SIDES = {"right": "-r", "center": "-c"}
_GAPS = re.compile(r"( {2,}|^ |\t|\n)")


class OdtBlocks:
    """Writes blocks one after another; what they refer to is gathered.

    Attributes:
        files: Names, bytes and media types of pictures and formulas.
    """

    def __init__(self, paper: str) -> None:
        self.files: list[tuple[str, bytes, str]] = []
        self._width = (PAPERS[paper][0] - 2 * MARGIN) / _CM_A_PIXEL
        self._nesting = Nesting()
        self._mark = ""
        self._tables = 0

    def write(self, blocks: Iterable[Block], style: str = "Standard") -> str:
        """Return blocks; `style` is the one of their ordinary paragraphs."""
        parts = []
        for block in blocks:
            # A list holds no tables, and goes on after one.
            place = TOP if isinstance(block, TableBlock) else block.place
            parts += [self._tag(*change) for change in self._nesting.enter(place)]
            parts.append(self._content(block, style))
            self._mark = ""
        parts += [self._tag(*change) for change in self._nesting.leave()]
        return "".join(parts)

    def paragraph(self, style: str, text: str) -> str:
        """Return a paragraph of plain text."""
        return _paragraph(_turned(style, text), _letters(text))

    def heading(self, level: int, inner: str) -> str:
        """Return a heading."""
        return (
            f'<text:h text:style-name="Heading_20_{level}" text:outline-level="{level}">'
            f"{inner}</text:h>"
        )

    def picture(self, picture: Picture, label: str) -> str:
        """Return a paragraph that holds a picture."""
        return _paragraph("Standard", self._drawing(picture, label))

    def _tag(self, change: Change, level: Level) -> str:
        if level.is_quote:
            return ""
        if change is Change.CLOSE:
            return "</text:list-item></text:list>"
        self._mark = level.mark
        if change is Change.NEXT:
            return "</text:list-item><text:list-item>"
        name = "Numbers" if level.is_ordered else "Marks" if level.mark else "Bullets"
        start = f' text:start-value="{level.number}"' if level.is_ordered else ""
        return f'<text:list text:style-name="{name}"><text:list-item{start}>'

    def _content(self, block: Block, style: str) -> str:
        match block:
            case TextBlock():
                return self._text(block, style)
            case CodeBlock():
                return self._code(block)
            case TableBlock():
                return self._table(block)
            case FormulaBlock():
                inner = self._formula(block.source, is_display=True)
                is_nested = bool(self._nesting.levels)
                return _paragraph("Standard" if is_nested else "Standard-c", inner)
            case ImageBlock():
                return self._image(block, style)
            case RuleBlock():
                return _paragraph("Rule", "")

    def _place(self, style: str, text: str) -> str:
        quotes = sum(level.is_quote for level in self._nesting.levels)
        if quotes and style == "Standard":
            return f"Quote{min(quotes, MAX_LEVEL)}"
        return _turned(style, text)

    def _text(self, block: TextBlock, style: str) -> str:
        inner = self._inline(block.text, block.spans)
        if self._mark:
            inner = f"{escape(self._mark)}<text:tab/>{inner}"
        if block.level:
            return self.heading(block.level + 1, inner)
        return _paragraph(self._place(style, block.text), inner)

    def _code(self, block: CodeBlock) -> str:
        pairs = zip_longest(block.lines, colours_of(block)[: len(block.lines)], fillvalue=())
        last = len(block.lines) - 1
        parts = []
        for number, (line, spans) in enumerate(pairs):
            inner = "".join(
                _letters(piece, f"C{token}" if token else "", is_first=not at)
                for at, (piece, token) in enumerate(coloured(str(line), spans))
            )
            parts.append(_paragraph("CodeEnd" if number == last else "Code", inner))
        return "".join(parts)

    def _image(self, block: ImageBlock, style: str) -> str:
        label = clean(block.label) or PICTURE
        picture = picture_at(block.address)
        if picture is not None:
            return _paragraph("Standard", self._drawing(picture, label))
        # One that lies elsewhere is never fetched, nor would whoever opens the document.
        address = link_address(block.address)
        inner = _linked(address, _letters(label, "Link")) if address else _letters(label)
        return _paragraph(self._place(style, ""), inner)

    def _table(self, block: TableBlock) -> str:
        self._tables += 1
        columns = f'<table:table-column table:number-columns-repeated="{len(block.alignments)}"/>'
        rows = [
            self._row(row, block.alignments, is_head=not number)
            for number, row in enumerate(block.rows)
        ]
        head = f"<table:table-header-rows>{rows[0]}</table:table-header-rows>" if rows else ""
        return (
            f'<table:table table:name="Table{self._tables}" table:style-name="Grid">'
            f"{columns}{head}{''.join(rows[1:])}</table:table>"
        )

    def _row(self, row: Sequence[Cell], alignments: Sequence[str], *, is_head: bool) -> str:
        name, style = ("TableHead", "Head") if is_head else ("TableText", "Cell")
        cells = []
        for cell, alignment in zip(row, alignments, strict=False):
            side = _SIDES.get(alignment, "")
            look = f"{name}{side}" if side else _turned(name, cell.text)
            inner = _paragraph(look, self._inline(cell.text, cell.spans))
            cells.append(
                f'<table:table-cell table:style-name="{style}" office:value-type="string">'
                f"{inner}</table:table-cell>"
            )
        return f"<table:table-row>{''.join(cells)}</table:table-row>"

    def _inline(self, text: str, spans: Iterable[Span]) -> str:
        parts = []
        is_first = True
        for href, group in groupby(runs(text, spans), lambda run: run.href):
            address = link_address(href) if href else ""
            inner = ""
            for run in group:
                inner += self._run(run, is_link=bool(address), is_first=is_first)
                is_first = False
            parts.append(_linked(address, inner) if address else inner)
        return "".join(parts)

    def _run(self, run: Run, *, is_link: bool, is_first: bool) -> str:
        if run.style & Style.MATH and run.source:
            return self._formula(run.source, is_display=False)
        letters = "".join(letter for style, letter in _STYLES.items() if run.style & style)
        style = f"T{letters}" if letters else "Link" if is_link else ""
        return _letters(run.text, style, is_first=is_first)

    def _formula(self, source: str, *, is_display: bool) -> str:
        text = _mathml_of(source, is_display)
        if not text:
            mark = "$$" if is_display else "$"
            return _letters(f"{mark}{source}{mark}", "Tc")
        name = f"Formula {len(self.files) + 1}"
        self.files.append((f"{name}/", b"", FORMULA_TYPE))
        self.files.append((f"{name}/content.xml", text, "text/xml"))
        words = f"<svg:desc>{escape(source)}</svg:desc>"
        return (
            '<draw:frame draw:style-name="Frame" text:anchor-type="as-char">'
            f'<draw:object xlink:href="./{name}" xlink:type="simple" xlink:show="embed"'
            f' xlink:actuate="onLoad"/>{words}</draw:frame>'
        )

    def _drawing(self, picture: Picture, label: str) -> str:
        name = f"Pictures/{len(self.files) + 1}.{picture.kind}"
        self.files.append((name, picture.data, picture.media_type))
        width, height = picture.fitted(self._width, _MAX_PICTURE_HEIGHT)
        size = f'svg:width="{width * _CM_A_PIXEL:.3f}cm" svg:height="{height * _CM_A_PIXEL:.3f}cm"'
        return (
            f'<draw:frame draw:style-name="Frame" text:anchor-type="as-char" {size}>'
            f'<draw:image xlink:href="{name}" xlink:type="simple" xlink:show="embed"'
            f' xlink:actuate="onLoad"/><svg:desc>{escape(label)}</svg:desc></draw:frame>'
        )


@lru_cache(maxsize=256)
def _mathml_of(source: str, is_display: bool) -> bytes:
    """Return LaTeX as a file of MathML, nothing for what cannot be read."""
    from desktop_chat.services.drawing.formulas import mathml

    element = mathml(source, is_display)
    if element is None:
        return b""
    _stretch(element)
    ElementTree.register_namespace("math", "http://www.w3.org/1998/Math/MathML")
    return (HEAD + ElementTree.tostring(element, encoding="unicode")).encode()


def _stretch(element: ElementTree.Element) -> None:
    """Mark the brackets around tables, which LibreOffice would leave small."""
    for row in element.iter():
        parts = list(row)
        for before, table, after in zip(parts, parts[1:], parts[2:], strict=False):
            kinds = [part.tag.rpartition("}")[2] for part in (before, table, after)]
            if kinds == ["mo", "mtable", "mo"]:
                for bracket, form in ((before, "prefix"), (after, "postfix")):
                    bracket.attrib.update(stretchy="true", fence="true", form=form)


def _turned(style: str, text: str) -> str:
    has_turned = style in ("Standard", "Thoughts", "TableText", "TableHead")
    return f"{style}-v" if has_turned and is_right_to_left(text) else style


def _paragraph(style: str, inner: str) -> str:
    return f'<text:p text:style-name="{style}">{inner}</text:p>'


def _linked(address: str, inner: str) -> str:
    where = escape(address, {'"': "&quot;"})
    return f'<text:a xlink:type="simple" xlink:href="{where}">{inner}</text:a>'


def _letters(text: str, style: str = "", *, is_first: bool = True) -> str:
    """Return text with its spaces, tabs and line breaks, which XML would lose."""
    parts = []
    for piece in _GAPS.split(text.replace(OBJECT, "").replace(LINE_BREAK, "\n")):
        if piece == "\n":
            parts.append("<text:line-break/>")
        elif piece == "\t":
            parts.append("<text:tab/>")
        elif piece and not piece.strip(" ") and (len(piece) > 1 or (is_first and not parts)):
            parts.append(f'<text:s text:c="{len(piece)}"/>')
        else:
            parts.append(escape(piece))
    inner = "".join(parts)
    return f'<text:span text:style-name="{style}">{inner}</text:span>' if style and inner else inner
