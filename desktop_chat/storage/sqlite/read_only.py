"""How a database is opened by whoever only reads it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def read_only_uri(path: Path) -> str:
    """Return the address that opens `path` for reading, in a directory of any kind."""
    address = f"{path.absolute().as_uri()}?mode=ro"
    # A reader needs the files of the write-ahead log. Where it cannot make them, nobody writes.
    has_log = path.with_name(f"{path.name}-wal").exists()
    if not has_log and not os.access(path.parent, os.W_OK):
        return f"{address}&immutable=1"
    return address
