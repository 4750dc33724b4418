"""The write-ahead log: which pages of it were committed."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import BinaryIO

_HEADER = 32
_FRAME_HEADER = 24
_MAGIC = 0x377F0682
_WORD = 0xFFFFFFFF

Sums = tuple[int, int]


def committed_frames(log: BinaryIO, page_size: int) -> dict[int, int]:
    """Return where in the log the last committed state of each page begins.

    Reading ends at the first frame that is not whole, as it does in SQLite.
    """
    log.seek(0)
    header = log.read(_HEADER)
    if len(header) < _HEADER:
        return {}
    magic, _version, size = struct.unpack_from(">3I", header)
    if magic & ~1 != _MAGIC or size != page_size:
        return {}
    order = ">" if magic & 1 else "<"
    sums = _add(header[:24], (0, 0), order)
    if sums != struct.unpack_from(">2I", header, 24):
        return {}
    return _walk(log, page_size, header[16:24], sums, order)


def _walk(log: BinaryIO, page_size: int, salt: bytes, sums: Sums, order: str) -> dict[int, int]:
    committed: dict[int, int] = {}
    pending: dict[int, int] = {}
    place = _HEADER
    while len(frame := log.read(_FRAME_HEADER + page_size)) == _FRAME_HEADER + page_size:
        number, size_after = struct.unpack_from(">2I", frame)
        sums = _add(frame[_FRAME_HEADER:], _add(frame[:8], sums, order), order)
        if frame[8:16] != salt or sums != struct.unpack_from(">2I", frame, 16):
            break
        pending[number] = place + _FRAME_HEADER
        if size_after:
            committed.update(pending)
            pending.clear()
        place += len(frame)
    return committed


def _add(data: bytes, sums: Sums, order: str) -> Sums:
    """Return SQLite's checksum of `data`, continued from `sums`."""
    first, second = sums
    words = struct.unpack(f"{order}{len(data) // 4}I", data)
    for even, odd in zip(words[::2], words[1::2], strict=True):
        first = (first + even + second) & _WORD
        second = (second + odd + first) & _WORD
    return first, second
