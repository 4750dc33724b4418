"""Titles made from a chat's first message."""

from __future__ import annotations

MAX_TITLE = 48


def title_from(text: str) -> str:
    """Return the first words of `text` as one line of at most `MAX_TITLE` characters.

    Returns an empty string when the text holds no visible character.
    """
    # A long paste is not worth splitting whole for one line.
    words = text[: MAX_TITLE * 20].split()
    title = ""
    for word in words:
        longer = f"{title} {word}".strip()
        if len(longer) > MAX_TITLE:
            return f"{title or longer[: MAX_TITLE - 1]}…"
        title = longer
    return title
