"""What stands within the paragraphs of an ODT file: letters, links, formulas, pictures. No Qt."""

from __future__ import annotations

from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from odf import draw, svg, text
from odf.opendocument import OpenDocument
from odf.teletype import addTextToElement

from desktop_chat.ui.exporting.content import link_address
from desktop_chat.ui.exporting.odt_look import MARGIN, PAPERS, letter_style
from desktop_chat.ui.transcript.copying.runs import Run, runs
from desktop_chat.ui.transcript.text.blocks import LINE_BREAK, OBJECT, Style

if TYPE_CHECKING:
    from collections.abc import Iterable

    from desktop_chat.ui.exporting.pictures import Picture
    from desktop_chat.ui.transcript.text.blocks import Span

_CM_A_PIXEL = 2.54 / 96
_MAX_PICTURE_HEIGHT = 800
_MATHML = "http://www.w3.org/1998/Math/MathML"
# Styles that text can have together, each with its letter in a style's name.
_LOOKS: dict[Style, tuple[str, dict[str, object]]] = {
    Style.BOLD: ("b", {"fontweight": "bold", "fontweightcomplex": "bold"}),
    Style.ITALIC: ("i", {"fontstyle": "italic", "fontstylecomplex": "italic"}),
    Style.STRIKE: ("s", {"textlinethroughstyle": "solid"}),
    Style.CODE: ("c", {"fontname": "Mono", "fontsize": "10pt"}),
    Style.NOTE: ("n", {"textposition": "super 60%"}),
}


class _FormulaObject(OpenDocument):  # type: ignore[misc]
    """A formula as an object within a document, which programs can edit."""

    def __init__(self, content: bytes) -> None:
        super().__init__("application/vnd.oasis.opendocument.formula")
        self._content = content

    def contentxml(self) -> bytes:
        """Return the formula: MathML stands there by itself."""
        return self._content


class OdtText:
    """Fills paragraphs; what they refer to becomes part of the document."""

    def __init__(self, document: Any, paper: str) -> None:
        self._document = document
        self._room = (PAPERS[paper][0] - 2 * MARGIN) / _CM_A_PIXEL
        self._frame = document.getStyleByName("Frame")
        self._styles: set[str] = set()
        self._pictures = 0

    def add(self, paragraph: Any, content: str, spans: Iterable[Span]) -> None:
        """Add text with its styles, links and formulas."""
        for href, group in groupby(runs(content, spans), lambda run: run.href):
            address = link_address(href) if href else ""
            parent = _linked(paragraph, address) if address else paragraph
            for run in group:
                self._add_run(parent, run, is_link=bool(address))

    def add_link(self, paragraph: Any, content: str, address: str) -> None:
        """Add a link; without an address it is text."""
        if address:
            add_letters(_linked(paragraph, address), content, "Link")
        else:
            add_letters(paragraph, content)

    def add_formula(self, paragraph: Any, source: str, *, is_display: bool) -> None:
        """Add a formula, as LaTeX if it cannot be read."""
        content = _mathml_of(source, is_display)
        if not content:
            mark = "$$" if is_display else "$"
            add_letters(paragraph, f"{mark}{source}{mark}", self._style_of(Style.CODE))
            return
        frame = draw.Frame(stylename=self._frame, anchortype="as-char")
        name = self._document.addObject(_FormulaObject(content))
        frame.addElement(draw.Object(href=name, type="simple", show="embed", actuate="onLoad"))
        frame.addElement(svg.Desc(text=source))
        paragraph.addElement(frame)

    def add_picture(self, paragraph: Any, picture: Picture, label: str) -> None:
        """Add a picture, no wider than the page."""
        self._pictures += 1
        file = f"Pictures/{self._pictures}.{picture.kind}"
        name = self._document.addPicture(file, picture.media_type, picture.data)
        width, height = picture.fitted(self._room, _MAX_PICTURE_HEIGHT)
        frame = draw.Frame(
            stylename=self._frame,
            anchortype="as-char",
            width=f"{width * _CM_A_PIXEL:.3f}cm",
            height=f"{height * _CM_A_PIXEL:.3f}cm",
        )
        frame.addElement(draw.Image(href=name, type="simple", show="embed", actuate="onLoad"))
        frame.addElement(svg.Desc(text=label))
        paragraph.addElement(frame)

    def _add_run(self, parent: Any, run: Run, *, is_link: bool) -> None:
        if run.style & Style.MATH and run.source:
            self.add_formula(parent, run.source, is_display=False)
        else:
            name = self._style_of(run.style) or ("Link" if is_link else "")
            add_letters(parent, run.text, name)

    def _style_of(self, wanted: Style) -> str:
        """Return the name of the style that looks like some together."""
        found = [look for style, look in _LOOKS.items() if wanted & style]
        name = "T" + "".join(letter for letter, _ in found) if found else ""
        if name and name not in self._styles:
            self._styles.add(name)
            looks = {key: value for _, look in found for key, value in look.items()}
            self._document.automaticstyles.addElement(letter_style(name, looks))
        return name


def add_letters(parent: Any, content: str, style: str = "") -> None:
    """Add plain text with its spaces, tabs and line breaks."""
    content = content.replace(OBJECT, "").replace(LINE_BREAK, "\n")
    if not content:
        return
    if style:
        span = text.Span(stylename=style)
        parent.addElement(span)
        parent = span
    # A space at the beginning would be lost where nothing stands before it, or a space does.
    rest = content.lstrip(" ")
    if rest != content:
        parent.addElement(text.S(c=len(content) - len(rest)))
    addTextToElement(parent, rest)


def _linked(paragraph: Any, address: str) -> Any:
    link = text.A(href=address, type="simple")
    paragraph.addElement(link)
    return link


@lru_cache(maxsize=256)
def _mathml_of(source: str, is_display: bool) -> bytes:
    """Return LaTeX as a file of MathML, nothing for what cannot be read."""
    from desktop_chat.services.drawing.formulas import mathml

    element = mathml(source, is_display)
    if element is None:
        return b""
    _stretch(element)
    for operator in element.iter(f"{{{_MATHML}}}mo"):
        # LibreOffice reads one letter of an operator.
        if len(operator.text or "") > 1:
            operator.tag = f"{{{_MATHML}}}mi"
    ElementTree.register_namespace("math", _MATHML)
    return bytes(ElementTree.tostring(element, encoding="utf-8", xml_declaration=True))


def _stretch(element: ElementTree.Element) -> None:
    """Put brackets around a table into a row of their own: LibreOffice has them grow only there."""
    for row in list(element.iter()):
        parts = list(row)
        for before, table, after in zip(parts, parts[1:], parts[2:], strict=False):
            kinds = [part.tag.rpartition("}")[2] for part in (before, table, after)]
            if kinds != ["mo", "mtable", "mo"]:
                continue
            fenced = ElementTree.Element(f"{{{_MATHML}}}mrow")
            row.insert(list(row).index(before), fenced)
            for bracket, form in ((before, "prefix"), (after, "postfix")):
                bracket.attrib.update(stretchy="true", fence="true", form=form)
            for part in (before, table, after):
                row.remove(part)
                fenced.append(part)
