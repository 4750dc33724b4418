"""Inline Markdown to text and spans, by markdown-it-py; images and formulas stand apart."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from desktop_chat.ui.transcript.text.blocks import (
    LINE_BREAK,
    OBJECT,
    FormulaBlock,
    ImageBlock,
    Span,
    Style,
)
from desktop_chat.ui.transcript.text.markdown_formulas import formula_rule
from desktop_chat.ui.transcript.text.markdown_references import References, note_label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it import MarkdownIt
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

# Half-open brackets and stars by the thousand cost the parser seconds.
MAX_BRACKETS = 200
MAX_STARS = 400
_MAX_NESTING = 40
_STYLES = {"strong": Style.BOLD, "em": Style.ITALIC, "s": Style.STRIKE}
_AUTOLINK = re.compile(
    r"(?:https?://|(?<![\w/.@-])www\.[a-z0-9-]{1,63}\.)[^\s<>\"'`|，。；：！？、（）「」『』【】《》]+"
    r"|(?<![\w.+-])[a-z0-9][a-z0-9._+-]{0,63}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8}(?![\w@-])",
    re.IGNORECASE,
)
_PLAIN = re.compile(r"[^*_`\[\]<>&\\~!\n$@]*")
_AFTER_LINK = ".,;:!?*_~"
_NOTE = re.compile(r"\[\^([^\s\[\]^]{1,60})\]")
_CELL_BREAK = re.compile(r"<br[ \t]*/?>", re.IGNORECASE)


@dataclass(slots=True)
class Words:
    """A stretch of text with its spans."""

    text: str = ""
    spans: list[Span] = field(default_factory=list)


Part = Words | ImageBlock | FormulaBlock


@lru_cache(maxsize=2)
def _parser(*, is_simple: bool = False) -> MarkdownIt:
    # 41 ms: not before the first reply that needs it.
    from markdown_it import MarkdownIt

    options = {"html": False, "maxNesting": _MAX_NESTING, "strikethrough_single_tilde": True}
    parser = MarkdownIt("commonmark", options).enable("strikethrough")
    parser.inline.ruler.before("escape", "formula", formula_rule)
    parser.inline.ruler.before("link", "note", _note_rule)
    parser.inline.ruler.before("autolink", "cell_break", _cell_break_rule)
    parser.disable("html_inline")
    if is_simple:
        parser.disable(["link", "image", "emphasis", "strikethrough"])
    return parser


def warm_up() -> None:
    """Import and make the parser, which takes 50 ms; may be called in another thread."""
    _parser()


def _note_rule(state: StateInline, silent: bool) -> bool:
    """Take the mark of a footnote as one token: of a defined one, or a number."""
    if state.src[state.pos] != "[":
        return False
    match = _NOTE.match(state.src, state.pos, state.posMax)
    if match is None:
        return False
    label = match[1]
    if not label.isdigit() and state.env["references"].get(note_label(label)) is None:
        return False
    if not silent:
        state.push("note", "", 0).content = label
    state.pos = match.end()
    return True


def _cell_break_rule(state: StateInline, silent: bool) -> bool:
    """Take `<br>` as a line break, in the cells of a table alone: all other HTML is text."""
    if state.src[state.pos] != "<" or not state.env.get("is_cell"):
        return False
    match = _CELL_BREAK.match(state.src, state.pos, state.posMax)
    if match is None:
        return False
    if not silent:
        state.push("hardbreak", "br", 0)
    state.pos = match.end()
    return True


def is_plain(text: str) -> bool:
    """Whether there is no mark-up in a text, which a glance tells of much of it."""
    return bool(_PLAIN.fullmatch(text)) and "http" not in text and "www." not in text


def parse_inline(source: str, references: References) -> list[Part]:
    """Return the parts of a paragraph: text with images and display formulas between."""
    if is_plain(source):
        return [Words(source)]
    return _Inline().build(_tokens(source, {"references": references}))


def parse_flat(source: str, references: References, *, is_cell: bool = False) -> Words:
    """Return a heading or a cell as one text; images are links, all formulas inline."""
    if is_plain(source):
        return Words(source)
    env = {"references": references, "is_cell": is_cell}
    (words,) = _Inline(is_flat=True).build(_tokens(source, env)) or (Words(),)
    assert isinstance(words, Words)
    return words


def _tokens(source: str, env: dict[str, Any]) -> list[Token]:
    stars = source.count("*") + source.count("_") + source.count("~")
    parser = _parser(is_simple=source.count("[") > MAX_BRACKETS or stars > MAX_STARS)
    return parser.inline.parse(source, parser, env, [])


class _Inline:
    """Folds inline tokens into parts."""

    def __init__(self, *, is_flat: bool = False) -> None:
        self._parts: list[Part] = []
        self._chunks: list[str] = []
        self._length = 0
        self._spans: list[Span] = []
        self._style = Style.PLAIN
        self._styles: list[Style] = []
        self._href = ""
        self._is_flat = is_flat

    def build(self, tokens: Sequence[Token]) -> list[Part]:
        for token in tokens:
            self._take(token)
        self._end_words()
        return self._parts

    def _end_words(self) -> None:
        if self._chunks:
            self._parts.append(Words("".join(self._chunks), self._spans))
            self._chunks, self._spans, self._length = [], [], 0

    def _take(self, token: Token) -> None:
        match token.type:
            case "text" | "text_special":
                self._add_text(token.content.replace(OBJECT, "�"))
            case "softbreak" | "hardbreak":
                # Models break lines where they mean a new line, as verse and addresses do.
                self._add(LINE_BREAK)
            case "code_inline":
                self._add(token.content, Style.CODE)
            case "formula":
                self._add_formula(token)
            case "note":
                self._add(token.content, Style.NOTE)
            case "image":
                self._add_image(token)
            case _:
                self._take_styled(token)

    def _take_styled(self, token: Token) -> None:
        """Follow where a style begins or ends."""
        if token.tag == "a":
            self._href = str(token.attrGet("href") or "") if token.nesting > 0 else ""
        elif token.nesting > 0:
            self._styles.append(self._style)
            self._style |= _STYLES[token.tag]
        elif token.nesting < 0:
            self._style = self._styles.pop()

    def _add_formula(self, token: Token) -> None:
        if token.block and not self._is_flat and not self._href:
            self._end_words()
            self._parts.append(FormulaBlock(token.content))
        else:
            self._add(OBJECT, Style.MATH, token.content)

    def _add_image(self, token: Token) -> None:
        address = str(token.attrGet("src") or "")
        label = _label(token)
        if not self._is_flat and not self._href and address:
            self._end_words()
            self._parts.append(ImageBlock(address, label))
            return
        href, self._href = self._href, self._href or address
        self._add(f"{label} ({address})" if label and address else label or address)
        self._href = href

    def _add_text(self, text: str) -> None:
        """Add text, with the addresses in it as links."""
        at = 0
        if not self._href and ("http" in text or "www." in text or "@" in text):
            for match in _AUTOLINK.finditer(text):
                address = _trim_link(match.group())
                self._add(text[at : match.start()])
                self._href = _href(address)
                self._add(address)
                at, self._href = match.start() + len(address), ""
        self._add(text[at:])

    def _add(self, text: str, style: Style = Style.PLAIN, source: str = "") -> None:
        if not text:
            return
        style |= self._style | (Style.LINK if self._href else Style.PLAIN)
        if style:
            self._spans.append(Span(self._length, len(text), style, self._href, source))
        self._chunks.append(text)
        self._length += len(text)


def _label(image: Token) -> str:
    """Return the alternative text of an image, without mark-up."""
    words = _Inline(is_flat=True).build(image.children or [])
    text = "".join(part.text for part in words if isinstance(part, Words))
    return text.replace(LINE_BREAK, " ").replace(OBJECT, "").strip()


def _href(address: str) -> str:
    if address[:4].lower() == "www.":
        return "http://" + address
    return address if "://" in address else "mailto:" + address


def _trim_link(address: str) -> str:
    """Cut what belongs to the sentence, not to the address."""
    opening, closing = address.count("("), address.count(")")
    while address:
        is_closing = address[-1] == ")" and opening < closing
        if address[-1] not in _AFTER_LINK and not is_closing:
            break
        closing -= is_closing
        address = address[:-1]
    return address
