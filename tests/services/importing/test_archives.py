"""Rows 73 and 74: archives that lead outside, or unpack to more than a disk holds."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
from typing import TYPE_CHECKING

import pytest

from desktop_chat.services.importing import archives, limits
from desktop_chat.services.importing.archives import Archive
from desktop_chat.services.importing.failures import TooLargeError, UnreadableError

if TYPE_CHECKING:
    from pathlib import Path

KINDS = (".json",)


def archive(entries: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> io.BytesIO:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as made:
        for name, data in entries.items():
            made.writestr(name, data)
    return file


def texts(file: io.BytesIO) -> dict[str, bytes]:
    found = {}
    for name, opener in Archive(file).members(KINDS):
        with opener() as member:
            parts = []
            while part := member.read(1 << 16):
                parts.append(part)
            found[name] = b"".join(parts)
    return found


@pytest.mark.parametrize(
    "name",
    ["../../evil.json", "/etc/evil.json", "a/../../evil.json", "C:\\evil.json", "..\\evil.json"],
)
def test_row_73_name_that_leads_outside_is_refused_and_listed(name: str, tmp_path: Path) -> None:
    before = set(tmp_path.iterdir())
    read = Archive(archive({name: b"[]", "good.json": b"[]"}))
    assert [found for found, _ in read.members(KINDS)] == ["good.json"]
    assert len(read.refused) == 1
    assert set(tmp_path.iterdir()) == before


def test_row_73_symbolic_link_is_refused() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        link = zipfile.ZipInfo("link.json")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        made.writestr(link, "/etc/passwd")
    read = Archive(file)
    assert list(read.members(KINDS)) == []
    assert read.refused == ["link.json"]


def test_row_73_device_names_and_long_names_are_only_names() -> None:
    entries = {"CON.json": b"[1]", f"{'x' * 300}.json": b"[2]"}
    assert texts(archive(entries)) == entries


def test_row_74_bomb_stops_at_the_ratio(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "RATIO_FROM", 1_000_000)
    file = archive({"bomb.json": b"0" * 20_000_000})
    with pytest.raises(TooLargeError, match="unpacks to more"):
        texts(file)


def test_row_74_size_beyond_the_limit_is_refused_before_it_is_read() -> None:
    file = archive({"big.json": b"[]"}, zipfile.ZIP_STORED)
    data = bytearray(file.getvalue())
    place = data.index(b"PK\x01\x02")
    struct.pack_into("<I", data, place + 24, limits.FILE_BYTES + 1)
    with pytest.raises(TooLargeError, match="larger than"):
        texts(io.BytesIO(bytes(data)))


def test_row_74_size_that_lies_ends_in_a_sentence() -> None:
    file = archive({"big.json": b"[1, 2, 3]" * 1000})
    data = bytearray(file.getvalue())
    place = data.index(b"PK\x01\x02")
    struct.pack_into("<I", data, place + 24, 10)
    with pytest.raises(UnreadableError, match="damaged"):
        texts(io.BytesIO(bytes(data)))


def test_row_74_members_over_one_another_are_refused() -> None:
    file = archive({"a.json": b"x" * 5000, "b.json": b"y" * 5000}, zipfile.ZIP_STORED)
    data = bytearray(file.getvalue())
    first = data.index(b"PK\x01\x02")
    second = data.index(b"PK\x01\x02", first + 4)
    # Both entries name the place of the first member.
    struct.pack_into("<I", data, second + 42, struct.unpack_from("<I", data, first + 42)[0])
    with pytest.raises(UnreadableError, match="over one another"):
        Archive(io.BytesIO(bytes(data)))


def test_row_74_list_of_a_million_names_is_refused_before_it_is_read() -> None:
    # The end of an archive, which claims a list of 100 MB before it.
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 65535, 65535, 100_000_000, 0, 0)
    file = io.BytesIO(b"PK\x03\x04" + b"\0" * 100_000_000 + end)
    with pytest.raises(TooLargeError, match="lists too many"):
        Archive(file)


def test_row_74_too_many_entries_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "ARCHIVE_ENTRIES", 5)
    with pytest.raises(TooLargeError, match="more than 5 files"):
        Archive(archive({f"{i}.json": b"[]" for i in range(6)}))


def test_archive_with_a_password_says_so() -> None:
    file = archive({"a.json": b"[]"})
    data = bytearray(file.getvalue())
    place = data.index(b"PK\x01\x02")
    struct.pack_into("<H", data, place + 8, 1)
    with pytest.raises(UnreadableError, match="password"):
        texts(io.BytesIO(bytes(data)))


@pytest.mark.parametrize("cut", [10, 50, 90])
def test_archive_that_was_cut_is_damaged(cut: int) -> None:
    data = archive({"a.json": b"[]" * 100}).getvalue()
    with pytest.raises(UnreadableError, match="damaged"):
        texts(io.BytesIO(data[: len(data) * cut // 100]))
