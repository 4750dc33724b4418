"""The files an import reads: plain ones, those of a folder, and those in an archive."""

from __future__ import annotations

import os
import stat
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from desktop_chat.services.importing.archives import Archive, is_archive
from desktop_chat.services.importing.failures import TooLargeError, UnreadableError
from desktop_chat.services.importing.limits import FILE_BYTES, FILES, FOLDER_DEPTH, MB

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

READ_SUFFIXES = (".json", ".jsonl", ".md", ".markdown")
DATABASE_SUFFIXES = (".sqlite3", ".sqlite", ".db")
_HEAD = 16
_SQLITE = b"SQLite format 3\x00"


@dataclass(frozen=True)
class Member:
    """A file that can be read.

    Attributes:
        name: Its path below what was chosen, parts separated by `/`; foreign text.
        root: What was chosen: a file, a folder, or an archive.
        modified_at: Seconds since 1970; 0 where nobody knows.
        open: Opens it for reading from its beginning.
        is_named: It was chosen itself, and not found in something else.
        is_database: It is an SQLite file, which is opened by its path.
    """

    name: str
    root: Path
    modified_at: float
    open: Callable[[], IO[bytes]]
    is_named: bool = False
    is_database: bool = False

    @property
    def path(self) -> str:
        """A name that tells it from all others of this import."""
        return f"{self.root}/{self.name}"

    @property
    def folders(self) -> tuple[str, ...]:
        """The folders it stands in, below what was chosen."""
        return tuple(self.name.split("/")[:-1])

    @property
    def base(self) -> str:
        """Its name without folders."""
        return self.name.rsplit("/", 1)[-1]


def open_regular(path: Path) -> IO[bytes]:
    """Open a file for reading; never waits for a pipe or a device.

    Raises:
        UnreadableError: It is no plain file, or cannot be read.
        TooLargeError: It is larger than an import reads, archives apart.
    """
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        # What it is may change between a look and the opening: so look at what is open.
        descriptor = os.open(path, flags)
    except OSError as error:
        raise UnreadableError(_words(error)) from None
    with ExitStack() as ends:
        ends.callback(os.close, descriptor)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise UnreadableError("it is no plain file")
        file = os.fdopen(descriptor, "rb")
        ends.pop_all()  # the file closes it from now on
    return file


def members_of(path: Path, stack: ExitStack, refused: list[str]) -> Iterator[Member]:
    """Yield the files that `path` stands for.

    Args:
        path: A file, a folder, or an archive.
        stack: Closes what has to stay open while the members are read.
        refused: Gets the names in an archive that are never read: links, and paths that lead
            outside.

    Raises:
        UnreadableError: It is neither a plain file nor a folder, or cannot be read.
    """
    try:
        found = path.stat()
    except OSError as error:
        raise UnreadableError(_words(error)) from None
    if stat.S_ISDIR(found.st_mode):
        yield from _members_of_folder(path)
        return
    with open_regular(path) as file:
        head = file.read(_HEAD)
    if head == _SQLITE:
        yield Member(path.name, path.parent, found.st_mtime, _Opener(path), True, True)
    elif is_archive(head):
        archive = Archive(stack.enter_context(open_regular(path)))
        refused += archive.refused
        for name, opener in archive.members(READ_SUFFIXES):
            yield Member(name, path, found.st_mtime, opener)
    else:
        _check_size(found.st_size)
        yield Member(path.name, path.parent, found.st_mtime, _Opener(path), is_named=True)


@dataclass(frozen=True)
class _Opener:
    path: Path

    def __call__(self) -> IO[bytes]:
        return open_regular(self.path)


def _members_of_folder(top: Path) -> Iterator[Member]:
    count = 0
    waiting = [(top, "")]
    while waiting:
        folder, prefix = waiting.pop()
        try:
            with os.scandir(folder) as found:
                entries = sorted(found, key=_name_of)
        except OSError as error:
            raise UnreadableError(_words(error)) from None
        below = []
        for entry in entries:
            # A link may lead anywhere, or in a circle.
            if entry.is_symlink() or entry.name.startswith("."):
                continue
            name = f"{prefix}{entry.name}"
            if entry.is_dir():
                if name.count("/") < FOLDER_DEPTH:
                    below.append((Path(entry.path), f"{name}/"))
            elif entry.is_file() and entry.name.lower().endswith(READ_SUFFIXES):
                count += 1
                if count > FILES:
                    raise TooLargeError(f"it holds more than {FILES} files")
                yield Member(name, top, entry.stat().st_mtime, _Opener(Path(entry.path)))
        waiting += reversed(below)


def _name_of(entry: os.DirEntry[str]) -> str:
    return entry.name


def _check_size(size: int) -> None:
    if size > FILE_BYTES:
        raise TooLargeError(f"it is larger than {FILE_BYTES // MB} MB")


def _words(error: OSError) -> str:
    text = error.strerror or "it cannot be read"
    return text[:1].lower() + text[1:]
