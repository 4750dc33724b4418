"""Zip archives of others, read without unpacking them to the disk."""

from __future__ import annotations

import stat
import zipfile
import zlib
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, cast

from desktop_chat.services.importing.failures import TooLargeError, UnreadableError
from desktop_chat.services.importing.limits import (
    ARCHIVE_ENTRIES,
    DIRECTORY_BYTES,
    FILE_BYTES,
    FILES,
    MB,
    RATIO,
    RATIO_FROM,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1
_LOCAL_HEADER = 30
_HEADS = (b"PK\x03\x04", b"PK\x05\x06")


def is_archive(head: bytes) -> bool:
    """Whether a file that begins so is a zip archive."""
    return head.startswith(_HEADS)


class Archive:
    """The texts in an archive. Nothing of it is written to the disk; names are only names.

    Args:
        file: Open as long as the archive is used.

    Attributes:
        refused: Names that are not read: symbolic links, and paths that lead outside.

    Raises:
        UnreadableError: It is no sound archive.
        TooLargeError: It lists more than an import reads.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self.refused: list[str] = []
        guarded = _Guarded(file)
        try:
            self._zip = zipfile.ZipFile(cast("IO[bytes]", guarded))
        except TooLargeError:
            raise
        # The module meets a hostile directory with errors of many kinds.
        except (zipfile.BadZipFile, ValueError, KeyError, IndexError, OSError) as error:
            raise UnreadableError("the archive is damaged") from error
        except (NotImplementedError, OverflowError, MemoryError) as error:
            raise UnreadableError("the archive is of an unknown kind") from error
        guarded.limit = None
        entries = self._zip.infolist()
        if len(entries) > ARCHIVE_ENTRIES:
            raise TooLargeError(f"the archive holds more than {ARCHIVE_ENTRIES} files")
        self._entries = entries
        self._check_places()
        self._sort_out()

    def members(self, suffixes: tuple[str, ...]) -> Iterator[tuple[str, Callable[[], IO[bytes]]]]:
        """Yield the names of files of some kinds, each with what opens it.

        Raises:
            TooLargeError: There are more of them than an import reads.
        """
        count = 0
        for entry in self._entries:
            if entry.is_dir() or not entry.filename.lower().endswith(suffixes):
                continue
            if entry.filename.startswith("__MACOSX/"):
                continue
            count += 1
            if count > FILES:
                raise TooLargeError(f"the archive holds more than {FILES} chats")
            yield entry.filename, _Opener(self._zip, entry)

    def _check_places(self) -> None:
        # CPython 3.11.7 does not notice members that lie over one another, with which a small
        # archive unpacks to any size.
        end = getattr(self._zip, "start_dir", None)
        places = sorted(self._entries, key=_place_of, reverse=True)
        for entry in places:
            if end is not None and _end_of(entry) > end:
                raise UnreadableError("files in the archive lie over one another")
            end = entry.header_offset

    def _sort_out(self) -> None:
        kept = []
        for entry in self._entries:
            mode = entry.external_attr >> 16
            is_link = bool(mode) and stat.S_ISLNK(mode)
            if is_link or _leads_outside(entry.filename):
                self.refused.append(entry.filename)
            else:
                kept.append(entry)
        self._entries = kept


@dataclass(frozen=True)
class _Opener:
    archive: zipfile.ZipFile
    entry: zipfile.ZipInfo

    def __call__(self) -> IO[bytes]:
        entry = self.entry
        if entry.flag_bits & _ENCRYPTED:
            raise UnreadableError("the archive is protected by a password")
        if entry.compress_type not in _METHODS:
            raise UnreadableError("the archive is compressed in an unknown way")
        if entry.file_size > FILE_BYTES:
            raise TooLargeError(f"it is larger than {FILE_BYTES // MB} MB")
        try:
            file = self.archive.open(entry)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            raise UnreadableError("the archive is damaged") from error
        return cast("IO[bytes]", _Unpacked(file, entry.compress_size))


class _Unpacked:
    """What comes out of an archive, as long as it is in proportion to what went in."""

    def __init__(self, file: IO[bytes], packed: int) -> None:
        self._file = file
        self._most = max(RATIO_FROM, packed * RATIO)
        self._count = 0

    def __enter__(self) -> _Unpacked:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes, fewer than asked for as files do."""
        try:
            data = self._file.read(size)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
            raise UnreadableError("the archive is damaged") from error
        self._count += len(data)
        if self._count > self._most:
            raise TooLargeError("it unpacks to more than a real file would")
        return data

    def close(self) -> None:
        """Close it."""
        self._file.close()


class _Guarded:
    """A file that refuses to be read in one piece larger than a list of names may be."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.limit: int | None = DIRECTORY_BYTES

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes."""
        if self.limit is None:
            return self._file.read(size)
        data = self._file.read(size if 0 <= size <= self.limit else self.limit + 1)
        if len(data) > self.limit:
            raise TooLargeError("the archive lists too many files")
        return data

    def seek(self, place: int, whence: int = 0) -> int:
        """Go to a place."""
        return self._file.seek(place, whence)

    def tell(self) -> int:
        """Return the place."""
        return self._file.tell()

    def seekable(self) -> bool:
        """Plain files are."""
        return True

    def close(self) -> None:
        """Leave it to whoever opened it."""


def _place_of(entry: zipfile.ZipInfo) -> int:
    return entry.header_offset


def _end_of(entry: zipfile.ZipInfo) -> int:
    return entry.header_offset + _LOCAL_HEADER + len(entry.orig_filename) + entry.compress_size


def _leads_outside(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return name.startswith(("/", "\\")) or ".." in parts or ":" in parts[0]
