"""Pages and PDF files."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest
from PySide6.QtGui import QImage, QPainter

from desktop_chat.services.exporting.options import ExportOptions
from desktop_chat.ui.printing.page_look import PageLook
from desktop_chat.ui.printing.page_view import play_page
from desktop_chat.ui.printing.pdf_file import PdfFile
from desktop_chat.ui.printing.picture_pages import PagesWriter
from tests.services.exporting.records import (
    HOSTILE,
    RICH,
    chat,
    conversation,
    message,
    written,
)

needs_poppler = pytest.mark.skipif(
    shutil.which("pdftotext") is None, reason="poppler's tools are not installed"
)
pytestmark = pytest.mark.usefixtures("qapp")


def pdf(record, **options) -> bytes:
    return written(PdfFile(ExportOptions(**options)), record)


def text_of(data: bytes, *arguments: str) -> str:
    done = subprocess.run(
        ["pdftotext", *arguments, "-", "-"], input=data, capture_output=True, check=True
    )
    return done.stdout.decode()


def page_count(data: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", data))


def test_file_has_the_paper_that_is_wanted() -> None:
    sizes = [re.findall(rb"/MediaBox\s*\[([^\]]*)\]", pdf(conversation("Hi"), paper=paper))[0]
             for paper in ("a4", "letter")]  # fmt: skip
    found = [[round(float(part)) for part in size.split()[2:]] for size in sizes]
    assert found == [[595, 842], [612, 792]]


@needs_poppler
def test_all_words_can_be_copied_out_of_it() -> None:
    found = text_of(pdf(conversation(RICH, title="How to: sort -> fast"), paper="a4"))
    for words in ("How to: sort -> fast", "You", "Assistant", "Sorting", "def half(number):  #",
                  "return number // 2", "merge", "12", "a quote", "first"):  # fmt: skip
        assert words.replace("  ", " ") in re.sub(r"[ \n]+", " ", found)


@needs_poppler
def test_no_line_stands_on_two_pages_or_on_none() -> None:
    lines = "\n\n".join(f"Line {number} of it." for number in range(300))
    found = re.findall(r"Line (\d+) of it\.", text_of(pdf(conversation(lines))))
    assert [int(number) for number in found] == list(range(300))


@needs_poppler
def test_long_code_goes_on_over_the_pages() -> None:
    code = "\n".join(f"line_{number}()" for number in range(400))
    data = pdf(conversation(f"```python\n{code}\n```"))
    assert page_count(data) > 4
    assert re.findall(r"line_(\d+)\(\)", text_of(data)) == [str(n) for n in range(400)]


@needs_poppler
def test_table_repeats_its_head_on_each_page() -> None:
    rows = "\n".join(f"| row {number} | x |" for number in range(120))
    data = pdf(conversation(f"| Heading | B |\n|---|---|\n{rows}"))
    assert text_of(data).count("Heading") == page_count(data) > 1


@needs_poppler
def test_heading_does_not_end_a_page() -> None:
    for lines in range(28, 42):
        filler = "\n\n".join(f"Line {number}." for number in range(lines))
        pages = text_of(pdf(conversation(f"{filler}\n\n## Heading\n\nAfter it."))).split("\f")
        (page,) = [page for page in pages if "Heading" in page]
        assert "After it." in page


def test_links_can_be_followed_where_they_are_safe() -> None:
    data = pdf(conversation(HOSTILE))
    assert b"https://example.org/" in data
    assert b"javascript" not in data
    assert b"file:" not in data


def test_pages_of_hostile_text_are_written() -> None:
    record = chat(message(1, "user", HOSTILE * 20), message(2, "llm", "x" * 50_000 + HOSTILE))
    assert page_count(pdf(record)) > 2


def test_empty_chat_makes_a_page() -> None:
    assert page_count(pdf(chat())) == 1


def test_right_of_a_page_stays_empty(tmp_path) -> None:
    """Whatever is on it, a page is painted within its margins."""
    wide = "| " + " | ".join(f"column {n}" for n in range(12)) + " |\n|" + "---|" * 12 + "\n"
    formula = "$$" + "+".join("abc" for _ in range(60)) + "$$"
    look = PageLook()
    counts: list[int] = []
    writer = PagesWriter(tmp_path, look, counts.append)
    writer.write(conversation(f"{wide}\n\n{formula}\n\n{'w' * 500}\n\n{RICH}"), ExportOptions())
    assert counts[-1] >= 1
    size = look.size.toSize()
    image = QImage(size, QImage.Format.Format_RGB32)
    image.fill(0xFFFFFFFF)
    painter = QPainter(image)
    assert play_page(tmp_path, 1, painter, 1.0)
    painter.end()
    margin = [image.pixel(x, y) for x in range(size.width() - 50, size.width(), 7)
              for y in range(0, size.height(), 3)]  # fmt: skip
    assert set(margin) == {0xFFFFFFFF}
    assert any(image.pixel(x, 100) != 0xFFFFFFFF for x in range(size.width()))
