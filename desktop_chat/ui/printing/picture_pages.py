"""Pages as files of painting commands, which a window can show and print."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QPainter, QPicture

from desktop_chat.domain.errors import ExportFailedError
from desktop_chat.services.exporting.words import title_of
from desktop_chat.ui.printing.pages import Pages, set_chat
from desktop_chat.ui.transcript.text.text_limits import clean

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from desktop_chat.domain.transfer import ChatRecord
    from desktop_chat.services.exporting.options import ExportOptions
    from desktop_chat.ui.printing.page_look import PageLook


def page_path(folder: Path, number: int) -> Path:
    """Return the file of a page; the first one has the number 1."""
    return folder / f"{number}.page"


class PagesWriter:
    """Writes the pages of a chat into a folder.

    Args:
        folder: Where the files go.
        look: How the pages look.
        tell: Called with the number of complete pages after each message.
    """

    def __init__(self, folder: Path, look: PageLook, tell: Callable[[int], None]) -> None:
        self._paper = _PicturePaper(folder)
        self._look = look
        self._tell = tell

    def write(self, chat: ChatRecord, options: ExportOptions) -> None:
        """Write all pages.

        Raises:
            ExportFailedError: The disk does not take them.
        """
        pages = Pages(self._look, self._paper, clean(title_of(chat)))
        set_chat(pages, chat, options, self._step)
        self._step()

    def _step(self) -> None:
        self._tell(self._paper.complete)


class _PicturePaper:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._picture = QPicture()
        self._painter: QPainter | None = None
        self.complete = 0

    def page(self) -> QPainter:
        """Begin a page; the one before is complete."""
        self.close()
        self._picture = QPicture()
        self._painter = QPainter(self._picture)
        return self._painter

    def close(self) -> None:
        """Write the page that was begun."""
        if self._painter is None:
            return
        self._painter.end()
        self._painter = None
        self.complete += 1
        path = page_path(self._folder, self.complete)
        if not self._picture.save(str(path)):
            raise ExportFailedError(path=str(path), detail="there is no room for the pages")
