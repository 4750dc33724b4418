"""What can be under a point of a message."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto


class Part(Enum):
    """What is under a point of a message."""

    NOTHING = auto()
    TEXT = auto()
    LINK = auto()
    COPY_CODE = auto()
    CODE_BAR = auto()
    FOLD = auto()
    ACTION = auto()


@dataclass(frozen=True, slots=True)
class Hit:
    """What is under a point: the part, the nearest place in the text, the link's address."""

    part: Part
    block: int
    offset: int
    href: str = ""
    label: str = ""
