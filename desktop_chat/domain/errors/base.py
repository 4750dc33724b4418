"""What all errors have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from collections.abc import Mapping


class ChatError(Exception):
    """Base of every error that is told to the user.

    Attributes:
        code: Stable name; stored with a failed message and used to look up translated words.
        sentence: English text with `{field}` slots.
        fields: Values for the slots.
    """

    code: ClassVar[str] = "error"
    sentence: ClassVar[str] = "Something went wrong."

    def __init__(self, **fields: Any) -> None:
        super().__init__()
        self.fields = fields

    def __str__(self) -> str:
        return worded(self.sentence, self.fields)


def worded(sentence: str, fields: Mapping[str, Any]) -> str:
    """Fill the slots of a sentence; one without a value is left out."""
    return " ".join(sentence.format_map(_Fields(fields)).split())


class _Fields(dict[str, Any]):
    """A missing field leaves its slot empty, so that wording an error never fails."""

    def __missing__(self, key: str) -> str:
        return ""
