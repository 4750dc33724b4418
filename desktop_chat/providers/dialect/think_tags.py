"""Reasoning that a server left inside the text, between `<think>` and `</think>`."""

from __future__ import annotations

OPEN = "<think>"
CLOSE = "</think>"


class ThinkTagSplitter:
    """Tells reasoning from text in pieces that may cut the tags anywhere.

    The opening tag counts only where nothing but space stands before it: further on it is
    something that the model writes about.

    Attributes:
        is_passive: All further pieces are text; they need not be fed.
        has_seen_text: Some piece came in.
    """

    def __init__(self) -> None:
        self.is_passive = False
        self.has_seen_text = False
        self._held = ""
        self._is_inside = False
        self._has_thought = False
        self._has_closed = False

    def feed(self, text: str) -> list[tuple[bool, str]]:
        """Return the parts that `text` completes, each with whether it is reasoning."""
        self.has_seen_text = True
        if self._is_inside:
            if self._has_thought and not self._held and "<" not in text:
                return [(True, text)]
            return self._feed_inside(text)
        if self.is_passive:
            return [(False, text)]
        return self._feed_start(text)

    def flush(self) -> list[tuple[bool, str]]:
        """Return what was held back, at the end of the reply."""
        held, self._held = self._held, ""
        return [(self._is_inside, held)] if held else []

    def _feed_start(self, text: str) -> list[tuple[bool, str]]:
        text = self._held + text
        start = text.lstrip()
        if self._has_closed:
            # The blank lines between thought and answer belong to neither.
            text = start
        if OPEN.startswith(start[: len(OPEN)]) and len(start) < len(OPEN):
            self._held = text
            return []
        self._held = ""
        if start.startswith(OPEN):
            self._is_inside = True
            self._has_thought = False
            return self._feed_inside(start[len(OPEN) :])
        self.is_passive = True
        return [(False, text)]

    def _feed_inside(self, text: str) -> list[tuple[bool, str]]:
        text = self._held + text
        if not self._has_thought:
            text = text.lstrip("\n")
            self._has_thought = bool(text)
        thought, tag, answer = text.partition(CLOSE)
        if tag:
            self._held = ""
            self._is_inside = False
            self._has_closed = True
            parts = [(True, thought)] if thought else []
            return parts + (self._feed_start(answer) if answer else [])
        keep = _length_of_started_tag(text)
        self._held = text[len(text) - keep :]
        thought = text[: len(text) - keep]
        return [(True, thought)] if thought else []


def _length_of_started_tag(text: str) -> int:
    for length in range(min(len(CLOSE) - 1, len(text)), 0, -1):
        if CLOSE.startswith(text[-length:]):
            return length
    return 0
