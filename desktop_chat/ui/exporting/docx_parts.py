"""The fixed parts of a DOCX file: styles, lists, page, and what names them. No Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from desktop_chat.ui.exporting.html_style import theme_colours

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_OFFICE = "http://schemas.openxmlformats.org"
_W = f'xmlns:w="{_OFFICE}/wordprocessingml/2006/main"'
_R = f"{_OFFICE}/officeDocument/2006/relationships"
_TYPES = "application/vnd.openxmlformats-officedocument.wordprocessingml"
# Twentieths of a point, the unit of lengths.
STEP = 360
MARGIN = 1247
PAPERS = {"a4": (11906, 16838), "letter": (12240, 15840)}
DOCUMENT = (
    f'{HEAD}<w:document {_W} xmlns:r="{_R}" xmlns:m="{_OFFICE}/officeDocument/2006/math"'
    f' xmlns:wp="{_OFFICE}/drawingml/2006/wordprocessingDrawing"'
    f' xmlns:a="{_OFFICE}/drawingml/2006/main" xmlns:pic="{_OFFICE}/drawingml/2006/picture">'
    "<w:body>"
)
CONTENT_TYPES = f"""{HEAD}<Types xmlns="{_OFFICE}/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/>
<Default Extension="png" ContentType="image/png"/>
<Default Extension="jpeg" ContentType="image/jpeg"/>
<Default Extension="gif" ContentType="image/gif"/>
<Override PartName="/word/document.xml" ContentType="{_TYPES}.document.main+xml"/>
<Override PartName="/word/styles.xml" ContentType="{_TYPES}.styles+xml"/>
<Override PartName="/word/numbering.xml" ContentType="{_TYPES}.numbering+xml"/>
<Override PartName="/word/settings.xml" ContentType="{_TYPES}.settings+xml"/>
<Override PartName="/word/footer1.xml" ContentType="{_TYPES}.footer+xml"/>
<Override PartName="/docProps/core.xml" \
ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>
</Types>"""
PACKAGE = f"""{HEAD}<Relationships xmlns="{_OFFICE}/package/2006/relationships">
<Relationship Id="rId1" Type="{_R}/officeDocument" Target="word/document.xml"/>
<Relationship Id="rId2" \
Type="{_OFFICE}/package/2006/relationships/metadata/core-properties" Target="docProps/core.xml"/>
</Relationships>"""
SETTINGS = f"""{HEAD}<w:settings {_W}><w:defaultTabStop w:val="720"/>\
<w:compat><w:compatSetting w:name="compatibilityMode" \
w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat></w:settings>"""
FOOTER = f"""{HEAD}<w:ftr {_W}><w:p><w:pPr><w:pStyle w:val="Footer"/></w:pPr>\
<w:r><w:fldChar w:fldCharType="begin"/></w:r>\
<w:r><w:instrText xml:space="preserve"> PAGE </w:instrText></w:r>\
<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>1</w:t></w:r>\
<w:r><w:fldChar w:fldCharType="end"/></w:r></w:p></w:ftr>"""
# In the order in which they are given; the first number is free for links and pictures.
_FIXED_LINKS = ("styles", "numbering", "settings", "footer")
FIRST_LINK = 10
FOOTER_LINK = "rId4"


def core(title: str, created: str, modified: datetime) -> str:
    """Return what is said about the document."""
    return (
        f'{HEAD}<cp:coreProperties xmlns:cp="{_OFFICE}/package/2006/metadata/core-properties"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{escape(title)}</dc:title><dc:creator>Desktop Chat</dc:creator>"
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{created}</dcterms:created>'
        f'<dcterms:modified xsi:type="dcterms:W3CDTF">{modified:%Y-%m-%dT%H:%M:%SZ}'
        "</dcterms:modified></cp:coreProperties>"
    )


def relationships(links: Sequence[tuple[str, str]]) -> str:
    """Return what the document refers to: kinds and targets, numbered from `FIRST_LINK`."""
    rows = [
        f'<Relationship Id="rId{number}" Type="{_R}/{name}" '
        f'Target="{"footer1" if name == "footer" else name}.xml"/>'
        for number, name in enumerate(_FIXED_LINKS, 1)
    ]
    for number, (kind, target) in enumerate(links, FIRST_LINK):
        mode = ' TargetMode="External"' if kind == "hyperlink" else ""
        where = escape(target, {'"': "&quot;"})
        rows.append(f'<Relationship Id="rId{number}" Type="{_R}/{kind}" Target="{where}"{mode}/>')
    inner = "\n".join(rows)
    return (
        f'{HEAD}<Relationships xmlns="{_OFFICE}/package/2006/relationships">{inner}</Relationships>'
    )


def numbering(starts: Sequence[tuple[int, int]]) -> str:
    """Return the lists: number 1 has bullets; each further one a level and its first number."""
    bullets = "".join(_level(level, "bullet", "•◦▪"[level % 3]) for level in range(9))
    numbers = "".join(_level(level, "decimal", f"%{level + 1}.") for level in range(9))
    lists = "".join(
        f'<w:num w:numId="{number}"><w:abstractNumId w:val="1"/>'
        f'<w:lvlOverride w:ilvl="{level}"><w:startOverride w:val="{start}"/></w:lvlOverride>'
        "</w:num>"
        for number, (level, start) in enumerate(starts, 2)
    )
    return (
        f'{HEAD}<w:numbering {_W}><w:abstractNum w:abstractNumId="0">'
        f'<w:multiLevelType w:val="hybridMultilevel"/>{bullets}</w:abstractNum>'
        f'<w:abstractNum w:abstractNumId="1"><w:multiLevelType w:val="hybridMultilevel"/>{numbers}'
        '</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
        f"{lists}</w:numbering>"
    )


def _level(level: int, kind: str, text: str) -> str:
    return (
        f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="{kind}"/>'
        f'<w:lvlText w:val="{text}"/><w:lvlJc w:val="left"/>'
        f'<w:pPr><w:ind w:left="{(level + 1) * STEP}" w:hanging="{STEP}"/></w:pPr></w:lvl>'
    )


def section(paper: str) -> str:
    """Return the page: its size, its margins, and the number at its foot."""
    width, height = PAPERS[paper]
    sides = " ".join(f'w:{side}="{MARGIN}"' for side in ("top", "right", "bottom", "left"))
    return (
        f'<w:sectPr><w:footerReference w:type="default" r:id="{FOOTER_LINK}"/>'
        f'<w:pgSz w:w="{width}" w:h="{height}"/>'
        f'<w:pgMar {sides} w:header="600" w:footer="600" w:gutter="0"/></w:sectPr>'
    )


def styles() -> str:
    """Return the styles: of paragraphs, of letters, and of tables."""
    colours = {name: value.lstrip("#") for name, value in theme_colours("light").items()}
    mono = '<w:rFonts w:ascii="Consolas" w:hAnsi="Consolas" w:cs="Consolas"/>'
    shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{colours["code"]}"/>'
    return "".join(
        (
            f"{HEAD}<w:styles {_W}><w:docDefaults><w:rPrDefault><w:rPr>",
            '<w:rFonts w:ascii="Calibri" w:hAnsi="Calibri" w:cs="Calibri"/>',
            '<w:sz w:val="22"/><w:szCs w:val="22"/></w:rPr></w:rPrDefault><w:pPrDefault><w:pPr>',
            '<w:spacing w:after="120" w:line="264" w:lineRule="auto"/></w:pPr></w:pPrDefault>',
            "</w:docDefaults>",
            '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/>',
            "<w:qFormat/></w:style>",
            *_paragraph_styles(colours, mono, shade),
            '<w:style w:type="character" w:styleId="CodeText"><w:name w:val="Code Text"/>',
            f'<w:rPr>{mono}<w:sz w:val="20"/>{shade}</w:rPr></w:style>',
            '<w:style w:type="character" w:styleId="Hyperlink"><w:name w:val="Hyperlink"/>',
            f'<w:rPr><w:color w:val="{colours["link"]}"/><w:u w:val="single"/></w:rPr></w:style>',
            *_table_styles(colours["line"], colours["bubble"]),
            "</w:styles>",
        )
    )


def _paragraph_styles(colours: Mapping[str, str], mono: str, shade: str) -> Iterator[str]:
    muted = f'<w:color w:val="{colours["muted"]}"/>'
    small = f'{muted}<w:sz w:val="18"/>'
    side = f'<w:left w:val="single" w:sz="18" w:space="8" w:color="{colours["line"]}"/>'
    tight = '<w:spacing w:after="0" w:line="240" w:lineRule="auto"/>'
    yield _paragraph("Title", "Title", '<w:spacing w:after="160"/>', '<w:b/><w:sz w:val="44"/>')
    for level, size in enumerate((15, 17, 15, 13, 12, 12, 12), 1):
        yield _heading(level, size)
    above = '<w:keepNext/><w:spacing w:after="80"/>'
    yield _paragraph("Details", "Message Details", above, small)
    yield _paragraph("Note", "Message Note", "", f"<w:i/>{muted}")
    yield _paragraph("Thoughts", "Thoughts", '<w:ind w:left="360"/>', muted)
    yield _paragraph("Quote", "Quote", f"<w:pBdr>{side}</w:pBdr>", muted)
    yield _paragraph("Code", "Code", f"{shade}{tight}", f'{mono}<w:sz w:val="19"/>')
    yield _paragraph("TableText", "Table Text", '<w:spacing w:before="40" w:after="40"/>', "")
    yield _paragraph("Footer", "footer", '<w:jc w:val="center"/>', small)


def _table_styles(line: str, fill: str) -> Iterator[str]:
    cell = '<w:left w:w="100" w:type="dxa"/><w:right w:w="100" w:type="dxa"/>'
    edges = "".join(
        f'<w:{edge} w:val="single" w:sz="4" w:space="0" w:color="{line}"/>'
        for edge in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    yield '<w:style w:type="table" w:default="1" w:styleId="TableNormal">'
    yield '<w:name w:val="Normal Table"/><w:tblPr><w:tblInd w:w="0" w:type="dxa"/></w:tblPr>'
    yield '</w:style><w:style w:type="table" w:styleId="ChatTable"><w:name w:val="Chat Table"/>'
    yield f'<w:basedOn w:val="TableNormal"/><w:tblPr><w:tblBorders>{edges}</w:tblBorders>'
    yield f"<w:tblCellMar>{cell}</w:tblCellMar></w:tblPr>"
    yield '<w:tblStylePr w:type="firstRow"><w:rPr><w:b/></w:rPr><w:tcPr>'
    yield f'<w:shd w:val="clear" w:color="auto" w:fill="{fill}"/></w:tcPr></w:tblStylePr></w:style>'


def _heading(level: int, size: int) -> str:
    before = 320 if level == 1 else 240
    inner = (
        f'<w:keepNext/><w:spacing w:before="{before}" w:after="80"/>'
        f'<w:outlineLvl w:val="{level - 1}"/>'
    )
    return _paragraph(
        f"Heading{level}", f"heading {level}", inner, f'<w:b/><w:sz w:val="{size * 2}"/>'
    )


def _paragraph(style_id: str, name: str, properties: str, letters: str) -> str:
    return (
        f'<w:style w:type="paragraph" w:styleId="{style_id}"><w:name w:val="{name}"/>'
        '<w:basedOn w:val="Normal"/><w:qFormat/>'
        f"<w:pPr>{properties}</w:pPr><w:rPr>{letters}</w:rPr></w:style>"
    )
