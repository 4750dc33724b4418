"""Files that are exported: complete or not there, and never in the place of another unasked."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO

from desktop_chat.domain.errors import ExportExistsError, ExportFailedError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def exporting_to(path: Path, *, replaces: bool) -> Iterator[BinaryIO]:
    """Open a file that appears at `path` once the block has ended well; else nothing is left.

    Raises:
        ExportExistsError: There is something, and it is not to be replaced.
        ExportFailedError: The disk does not take it.
    """
    partial = path.with_name(f".{path.name[:100]}.{os.getpid()}.part")
    try:
        if not replaces and os.path.lexists(path):
            raise ExportExistsError(path=str(path))
        partial.unlink(missing_ok=True)
        descriptor = os.open(partial, os.O_CREAT | os.O_EXCL | os.O_RDWR | _BINARY, 0o600)
        try:
            with os.fdopen(descriptor, "wb+") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            _give_name(partial, path, replaces=replaces)
        finally:
            partial.unlink(missing_ok=True)
    except OSError as error:
        detail = error.strerror or str(error)
        raise ExportFailedError(path=str(path), detail=detail) from error


def make_folder(path: Path) -> None:
    """Make a directory and those above it, where they are missing.

    Raises:
        ExportFailedError: It cannot be made.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        detail = error.strerror or str(error)
        raise ExportFailedError(path=str(path), detail=detail) from error


_BINARY = getattr(os, "O_BINARY", 0)


def _give_name(partial: Path, path: Path, *, replaces: bool) -> None:
    if replaces:
        partial.replace(path)
        return
    try:
        # Unlike a renaming it does not replace what came there meanwhile.
        os.link(partial, path)
    except FileExistsError:
        raise ExportExistsError(path=str(path)) from None
    except OSError:
        # Not every file system has links.
        if os.path.lexists(path):
            raise ExportExistsError(path=str(path)) from None
        partial.rename(path)
