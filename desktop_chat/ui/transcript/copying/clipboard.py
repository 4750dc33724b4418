"""What is put on the clipboard: plain text, Markdown and HTML, written in short steps."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QStringListModel

from desktop_chat.ui.transcript.copying.clipping import clipped
from desktop_chat.ui.transcript.text.blocks import (
    TOP,
    CodeBlock,
    FormulaBlock,
    ImageBlock,
    TextBlock,
    block_text,
    plain_text,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from PySide6.QtCore import QMimeData

    from desktop_chat.services.drawing.code_lexing import Spans
    from desktop_chat.ui.transcript.text.blocks import Block

# More than this is copied as plain text alone: other programs would choke on HTML of it.
MAX_STYLED = 200_000
# Code of so many lines is coloured, as far as that goes in so many steps of so many seconds.
MAX_COLOURED = 500
COLOUR_STEPS = 40
COLOUR_S = 0.004
MARKDOWN = "text/markdown"
HTML = "text/html"
_END = 1 << 60


class Piece(NamedTuple):
    """Blocks of one message; `is_typed` for what the user wrote, which is shown as typed."""

    blocks: Sequence[Block]
    is_typed: bool = False


class Copied:
    """What is copied, as it is being written.

    Attributes:
        text: The plain text.
        markdown: The Markdown, "" for none.
        html: The HTML, "" for none.
    """

    def __init__(self, text: str = "", markdown: str = "", html: str = "") -> None:
        self.text = text
        self.markdown = markdown
        self.html = html

    def data(self, *, is_markdown: bool = False) -> QMimeData:
        """Return it for the clipboard; `is_markdown` makes the Markdown all there is."""
        data = _new_data()
        if is_markdown:
            data.setText(self.markdown or self.text)
            return data
        data.setText(self.text)
        if self.markdown:
            data.setData(MARKDOWN, self.markdown.encode("utf-8", "replace"))
        if self.html:
            data.setData(HTML, self.html.encode("utf-8", "replace"))
        return data

    def write(self, pieces: Sequence[Piece]) -> Iterator[None]:
        """Write Markdown and HTML, in light colours, a block a step; messages stand apart."""
        from desktop_chat.ui.links import is_openable
        from desktop_chat.ui.theme import load_theme
        from desktop_chat.ui.transcript.copying.html_text import HEAD, HtmlWriter
        from desktop_chat.ui.transcript.copying.markdown_text import MarkdownWriter

        theme = load_theme("light")
        parts: list[str] = []
        for piece in pieces:
            markdown = MarkdownWriter()
            html = HtmlWriter(theme, is_openable, is_lone=_is_lone(pieces))
            for block in piece.blocks:
                spans: list[Spans] = []
                if isinstance(block, CodeBlock):
                    yield from _colour(block, spans)
                html.write(block, spans)
                if not piece.is_typed:
                    markdown.write(block)
                yield
            parts.append(plain_text(piece.blocks) if piece.is_typed else markdown.text())
            self.html += html.finish()
        self.markdown = self.markdown or "\n\n".join(part for part in parts if part)
        self.html = HEAD + self.html


def _new_data() -> QMimeData:
    """Return data that Qt made.

    It deletes what is on the clipboard after Python has ended, at which data that Python made
    would crash; all the more so a class of ours that writes only what is asked for.
    """
    model = QStringListModel([""])
    data = model.mimeData([model.index(0)])
    data.clear()
    return data


def _is_lone(pieces: Sequence[Piece]) -> bool:
    """Whether a single paragraph is all there is."""
    if len(pieces) != 1 or len(pieces[0].blocks) != 1:
        return False
    block = pieces[0].blocks[0]
    return isinstance(block, TextBlock) and not block.level and not block.place.containers


def _colour(block: CodeBlock, spans: list[Spans]) -> Iterator[None]:
    """Work out the colours of some code, a little a step; what takes long stays plain."""
    from desktop_chat.services.drawing.code_lexing import Lexing

    if not block.language or len(block.lines) > MAX_COLOURED:
        return
    lexing = Lexing(block.language, block.lines)
    for _ in range(COLOUR_STEPS):
        lexing.run(COLOUR_S)
        spans += lexing.take()[1]
        if lexing.is_finished:
            break
        yield


def block_to_copy(block: Block) -> Block:
    """Return a block as it is copied: out of its list, unchanged if the block grows on."""
    # What keeps the cells of a table apart must not be in one.
    return replace(clipped(block, 0, _END) or block, place=TOP)


def block_words(block: Block) -> str:
    """Return one block as plain text: code as such, a table with tabs, a formula as LaTeX."""
    match block:
        case CodeBlock():
            return block_text(block)
        case FormulaBlock():
            return block.source
        case ImageBlock():
            return block.address
    return plain_text([block])
