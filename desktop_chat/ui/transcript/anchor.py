"""A place in the text that the window holds on to."""

from __future__ import annotations

from dataclasses import dataclass

from desktop_chat.ui.transcript.layouts.hits import BODY


@dataclass(frozen=True, slots=True)
class Anchor:
    """A place in the text that keeps its distance from the window's top.

    Attributes:
        part: `hits.REASONING` or `hits.BODY`.
        block: Block of the part, or -1 for the row's own top.
        letter: Offset in the block's text of the line that is held; -1 before it is known.
        distance: Pixels from the place down to the window's top.
    """

    row: int = 0
    part: int = BODY
    block: int = -1
    letter: int = -1
    distance: int = 0
