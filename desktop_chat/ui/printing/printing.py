"""Pages to the printer, one a turn of the event loop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtGui import QPainter
from PySide6.QtPrintSupport import QPrinter

from desktop_chat.ui.printing.page_look import DPI, PageLook
from desktop_chat.ui.printing.page_view import play_page

if TYPE_CHECKING:
    from pathlib import Path


class Printing(QObject):
    """Prints pages that are there as files.

    Signals:
        page_begun(number: int)
        ended(is_printed: bool): all is handed over, or the printer refused.
    """

    page_begun = Signal(int)
    ended = Signal(bool)

    def __init__(
        self, printer: QPrinter, folder: Path, count: int, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._printer = printer
        self._folder = folder
        first, last = printer.fromPage() or 1, printer.toPage() or count
        self._numbers = list(range(max(1, first), min(count, last) + 1))
        self._painter = QPainter()
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._on_timer_timeout)
        self._at = 0

    def start(self) -> None:
        """Begin with the first page."""
        if not self._numbers or not self._painter.begin(self._printer):
            self.ended.emit(False)
            return
        self._timer.start()

    def stop(self) -> None:
        """Print no further page."""
        self._timer.stop()
        if self._painter.isActive():
            self._printer.abort()
            self._painter.end()

    @Slot()
    def _on_timer_timeout(self) -> None:
        number = self._numbers[self._at]
        self.page_begun.emit(number)
        is_fine = not self._at or self._printer.newPage()
        scale = self._printer.resolution() / DPI
        if not is_fine or not play_page(self._folder, number, self._painter, scale):
            self.stop()
            self.ended.emit(False)
            return
        self._at += 1
        if self._at >= len(self._numbers):
            self._timer.stop()
            self.ended.emit(self._painter.end())


def make_printer(paper: str, *, is_landscape: bool) -> QPrinter:
    """Return the usual printer with some paper; pages have margins of their own."""
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setPageLayout(PageLook(paper, is_landscape=is_landscape).layout)
    printer.setFullPage(True)
    printer.setCreator("Desktop Chat")
    return printer
