"""What the reader did to a block."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class BlockState:
    """What the reader did to a block; it outlives the block's layout.

    Attributes:
        is_wrapped: Whether long lines of code are wrapped; None leaves it to the layout.
        is_unfolded: Whether a long block is shown whole; None leaves it to the layout.
        scroll_x: How far the content is moved to the left.
        is_copied: Whether it was copied a moment ago.
        kept: What a layout was slow to find out, for the one made after it.
    """

    is_wrapped: bool | None = None
    is_unfolded: bool | None = None
    scroll_x: int = 0
    is_copied: bool = False
    kept: object = None
