"""Words as the search index takes them: letters and digits, without case and accents."""

from __future__ import annotations

import re
import unicodedata

# Letters and digits, and accents that are written as signs of their own.
ACCENTS = "\u0300-\u036f"
WORD = re.compile(rf"[^\W_][^\W_{ACCENTS}]*(?:[{ACCENTS}]+[^\W_]*)*")
# From here on (Chinese, Japanese, Korean) one sign can be a word.
_FIRST_IDEOGRAPH = "\u2e80"


class _Folded(dict[int, str]):
    """Letters without case and accent, worked out once each; always one for one."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        base = "".join(
            part
            for part in unicodedata.normalize("NFD", letter.lower())
            if not unicodedata.combining(part)
        )
        self[code] = folded = base if len(base) == 1 else letter
        return folded


_folded = _Folded()


def fold(text: str) -> str:
    """Return a text without case and accents; each letter keeps its place."""
    return text.lower() if text.isascii() else text.translate(_folded)


def words_of(text: str) -> list[str]:
    """Return the words of a text, folded."""
    bare = re.sub(f"[{ACCENTS}]", "", text)
    return [fold(word) for word in WORD.findall(bare)]


def is_short(word: str) -> bool:
    """Whether a word is a single letter, which stands in nearly every text."""
    return len(word) == 1 and word < _FIRST_IDEOGRAPH
