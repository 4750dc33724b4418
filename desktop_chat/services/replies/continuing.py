"""A reply that goes on where it ended: what an engine repeats of it is not written twice."""

from __future__ import annotations

# Shorter texts come again by chance: a list that goes on with "- " repeats nothing.
SHORTEST_REPEAT = 40


class RepeatGate:
    """Lets the text of a continuation through, without the whole of the text before it.

    Engines that know nothing of continuing write the reply anew. Only a repeat that is exact
    and complete is left out; as soon as a letter differs, all that was held back comes.

    Args:
        before: The text that is continued.
    """

    def __init__(self, before: str) -> None:
        self._before = before if len(before.strip()) >= SHORTEST_REPEAT else ""
        self._held = 0

    def admit(self, text: str) -> str:
        """Return what is to be written now that `text` has come."""
        if not self._before:
            return text
        known, before = self._held, self._before
        end = known + len(text)
        if text[: len(before) - known] != before[known:end]:
            return self._open(before[:known] + text)
        if end < len(before):
            self._held = end
            return ""
        return self._open(text[len(before) - known :])

    def rest(self) -> str:
        """Return what is still held back, at the end of the stream.

        What repeats that much is the beginning of a repeat that was cut short.
        """
        held = self._before[: self._held]
        return self._open("" if len(held.strip()) >= SHORTEST_REPEAT else held)

    def _open(self, text: str) -> str:
        self._before, self._held = "", 0
        return text
