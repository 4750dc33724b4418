"""What all errors have in common."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from collections.abc import Mapping

# Where what a server said ends with a full stop of its own.
_TWO_STOPS = re.compile(r"(?<=\w)\.\.(?= |$)")


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
        return worded(self.sentence_for(self.fields), self.fields)

    @classmethod
    def sentence_for(cls, fields: Mapping[str, Any]) -> str:
        """Return the sentence that fits what is known."""
        return cls.sentence


def worded(sentence: str, fields: Mapping[str, Any]) -> str:
    """Fill the slots of a sentence; one without a value is left out."""
    text = " ".join(sentence.format_map(_Fields(fields)).split())
    return _TWO_STOPS.sub(".", text)


class _Fields(dict[str, Any]):
    """A missing field leaves its slot empty, so that wording an error never fails."""

    def __missing__(self, key: str) -> str:
        return ""
