"""How subcommands end: the exit status, and the one line that says why."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from desktop_chat.domain.errors import ChatError

DONE, FAILED, STOPPED = 0, 1, 130


def fail(error: ChatError) -> int:
    """Say on stderr, in one line, what went wrong."""
    print(f"desktop-chat: {' '.join(str(error).split())}", file=sys.stderr)
    return FAILED
