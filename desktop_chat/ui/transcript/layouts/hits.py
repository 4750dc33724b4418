"""What can be under a point of a message."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtCore import QRect

REASONING, BODY = 0, 1
"""The parts of a message that hold blocks, in the order in which they stand."""


class Part(Enum):
    """What is under a point of a message."""

    NOTHING = auto()
    TEXT = auto()
    LINK = auto()
    CONTROL = auto()
    BAR = auto()
    FOLD = auto()
    ACTION = auto()


@dataclass(frozen=True, slots=True)
class Control:
    """Something of a block that can be pressed, by pointer, key or screen reader.

    Attributes:
        action: What pressing it does: "copy", "wrap", "unfold", "load" …
        label: Its name, for tool tips and screen readers.
        rect: Where it is, from the top left of its block's layout.
    """

    action: str
    label: str
    rect: QRect


@dataclass(frozen=True, slots=True)
class Hit:
    """What is under a point.

    Attributes:
        part: What it is.
        column: `REASONING` or `BODY`.
        block: The nearest block of that column.
        offset: The nearest place in the block's text.
        href: For a link its address, and `label` what it is called.
        control: For a control, which one.
    """

    part: Part
    column: int = BODY
    block: int = 0
    offset: int = 0
    href: str = ""
    label: str = ""
    control: Control | None = None
