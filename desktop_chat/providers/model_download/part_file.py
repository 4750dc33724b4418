"""A file that is being fetched: beside its place, under another name, until it is whole."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import threading
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from pathlib import Path

PART, NOTE = ".part", ".part.json"
BLOCK = 1 << 20
STALE_S = 30 * 24 * 3600.0
# So much stays free for everything else on the disk, the chats above all.
RESERVE_BYTES = 256 << 20


@dataclass(frozen=True, slots=True)
class Origin:
    """What was fetched from where, so that it can be gone on with.

    Attributes:
        validator: ETag or date of the file, with which the server is asked for the rest of
            that same file; "" if there is none.
    """

    url: str
    validator: str = ""
    total_bytes: int | None = None


def room_in(folder: Path) -> int:
    """Return how many bytes may be written there; blocks."""
    return shutil.disk_usage(folder).free - RESERVE_BYTES


def remove_stale(folder: Path) -> None:
    """Remove beginnings of files that nobody went on with for a month; blocks."""
    for part in [*folder.glob(f"*.gguf{PART}"), *folder.glob(f"*.gguf{NOTE}")]:
        with contextlib.suppress(OSError):
            if time.time() - part.stat().st_mtime > STALE_S:
                part.unlink()


class PartFile:
    """The beginning of a file. Its methods block; `write` may run in a thread while `close` comes.

    Args:
        target: Where the whole file will be.
    """

    def __init__(self, target: Path) -> None:
        self.target = target
        self.path = target.with_name(f"{target.name}{PART}")
        self._note = target.with_name(f"{target.name}{NOTE}")
        self._file: BinaryIO | None = None
        self._digest = hashlib.sha256()
        self._lock = threading.Lock()
        self.size = 0

    def read_origin(self) -> Origin | None:
        """Return where the beginning on disk came from; None if there is nothing to go on with."""
        with contextlib.suppress(OSError, ValueError, TypeError):
            if self.path.stat().st_size > 0:
                origin = Origin(**json.loads(self._note.read_text(encoding="utf-8")))
                return origin if isinstance(origin.validator, str) and origin.validator else None
        return None

    def open(self, *, keep: bool) -> None:
        """Open it for more; what is there already is read through for the checksum."""
        self.target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._digest = hashlib.sha256()
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0)
        file = os.fdopen(os.open(self.path, flags if keep else flags | os.O_TRUNC, 0o600), "r+b")
        while block := file.read(BLOCK):
            self._digest.update(block)
        self.size = file.tell()
        with self._lock:
            self._file = file

    def note(self, origin: Origin) -> None:
        """Write down where it comes from."""
        self._note.write_text(json.dumps(asdict(origin)), encoding="utf-8")
        self._note.chmod(0o600)

    def write(self, data: bytes) -> None:
        """Add to it; after `close` nothing happens."""
        with self._lock:
            if self._file is not None:
                self._file.write(data)
                self._digest.update(data)
                self.size += len(data)

    def head(self, length: int) -> bytes:
        """Return its first bytes."""
        with self._lock:
            if self._file is None:
                return b""
            self._file.flush()
            self._file.seek(0)
            head = self._file.read(length)
            self._file.seek(0, os.SEEK_END)
            return head

    def flush(self) -> None:
        """Let others read all that was written."""
        with self._lock:
            if self._file is not None:
                self._file.flush()

    @property
    def sha256(self) -> str:
        """Of what was written so far, as hex digits."""
        return self._digest.hexdigest()

    def close(self) -> None:
        """Keep what is there for another time; of nothing no empty file is left."""
        with self._lock:
            file, self._file = self._file, None
        if file is not None:
            with contextlib.suppress(OSError):
                file.close()
                if self.size == 0:
                    self.path.unlink(missing_ok=True)
                    self._note.unlink(missing_ok=True)

    def finish(self) -> None:
        """Put the whole file in its place, at once."""
        with self._lock:
            if self._file is not None:
                self._file.flush()
                os.fsync(self._file.fileno())
        self.close()
        self.path.replace(self.target)
        self._note.unlink(missing_ok=True)

    def remove(self) -> None:
        """Remove what was fetched."""
        self.close()
        for path in (self.path, self._note):
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
