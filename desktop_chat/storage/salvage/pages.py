"""The pages of a database file and of its log, read without SQLite's help."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from desktop_chat.storage.salvage.log import committed_frames
from desktop_chat.storage.salvage.records import MalformedError, decode_record, read_varint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import Any, BinaryIO

MAGIC = b"SQLite format 3\x00"
# What every database of ours is made with; the header that says so may be lost.
USUAL_PAGE_SIZE = 4096
_SIZES = {1 << power for power in range(9, 17)}
_TABLE_LEAF = 0x0D
_LONGEST = 1 << 30


class Pages:
    """Pages by their number from 1, each as its last commit left it."""

    def __init__(self, file: BinaryIO, log: BinaryIO | None = None) -> None:
        self._file = file
        self._log = log
        header = file.read(100)
        self.size = _page_size(header)
        reserved = header[20] if header.startswith(MAGIC) else 0
        self.usable = self.size - min(reserved, 32)
        self._in_log = committed_frames(log, self.size) if log else {}
        pages = file.seek(0, 2) // self.size
        self.count = max([pages, *self._in_log])

    def read(self, number: int) -> bytes:
        """Return a page, "" for one that is not there."""
        place = self._in_log.get(number)
        if place is not None and self._log is not None:
            self._log.seek(place)
            return self._log.read(self.size)
        self._file.seek((number - 1) * self.size)
        return self._file.read(self.size)

    def rows(self, note: Callable[[int, int], None]) -> Iterator[tuple[int, list[Any]]]:
        """Yield id and columns of every row of any table; `note` is told how far it is."""
        for number in range(1, self.count + 1):
            if number % 256 == 1:
                note(number, self.count)
            page = self.read(number)
            start = 100 if number == 1 else 0
            if len(page) == self.size and page[start] == _TABLE_LEAF:
                yield from self._rows_of(page, start)

    def _rows_of(self, page: bytes, start: int) -> Iterator[tuple[int, list[Any]]]:
        (cells,) = struct.unpack_from(">H", page, start + 3)
        if start + 8 + 2 * cells > self.size:
            return
        for place in struct.unpack_from(f">{cells}H", page, start + 8):
            try:
                yield self._row(page, place)
            except MalformedError:
                continue

    def _row(self, page: bytes, place: int) -> tuple[int, list[Any]]:
        length, at = read_varint(page, place)
        row_id, at = read_varint(page, at)
        if not 0 < length < _LONGEST:
            raise MalformedError
        local = self._local_length(length)
        payload = page[at : at + local]
        if local < length:
            payload += self._overflow(page[at + local : at + local + 4], length - local)
        return row_id, decode_record(payload)

    def _local_length(self, length: int) -> int:
        """Return how much of a row lies on its own page (the rule of SQLite's file format)."""
        most = self.usable - 35
        if length <= most:
            return length
        least = (self.usable - 12) * 32 // 255 - 23
        wanted = least + (length - least) % (self.usable - 4)
        return wanted if wanted <= most else least

    def _overflow(self, pointer: bytes, length: int) -> bytes:
        parts = []
        seen: set[int] = set()
        while length > 0:
            number = int.from_bytes(pointer, "big")
            if number in seen or not 0 < number <= self.count:
                raise MalformedError
            seen.add(number)
            page = self.read(number)
            part = page[4 : 4 + min(length, self.usable - 4)]
            if not part:
                raise MalformedError
            parts.append(part)
            length -= len(part)
            pointer = page[:4]
        return b"".join(parts)


def log_path(path: Path) -> Path:
    """Return the write-ahead log of a database."""
    return path.with_name(f"{path.name}-wal")


def _page_size(header: bytes) -> int:
    if not header.startswith(MAGIC):
        return USUAL_PAGE_SIZE
    (size,) = struct.unpack_from(">H", header, 16)
    size = 65536 if size == 1 else size
    return size if size in _SIZES else USUAL_PAGE_SIZE
