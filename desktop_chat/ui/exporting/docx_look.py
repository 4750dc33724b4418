"""How a DOCX file looks: its page, its styles, and the number at its foot. No Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import docx
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.oxml.parser import OxmlElement
from docx.shared import Cm, Length, Pt, RGBColor, Twips

from desktop_chat.ui.exporting.html_style import theme_colours

if TYPE_CHECKING:
    from docx.document import Document
    from docx.oxml.xmlchemy import BaseOxmlElement

STEP = Twips(360)
MARGIN = Cm(2.2)
PAPERS = {"a4": (Cm(21), Cm(29.7)), "letter": (Cm(21.59), Cm(27.94))}
_LETTERS = "Calibri"
_CODE = "Consolas"
_HEADINGS = (15, 17, 15, 13, 12, 12, 12)


def new_document(paper: str) -> Document:
    """Return a document without content."""
    document = docx.Document()
    _set_page(document, paper)
    _set_letters(document)
    _add_styles(document.styles)
    # Word would call the document an old one.
    mode = './/w:compatSetting[@w:name="compatibilityMode"]'
    for setting in document.settings.element.xpath(mode):
        setting.set(qn("w:val"), "15")
    return document


def element(tag: str, **attributes: object) -> BaseOxmlElement:
    """Return an element that the library has no method for; values are in Word's own units."""
    made = OxmlElement(f"w:{tag}")
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), str(value))
    return made


def colour(token: str) -> RGBColor:
    """Return a colour of the light theme."""
    return RGBColor.from_string(theme_colours("light")[token].lstrip("#"))


def shading(token: str) -> BaseOxmlElement:
    """Return what fills letters, paragraphs and cells with a colour."""
    return element("shd", val="clear", color="auto", fill=colour(token))


def border(side: str, points: float, space: int) -> BaseOxmlElement:
    """Return a line at one side of a paragraph."""
    edges = element("pBdr")
    line = colour("line")
    edges.append(element(side, val="single", sz=round(points * 8), space=space, color=line))
    return edges


def _set_page(document: Document, paper: str) -> None:
    (section,) = document.sections
    section.page_width, section.page_height = PAPERS[paper]
    section.left_margin = section.right_margin = MARGIN
    section.top_margin = section.bottom_margin = MARGIN
    section.header_distance = section.footer_distance = Twips(600)
    foot = section.footer.paragraphs[0]
    number = element("fldSimple", instr="PAGE")
    foot._p.append(number)
    number.append(foot.add_run("1")._r)


def _set_letters(document: Document) -> None:
    """Have all styles use one font; the template's are those of its theme."""
    for fonts in document.styles.element.iter(qn("w:rFonts")):
        fonts.attrib.clear()
        for script in ("ascii", "hAnsi", "cs"):
            fonts.set(qn(f"w:{script}"), _LETTERS)


def _add_styles(styles: Any) -> None:
    normal = styles["Normal"].paragraph_format
    normal.space_after, normal.line_spacing = Pt(6), 1.1
    _paragraph(styles, "Title", size=22, is_bold=True).paragraph_format.space_after = Pt(8)
    for level, size in enumerate(_HEADINGS, 1):
        _heading(styles, level, size)
    details = _paragraph(styles, "Message Details", "muted", size=9).paragraph_format
    details.keep_with_next, details.space_after = True, Pt(4)
    _paragraph(styles, "Message Note", "muted").font.italic = True
    _paragraph(styles, "Thoughts", "muted").paragraph_format.left_indent = STEP
    _properties(_paragraph(styles, "Quote", "muted")).append(border("left", 2.25, 8))
    _properties(_paragraph(styles, "Rule")).append(border("bottom", 0.75, 1))
    _paragraph(
        styles, "Footer", "muted", size=9
    ).paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _code_styles(styles)
    _table_styles(styles)
    link = styles.add_style("Hyperlink", WD_STYLE_TYPE.CHARACTER, builtin=True).font
    link.color.rgb, link.underline = colour("link"), True


def _code_styles(styles: Any) -> None:
    code = _paragraph(styles, "Code", size=9.5)
    _properties(code).append(shading("code"))
    code.paragraph_format.space_after, code.paragraph_format.line_spacing = Pt(0), 1.0
    within = styles.add_style("Code Text", WD_STYLE_TYPE.CHARACTER)
    within.font.size = Pt(10)
    for style in (code, within):
        style.font.name = _CODE
        style.element.rPr.rFonts.set(qn("w:cs"), _CODE)
    within.element.rPr.append(shading("code"))


def _table_styles(styles: Any) -> None:
    text = _paragraph(styles, "Table Text")
    text.paragraph_format.space_before = text.paragraph_format.space_after = Pt(2)
    head = _paragraph(styles, "Table Head", is_bold=True)
    head.base_style = text
    # Two tables without something in between would become one.
    after = _paragraph(styles, "After Table", size=3)
    after.paragraph_format.space_after, after.paragraph_format.line_spacing = Pt(3), Pt(6)
    for edges in styles["Table Grid"].element.iter(qn("w:tblBorders")):
        for edge in edges:
            edge.set(qn("w:color"), str(colour("line")))


def _paragraph(
    styles: Any, name: str, token: str = "", size: float = 0, *, is_bold: bool = False
) -> Any:
    """Return a style that is based on the ordinary one, made anew where the template has it."""
    if name in styles:
        style = styles[name]
        _forget(style, "w:pPr | w:rPr")
    else:
        style = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style, style.quick_style = styles["Normal"], True
    if token:
        style.font.color.rgb = colour(token)
    if size:
        style.font.size = Pt(size)
    if is_bold:
        style.font.bold = True
    return style


def _heading(styles: Any, level: int, size: float) -> None:
    style = styles[f"Heading {level}"]
    # What is left are its level and that it stays with what follows.
    _forget(style, "w:rPr")
    style.font.bold, style.font.size = True, Pt(size)
    style.paragraph_format.space_before = Pt(16 if level == 1 else 12)
    style.paragraph_format.space_after = Pt(4)


def _forget(style: Any, parts: str) -> None:
    for part in style.element.xpath(parts):
        style.element.remove(part)


def _properties(style: Any) -> Any:
    return style.element.get_or_add_pPr()


def width_between_margins(paper: str) -> Length:
    """Return how wide the text is."""
    return Length(PAPERS[paper][0] - 2 * MARGIN)
