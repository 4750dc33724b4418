"""Blocks as the body of a DOCX file. No Qt."""

from __future__ import annotations

from itertools import groupby, zip_longest
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from desktop_chat.services.exporting.words import PICTURE
from desktop_chat.ui.exporting.content import (
    coloured,
    colours_of,
    is_right_to_left,
    link_address,
)
from desktop_chat.ui.exporting.docx_parts import FIRST_LINK, MARGIN, PAPERS, STEP
from desktop_chat.ui.exporting.html_style import theme_colours
from desktop_chat.ui.exporting.nesting import Change, Level, Nesting
from desktop_chat.ui.exporting.omml import omml_of
from desktop_chat.ui.exporting.pictures import Picture, picture_at
from desktop_chat.ui.transcript.copying.runs import Run, runs
from desktop_chat.ui.transcript.text.blocks import (
    LINE_BREAK,
    OBJECT,
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

_EMU_A_PIXEL = 9525
_TWIPS_A_PIXEL = 15
_MAX_PICTURE_HEIGHT = 800
_JUSTIFIED = {"right": "right", "center": "center"}
_MAX_LEVEL = 8


class DocxBlocks:
    """Writes blocks one after another; what they refer to is gathered.

    Attributes:
        links: Kinds and targets of what is referred to.
        lists: Of each numbered list its level and its first number.
        pictures: Names and bytes.
    """

    def __init__(self, paper: str) -> None:
        self.links: list[tuple[str, str]] = []
        self.lists: list[tuple[int, int]] = []
        self.pictures: list[tuple[str, bytes]] = []
        self._width = PAPERS[paper][0] - 2 * MARGIN
        self._nesting = Nesting()
        self._targets: dict[tuple[str, str], int] = {}
        # What the next paragraph begins with: the list that it is an item of.
        self._item: Level | None = None

    def write(self, blocks: Iterable[Block], style: str = "") -> str:
        """Return blocks; `style` is the one of their ordinary paragraphs."""
        parts = []
        for block in blocks:
            self._enter(block)
            parts.append(self._content(block, style))
            self._item = None
        self._nesting.leave()
        return "".join(parts)

    def paragraph(self, style: str, text: str) -> str:
        """Return a paragraph of plain text."""
        return _paragraph(_properties(style, is_reversed=is_right_to_left(text)), _letters(text))

    def picture(self, picture: Picture, label: str) -> str:
        """Return a paragraph that holds a picture."""
        return _paragraph("", self._drawing(picture, label, 0))

    def _enter(self, block: Block) -> None:
        for change, level in self._nesting.enter(block.place):
            if level.is_quote or change is Change.CLOSE:
                continue
            depth = sum(not one.is_quote for one in self._nesting.levels)
            if change is Change.OPEN and level.is_ordered:
                # `levels` is complete by now: the depth of the level itself counts.
                place = self._nesting.levels.index(level)
                depth = sum(not one.is_quote for one in self._nesting.levels[: place + 1])
                self.lists.append((min(depth - 1, _MAX_LEVEL), level.number))
                level.list_id = len(self.lists) + 1
            self._item = level

    @property
    def _depth(self) -> int:
        return sum(not level.is_quote for level in self._nesting.levels)

    @property
    def _indent(self) -> int:
        return min(len(self._nesting.levels), _MAX_LEVEL) * STEP

    def _content(self, block: Block, style: str) -> str:
        match block:
            case TextBlock():
                return self._text(block, style)
            case CodeBlock():
                return self._code(block)
            case TableBlock():
                return self._table(block)
            case FormulaBlock():
                return self._formula(block)
            case ImageBlock():
                return self._image(block)
            case RuleBlock():
                line = theme_colours("light")["line"].lstrip("#")
                edge = f'<w:bottom w:val="single" w:sz="6" w:space="1" w:color="{line}"/>'
                return _paragraph(f"<w:pBdr>{edge}</w:pBdr>", "")

    def _block_properties(self, style: str, text: str = "", extra: str = "") -> str:
        """Return the properties of a paragraph where the nesting is now."""
        number, indent = "", self._indent
        item = self._item
        if item is not None and not item.mark:
            level = min(self._depth - 1, _MAX_LEVEL)
            list_id = item.list_id if item.is_ordered else 1
            number = f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{list_id}"/></w:numPr>'
        in_quote = any(level.is_quote for level in self._nesting.levels)
        hanging = ""
        if item is not None:
            hanging = f' w:hanging="{STEP}"'
        place = f'<w:ind w:left="{indent}"{hanging}/>' if indent else ""
        name = style or ("Quote" if in_quote else "")
        return _properties(
            name, number=number, place=extra + place, is_reversed=is_right_to_left(text)
        )

    def _text(self, block: TextBlock, style: str) -> str:
        inner = self._inline(block.text, block.spans)
        if self._item is not None and self._item.mark:
            inner = f"{_letters(self._item.mark)}<w:r><w:tab/></w:r>{inner}"
        name = f"Heading{block.level + 1}" if block.level else style
        return _paragraph(self._block_properties(name, block.text), inner)

    def _code(self, block: CodeBlock) -> str:
        pairs = zip_longest(block.lines, colours_of(block)[: len(block.lines)], fillvalue=())
        parts = []
        last = len(block.lines) - 1
        for number, (line, spans) in enumerate(pairs):
            inner = "".join(
                _letters(piece, _colour(token)) for piece, token in coloured(str(line), spans)
            )
            after = '<w:spacing w:after="160"/>' if number == last else ""
            parts.append(_paragraph(self._block_properties("Code", extra=after), inner))
            self._item = None
        return "".join(parts)

    def _formula(self, block: FormulaBlock) -> str:
        formula = omml_of(block.source, True)
        properties = self._block_properties("")
        if not formula:
            return _paragraph(properties, _letters(f"$${block.source}$$", _CODE))
        return _paragraph(properties, f"<m:oMathPara>{formula}</m:oMathPara>")

    def _image(self, block: ImageBlock) -> str:
        label = clean(block.label) or PICTURE
        picture = picture_at(block.address)
        if picture is not None:
            return _paragraph(
                self._block_properties(""), self._drawing(picture, label, self._indent)
            )
        # One that lies elsewhere is never fetched, nor would whoever opens the document.
        address = link_address(block.address)
        inner = self._linked(address, _letters(label, _LINK)) if address else _letters(label)
        return _paragraph(self._block_properties(""), inner)

    def _table(self, block: TableBlock) -> str:
        count = max(1, len(block.alignments))
        room = self._width - self._indent
        grid = f'<w:gridCol w:w="{room // count}"/>' * count
        rows = "".join(
            self._row(row, block.alignments, is_head=not number)
            for number, row in enumerate(block.rows)
        )
        indent = f'<w:tblInd w:w="{self._indent}" w:type="dxa"/>' if self._indent else ""
        look = '<w:tblLook w:val="0020" w:firstRow="1" w:noHBand="1" w:noVBand="1"/>'
        properties = (
            '<w:tblPr><w:tblStyle w:val="ChatTable"/><w:tblW w:w="0" w:type="auto"/>'
            f"{indent}{look}</w:tblPr>"
        )
        # Two tables without something in between would become one.
        after = _paragraph('<w:spacing w:after="60" w:line="120" w:lineRule="exact"/>', "")
        return f"<w:tbl>{properties}<w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl>{after}"

    def _row(self, row: Sequence[Cell], alignments: Sequence[str], *, is_head: bool) -> str:
        head = "<w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>" if is_head else ""
        cells = []
        for cell, alignment in zip(row, alignments, strict=False):
            justified = _JUSTIFIED.get(alignment)
            place = f'<w:jc w:val="{justified}"/>' if justified else ""
            properties = _properties(
                "TableText", place=place, is_reversed=is_right_to_left(cell.text)
            )
            inner = _paragraph(properties, self._inline(cell.text, cell.spans))
            cells.append(f'<w:tc><w:tcPr><w:tcW w:w="0" w:type="auto"/></w:tcPr>{inner}</w:tc>')
        return f"<w:tr>{head}{''.join(cells)}</w:tr>"

    def _inline(self, text: str, spans: Iterable[Span]) -> str:
        parts = []
        for href, group in groupby(runs(text, spans), lambda run: run.href):
            address = link_address(href) if href else ""
            inner = "".join(_run(run, is_link=bool(address)) for run in group)
            parts.append(self._linked(address, inner) if address else inner)
        return "".join(parts)

    def _linked(self, address: str, inner: str) -> str:
        number = self._target("hyperlink", address)
        return f'<w:hyperlink r:id="rId{number}">{inner}</w:hyperlink>'

    def _target(self, kind: str, target: str) -> int:
        if (kind, target) not in self._targets:
            self._targets[kind, target] = FIRST_LINK + len(self.links)
            self.links.append((kind, target))
        return self._targets[kind, target]

    def _drawing(self, picture: Picture, label: str, indent: int) -> str:
        name = f"media/image{len(self.pictures) + 1}.{picture.kind}"
        self.pictures.append((f"word/{name}", picture.data))
        link, number = self._target("image", name), len(self.pictures)
        room = (self._width - indent) / _TWIPS_A_PIXEL
        width, height = picture.fitted(room, _MAX_PICTURE_HEIGHT)
        size = f'cx="{round(width * _EMU_A_PIXEL)}" cy="{round(height * _EMU_A_PIXEL)}"'
        words = escape(label, {'"': "&quot;"})
        space = "http://schemas.openxmlformats.org/drawingml/2006/picture"
        return (
            f'<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0">'
            f'<wp:extent {size}/><wp:docPr id="{number}" name="Picture {number}" descr="{words}"/>'
            f'<a:graphic><a:graphicData uri="{space}"><pic:pic><pic:nvPicPr>'
            f'<pic:cNvPr id="{number}" name="Picture {number}"/><pic:cNvPicPr/></pic:nvPicPr>'
            f'<pic:blipFill><a:blip r:embed="rId{link}"/><a:stretch><a:fillRect/></a:stretch>'
            f'</pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext {size}/></a:xfrm>'
            '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic>'
            "</a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
        )


_CODE = '<w:rStyle w:val="CodeText"/>'
_LINK = '<w:rStyle w:val="Hyperlink"/>'


def _properties(style: str, *, number: str = "", place: str = "", is_reversed: bool = False) -> str:
    """Return the properties of a paragraph, in the order that the format wants."""
    name = f'<w:pStyle w:val="{style}"/>' if style else ""
    return f"{name}{number}{'<w:bidi/>' if is_reversed else ''}{place}"


def _paragraph(properties: str, inner: str) -> str:
    head = f"<w:pPr>{properties}</w:pPr>" if properties else ""
    return f"<w:p>{head}{inner}</w:p>"


def _run(run: Run, *, is_link: bool) -> str:
    style = run.style
    if style & Style.MATH and run.source:
        return omml_of(run.source, False) or _letters(f"${run.source}$", _CODE)
    # In the order that the format wants.
    letters = _CODE if style & Style.CODE else _LINK if is_link else ""
    letters += "<w:b/><w:bCs/>" if style & Style.BOLD else ""
    letters += "<w:i/><w:iCs/>" if style & Style.ITALIC else ""
    letters += "<w:strike/>" if style & Style.STRIKE else ""
    letters += '<w:vertAlign w:val="superscript"/>' if style & Style.NOTE else ""
    letters += "<w:rtl/>" if is_right_to_left(run.text) else ""
    return _letters(run.text, letters)


def _colour(token: str) -> str:
    if not token:
        return ""
    colour = theme_colours("light")[token.replace("_", "-")].lstrip("#")
    return f'<w:color w:val="{colour}"/>'


def _letters(text: str, properties: str = "") -> str:
    """Return text as runs, with its tabs and line breaks."""
    head = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    inner = []
    for line_number, line in enumerate(
        text.replace(OBJECT, "").replace(LINE_BREAK, "\n").split("\n")
    ):
        if line_number:
            inner.append("<w:br/>")
        for number, piece in enumerate(line.split("\t")):
            if number:
                inner.append("<w:tab/>")
            if piece:
                inner.append(f'<w:t xml:space="preserve">{escape(piece)}</w:t>')
    return f"<w:r>{head}{''.join(inner)}</w:r>" if inner else ""
