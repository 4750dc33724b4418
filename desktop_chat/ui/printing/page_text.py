"""Blocks as a QTextDocument, built without any reading of HTML."""

from __future__ import annotations

from enum import IntEnum
from itertools import zip_longest
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import (
    QFont,
    QImage,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextImageFormat,
    QTextLength,
    QTextOption,
    QTextTableCellFormat,
    QTextTableFormat,
)

from desktop_chat.services.exporting.words import PICTURE
from desktop_chat.ui.exporting.content import coloured, colours_of, link_address
from desktop_chat.ui.exporting.nesting import Nesting
from desktop_chat.ui.exporting.pictures import Picture, picture_at
from desktop_chat.ui.printing.page_formulas import FORMULA, FormulaBox, drawn_formula, set_formula
from desktop_chat.ui.printing.page_look import CODE, HEADINGS, STEP, TEXT
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

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from desktop_chat.ui.printing.page_look import PageLook
    from desktop_chat.ui.transcript.text.blocks import Cell, Span

_SIDES = {
    "right": Qt.AlignmentFlag.AlignRight,
    "center": Qt.AlignmentFlag.AlignHCenter,
}
_MAX_LEVEL = 8
_CODE_PAD = 10.0
_PICTURE_HEIGHT = 700.0


class Mark(IntEnum):
    """Properties of text blocks, for what is painted beside the text."""

    QUOTES = int(QTextFormat.Property.UserProperty) + 1  # how many quotes it stands in
    BULLET = int(QTextFormat.Property.UserProperty) + 2  # what stands before it
    PANEL = int(QTextFormat.Property.UserProperty) + 3  # that it stands on a panel, as code does
    RULE = int(QTextFormat.Property.UserProperty) + 4  # that it is a line
    HEADING = int(QTextFormat.Property.UserProperty) + 5  # that it must not end a page
    LEFT = int(QTextFormat.Property.UserProperty) + 6  # where the panel begins


