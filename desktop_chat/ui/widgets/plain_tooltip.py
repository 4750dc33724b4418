"""Tooltips that show foreign text as it is."""

from __future__ import annotations

LONGEST = 1000


def plain_tooltip(text: str) -> str:
    """Return what `setToolTip` shows as exactly this text: Qt would read tags in it as HTML."""
    text = text[:LONGEST]
    if "<" not in text:
        return text
    for sign, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\n", "<br>")):
        text = text.replace(sign, entity)
    return f"<span>{text}</span>"
