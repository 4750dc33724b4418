"""A whole Markdown text to blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop_chat.ui.transcript.text.growing_text import GrowingText

if TYPE_CHECKING:
    from desktop_chat.ui.transcript.text.blocks import Block


def parse_blocks(text: str) -> list[Block]:
    """Return the blocks of a whole text."""
    growing = GrowingText()
    growing.feed(text)
    growing.finish()
    return growing.blocks
