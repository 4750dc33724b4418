"""The preview reads the pages in sight, and printing plays them all."""

from __future__ import annotations

import pytest
from PySide6.QtPrintSupport import QPrinter

from desktop_chat.services.exporting.options import ExportOptions
from desktop_chat.ui.printing.page_look import PageLook
from desktop_chat.ui.printing.page_view import PageView
from desktop_chat.ui.printing.picture_pages import PagesWriter
from desktop_chat.ui.printing.printing import Printing, make_printer
from desktop_chat.ui.theme import load_theme
from tests.services.exporting.records import conversation

LOOK = PageLook()


@pytest.fixture
def pages(qapp, tmp_path):
    """A folder of 40 pages or so."""
    counts: list[int] = []
    text = "\n\n".join(f"Line {number}." for number in range(1200))
    PagesWriter(tmp_path, LOOK, counts.append).write(conversation(text), ExportOptions())
    return tmp_path, counts[-1]


@pytest.fixture
def view(qtbot, pages):
    folder, count = pages
    found = PageView()
    qtbot.addWidget(found)
    found.set_theme(load_theme("light"))
    found.resize(500, 600)
    found.begin(folder, LOOK.size)
    found.set_count(count)
    return found


def test_only_pages_in_sight_are_kept(view, pages) -> None:
    bar = view.verticalScrollBar()
    for value in range(0, bar.maximum(), bar.pageStep()):
        bar.setValue(value)
        view.grab()
    assert len(view._kept) <= 6
    bar.setValue(bar.maximum())
    view.grab()
    assert pages[1] in view._kept


def test_page_is_dark_ink_on_white_paper(view) -> None:
    image = view.grab().toImage()
    colours = {
        image.pixelColor(x, y).lightness() for x in range(40, 400, 2) for y in range(60, 200)
    }
    assert max(colours) == 255
    assert min(colours) < 80


def test_more_pages_make_it_longer_and_other_pages_begin_anew(view, pages) -> None:
    before = view.verticalScrollBar().maximum()
    view.set_count(pages[1] * 2)
    assert view.verticalScrollBar().maximum() > before
    view.begin(pages[0], LOOK.size)
    assert view.verticalScrollBar().maximum() == 0


def printed(qtbot, pages, first: int = 0, last: int = 0):
    folder, count = pages
    printer = make_printer("a4", is_landscape=False)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    path = folder / "printed.pdf"
    printer.setOutputFileName(str(path))
    printer.setFromTo(first, last)
    job = Printing(printer, folder, count)
    begun: list[int] = []
    job.page_begun.connect(begun.append)
    with qtbot.waitSignal(job.ended, timeout=30_000) as ended:
        job.start()
    return path, begun, ended.args[0]


def test_all_pages_are_printed(qtbot, pages) -> None:
    path, begun, is_printed = printed(qtbot, pages)
    assert is_printed
    assert begun == list(range(1, pages[1] + 1))
    assert path.read_bytes().startswith(b"%PDF")


def test_range_of_pages_is_printed(qtbot, pages) -> None:
    assert printed(qtbot, pages, 2, 3)[1:] == ([2, 3], True)


def test_page_that_is_gone_ends_the_printing(qtbot, pages) -> None:
    (pages[0] / "2.page").unlink()
    assert printed(qtbot, pages)[1:] == ([1, 2], False)