class PageText:
    """Writes blocks into a document of its own.

    Args:
        look: How the pages look.
        offset: How much of its first page is in use already.
    """

    def __init__(self, look: PageLook, offset: float) -> None:
        self._look = look
        self._nesting = Nesting()
        self._bullet = ""
        self._ink = ""
        self._document = QTextDocument()
        self._document.setUndoRedoEnabled(False)
        self._document.setDocumentMargin(0)
        self._document.setUseDesignMetrics(True)
        self._document.setDefaultFont(look.font(TEXT))
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self._document.setDefaultTextOption(option)
        self._formulas = FormulaBox(self._document, look)
        self._document.documentLayout().registerHandler(FORMULA, self._formulas)
        self._cursor = QTextCursor(self._document)
        # Or each insertion would lay the text out anew.
        self._cursor.beginEditBlock()
        # Keeps the room of what stands on the page already.
        gap = QTextBlockFormat()
        gap.setLineHeight(max(offset, 0.01), QTextBlockFormat.LineHeightTypes.FixedHeight.value)
        self._cursor.setBlockFormat(gap)

    def finish(self) -> QTextDocument:
        """Return the document; nothing more is written into it."""
        self._cursor.endEditBlock()
        return self._document

    def line(
        self, text: str, px: float = TEXT, ink: str = "text", *, is_bold: bool = False
    ) -> None:
        """Write a line of plain text; a bold one stays with what follows."""
        block = self._block_format(above=14 if is_bold else 0, below=4)
        if is_bold:
            block.setProperty(Mark.HEADING, 1)
        self._cursor.insertBlock(block)
        letters = self._letters(px, is_bold=is_bold)
        letters.setForeground(self._look.colour(ink))
        self._cursor.insertText(text, letters)

    def write(self, blocks: Iterable[Block], ink: str = "") -> None:
        """Write blocks, in another colour if `ink` is given."""
        self._ink = ink
        for block in blocks:
            for _, level in self._nesting.enter(block.place):
                self._bullet = ""
                if not level.is_quote:
                    number = f"{level.number}." if level.is_ordered else "•"
                    self._bullet = level.mark or number
            if not block.place.marker:
                self._bullet = ""
            self._write(block)
        self._nesting.leave()
        self._ink = ""

    def picture(self, picture: Picture) -> None:
        """Write a picture on a line of its own."""
        self._cursor.insertBlock(self._block_format(above=6, below=6))
        room = self._look.room
        width, height = picture.fitted(room.width() - self._indent, _PICTURE_HEIGHT)
        name = f"picture:{picture.kind}-{id(picture)}"
        image = QImage.fromData(picture.data)
        resource = QTextDocument.ResourceType.ImageResource.value
        self._document.addResource(resource, QUrl(name), image)
        shown = QTextImageFormat()
        shown.setName(name)
        shown.setWidth(width)
        shown.setHeight(height)
        self._cursor.insertImage(shown)

    def _write(self, block: Block) -> None:
        match block:
            case TextBlock():
                self._text(block)
            case CodeBlock():
                self._code(block)
            case TableBlock():
                self._table(block)
            case FormulaBlock():
                self._formula(block)
            case ImageBlock():
                self._image(block)
            case RuleBlock():
                rule = self._block_format(above=10, below=10)
                rule.setProperty(Mark.RULE, 1)
                self._cursor.insertBlock(rule)

    @property
    def _indent(self) -> float:
        return min(len(self._nesting.levels), _MAX_LEVEL) * STEP

    def _block_format(self, above: float = 0, below: float = 6) -> QTextBlockFormat:
        found = QTextBlockFormat()
        found.setTopMargin(above)
        found.setBottomMargin(below)
        found.setLeftMargin(self._indent)
        found.setLineHeight(128, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        quotes = sum(level.is_quote for level in self._nesting.levels)
        if quotes:
            found.setProperty(Mark.QUOTES, quotes)
        if self._bullet:
            found.setProperty(Mark.BULLET, self._bullet)
            self._bullet = ""
        return found

    def _letters(
        self, px: float = TEXT, *, is_bold: bool = False, is_code: bool = False
    ) -> QTextCharFormat:
        letters = QTextCharFormat()
        letters.setFont(self._look.font(px, is_bold=is_bold, is_code=is_code))
        in_quote = any(level.is_quote for level in self._nesting.levels)
        letters.setForeground(self._look.colour(self._ink or ("muted" if in_quote else "text")))
        return letters

    def _text(self, block: TextBlock) -> None:
        is_heading = block.level > 0
        shape = self._block_format(above=12 if is_heading else 0, below=3 if is_tight(block) else 7)
        if is_heading:
            shape.setProperty(Mark.HEADING, 1)
            shape.setHeadingLevel(min(block.level + 1, 6))
        self._cursor.insertBlock(shape)
        px = HEADINGS[block.level] if is_heading else TEXT
        self._inline(block.text, block.spans, self._letters(px, is_bold=is_heading))

    def _inline(self, text: str, spans: Iterable[Span], letters: QTextCharFormat) -> None:
        for run in runs(text, spans):
            if run.style & Style.MATH and run.source:
                self._insert_formula(run.source, letters, is_display=False)
            else:
                written = run.text.replace(OBJECT, "").replace("\n", LINE_BREAK)
                self._cursor.insertText(written, self._styled(run, letters))

    def _styled(self, run: Run, letters: QTextCharFormat) -> QTextCharFormat:
        if not run.style:
            return letters
        styled = QTextCharFormat(letters)
        if run.style & Style.CODE:
            styled.setFont(self._look.font(CODE, is_code=True))
            styled.setBackground(self._look.colour("code"))
        if run.style & Style.BOLD:
            styled.setFontWeight(QFont.Weight.Bold.value)
        styled.setFontItalic(bool(run.style & Style.ITALIC))
        styled.setFontStrikeOut(bool(run.style & Style.STRIKE))
        if run.style & Style.NOTE:
            styled.setVerticalAlignment(QTextCharFormat.VerticalAlignment.AlignSuperScript)
        address = link_address(run.href) if run.href else ""
        if address:
            self._link(styled, address)
        return styled

    def _link(self, letters: QTextCharFormat, address: str) -> None:
        letters.setAnchor(True)
        letters.setAnchorHref(address)
        letters.setForeground(self._look.colour("link"))
        letters.setFontUnderline(True)

    def _code(self, block: CodeBlock) -> None:
        shape = self._block_format(above=12, below=16)
        shape.setProperty(Mark.PANEL, 1)
        shape.setProperty(Mark.LEFT, self._indent)
        shape.setLeftMargin(self._indent + _CODE_PAD)
        shape.setRightMargin(_CODE_PAD)
        shape.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        shape.setLineHeight(122, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        self._cursor.insertBlock(shape)
        plain = self._letters(CODE, is_code=True)
        pairs = zip_longest(block.lines, colours_of(block)[: len(block.lines)], fillvalue=())
        for number, (line, spans) in enumerate(pairs):
            if number:
                self._cursor.insertText(LINE_BREAK, plain)
            for piece, token in coloured(str(line), spans):
                letters = plain
                if token:
                    letters = QTextCharFormat(plain)
                    letters.setForeground(self._look.colour(token))
                self._cursor.insertText(piece.replace("\t", "    "), letters)

    def _formula(self, block: FormulaBlock) -> None:
        shape = self._block_format(above=6, below=10)
        shape.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._cursor.insertBlock(shape)
        self._insert_formula(block.source, self._letters(), is_display=True)

    def _insert_formula(self, source: str, letters: QTextCharFormat, *, is_display: bool) -> None:
        drawn = drawn_formula(source, is_display)
        if drawn is None:
            mark = "$$" if is_display else "$"
            plain = self._letters(CODE, is_code=True)
            self._cursor.insertText(f"{mark}{source}{mark}", plain)
            return
        size = letters.font().pixelSize() * 1.1
        size *= min(1.0, (self._look.room.width() - self._indent) / (drawn.width * size))
        number = self._formulas.add(drawn, size)
        shown = QTextCharFormat(letters)
        set_formula(shown, number)
        self._cursor.insertText(OBJECT, shown)

    def _image(self, block: ImageBlock) -> None:
        picture = picture_at(block.address)
        if picture is not None:
            self.picture(picture)
            return
        self._cursor.insertBlock(self._block_format())
        letters = self._letters()
        # One that lies elsewhere is never fetched.
        address = link_address(block.address)
        if address:
            self._link(letters, address)
        self._cursor.insertText(block.label or PICTURE, letters)

    def _table(self, block: TableBlock) -> None:
        shape = QTextTableFormat()
        shape.setBorder(1)
        shape.setBorderBrush(self._look.colour("line"))
        shape.setBorderStyle(QTextTableFormat.BorderStyle.BorderStyle_Solid)
        shape.setBorderCollapse(True)
        shape.setCellPadding(5)
        shape.setCellSpacing(0)
        shape.setTopMargin(14)
        # The empty block that Qt puts behind a table takes no room.
        shape.setBottomMargin(12)
        shape.setLeftMargin(self._indent)
        shape.setHeaderRowCount(1)
        room = self._look.room.width() - self._indent
        width = QTextLength(QTextLength.Type.VariableLength, 0)
        shape.setColumnWidthConstraints([width] * len(block.alignments))
        shape.setWidth(QTextLength(QTextLength.Type.FixedLength, min(room, _wanted(block))))
        table = self._cursor.insertTable(len(block.rows), max(1, len(block.alignments)), shape)
        head = QTextTableCellFormat()
        head.setBackground(self._look.colour("bubble"))
        for row_number, row in enumerate(block.rows):
            for column, cell in enumerate(row[: table.columns()]):
                place = table.cellAt(row_number, column)
                if not row_number:
                    place.setFormat(head)
                self._cell(place.firstCursorPosition(), cell, block.alignments[column], row_number)
        self._cursor.movePosition(QTextCursor.MoveOperation.End)

    def _cell(self, cursor: QTextCursor, cell: Cell, alignment: str, row: int) -> None:
        shape = QTextBlockFormat()
        shape.setAlignment(_SIDES.get(alignment, Qt.AlignmentFlag.AlignLeft))
        cursor.setBlockFormat(shape)
        outer, self._cursor = self._cursor, cursor
        self._inline(cell.text, cell.spans, self._letters(TEXT - 1, is_bold=not row))
        self._cursor = outer


def is_tight(block: Block) -> bool:
    """Whether the next line stands close to it: an item of a list."""
    return bool(block.place.containers) and block.place.containers[-1] == "l"


def _wanted(block: TableBlock) -> float:
    """Return about how wide a table would like to be."""
    columns: Sequence[int] = [
        max((len(row[column].text) for row in block.rows if column < len(row)), default=0)
        for column in range(len(block.alignments))
    ]
    return max(120.0, sum(min(width, 60) * TEXT * 0.62 + 26 for width in columns))
