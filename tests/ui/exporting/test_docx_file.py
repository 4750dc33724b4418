"""DOCX files, read by another library and by LibreOffice."""

from __future__ import annotations

import io
import re
import zipfile
from xml.etree import ElementTree

import docx
import pytest

from desktop_chat.services.exporting.options import ExportOptions
from desktop_chat.ui.exporting.docx_file import DocxFile
from tests.services.exporting.records import (
    HOSTILE,
    RICH,
    attachment,
    chat,
    conversation,
    message,
    png,
    written,
)
from tests.ui.exporting.office import converted, needs_office

M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"


def document(record, **options):
    return docx.Document(io.BytesIO(written(DocxFile(ExportOptions(**options)), record)))


def parts(record) -> dict[str, str]:
    data = written(DocxFile(ExportOptions()), record)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {
            name: archive.read(name).decode() for name in archive.namelist()
            if name.endswith((".xml", ".rels"))
        }  # fmt: skip


def test_headings_follow_each_other_by_level() -> None:
    found = [
        (paragraph.style.name, paragraph.text)
        for paragraph in document(conversation(RICH, title="How to")).paragraphs
        if paragraph.style.name.startswith(("Heading", "Title"))
    ]
    assert found == [
        ("Title", "How to"), ("Heading 1", "You"), ("Heading 1", "Assistant"),
        ("Heading 2", "Sorting"), ("Heading 3", "Code"),
    ]  # fmt: skip


def test_table_has_its_cells_and_repeats_its_head() -> None:
    (table,) = document(conversation(RICH)).tables
    assert [cell.text for cell in table.rows[0].cells] == ["Name", "Cost"]
    assert [cell.text for cell in table.rows[2].cells] == ["merge", "12"]
    assert "w:tblHeader/>" in parts(conversation(RICH))["word/document.xml"]


def test_text_keeps_its_styles_and_links() -> None:
    (line,) = [p for p in document(conversation(RICH)).paragraphs if p.text.startswith("Some")]
    styled = {run.text: run for run in line.runs}
    assert styled["bold"].bold
    assert styled["slanted"].italic
    assert styled["struck"].font.strike
    assert styled["code"].style.name == "Code Text"
    assert [link.address for link in line.hyperlinks] == ["https://example.org/a?b=1&c=2"]


def test_code_keeps_its_lines_spaces_and_colours() -> None:
    lines = [p for p in document(conversation(RICH)).paragraphs if p.style.name == "Code"]
    assert [line.text for line in lines] == [
        "def half(number):  # comment", "    return number // 2",
    ]  # fmt: skip
    assert str(lines[0].runs[0].font.color.rgb) == "7D32A8"


def test_code_without_end_keeps_its_lines() -> None:
    text = "\n".join(f"  x = {number}" for number in range(6_000))
    found = document(conversation(f"```python\n{text}\n```")).paragraphs
    assert "\n".join(line.text for line in found if line.style.name == "Code") == text


def test_formulas_can_be_edited() -> None:
    body = ElementTree.fromstring(parts(conversation(RICH))["word/document.xml"])
    assert len(list(body.iter(f"{M}oMath"))) == 2
    assert len(list(body.iter(f"{M}oMathPara"))) == 1
    (fraction,) = body.iter(f"{M}f")
    assert ["".join(part.itertext()) for part in fraction] == ["a", "b"]


def test_lists_are_real_ones_with_numbers_of_their_own() -> None:
    text = "1. one\n2. two\n   - in\n\ntext\n\n1. again\n\ntext\n\n7. seven"
    found = document(conversation(text))
    places = [p._p.pPr.numPr for p in found.paragraphs if p._p.xpath("w:pPr/w:numPr")]
    levels = [place.ilvl.val for place in places]
    numbers = [place.numId.val for place in places]
    assert levels == [0, 0, 1, 0, 0]
    assert numbers[0] == numbers[1]
    assert len(set(numbers)) == 4
    lists = found.part.numbering_part.element
    starts = lists.xpath("w:num/w:lvlOverride/w:startOverride/@w:val")
    assert starts == ["1", "1", "7"]


def test_list_after_a_quote_within_a_quote_is_one() -> None:
    found = document(conversation("> one\n>\n> > two\n>\n> - three")).paragraphs
    (item,) = [paragraph for paragraph in found if paragraph.text == "three"]
    assert item._p.xpath("w:pPr/w:numPr")


def test_pictures_are_within_the_file_and_none_is_fetched() -> None:
    record = conversation(RICH + HOSTILE, attachments=(attachment(png(16, 16)),))
    assert len(document(record).inline_shapes) == 2
    relations = parts(record)["word/_rels/document.xml.rels"]
    outside = re.findall(r'Type="[^"]*/(\w+)" Target="([^"]*)" TargetMode="External"', relations)
    assert {kind for kind, _ in outside} == {"hyperlink"}
    assert all(address.startswith("https://") for _, address in outside)


@pytest.mark.parametrize("text", [HOSTILE, "\x00\x08\ufffe\ud800 ]]> & <w:p>", "x" * 100_000, ""])
def test_every_part_is_sound_xml(text: str) -> None:
    record = chat(message(1, "user", text), message(2, "llm", text), title=text[:300])
    for content in parts(record).values():
        ElementTree.fromstring(content.encode())
    assert document(record).paragraphs


def test_right_to_left_paragraph_is_marked() -> None:
    assert "<w:bidi/>" in parts(conversation("שלום"))["word/document.xml"]


@needs_office
def test_libreoffice_opens_it_with_headings_and_table_intact(tmp_path) -> None:
    path = tmp_path / "chat.docx"
    path.write_bytes(written(DocxFile(ExportOptions()), conversation(RICH, title="How to")))
    html = converted(path, "html").read_text(encoding="utf-8", errors="replace")
    flat = re.sub(r"\s+", " ", re.sub(r"<(?!/?(?:h\d|t[dh]|ol|ul)\b)[^>]*>", "", html))
    assert re.search(r"<h2[^>]*>\s*Sorting\s*</h2>", flat)
    assert re.search(r"<h3[^>]*>\s*Code\s*</h3>", flat)
    assert re.search(r"<td[^>]*>\s*merge\s*</td>", flat)
    assert "def half(number):" in flat
