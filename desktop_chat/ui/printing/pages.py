"""A chat set on pages, a few blocks at a time, painted on whatever takes pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QPainter,
    QPalette,
    QPen,
    QTextBlock,
    QTextBlockFormat,
    QTextCursor,
    QTextFormat,
)

from desktop_chat.services.exporting.words import SYSTEM_PROMPT, THOUGHTS, title_of
from desktop_chat.ui.exporting.content import attached, parts_of
from desktop_chat.ui.exporting.pictures import attached_picture
from desktop_chat.ui.printing.page_look import FOOT, HEADINGS, MARGIN, SMALL, STEP, TEXT, TITLE
from desktop_chat.ui.printing.page_text import Mark, PageText
from desktop_chat.ui.transcript.text.text_limits import clean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from PySide6.QtGui import QTextDocument, QTextFrame

    from desktop_chat.domain.transfer import ChatRecord
    from desktop_chat.services.exporting.options import ExportOptions
    from desktop_chat.ui.exporting.content import Part
    from desktop_chat.ui.printing.page_look import PageLook
    from desktop_chat.ui.transcript.text.blocks import Block

AT_ONCE = 40
_LEAST_ROOM = 60.0


class Paper(Protocol):
    """Takes pages."""

    def page(self) -> QPainter:
        """Begin a page; return what paints on it, in 1/96 inch from its corner."""
        ...

    def close(self) -> None:
        """The last page is complete."""
        ...


class Pages:
    """Puts text on pages, one below the other."""

    def __init__(self, look: PageLook, paper: Paper, title: str) -> None:
        self._look = look
        self._paper = paper
        self._title = title
        self._painter: QPainter | None = None
        self._at = 0.0
        self.count = 0

    def begin(self) -> PageText:
        """Return an empty text that begins where the last one ended."""
        if self._look.room.height() - self._at < _LEAST_ROOM:
            self._at, self._painter = 0.0, None
        return PageText(self._look, self._at)

    def put(self, text: PageText) -> None:
        """Paint a text."""
        document, room = text.finish(), self._look.room
        document.setPageSize(room)
        _keep_headings(document, room.height())
        last = document.lastBlock()
        bottom = document.documentLayout().blockBoundingRect(last).bottom()
        bottom += last.blockFormat().bottomMargin()
        count = int(max(0.0, bottom - 0.5) // room.height()) + 1
        for number in range(count):
            if number or self._painter is None:
                self._new_page()
            self._paint(document, number)
        self._at = min(bottom - (count - 1) * room.height(), room.height())

    def close(self) -> None:
        """End the last page."""
        self._paper.close()

    def _new_page(self) -> None:
        self._painter = self._paper.page()
        self.count += 1
        size = self._look.size
        foot = QRectF(MARGIN, size.height() - MARGIN, size.width() - 2 * MARGIN, FOOT)
        self._painter.setFont(self._look.font(SMALL))
        self._painter.setPen(self._look.colour("muted"))
        number = str(self.count)
        metrics = self._painter.fontMetrics()
        width = int(foot.width()) - metrics.horizontalAdvance(f"   {number}")
        title = metrics.elidedText(self._title, Qt.TextElideMode.ElideRight, width)
        middle = Qt.AlignmentFlag.AlignVCenter
        self._painter.drawText(foot, middle | Qt.AlignmentFlag.AlignLeft, title)
        self._painter.drawText(foot, middle | Qt.AlignmentFlag.AlignRight, number)

    def _paint(self, document: QTextDocument, number: int) -> None:
        if self._painter is None:
            return
        painter, room = self._painter, self._look.room
        area = QRectF(0, number * room.height(), room.width(), room.height())
        painter.save()
        painter.translate(MARGIN, MARGIN - area.top())
        painter.setClipRect(area.adjusted(-MARGIN, 0, MARGIN, 0))
        block = document.begin()
        while block.isValid():
            if QTextCursor(block).currentTable() is None:
                self._paint_block(painter, block, area)
            block = block.next()
        for frame in document.rootFrame().childFrames():
            self._paint_table(painter, frame, area)
        painter.restore()

    def _paint_table(self, painter: QPainter, frame: QTextFrame, area: QRectF) -> None:
        layout = frame.document().documentLayout()
        # What only touches it is not meant.
        shown = layout.frameBoundingRect(frame).intersected(area).adjusted(-1, 0.5, 1, -0.5)
        if shown.height() <= 0:
            return
        context = QAbstractTextDocumentLayout.PaintContext()
        palette = QPalette()
        palette.setColor(QPalette.ColorRole.Text, self._look.colour("text"))
        context.palette = palette
        context.clip = shown
        painter.save()
        painter.setClipRect(shown.adjusted(0, -0.5, 0, 0.5))
        layout.draw(painter, context)
        painter.restore()

    def _paint_block(self, painter: QPainter, block: QTextBlock, area: QRectF) -> None:
        """Paint the lines that stand on a page.

        Qt's own drawing of a document adds some of the pages before, out of sight but not out of
        reach for whoever searches the file.
        """
        rect = block.document().documentLayout().blockBoundingRect(block)
        if not rect.intersects(area):
            return
        self._paint_mark(painter, block, area)
        layout = block.layout()
        place = layout.position()
        for number in range(layout.lineCount()):
            line = layout.lineAt(number)
            top = place.y() + line.y() + 0.5
            if area.top() <= top < area.bottom():
                line.draw(painter, place)

    def _paint_mark(self, painter: QPainter, block: QTextBlock, area: QRectF) -> None:
        shape = block.blockFormat()
        rect = block.document().documentLayout().blockBoundingRect(block)
        line = QPen(self._look.colour("line"), 1.0)
        width = self._look.room.width()
        layout = block.layout()
        # A first line that found no room stands on the next page; its block begins on this one.
        first = layout.lineAt(0) if layout.lineCount() else None
        top = layout.position().y() + first.y() if first else rect.top()
        if shape.hasProperty(Mark.PANEL):
            left = shape.doubleProperty(Mark.LEFT)
            panel = QRectF(left, top - 7, width - left, rect.bottom() - top + 14)
            painter.setPen(line)
            painter.setBrush(self._look.colour("code"))
            painter.drawRoundedRect(panel, 4, 4)
        if shape.hasProperty(Mark.RULE):
            painter.setPen(line)
            middle = rect.center().y()
            painter.drawLine(QPointF(shape.leftMargin(), middle), QPointF(width, middle))
        for number in range(int(shape.intProperty(Mark.QUOTES))):
            height = rect.bottom() + shape.bottomMargin() - top
            painter.fillRect(QRectF(number * STEP + 4, top, 3, height), self._look.colour("line"))
        bullet = shape.stringProperty(Mark.BULLET)
        if bullet and first is not None and area.contains(QPointF(area.left(), top + 1)):
            painter.setFont(self._look.font(TEXT))
            painter.setPen(self._look.colour("text"))
            advance = painter.fontMetrics().horizontalAdvance(bullet)
            place = QPointF(shape.leftMargin() - 6 - advance, top + first.ascent())
            painter.drawText(place, bullet)


def set_chat(
    pages: Pages, chat: ChatRecord, options: ExportOptions, step: Callable[[], None]
) -> None:
    """Set a chat on pages; `step` is called after each message."""
    text = pages.begin()
    text.line(clean(title_of(chat)), TITLE, is_bold=True)
    if chat.system_prompt:
        text.line(SYSTEM_PROMPT, SMALL, "muted")
        text.line(clean(chat.system_prompt).replace("\n", "\u2028"), ink="muted")
    pages.put(text)
    for part in parts_of(chat, options):
        for text in _texts(part, pages):
            pages.put(text)
        step()
    pages.close()


def _texts(part: Part, pages: Pages) -> Iterator[PageText]:
    """Yield a message in texts of bounded size, each to be put on its page before the next."""
    text = pages.begin()
    text.line(part.sender, HEADINGS[0], is_bold=True)
    if part.details:
        text.line(part.details, SMALL, "muted")
    if part.thoughts:
        text.line(THOUGHTS, SMALL, "muted")
        text.write(part.thoughts, "muted")
    for number, blocks in enumerate(_slices(part.blocks)):
        if number:
            yield text
            text = pages.begin()
        text.write(blocks)
    for attachment in part.attachments:
        picture = attached_picture(attachment)
        if picture is not None:
            text.picture(picture)
        text.line(attached(attachment), SMALL, "muted")
    if part.note:
        text.line(part.note, SMALL, "muted")
    yield text


def _slices(blocks: Sequence[Block]) -> Iterator[Sequence[Block]]:
    for start in range(0, len(blocks), AT_ONCE):
        yield blocks[start : start + AT_ONCE]


def _keep_headings(document: QTextDocument, height: float) -> None:
    """Move a heading that would end a page to the next one."""
    layout = document.documentLayout()
    block = document.begin()
    while block.isValid():
        after = block.next()
        if block.blockFormat().hasProperty(Mark.HEADING) and after.isValid():
            here = layout.blockBoundingRect(block)
            there = layout.blockBoundingRect(after)
            top = there.top() + (after.layout().lineAt(0).y() if after.layout().lineCount() else 0)
            if int(here.top() // height) < int(top // height):
                shape = QTextBlockFormat()
                shape.setPageBreakPolicy(QTextFormat.PageBreakFlag.PageBreak_AlwaysBefore)
                QTextCursor(block).mergeBlockFormat(shape)
        block = after
