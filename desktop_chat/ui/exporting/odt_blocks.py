"""Blocks as the body of an ODT file. No Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from odf import table, text

from desktop_chat.services.exporting.words import PICTURE
from desktop_chat.ui.exporting.content import (
    code_lines,
    coloured,
    is_right_to_left,
    link_address,
)
from desktop_chat.ui.exporting.nesting import Change, Level, Nesting
from desktop_chat.ui.exporting.odt_look import MAX_LEVEL, TURNED
from desktop_chat.ui.exporting.odt_text import OdtText, add_letters
from desktop_chat.ui.exporting.pictures import Picture, picture_at
from desktop_chat.ui.transcript.text.blocks import (
    TOP,
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

    from desktop_chat.ui.transcript.text.blocks import Cell

_SIDES = {"right": "-r", "center": "-c"}


class OdtBlocks:
    """Adds blocks to a document, one after another."""

    def __init__(self, document: Any, paper: str) -> None:
        self._text = OdtText(document, paper)
        self._nesting = Nesting()
        # What holds the next block: the document, and an item of each list that is open.
        self._places = [document.text]
        self._mark = ""
        self._is_item = False
        self._tables = 0

    def add(self, blocks: Iterable[Block], style: str = "Standard") -> None:
        """Add blocks; `style` is the one of their ordinary paragraphs."""
        for block in blocks:
            # A list holds no tables, and goes on after one.
            place = TOP if isinstance(block, TableBlock) else block.place
            for change in self._nesting.enter(place):
                self._follow(*change)
            self._add(block, style)
            self._mark, self._is_item = "", False
        for change in self._nesting.leave():
            self._follow(*change)

    def add_text(self, style: str, text: str) -> None:
        """Add a paragraph of plain text."""
        add_letters(self._paragraph(_turned(style, text)), text)

    def add_heading(self, level: int, text: str) -> None:
        """Add a heading of plain text."""
        add_letters(self._heading(level), text)

    def add_picture(self, picture: Picture, label: str) -> None:
        """Add a paragraph that holds a picture."""
        self._text.add_picture(self._paragraph("Standard"), picture, label)

    def _follow(self, change: Change, level: Level) -> None:
        """Open and close lists."""
        if level.is_quote:
            return
        if change is not Change.OPEN:
            item = self._places.pop()
        if change is Change.CLOSE:
            return
        self._mark, self._is_item = level.mark, True
        new = text.ListItem()
        if change is Change.NEXT:
            item.parentNode.addElement(new)
        else:
            name = "Numbers" if level.is_ordered else "Marks" if level.mark else "Bullets"
            if level.is_ordered:
                new.setAttribute("startvalue", level.number)
            made = text.List(stylename=name)
            self._places[-1].addElement(made)
            made.addElement(new)
        self._places.append(new)

    def _add(self, block: Block, style: str) -> None:
        match block:
            case TextBlock():
                self._add_paragraph(block, style)
            case CodeBlock():
                self._add_code(block)
            case TableBlock():
                self._add_table(block)
            case FormulaBlock():
                is_nested = bool(self._nesting.levels)
                paragraph = self._paragraph("Standard" if is_nested else "Standard-c")
                self._text.add_formula(paragraph, block.source, is_display=True)
            case ImageBlock():
                self._add_image(block, style)
            case RuleBlock():
                self._paragraph("Rule")

    def _paragraph(self, style: str) -> Any:
        paragraph = text.P(stylename=style)
        self._places[-1].addElement(paragraph)
        return paragraph

    def _heading(self, level: int) -> Any:
        heading = text.H(stylename=f"Heading_20_{level}", outlinelevel=level)
        self._places[-1].addElement(heading)
        return heading

    def _placed(self, style: str, content: str) -> Any:
        """Return a new paragraph where the nesting is now."""
        levels = self._nesting.levels
        if style == "Standard" and any(level.is_quote for level in levels):
            if self._is_item:
                return self._paragraph("QuoteItem")
            return self._paragraph(f"Quote{min(len(levels), MAX_LEVEL)}")
        return self._paragraph(_turned(style, content))

    def _add_paragraph(self, block: TextBlock, style: str) -> None:
        paragraph = (
            self._heading(block.level + 1) if block.level else self._placed(style, block.text)
        )
        if self._mark:
            add_letters(paragraph, f"{self._mark}\t")
        self._text.add(paragraph, block.text, block.spans)

    def _add_code(self, block: CodeBlock) -> None:
        paragraph = None
        for line, spans in code_lines(block):
            paragraph = self._paragraph("Code")
            for piece, token in coloured(line, spans):
                add_letters(paragraph, piece, f"C{token}" if token else "")
        if paragraph is not None:
            paragraph.setAttribute("stylename", "CodeEnd")

    def _add_image(self, block: ImageBlock, style: str) -> None:
        label = clean(block.label) or PICTURE
        picture = picture_at(block.address)
        if picture is not None:
            self.add_picture(picture, label)
        else:
            # One that lies elsewhere is never fetched, nor would whoever opens the document.
            paragraph = self._placed(style, "")
            self._text.add_link(paragraph, label, link_address(block.address))

    def _add_table(self, block: TableBlock) -> None:
        self._tables += 1
        grid = table.Table(name=f"Table{self._tables}", stylename="Grid")
        self._places[-1].addElement(grid)
        count = max(1, len(block.alignments))
        grid.addElement(table.TableColumn(numbercolumnsrepeated=count))
        for number, cells in enumerate(block.rows):
            row = self._row(cells, block.alignments, is_head=not number)
            if not number:
                head = table.TableHeaderRows()
                head.addElement(row)
                row = head
            grid.addElement(row)

    def _row(self, cells: Sequence[Cell], alignments: Sequence[str], *, is_head: bool) -> Any:
        name, look = ("TableHead", "Head") if is_head else ("TableText", "Cell")
        row = table.TableRow()
        for cell, alignment in zip(cells, alignments, strict=False):
            side = _SIDES.get(alignment, "")
            paragraph = text.P(stylename=f"{name}{side}" if side else _turned(name, cell.text))
            self._text.add(paragraph, cell.text, cell.spans)
            made = table.TableCell(stylename=look, valuetype="string")
            made.addElement(paragraph)
            row.addElement(made)
        return row


def _turned(style: str, content: str) -> str:
    return f"{style}-v" if style in TURNED and is_right_to_left(content) else style
