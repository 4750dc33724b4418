"""How subcommands end: the exit status, and the one line that says why."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from desktop_chat.domain.errors import DatabaseDamagedError, DiskFullError

if TYPE_CHECKING:
    from desktop_chat.domain.errors import ChatError

DONE, FAILED, STOPPED = 0, 1, 130
# The window says it by its buttons.
# There is no text that could stay here.
_DISK_FULL = "The disk is full. Make room and try again."
_MENDED_THERE = "Open the window to restore a backup or to recover what can be read."


def fail(error: ChatError) -> int:
    """Say on stderr, in one line, what went wrong and what to do."""
    words = str(error)
    if isinstance(error, DatabaseDamagedError):
        words = f"{error} {_MENDED_THERE}"
    elif error.code == DiskFullError.code:
        words = _DISK_FULL
    print(f"desktop-chat: {' '.join(words.split())}", file=sys.stderr)
    return FAILED
