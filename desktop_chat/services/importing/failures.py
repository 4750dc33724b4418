"""Why something cannot be imported."""

from __future__ import annotations


class UnreadableError(Exception):
    """A file is not what it should be; the text says why in a few words."""


class TooLargeError(UnreadableError):
    """A limit of `services.importing.limits` was passed."""


class UnknownFormatError(UnreadableError):
    """Nobody knows how to read this; in a folder or archive such files are passed over."""
