"""What a block of code looks like for its lines: numbered, wrapped, folded."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from desktop_chat.ui.transcript.layouts.block_state import BlockState
    from desktop_chat.ui.transcript.layouts.look import Look

NUMBERED_ABOVE = 20
FOLDED_ABOVE = 40
FOLDED_LINES = 30
NUMBER_GAP = 14
# Room for so many digits at least, so that the lines do not move when the hundredth comes.
_DIGITS = 3
_LEAST_COLUMNS = 8


class Shape(NamedTuple):
    """What decides where the lines are.

    Attributes:
        gutter: Width of the line numbers.
        columns: After how many columns lines are wrapped; 0 if they are not.
        wrap: "wrap" or "unwrap" for what can be done to the lines, "" for nothing.
        fold: The same for the footer: "fold", "unfold" or "".
    """

    gutter: int
    columns: int
    wrap: str
    fold: str


NO_SHAPE = Shape(0, 0, "", "")


def shape_of(
    count: int, width: float, room: int, look: Look, state: BlockState, *, is_open: bool
) -> Shape:
    """Return the shape of a block; notes in `state` that one which is written stays unfolded.

    Args:
        count: How many lines it has.
        width: Of the widest line, in pixels.
        room: For line numbers and lines, in pixels.
        look: Fonts and sizes.
        state: What the reader did to the block.
        is_open: Whether it is still being written.
    """
    is_long = count > FOLDED_ABOVE
    if is_long and is_open and state.is_unfolded is None:
        # What is being read must not fold once it is written.
        state.is_unfolded = True
    gutter = 0
    if count > NUMBERED_ABOVE:
        digits = max(_DIGITS, len(str(count)))
        gutter = ceil(digits * look.code_advance) + look.px(NUMBER_GAP)
    wrap, columns = "", 0
    if width > max(1, room - gutter):
        wrap = "unwrap" if state.is_wrapped else "wrap"
        if state.is_wrapped:
            columns = max(_LEAST_COLUMNS, int((room - gutter) / look.code_advance))
    fold = ""
    if is_long and not is_open:
        fold = "fold" if state.is_unfolded else "unfold"
    return Shape(gutter, columns, wrap, fold)
