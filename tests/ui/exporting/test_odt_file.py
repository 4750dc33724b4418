"""ODT files, read by another library and by LibreOffice."""

from __future__ import annotations

import io
import re
import zipfile
from xml.etree import ElementTree

import pytest
from odf import table as odf_table
from odf import text as odf_text
from odf.opendocument import load
from odf.teletype import extractText

from desktop_chat.services.exporting.options import ExportOptions
from desktop_chat.ui.exporting.odt_file import OdtFile
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


def file_of(record, **options) -> bytes:
    return written(OdtFile(ExportOptions(**options)), record)


def document(record):
    return load(io.BytesIO(file_of(record)))


def parts(record) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(file_of(record))) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def formula_kinds(manifest: bytes) -> dict[str, str]:
    entries = [list(entry.attrib.values()) for entry in ElementTree.fromstring(manifest)]
    return {path: kind for path, kind in entries if path.startswith("Object") and path[-1] == "/"}


def test_file_says_first_what_it_is() -> None:
    with zipfile.ZipFile(io.BytesIO(file_of(conversation("Hi")))) as archive:
        first = archive.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
        assert archive.read(first) == b"application/vnd.oasis.opendocument.text"


def test_headings_follow_each_other_by_level() -> None:
    found = [
        (int(heading.getAttribute("outlinelevel")), extractText(heading))
        for heading in document(conversation(RICH)).getElementsByType(odf_text.H)
    ]
    assert found == [(1, "You"), (1, "Assistant"), (2, "Sorting"), (3, "Code")]


def test_table_has_its_cells_and_repeats_its_head() -> None:
    (table,) = document(conversation(RICH)).getElementsByType(odf_table.Table)
    rows = [
        [extractText(cell) for cell in row.getElementsByType(odf_table.TableCell)]
        for row in table.getElementsByType(odf_table.TableRow)
    ]
    assert (rows[0], rows[2]) == (["Name", "Cost"], ["merge", "12"])
    assert len(table.getElementsByType(odf_table.TableHeaderRows)) == 1


def test_code_keeps_its_lines_and_spaces() -> None:
    found = [
        extractText(line)
        for line in document(conversation(RICH)).getElementsByType(odf_text.P)
        if line.getAttribute("stylename").startswith("Code")
    ]
    assert found == ["def half(number):  # comment", "    return number // 2"]


def test_code_without_end_keeps_its_lines() -> None:
    text = "\n".join(f"  x = {number}" for number in range(6_000))
    found = [
        extractText(line)
        for line in document(conversation(f"```python\n{text}\n```")).getElementsByType(odf_text.P)
        if line.getAttribute("stylename").startswith("Code")
    ]
    assert "\n".join(found) == text


def test_lists_are_real_ones_and_go_on_after_a_table() -> None:
    text = "3. three\n   - inner\n\n   | a |\n   |---|\n   | b |\n4. four"
    content = parts(conversation(text))["content.xml"].decode()
    assert re.findall(r'text:start-value="(\d)"', content) == ["3", "4"]
    assert '<text:list text:style-name="Bullets">' in content
    ElementTree.fromstring(content)


def test_formulas_are_objects_that_can_be_edited() -> None:
    files = parts(conversation(RICH))
    formulas = [files[f"Object {number}/content.xml"] for number in (1, 2)]
    assert "Object 3/content.xml" not in files
    assert b"mfrac" in formulas[1]
    kind = "application/vnd.oasis.opendocument.formula"
    assert formula_kinds(files["META-INF/manifest.xml"]) == {"Object 1/": kind, "Object 2/": kind}


def test_brackets_around_a_table_stand_in_a_row_of_their_own() -> None:
    matrix = r"$$x \begin{pmatrix} a & b \end{pmatrix} \cdot (y)$$"
    formula = ElementTree.fromstring(parts(conversation(matrix))["Object 1/content.xml"])
    rows = [[part.tag.rpartition("}")[2] for part in row] for row in formula.iter()]
    assert ["mo", "mtable", "mo"] in rows


def test_space_at_the_beginning_of_a_line_of_code_is_kept() -> None:
    found = document(conversation("```js\n/* a\n * b */\n```")).getElementsByType(odf_text.P)
    (line,) = [line for line in found if extractText(line).endswith("b */")]
    (space,) = line.getElementsByType(odf_text.S)
    assert space.getAttribute("c") == "1"
    assert extractText(line) == " * b */"


def test_pictures_are_within_the_file_and_none_is_fetched() -> None:
    files = parts(conversation(RICH + HOSTILE, attachments=(attachment(png(16, 16)),)))
    assert sum(name.startswith("Pictures/") for name in files) == 2
    addresses = re.findall(r'<draw:image xlink:href="([^"]*)"', files["content.xml"].decode())
    assert all(address in files for address in addresses)
    links = re.findall(r'<text:a [^>]*xlink:href="([^"]*)"', files["content.xml"].decode())
    assert all(link.startswith("https://") for link in links)


def test_every_part_is_named_in_the_manifest() -> None:
    files = parts(conversation(RICH))
    named = set(re.findall(r'full-path="([^"]*)"', files["META-INF/manifest.xml"].decode()))
    assert set(files) - {"mimetype", "META-INF/manifest.xml"} <= named


@pytest.mark.parametrize("text", [HOSTILE, "\x00\x08\ufffe\ud800 ]]> & <x>", "x" * 100_000, ""])
def test_every_part_is_sound_xml(text: str) -> None:
    record = chat(message(1, "user", text), message(2, "llm", text), title=text[:300])
    for name, content in parts(record).items():
        if name.endswith(".xml"):
            ElementTree.fromstring(content)


@needs_office
def test_libreoffice_opens_it_with_headings_and_table_intact(tmp_path) -> None:
    path = tmp_path / "chat.odt"
    path.write_bytes(file_of(conversation(RICH)))
    html = converted(path, "html").read_text(encoding="utf-8", errors="replace")
    flat = re.sub(r"\s+", " ", re.sub(r"<(?!/?(?:h\d|t[dh])\b)[^>]*>", "", html))
    assert re.search(r"<h2[^>]*>\s*Sorting\s*</h2>", flat)
    assert re.search(r"<h3[^>]*>\s*Code\s*</h3>", flat)
    assert re.search(r"<t[dh][^>]*>\s*merge\s*</t[dh]>", flat)
    assert "def half(number):" in flat
