"""The fixed parts of an ODT file: name spaces, styles, lists, page. No Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from desktop_chat.ui.exporting.html_style import theme_colours

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

MEDIA_TYPE = "application/vnd.oasis.opendocument.text"
FORMULA_TYPE = "application/vnd.oasis.opendocument.formula"
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_NS = "urn:oasis:names:tc:opendocument:xmlns"
_SPACES = (
    f'xmlns:office="{_NS}:office:1.0" xmlns:text="{_NS}:text:1.0" xmlns:table="{_NS}:table:1.0"'
    f' xmlns:style="{_NS}:style:1.0" xmlns:draw="{_NS}:drawing:1.0"'
    f' xmlns:fo="{_NS}:xsl-fo-compatible:1.0" xmlns:svg="{_NS}:svg-compatible:1.0"'
    f' xmlns:meta="{_NS}:meta:1.0" xmlns:xlink="http://www.w3.org/1999/xlink"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/" office:version="1.3"'
)
END = "</office:text></office:body></office:document-content>"
PAPERS = {"a4": (21.0, 29.7), "letter": (21.59, 27.94)}
MARGIN = 2.2
STEP = 0.635
MAX_LEVEL = 10
# The styles of letters that text can have together, by their letters in a style's name.
LETTERS = {
    "b": 'fo:font-weight="bold" style:font-weight-complex="bold"',
    "i": 'fo:font-style="italic" style:font-style-complex="italic"',
    "s": 'style:text-line-through-style="solid"',
    "c": 'style:font-name="Mono" fo:font-size="10pt"',
    "n": 'style:text-position="super 60%"',
}
COLOURS = ("syntax_keyword", "syntax_string", "syntax_number", "syntax_comment", "error")


def document() -> str:
    """Return the beginning of the content, with the styles that it uses beside the named ones."""
    return (
        f"{HEAD}<office:document-content {_SPACES}>{_fonts()}"
        f"<office:automatic-styles>{''.join(_automatic())}</office:automatic-styles>"
        "<office:body><office:text>"
    )


def _fonts() -> str:
    return (
        '<office:font-face-decls><style:font-face style:name="Mono"'
        " svg:font-family=\"'Liberation Mono', Consolas, Menlo, monospace\""
        ' style:font-family-generic="modern" style:font-pitch="fixed"/></office:font-face-decls>'
    )


def _automatic() -> Iterable[str]:
    names = [""]
    for letter in LETTERS:
        names += [name + letter for name in names]
    for name in names[1:]:
        looks = " ".join(LETTERS[letter] for letter in name)
        yield _letter_style(f"T{name}", looks)
    colours = theme_colours("light")
    for token in COLOURS:
        yield _letter_style(f"C{token}", f'fo:color="{colours[token.replace("_", "-")]}"')
    yield (
        '<style:style style:name="Frame" style:family="graphic"><style:graphic-properties'
        ' style:vertical-pos="middle" style:vertical-rel="text" fo:border="none" fo:padding="0cm"'
        ' fo:margin="0cm" style:wrap="none"/></style:style>'
    )
    yield '<style:style style:name="Grid" style:family="table"><style:table-properties '
    yield 'fo:margin-bottom="0.3cm" table:align="margins" table:border-model="collapsing"/>'
    yield "</style:style>"
    edge = f'fo:padding="0.12cm" fo:border="0.5pt solid {colours["line"]}"'
    for name, fill in (("Cell", ""), ("Head", f' fo:background-color="{colours["bubble"]}"')):
        yield f'<style:style style:name="{name}" style:family="table-cell">'
        yield f"<style:table-cell-properties {edge}{fill}/></style:style>"
    for base in ("Standard", "TableText", "TableHead"):
        for side, align in (("r", "end"), ("c", "center")):
            yield _side_style(base, side, f'fo:text-align="{align}"')
    for base in ("Standard", "Thoughts", "TableText", "TableHead"):
        yield _side_style(base, "v", 'fo:text-align="end" style:writing-mode="rl-tb"')
    for level in range(1, MAX_LEVEL + 1):
        yield (
            f'<style:style style:name="Quote{level}" style:family="paragraph"'
            ' style:parent-style-name="Quotations"><style:paragraph-properties'
            f' fo:margin-left="{level * STEP:.3f}cm"/></style:style>'
        )
    yield _list("Bullets", is_ordered=False)
    yield _list("Numbers", is_ordered=True)
    yield _list("Marks", is_ordered=None)


def _letter_style(name: str, looks: str) -> str:
    return (
        f'<style:style style:name="{name}" style:family="text">'
        f"<style:text-properties {looks}/></style:style>"
    )


def _side_style(base: str, side: str, looks: str) -> str:
    return (
        f'<style:style style:name="{base}-{side}" style:family="paragraph"'
        f' style:parent-style-name="{base}"><style:paragraph-properties {looks}/></style:style>'
    )


def _list(name: str, *, is_ordered: bool | None) -> str:
    levels = "".join(_list_level(level, is_ordered) for level in range(1, MAX_LEVEL + 1))
    return f'<text:list-style style:name="{name}">{levels}</text:list-style>'


def _list_level(level: int, is_ordered: bool | None) -> str:
    if is_ordered is None:
        tag, sign = "number", 'style:num-format=""'
    elif is_ordered:
        tag, sign = "number", 'style:num-format="1" style:num-suffix="."'
    else:
        tag, sign = "bullet", f'text:bullet-char="{"•◦▪"[(level - 1) % 3]}"'
    left = level * STEP
    follow = "listtab" if is_ordered is not None else "nothing"
    return (
        f'<text:list-level-style-{tag} text:level="{level}" {sign}>'
        '<style:list-level-properties text:list-level-position-and-space-mode="label-alignment">'
        f'<style:list-level-label-alignment text:label-followed-by="{follow}"'
        f' text:list-tab-stop-position="{left:.3f}cm" fo:text-indent="-{STEP}cm"'
        f' fo:margin-left="{left:.3f}cm"/></style:list-level-properties>'
        f"</text:list-level-style-{tag}>"
    )


def styles(paper: str) -> str:
    """Return the named styles and the page."""
    width, height = PAPERS[paper]
    colours = theme_colours("light")
    muted = f'fo:color="{colours["muted"]}"'
    mono = f'style:font-name="Mono" fo:font-size="9.5pt" fo:background-color="{colours["code"]}"'
    bar = f'fo:padding-left="0.25cm" fo:border-left="2.25pt solid {colours["line"]}"'
    named = "".join(
        (
            '<style:default-style style:family="paragraph"><style:paragraph-properties'
            ' style:writing-mode="page"/><style:text-properties fo:font-size="11pt"'
            " style:font-size-complex=\"11pt\" fo:font-family=\"Calibri, 'Segoe UI',"
            " 'DejaVu Sans', sans-serif\"/></style:default-style>",
            _style("Standard", "", 'fo:margin-bottom="0.2cm" fo:line-height="115%"', ""),
            _style("Title", "Standard", 'fo:margin-bottom="0.3cm"',
                   'fo:font-size="22pt" fo:font-weight="bold"'),
            *(_heading(level, size) for level, size in enumerate((15, 17, 15, 13, 12, 12, 12), 1)),
            _style("Details", "Standard", 'fo:margin-bottom="0.12cm" fo:keep-with-next="always"',
                   f'{muted} fo:font-size="9pt"'),
            _style("Note", "Standard", "", f'{muted} fo:font-style="italic"'),
            _style("Thoughts", "Standard", f'fo:margin-left="{STEP}cm"', muted),
            _style("Quotations", "Standard", bar, muted),
            _style("Code", "Standard", f'fo:margin-bottom="0cm" fo:line-height="100%"'
                   f' fo:background-color="{colours["code"]}"', mono),
            _style("CodeEnd", "Code", 'fo:margin-bottom="0.3cm"', ""),
            _style("Rule", "Standard", f'fo:border-bottom="0.75pt solid {colours["line"]}"', ""),
            _style("TableText", "Standard", 'fo:margin-bottom="0cm"', ""),
            _style("TableHead", "TableText", "", 'fo:font-weight="bold"'),
            _style("Footer", "Standard", 'fo:text-align="center"', f'{muted} fo:font-size="9pt"'),
            _letter_style("Link", f'fo:color="{colours["link"]}" '
                          'style:text-underline-style="solid"'),
        )
    )  # fmt: skip
    return (
        f"{HEAD}<office:document-styles {_SPACES}>{_fonts()}<office:styles>{named}</office:styles>"
        '<office:automatic-styles><style:page-layout style:name="Page">'
        f'<style:page-layout-properties fo:page-width="{width}cm" fo:page-height="{height}cm"'
        f' fo:margin="{MARGIN}cm" fo:margin-bottom="1.2cm" style:writing-mode="lr-tb"/>'
        '<style:footer-style><style:header-footer-properties fo:margin-top="0.4cm"'
        ' fo:min-height="0.6cm"/></style:footer-style></style:page-layout>'
        '</office:automatic-styles><office:master-styles><style:master-page style:name="Standard"'
        ' style:page-layout-name="Page"><style:footer><text:p text:style-name="Footer">'
        '<text:page-number text:select-page="current">1</text:page-number></text:p>'
        "</style:footer></style:master-page></office:master-styles></office:document-styles>"
    )


def _style(name: str, parent: str, paragraph: str, letters: str) -> str:
    above = f' style:parent-style-name="{parent}"' if parent else ""
    return (
        f'<style:style style:name="{name}" style:family="paragraph"{above}>'
        f"<style:paragraph-properties {paragraph}/><style:text-properties {letters}/></style:style>"
    )


def _heading(level: int, size: int) -> str:
    top = 0.7 if level == 1 else 0.5
    return (
        f'<style:style style:name="Heading_20_{level}" style:display-name="Heading {level}"'
        f' style:family="paragraph" style:parent-style-name="Standard"'
        f' style:default-outline-level="{level}"><style:paragraph-properties'
        f' fo:margin-top="{top}cm" fo:margin-bottom="0.15cm" fo:keep-with-next="always"/>'
        f'<style:text-properties fo:font-size="{size}pt" fo:font-weight="bold"/></style:style>'
    )


def meta(title: str, created: str, modified: datetime) -> str:
    """Return what is said about the document."""
    return (
        f"{HEAD}<office:document-meta {_SPACES}><office:meta>"
        f"<meta:generator>Desktop Chat</meta:generator><dc:title>{escape(title)}</dc:title>"
        f"<meta:creation-date>{created}</meta:creation-date>"
        f"<dc:date>{modified:%Y-%m-%dT%H:%M:%SZ}</dc:date></office:meta></office:document-meta>"
    )


def manifest(entries: Iterable[tuple[str, str]]) -> str:
    """Return the list of all parts, each with its media type."""
    rows = "".join(
        f'<manifest:file-entry manifest:full-path="{name}" manifest:media-type="{kind}"/>'
        for name, kind in (("/", MEDIA_TYPE), *entries)
    )
    return (
        f'{HEAD}<manifest:manifest xmlns:manifest="{_NS}:manifest:1.0" manifest:version="1.3">'
        f"{rows}</manifest:manifest>"
    )
