"""The log file: it rotates, and its owner alone can read it."""

from __future__ import annotations

import logging.handlers
import os
from typing import TYPE_CHECKING, cast

if not TYPE_CHECKING:
    from desktop_chat.overriding import override

if TYPE_CHECKING:
    import io
    import logging
    from pathlib import Path

    from typing_extensions import override

FILE_SIZE = 1_000_000
FILES = 5


class PrivateFileHandler(logging.handlers.RotatingFileHandler):
    """A rotating file that fails in silence."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, maxBytes=FILE_SIZE, backupCount=FILES - 1)

    @override
    def _open(self) -> io.TextIOWrapper:
        descriptor = os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        return cast("io.TextIOWrapper", os.fdopen(descriptor, self.mode, encoding="utf-8"))

    @override
    def handleError(self, record: logging.LogRecord) -> None:
        # A full disk must not bring a traceback to the terminal with every line.
        pass
