"""The path that is shown as a PDF file."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtGui import QGuiApplication, QPainter, QPdfWriter

from desktop_chat.services.exporting.words import title_of
from desktop_chat.ui.printing.page_look import DPI, PageLook
from desktop_chat.ui.printing.pages import Pages, set_chat
from desktop_chat.ui.transcript.text.text_limits import clean

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

    from desktop_chat.domain.transfer import ChatRecord
    from desktop_chat.services.exporting.options import ExportOptions

_RESOLUTION = 1200


class PdfFile:
    """Writes PDF."""

    def __init__(self, options: ExportOptions) -> None:
        self._options = options
        # Fonts need one, a screen does not.
        self._application = application()

    def write(self, chat: ChatRecord, file: BinaryIO, step: Callable[[], None]) -> None:
        """Write one chat; `step` is called after each message."""
        written = QByteArray()
        buffer = QBuffer(written)
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        title = clean(title_of(chat))
        look = PageLook(self._options.paper)
        paper = _PdfPaper(buffer, look, title)
        try:
            set_chat(Pages(look, paper, title), chat, self._options, step)
        finally:
            paper.close()
        file.write(written.data())


class _PdfPaper:
    def __init__(self, device: QIODevice, look: PageLook, title: str) -> None:
        self._writer = QPdfWriter(device)
        self._writer.setPageLayout(look.layout)
        self._writer.setResolution(_RESOLUTION)
        self._writer.setTitle(title)
        self._writer.setCreator("Desktop Chat")
        self._painter: QPainter | None = None

    def page(self) -> QPainter:
        """Begin a page."""
        if self._painter is None:
            self._painter = QPainter(self._writer)
            self._painter.scale(_RESOLUTION / DPI, _RESOLUTION / DPI)
        else:
            self._writer.newPage()
        return self._painter

    def close(self) -> None:
        """End the file."""
        if self._painter is not None and self._painter.isActive():
            self._painter.end()


def application() -> QGuiApplication:
    """Return the application that there is, or a new one that needs no screen."""
    found = QGuiApplication.instance()
    if isinstance(found, QGuiApplication):
        return found
    if sys.platform.startswith("linux"):
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    return QGuiApplication([])
