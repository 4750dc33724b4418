"""Blocks as HTML with classes, formulas as MathML. No Qt."""

from __future__ import annotations

from base64 import b64encode
from functools import lru_cache
from html import escape
from itertools import groupby, zip_longest
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from desktop_chat.services.exporting.words import PICTURE
from desktop_chat.ui.exporting.content import coloured, colours_of, link_address
from desktop_chat.ui.exporting.html_style import CLASSES
from desktop_chat.ui.exporting.nesting import Change, Level, Nesting
from desktop_chat.ui.exporting.pictures import picture_at
from desktop_chat.ui.transcript.copying.runs import Run, runs
from desktop_chat.ui.transcript.text.blocks import (
    LINE_BREAK,
    OBJECT,
    Block,
    CodeBlock,
    FormulaBlock,
    ImageBlock,
    RuleBlock,
    Style,
    TableBlock,
    TextBlock,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from desktop_chat.ui.transcript.text.blocks import Cell, Span

_MATHML = "http://www.w3.org/1998/Math/MathML"
_TAGS = {Style.BOLD: "strong", Style.ITALIC: "em", Style.STRIKE: "s"}
# Of a formula only what says how it looks.
_MATH_ATTRIBUTES = {
    "display", "mathvariant", "stretchy", "fence", "form", "accent", "accentunder", "width",
    "height", "depth", "linethickness", "columnalign", "rowspacing", "columnspacing", "minsize",
    "maxsize", "notation", "displaystyle", "scriptlevel", "movablelimits", "largeop", "lspace",
    "rspace", "columnlines", "rowlines",
}  # fmt: skip
# The page's title is the first heading, who wrote a message the second.
_ABOVE = 2


class HtmlBlocks:
    """Writes blocks one after another."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._nesting = Nesting()

    def write(self, block: Block) -> None:
        """Write one more block."""
        self._parts += [_tag(*change) for change in self._nesting.enter(block.place)]
        self._parts.append(f"{self._content(block)}\n")

    def finish(self) -> str:
        """Close what is open and return all that was written."""
        self._parts += [_tag(*change) for change in self._nesting.leave()]
        return "".join(self._parts)

    def _content(self, block: Block) -> str:
        match block:
            case TextBlock():
                return _text(block)
            case CodeBlock():
                return _code(block)
            case TableBlock():
                return _table(block)
            case FormulaBlock():
                return f'<div class="wide">{formula_html(block.source, True)}</div>'
            case ImageBlock():
                return _image(block)
            case RuleBlock():
                return "<hr>"


def _tag(change: Change, level: Level) -> str:
    if level.is_quote:
        return "<blockquote>\n" if change is Change.OPEN else "</blockquote>\n"
    tag = "ol" if level.is_ordered else "ul"
    match change:
        case Change.OPEN:
            start = f' start="{level.number}"' if level.is_ordered and level.number != 1 else ""
            return f"<{tag}{start}>\n{_item(level)}"
        case Change.NEXT:
            return f"</li>\n{_item(level)}"
        case Change.CLOSE:
            return f"</li>\n</{tag}>\n"


def _item(level: Level) -> str:
    if not level.mark:
        return "<li>"
    return f'<li class="marked"><span class="mark">{escape(level.mark)}</span>'


def _text(block: TextBlock) -> str:
    content = inline_html(block.text, block.spans)
    if block.level:
        number = block.level + _ABOVE
        level = f' aria-level="{number}"' if number > 6 else ""
        tag = f"h{min(number, 6)}"
        return f'<{tag}{level} dir="auto">{content}</{tag}>'
    if block.place.marker:
        return f'<span dir="auto">{content}</span>'
    return f'<p dir="auto">{content}</p>'


def _code(block: CodeBlock) -> str:
    pairs = zip_longest(block.lines, colours_of(block)[: len(block.lines)], fillvalue=())
    text = "\n".join(
        "".join(_coloured(piece, token) for piece, token in coloured(str(line), spans))
        for line, spans in pairs
    )
    return f'<pre dir="ltr"><code>{text}</code></pre>'


def _coloured(text: str, token: str) -> str:
    return f'<span class="{CLASSES[token]}">{escape(text)}</span>' if token else escape(text)


def _table(block: TableBlock) -> str:
    rows = [
        f"<tr>{''.join(_cells(row, block.alignments, 'td' if number else 'th'))}</tr>\n"
        for number, row in enumerate(block.rows)
    ]
    head, body = "".join(rows[:1]), "".join(rows[1:])
    inner = f"<thead>\n{head}</thead>\n<tbody>\n{body}</tbody>"
    return f'<div class="wide"><table>\n{inner}\n</table></div>'


def _cells(row: Sequence[Cell], alignments: Sequence[str], tag: str) -> Iterable[str]:
    for cell, alignment in zip(row, alignments, strict=False):
        kind = f' class="{alignment}"' if alignment in ("right", "center") else ""
        yield f'<{tag}{kind} dir="auto">{inline_html(cell.text, cell.spans)}</{tag}>'


def _image(block: ImageBlock) -> str:
    label = escape(block.label or PICTURE)
    picture = picture_at(block.address)
    if picture is not None:
        data = b64encode(picture.data).decode("ascii")
        return f'<p><img alt="{label}" src="data:{picture.media_type};base64,{data}"></p>'
    # One that lies elsewhere would tell its server who reads this page, and when.
    address = link_address(block.address)
    content = f'<a href="{escape(address)}" rel="noreferrer">{label}</a>' if address else label
    return f'<p class="file">{content}</p>'


def inline_html(text: str, spans: Iterable[Span]) -> str:
    """Return a styled text as HTML."""
    parts = []
    for href, group in groupby(runs(text, spans), lambda run: run.href):
        content = "".join(_run(run) for run in group)
        address = link_address(href) if href else ""
        if address:
            content = f'<a href="{escape(address)}" rel="noreferrer">{content}</a>'
        parts.append(content)
    return "".join(parts)


def _run(run: Run) -> str:
    if run.style & Style.MATH and run.source:
        content = formula_html(run.source, False)
    elif run.style & Style.CODE:
        content = f"<code>{_written(run.text)}</code>"
    elif run.style & Style.NOTE:
        content = f"<sup>{_written(run.text)}</sup>"
    else:
        content = _written(run.text)
    for style, tag in _TAGS.items():
        if run.style & style:
            content = f"<{tag}>{content}</{tag}>"
    return content


def _written(text: str) -> str:
    escaped = escape(text.replace(OBJECT, "")).replace("  ", "&nbsp; ")
    return escaped.replace(LINE_BREAK, "<br>").replace("\n", "<br>")


@lru_cache(maxsize=256)
def formula_html(source: str, is_display: bool) -> str:
    """Return a formula as MathML with its LaTeX; as LaTeX alone where it cannot be read."""
    from desktop_chat.services.drawing.formulas import mathml

    element = mathml(source, is_display)
    if element is None:
        mark = "$$" if is_display else "$"
        code = f"<code>{escape(f'{mark}{source}{mark}')}</code>"
        return f"<p>{code}</p>" if is_display else code
    for part in element.iter():
        part.tag = part.tag.rpartition("}")[2]
        part.attrib = {k: v for k, v in part.attrib.items() if k in _MATH_ATTRIBUTES}
    element.set("xmlns", _MATHML)
    row = list(element)
    semantics = ElementTree.Element("semantics")
    inner = ElementTree.SubElement(semantics, "mrow")
    inner.extend(row)
    note = ElementTree.SubElement(semantics, "annotation", encoding="application/x-tex")
    note.text = source
    for part in row:
        element.remove(part)
    element.append(semantics)
    return ElementTree.tostring(element, encoding="unicode")
