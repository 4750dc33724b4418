"""What the messages of a chat are made of, for whoever writes documents."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import TYPE_CHECKING
from unicodedata import bidirectional
from urllib.parse import quote, urlsplit

from desktop_chat.domain.transfer import path_of
from desktop_chat.services.exporting.words import attachment_words, details_of, note_of, sender_of
from desktop_chat.ui.transcript.text.blocks import CodeBlock, Span, TextBlock
from desktop_chat.ui.transcript.text.markdown import parse_blocks
from desktop_chat.ui.transcript.text.plain_text import user_blocks
from desktop_chat.ui.transcript.text.text_limits import clean

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from desktop_chat.domain.transfer import AttachmentRecord, ChatRecord
    from desktop_chat.services.drawing.code_lexing import Spans
    from desktop_chat.services.exporting.options import ExportOptions
    from desktop_chat.ui.transcript.text.blocks import Block

MAX_COLOURED_LINES = 5_000
MAX_ADDRESS = 2_000
_LINES_AT_ONCE = 100
_SCHEMES = ("http", "https", "mailto")
_ADDRESS_CHARACTERS = "/:?#[]@!$&'()*+,;=%-._~"


@dataclass(frozen=True, slots=True)
class Part:
    """One message, ready to be written.

    Attributes:
        details: When and by which model it was written; "" if that is not wanted.
        thoughts: What the model thought, if that is wanted.
        note: Why it is not complete; "" if it is.
    """

    sender: str
    is_user: bool
    details: str
    thoughts: Sequence[Block]
    blocks: Sequence[Block]
    attachments: Sequence[AttachmentRecord]
    note: str


def parts_of(chat: ChatRecord, options: ExportOptions) -> Iterator[Part]:
    """Yield the messages of the path that is shown."""
    for message in path_of(chat):
        is_user = message.sender == "user"
        wants_thoughts = options.has_reasoning and message.reasoning.strip()
        yield Part(
            sender=sender_of(message),
            is_user=is_user,
            details=clean(details_of(message)) if options.has_details else "",
            thoughts=joined(parse_blocks(message.reasoning)) if wants_thoughts else (),
            blocks=joined((user_blocks if is_user else parse_blocks)(message.content)),
            attachments=message.attachments,
            note=clean(note_of(message)),
        )


def attached(attachment: AttachmentRecord) -> str:
    """Return the line that names an attached file."""
    return clean(attachment_words(attachment))


def joined(blocks: Sequence[Block]) -> list[Block]:
    """Return blocks with the pieces of long paragraphs put together again."""
    found: list[Block] = []
    for block in blocks:
        before = found[-1] if found else None
        if isinstance(block, TextBlock) and block.is_continued and isinstance(before, TextBlock):
            found[-1] = _with(before, block)
        elif not (isinstance(block, TextBlock) and not block.text and not block.place.marker):
            found.append(block)
    return found


def _with(before: TextBlock, block: TextBlock) -> TextBlock:
    shift = len(before.text)
    spans = tuple(
        Span(span.start + shift, span.length, span.style, span.href, span.source)
        for span in block.spans
    )
    return replace(before, text=before.text + block.text, spans=before.spans + spans)


def colours_of(block: CodeBlock) -> list[Spans]:
    """Return the colours of some code by line; of what takes long, as far as that goes."""
    from desktop_chat.services.drawing.code_lexing import Lexing

    if not block.language or len(block.lines) > MAX_COLOURED_LINES:
        return []
    lexing = Lexing(block.language, block.lines)
    spans: list[Spans] = []
    while not lexing.is_finished:
        lexing.run()
        spans += lexing.take()[1]
    return spans


def code_lines(block: CodeBlock) -> Iterator[tuple[str, Spans]]:
    """Yield lines of code with their colours; of code without end, many lines at once."""
    if len(block.lines) > MAX_COLOURED_LINES:
        for start in range(0, len(block.lines), _LINES_AT_ONCE):
            yield "\n".join(map(str, block.lines[start : start + _LINES_AT_ONCE])), ()
        return
    colours = colours_of(block)[: len(block.lines)]
    for line, spans in zip_longest(block.lines, colours, fillvalue=()):
        yield str(line), spans


def coloured(line: str, spans: Spans) -> Iterator[tuple[str, str]]:
    """Yield a line of code in pieces, each with the token of its colour or ""."""
    at = 0
    for start, length, token in spans:
        if start > at:
            yield line[at:start], ""
        yield line[start : start + length], token
        at = start + length
    if at < len(line):
        yield line[at:], ""


def link_address(text: str) -> str:
    """Return an address as a document may hold it; "" for one that leads nowhere safe."""
    if len(text) > MAX_ADDRESS or "\\" in text or any(ord(letter) < 33 for letter in text):
        return ""
    try:
        parts = urlsplit(text)
        host = parts.hostname
    except ValueError:
        return ""
    if parts.scheme.lower() not in _SCHEMES or parts.username is not None:
        return ""
    if parts.scheme.lower() != "mailto" and not host:
        return ""
    try:
        return quote(text, safe=_ADDRESS_CHARACTERS)
    except UnicodeEncodeError:
        return ""


def is_right_to_left(text: str) -> bool:
    """Whether a paragraph is written from right to left."""
    for letter in text[:1000]:
        kind = bidirectional(letter)
        if kind in ("R", "AL"):
            return True
        if kind == "L":
            return False
    return False
