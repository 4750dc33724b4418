"""What stands within the paragraphs of a DOCX file: letters, links, formulas, pictures. No Qt."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from docx.image.gif import Gif
from docx.image.image import Image
from docx.image.jpeg import Jpeg
from docx.image.png import Png
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.oxml.ns import nsdecls, qn
from docx.oxml.parser import OxmlElement, parse_xml
from docx.oxml.shape import CT_Inline
from docx.parts.image import ImagePart
from docx.shared import Emu, Length
from docx.text.run import Run

from desktop_chat.ui.exporting.content import is_right_to_left, link_address
from desktop_chat.ui.exporting.omml import omml_of
from desktop_chat.ui.transcript.copying.runs import runs
from desktop_chat.ui.transcript.text.blocks import LINE_BREAK, OBJECT, Style

if TYPE_CHECKING:
    from collections.abc import Iterable

    from docx.document import Document
    from docx.oxml.xmlchemy import BaseOxmlElement
    from docx.text.paragraph import Paragraph

    from desktop_chat.ui.exporting.pictures import Picture
    from desktop_chat.ui.transcript.copying.runs import Run as Stretch
    from desktop_chat.ui.transcript.text.blocks import Span

CODE, LINK = "CodeText", "Hyperlink"
_EMU_A_PIXEL = 9525
_MAX_PICTURE_HEIGHT = 800
_HEADERS = {"png": Png, "jpeg": Jpeg, "gif": Gif}


class DocxText:
    """Fills paragraphs; what they refer to becomes part of the document."""

    def __init__(self, document: Document) -> None:
        self._relations = document.part.rels
        self._links: dict[str, str] = {}
        self._pictures = 0

    def add(self, paragraph: Paragraph, text: str, spans: Iterable[Span]) -> None:
        """Add text with its styles, links and formulas."""
        for href, group in groupby(runs(text, spans), lambda stretch: stretch.href):
            address = link_address(href) if href else ""
            parent = self._hyperlink(paragraph, address) if address else paragraph._p
            for stretch in group:
                _add_stretch(paragraph, parent, stretch)

    def add_link(self, paragraph: Paragraph, text: str, address: str) -> None:
        """Add a link; without an address it is text."""
        if address:
            letters(paragraph, text, LINK, self._hyperlink(paragraph, address))
        else:
            letters(paragraph, text)

    def add_formula(self, paragraph: Paragraph, source: str) -> None:
        """Add a formula that stands alone, as LaTeX if it cannot be read."""
        formula = omml_of(source, True)
        if formula:
            paragraph._p.append(_math(formula))
        else:
            letters(paragraph, f"$${source}$$", CODE)

    def add_picture(self, paragraph: Paragraph, picture: Picture, label: str, room: Length) -> None:
        """Add a picture, no wider than `room`."""
        self._pictures += 1
        number, kind = self._pictures, picture.kind
        # The library would read the file's head again; it does not know all JPEG files.
        head = _HEADERS[kind](picture.width, picture.height, 96, 96)
        image = Image(picture.data, f"{number}.{kind}", head)
        part = ImagePart.from_image(image, PackURI(f"/word/media/image{number}.{kind}"))
        link = f"picture{number}"
        self._relations.add_relationship(RELATIONSHIP_TYPE.IMAGE, part, link)
        fitted = picture.fitted(room / _EMU_A_PIXEL, _MAX_PICTURE_HEIGHT)
        width, height = (Emu(round(size * _EMU_A_PIXEL)) for size in fitted)
        inline = CT_Inline.new_pic_inline(number, link, image.filename, width, height)
        inline.docPr.set("descr", label)
        for side in ("distT", "distB", "distL", "distR"):
            inline.set(side, "0")
        paragraph.add_run()._r.add_drawing(inline)

    def _hyperlink(self, paragraph: Paragraph, address: str) -> BaseOxmlElement:
        link = self._links.get(address)
        if link is None:
            # Named here: the library looks through all that there are for a free name.
            link = self._links[address] = f"link{len(self._links) + 1}"
            kind = RELATIONSHIP_TYPE.HYPERLINK
            self._relations.add_relationship(kind, address, link, is_external=True)
        hyperlink = OxmlElement("w:hyperlink")
        hyperlink.set(qn("r:id"), link)
        paragraph._p.append(hyperlink)
        return hyperlink


def letters(
    paragraph: Paragraph, text: str, style: str = "", parent: BaseOxmlElement | None = None
) -> Run:
    """Add plain text with its tabs and line breaks; `style` is the name of one in the file."""
    run = Run((paragraph._p if parent is None else parent).add_r(), paragraph)
    if style:
        run._r.style = style
    text = text.replace(OBJECT, "").replace(LINE_BREAK, "\n")
    if "\n" in text or "\t" in text:
        run.text = text
    else:
        run.add_text(text)
    return run


def _add_stretch(paragraph: Paragraph, parent: BaseOxmlElement, stretch: Stretch) -> None:
    style = stretch.style
    if style & Style.MATH and stretch.source:
        formula = omml_of(stretch.source, False)
        if formula:
            parent.append(_math(formula)[0])
        else:
            letters(paragraph, f"${stretch.source}$", CODE, parent)
        return
    kind = CODE if style & Style.CODE else LINK if parent is not paragraph._p else ""
    run = letters(paragraph, stretch.text, kind, parent)
    is_reversed = is_right_to_left(stretch.text)
    if not style and not is_reversed:
        return
    font = run.font
    if style & Style.BOLD:
        font.bold = font.cs_bold = True
    if style & Style.ITALIC:
        font.italic = font.cs_italic = True
    if style & Style.STRIKE:
        font.strike = True
    if style & Style.NOTE:
        font.superscript = True
    if is_reversed:
        font.rtl = True


def _math(formula: str) -> BaseOxmlElement:
    return parse_xml(f"<m:oMathPara {nsdecls('m', 'w')}>{formula}</m:oMathPara>")
