"""Blocks as the body of a DOCX file. No Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.parser import OxmlElement
from docx.oxml.table import CT_Tbl
from docx.shared import Length, Pt
from docx.table import Table
from docx.text.paragraph import Paragraph

from desktop_chat.services.exporting.words import PICTURE
from desktop_chat.ui.exporting.content import (
    code_lines,
    coloured,
    is_right_to_left,
    link_address,
)
from desktop_chat.ui.exporting.docx_lists import MAX_LEVEL, DocxLists
from desktop_chat.ui.exporting.docx_look import STEP, colour, element, shading
from desktop_chat.ui.exporting.docx_text import DocxText, letters
from desktop_chat.ui.exporting.nesting import Change, Level, Nesting
from desktop_chat.ui.exporting.pictures import Picture, picture_at
from desktop_chat.ui.transcript.text.blocks import (
    Block,
    CodeBlock,
    FormulaBlock,
    ImageBlock,
    RuleBlock,
    TableBlock,
    TextBlock,
)
from desktop_chat.ui.transcript.text.text_limits import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from docx.document import Document
    from docx.oxml.xmlchemy import BaseOxmlElement
    from docx.table import _Row

    from desktop_chat.ui.transcript.text.blocks import Cell

_SIDES = {"right": WD_ALIGN_PARAGRAPH.RIGHT, "center": WD_ALIGN_PARAGRAPH.CENTER}
# What may follow in the properties of a table.
_AFTER_INDENT = ("w:tblBorders", "w:shd", "w:tblLayout", "w:tblCellMar", "w:tblLook")


class DocxBlocks:
    """Adds blocks to a document, one after another."""

    def __init__(self, document: Document, width: Length) -> None:
        self._body = document._body
        # The library's methods look for it in all of the document, for each paragraph.
        self._end = document.element.body.sectPr
        self._width = width
        self._text = DocxText(document)
        self._lists = DocxLists(document)
        self._nesting = Nesting()
        # What the next paragraph begins with: the list that it is an item of.
        self._item: Level | None = None

    def add(self, blocks: Iterable[Block], style: str = "") -> None:
        """Add blocks; `style` is the one of their ordinary paragraphs."""
        for block in blocks:
            self._enter(block)
            self._add(block, style)
            self._item = None
        self._nesting.leave()

    def add_text(self, style: str, text: str) -> None:
        """Add a paragraph of plain text."""
        letters(self._paragraph(style, text), text)

    def add_heading(self, level: int, text: str) -> None:
        """Add a heading; 1 is the highest level."""
        self.add_text(f"Heading{level}", text)

    def add_picture(self, picture: Picture, label: str) -> None:
        """Add a paragraph that holds a picture."""
        self._text.add_picture(self._paragraph("", ""), picture, label, self._width)

    def _enter(self, block: Block) -> None:
        for change, level in self._nesting.enter(block.place):
            if level.is_quote or change is Change.CLOSE:
                continue
            if change is Change.OPEN and level.is_ordered:
                # `levels` is complete by now: those above this one count.
                above = self._nesting.levels[: self._nesting.levels.index(level)]
                depth = sum(not one.is_quote for one in above)
                level.list_id = self._lists.numbered(min(depth, MAX_LEVEL), level.number)
            self._item = level

    @property
    def _indent(self) -> int:
        return min(len(self._nesting.levels), MAX_LEVEL) * STEP

    def _add(self, block: Block, style: str) -> None:
        match block:
            case TextBlock():
                self._add_paragraph(block, style)
            case CodeBlock():
                self._add_code(block)
            case TableBlock():
                self._add_table(block)
            case FormulaBlock():
                self._text.add_formula(self._placed("", ""), block.source)
            case ImageBlock():
                self._add_image(block)
            case RuleBlock():
                self._paragraph("Rule", "")

    def _paragraph(self, style: str, text: str) -> Paragraph:
        """Return a new paragraph; `style` is the name that one has in the file."""
        paragraph = Paragraph(self._added(OxmlElement("w:p")), self._body)
        _style(paragraph, style, text)
        return paragraph

    def _added(self, made: BaseOxmlElement) -> BaseOxmlElement:
        self._end.addprevious(made)
        return made

    def _placed(self, style: str, text: str) -> Paragraph:
        """Return a new paragraph where the nesting is now."""
        paragraph = Paragraph(self._added(OxmlElement("w:p")), self._body)
        levels = self._nesting.levels
        name = style or ("Quote" if any(level.is_quote for level in levels) else "")
        if self._item is not None and not self._item.mark:
            depth = sum(not level.is_quote for level in levels)
            number = paragraph._p.get_or_add_pPr().get_or_add_numPr()
            number.get_or_add_ilvl().val = min(depth - 1, MAX_LEVEL)
            is_ordered = self._item.is_ordered
            number.get_or_add_numId().val = (
                self._item.list_id if is_ordered else self._lists.bullets
            )
        _style(paragraph, name, text)
        if self._indent:
            paragraph._p.get_or_add_pPr().ind_left = Length(self._indent)
        if self._item is not None:
            paragraph._p.get_or_add_pPr().first_line_indent = Length(-STEP)
        return paragraph

    def _add_paragraph(self, block: TextBlock, style: str) -> None:
        name = f"Heading{block.level + 1}" if block.level else style
        paragraph = self._placed(name, block.text)
        if self._item is not None and self._item.mark:
            letters(paragraph, f"{self._item.mark}\t")
        self._text.add(paragraph, block.text, block.spans)

    def _add_code(self, block: CodeBlock) -> None:
        paragraph = None
        for line, spans in code_lines(block):
            paragraph = self._placed("Code", "")
            for piece, token in coloured(line, spans):
                run = letters(paragraph, piece)
                if token:
                    run.font.color.rgb = colour(token.replace("_", "-"))
            self._item = None
        if paragraph is not None:
            paragraph.paragraph_format.space_after = Pt(8)

    def _add_image(self, block: ImageBlock) -> None:
        label = clean(block.label) or PICTURE
        picture = picture_at(block.address)
        paragraph = self._placed("", "")
        if picture is not None:
            room = Length(self._width - self._indent)
            self._text.add_picture(paragraph, picture, label, room)
        else:
            # One that lies elsewhere is never fetched, nor would whoever opens the document.
            self._text.add_link(paragraph, label, link_address(block.address))

    def _add_table(self, block: TableBlock) -> None:
        room, count = Length(self._width - self._indent), max(1, len(block.alignments))
        made = CT_Tbl.new_tbl(len(block.rows), count, room)
        made.tblStyle_val = "TableGrid"
        table = Table(self._added(made), self._body)
        if self._indent:
            indent = element("tblInd", w=Length(self._indent).twips, type="dxa")
            made.tblPr.insert_element_before(indent, *_AFTER_INDENT)
        for number, (row, cells) in enumerate(zip(table.rows, block.rows, strict=True)):
            self._fill(row, cells, block.alignments, is_head=not number)
        _fit_to_content(table)
        self._paragraph("AfterTable", "")

    def _fill(
        self, row: _Row, cells: Sequence[Cell], alignments: Sequence[str], *, is_head: bool
    ) -> None:
        if is_head:
            properties = row._tr.get_or_add_trPr()
            properties.append(element("cantSplit"))
            properties.append(element("tblHeader"))
        for made, cell, alignment in zip(row.cells, cells, alignments, strict=False):
            (paragraph,) = made.paragraphs
            _style(paragraph, "TableHead" if is_head else "TableText", cell.text)
            if alignment in _SIDES:
                paragraph.alignment = _SIDES[alignment]
            if is_head:
                made._tc.get_or_add_tcPr().append(shading("bubble"))
            self._text.add(paragraph, cell.text, cell.spans)


def _style(paragraph: Paragraph, style: str, text: str) -> None:
    # By its name in the file: the library looks for one among all styles.
    if style:
        paragraph._p.style = style
    if is_right_to_left(text):
        # Before indents and alignment, as the format wants.
        paragraph._p.get_or_add_pPr().append(element("bidi"))


def _fit_to_content(table: Table) -> None:
    """Have columns be as wide as what they hold; the library makes all equal."""
    for width in table._tbl.xpath("w:tr/w:tc/w:tcPr/w:tcW"):
        width.w, width.type = 0, "auto"
