"""How an ODT file looks: its page, its styles, and the number at its foot. No Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from odf import style, text
from odf.opendocument import OpenDocumentText

from desktop_chat.ui.exporting.html_style import theme_colours

if TYPE_CHECKING:
    from collections.abc import Mapping

# In centimetres.
PAPERS = {"a4": (21.0, 29.7), "letter": (21.59, 27.94)}
MARGIN = 2.2
STEP = 0.635
MAX_LEVEL = 10
TURNED = ("Standard", "Thoughts", "TableText", "TableHead")
"""Paragraph styles that there are from right to left too, with "-v" behind the name."""
_HEADINGS = (15, 17, 15, 13, 12, 12, 12)
_SIGNS = "•◦▪"
_COLOURS = ("syntax_keyword", "syntax_string", "syntax_number", "syntax_comment", "error")

_Looks: TypeAlias = "Mapping[str, object]"


def new_document(paper: str) -> Any:
    """Return a document without content."""
    document = OpenDocumentText()
    document.fontfacedecls.addElement(
        style.FontFace(
            name="Mono",
            fontfamily="'Liberation Mono', Consolas, Menlo, monospace",
            fontfamilygeneric="modern",
            fontpitch="fixed",
        )
    )
    colours = theme_colours("light")
    _add_page(document, paper)
    _add_text_styles(document.styles, colours)
    _add_message_styles(document.styles, colours)
    _add_own_styles(document.automaticstyles, colours)
    for name, is_ordered in (("Bullets", False), ("Numbers", True), ("Marks", None)):
        document.automaticstyles.addElement(_list(name, is_ordered=is_ordered))
    return document


def letter_style(name: str, looks: _Looks) -> Any:
    """Return a style of letters."""
    made = style.Style(name=name, family="text")
    made.addElement(style.TextProperties(attributes=looks))
    return made


def _add_page(document: Any, paper: str) -> None:
    width, height = PAPERS[paper]
    page = style.PageLayout(name="Page")
    page.addElement(
        style.PageLayoutProperties(
            pagewidth=f"{width}cm",
            pageheight=f"{height}cm",
            margin=f"{MARGIN}cm",
            marginbottom="1.2cm",
            writingmode="lr-tb",
        )
    )
    foot = style.FooterStyle()
    foot.addElement(style.HeaderFooterProperties(margintop="0.4cm", minheight="0.6cm"))
    page.addElement(foot)
    document.automaticstyles.addElement(page)
    number = text.P(stylename="Footer")
    number.addElement(text.PageNumber(selectpage="current", text="1"))
    footer = style.Footer()
    footer.addElement(number)
    master = style.MasterPage(name="Standard", pagelayoutname="Page")
    master.addElement(footer)
    document.masterstyles.addElement(master)


def _add_text_styles(styles: Any, colours: Mapping[str, str]) -> None:
    default = style.DefaultStyle(family="paragraph")
    default.addElement(style.ParagraphProperties(writingmode="page"))
    family = "Calibri, 'Segoe UI', 'DejaVu Sans', sans-serif"
    default.addElement(
        style.TextProperties(fontsize="11pt", fontsizecomplex="11pt", fontfamily=family)
    )
    styles.addElement(default)
    _add(styles, "Standard", "", {"marginbottom": "0.2cm", "lineheight": "115%"})
    _add(
        styles, "Title", "Standard", {"marginbottom": "0.3cm"},
        {"fontsize": "22pt", "fontweight": "bold"},
    )  # fmt: skip
    for level, size in enumerate(_HEADINGS, 1):
        styles.addElement(_heading(level, size))
    muted, line = {"color": colours["muted"]}, colours["line"]
    bar = {"paddingleft": "0.25cm", "borderleft": f"2.25pt solid {line}"}
    _add(styles, "Quotations", "Standard", bar, muted)
    fill = {"backgroundcolor": colours["code"]}
    code = {"marginbottom": "0cm", "lineheight": "100%", **fill}
    _add(styles, "Code", "Standard", code, {"fontname": "Mono", "fontsize": "9.5pt"})
    _add(styles, "CodeEnd", "Code", {"marginbottom": "0.3cm"})
    _add(styles, "Rule", "Standard", {"borderbottom": f"0.75pt solid {line}"})
    _add(styles, "TableText", "Standard", {"marginbottom": "0cm"})
    _add(styles, "TableHead", "TableText", {}, {"fontweight": "bold"})
    link = {"color": colours["link"], "textunderlinestyle": "solid"}
    styles.addElement(letter_style("Link", link))


def _add_message_styles(styles: Any, colours: Mapping[str, str]) -> None:
    muted = {"color": colours["muted"]}
    small = {**muted, "fontsize": "9pt"}
    kept = {"marginbottom": "0.12cm", "keepwithnext": "always"}
    _add(styles, "MessageDetails", "Standard", kept, small)
    _add(styles, "MessageNote", "Standard", {}, {**muted, "fontstyle": "italic"})
    _add(styles, "Thoughts", "Standard", {"marginleft": f"{STEP}cm"}, muted)
    _add(styles, "Footer", "Standard", {"textalign": "center"}, small)


def _add_own_styles(styles: Any, colours: Mapping[str, str]) -> None:
    """Add those that have no name for people."""
    for token in _COLOURS:
        styles.addElement(letter_style(f"C{token}", {"color": colours[token.replace("_", "-")]}))
    for base in ("Standard", "TableText", "TableHead"):
        for side, place in (("r", "end"), ("c", "center")):
            _add(styles, f"{base}-{side}", base, {"textalign": place})
    for base in TURNED:
        _add(styles, f"{base}-v", base, {"textalign": "end", "writingmode": "rl-tb"})
    for level in range(1, MAX_LEVEL + 1):
        left = {"marginleft": f"{level * STEP:.3f}cm", "textindent": "0cm"}
        _add(styles, f"Quote{level}", "Quotations", left)
    # A line at its side would stand before the number, and push the text away from it.
    _add(styles, "QuoteItem", "Standard", {}, {"color": colours["muted"]})
    frame = style.Style(name="Frame", family="graphic")
    frame.addElement(
        style.GraphicProperties(
            verticalpos="middle", verticalrel="text", border="none", padding="0cm", margin="0cm",
            wrap="none",
        )
    )  # fmt: skip
    styles.addElement(frame)
    grid = style.Style(name="Grid", family="table")
    grid.addElement(
        style.TableProperties(marginbottom="0.3cm", align="margins", bordermodel="collapsing")
    )
    styles.addElement(grid)
    edge = {"padding": "0.12cm", "border": f"0.5pt solid {colours['line']}"}
    for name, looks in (("Cell", edge), ("Head", {**edge, "backgroundcolor": colours["bubble"]})):
        cell = style.Style(name=name, family="table-cell")
        cell.addElement(style.TableCellProperties(attributes=looks))
        styles.addElement(cell)


def _add(styles: Any, name: str, base: str, place: _Looks, letters: _Looks | None = None) -> None:
    made = style.Style(name=name, family="paragraph")
    if base:
        made.setAttribute("parentstylename", base)
    made.addElement(style.ParagraphProperties(attributes=place))
    if letters:
        made.addElement(style.TextProperties(attributes=letters))
    styles.addElement(made)


def _heading(level: int, size: int) -> Any:
    made = style.Style(
        name=f"Heading {level}",
        displayname=f"Heading {level}",
        family="paragraph",
        parentstylename="Standard",
        defaultoutlinelevel=level,
    )
    top = "0.7cm" if level == 1 else "0.5cm"
    made.addElement(
        style.ParagraphProperties(margintop=top, marginbottom="0.15cm", keepwithnext="always")
    )
    made.addElement(style.TextProperties(fontsize=f"{size}pt", fontweight="bold"))
    return made


def _list(name: str, *, is_ordered: bool | None) -> Any:
    """Return a style of lists: with numbers, with bullets, or with neither."""
    made = text.ListStyle(name=name)
    for level in range(1, MAX_LEVEL + 1):
        if is_ordered is None:
            kind = text.ListLevelStyleNumber(level=level, numformat="")
        elif is_ordered:
            kind = text.ListLevelStyleNumber(level=level, numformat="1", numsuffix=".")
        else:
            sign = _SIGNS[(level - 1) % len(_SIGNS)]
            kind = text.ListLevelStyleBullet(level=level, bulletchar=sign)
        left = f"{level * STEP:.3f}cm"
        place = style.ListLevelProperties(listlevelpositionandspacemode="label-alignment")
        place.addElement(
            style.ListLevelLabelAlignment(
                labelfollowedby="nothing" if is_ordered is None else "listtab",
                listtabstopposition=left,
                textindent=f"-{STEP}cm",
                marginleft=left,
            )
        )
        kind.addElement(place)
        made.addElement(kind)
    return made
