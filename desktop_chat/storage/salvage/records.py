"""Rows as SQLite stores them on its pages."""

from __future__ import annotations

import struct
from typing import Any

_INTEGER_SIZES = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}
_CONSTANTS: dict[int, Any] = {0: None, 8: 0, 9: 1}
_LONGEST_VARINT = 9
_MOST_COLUMNS = 64


class MalformedError(Exception):
    """These bytes are no row."""


def read_varint(data: bytes, at: int) -> tuple[int, int]:
    """Return the number at `at` and where the next thing begins.

    Raises:
        MalformedError: The data ends before the number does.
    """
    value = 0
    for length in range(1, _LONGEST_VARINT + 1):
        try:
            byte = data[at + length - 1]
        except IndexError:
            raise MalformedError from None
        if length == _LONGEST_VARINT:
            return (value << 8) | byte, at + length
        value = (value << 7) | (byte & 0x7F)
        if byte < 0x80:
            break
    return value, at + length


def decode_record(payload: bytes) -> list[Any]:
    """Return the columns of a row; letters that cannot be read become U+FFFD.

    Raises:
        MalformedError: These bytes are no row.
    """
    types, at = _column_types(payload)
    columns: list[Any] = []
    for kind in types:
        value, at = _column(payload, at, kind)
        columns.append(value)
    if at != len(payload):
        raise MalformedError
    return columns


def _column_types(payload: bytes) -> tuple[list[int], int]:
    header_size, at = read_varint(payload, 0)
    if not at < header_size <= len(payload):
        raise MalformedError
    types = []
    while at < header_size:
        kind, at = read_varint(payload, at)
        types.append(kind)
    if at != header_size or len(types) > _MOST_COLUMNS:
        raise MalformedError
    return types, at


def _column(payload: bytes, at: int, kind: int) -> tuple[Any, int]:
    if kind in _CONSTANTS:
        return _CONSTANTS[kind], at
    if kind == 7:
        end = at + 8
        return struct.unpack(">d", _part(payload, at, end))[0], end
    if kind in _INTEGER_SIZES:
        end = at + _INTEGER_SIZES[kind]
        return int.from_bytes(_part(payload, at, end), "big", signed=True), end
    if kind < 12:
        raise MalformedError
    end = at + (kind - 12) // 2
    part = _part(payload, at, end)
    return (part.decode(errors="replace") if kind % 2 else part), end


def _part(payload: bytes, at: int, end: int) -> bytes:
    if end > len(payload):
        raise MalformedError
    return payload[at:end]
