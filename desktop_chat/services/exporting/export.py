"""Runs an export: which chats go into which files, with progress, complete files or none."""

from __future__ import annotations

from pathlib import Path, PurePath
from typing import TYPE_CHECKING, BinaryIO, Protocol

from desktop_chat.domain.errors import ExportEmptyError, ExportExistsError
from desktop_chat.services.exporting.file_names import Names, safe_name
from desktop_chat.services.exporting.json_file import json_lines
from desktop_chat.storage.exporting.export_files import exporting_to, make_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from desktop_chat.domain.transfer import ChatRecord, LibraryRecord
    from desktop_chat.services.exporting.options import ExportScope
    from desktop_chat.storage.exporting.library_reader import LibraryReader


class ChatWriter(Protocol):
    """Writes files of one format."""

    def write(self, chat: ChatRecord, file: BinaryIO, step: Callable[[], None]) -> None:
        """Write one chat; `step` is called after each message and may raise to end it."""
        ...


class Progress(Protocol):
    """Hears how far an export is; what it raises ends the export."""

    def __call__(self, done: float, total: int) -> None:
        """`done` of `total` chats are written."""
        ...


class Export:
    """Writes chats to files.

    Args:
        reader: Where the chats are.
        writer: Of the format; None for JSON, of which all chats make one file.
        suffix: Of the files' names, with its dot.
        progress: Told after each message.
    """

    def __init__(
        self, reader: LibraryReader, writer: ChatWriter | None, suffix: str, progress: Progress
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._suffix = suffix
        self._progress = progress

    def ids(self, scope: ExportScope) -> list[int]:
        """Return which chats are meant; a file of everything in JSON holds the trash as well.

        Raises:
            ExportEmptyError: There are none.
        """
        if scope.chat_ids:
            found = list(dict.fromkeys(scope.chat_ids))
        elif scope.folder_id is not None:
            found = self._reader.ids_in_folder(scope.folder_id)
        else:
            found = self._reader.all_ids(with_trash=self._writer is None)
        if not found and not (scope.is_all and self._writer is None):
            raise ExportEmptyError
        return found

    def to_file(self, chat_ids: Sequence[int], path: Path, *, replaces: bool = False) -> Path:
        """Write one chat, or any number of them in JSON; return the file.

        A `path` that is a directory gets a file named by the title.

        Raises:
            ExportExistsError: There is such a file, and it is not to be replaced.
            ExportFailedError: The disk does not take it.
            ChatNotFoundError: One of the chats is not there.
        """
        if path.is_dir():
            title = self._reader.chat(chat_ids[0]).title if len(chat_ids) == 1 else "Chats"
            path = path / f"{safe_name(title)}{self._suffix}"
        with exporting_to(path, replaces=replaces) as file:
            self.to_stream(chat_ids, file)
        return path

    def to_stream(self, chat_ids: Sequence[int], file: BinaryIO) -> None:
        """Write one chat, or any number of them in JSON."""
        if self._writer is None:
            library = self._reader.library(_program())
            for text in json_lines(library, self._chats(chat_ids)):
                file.write(text.encode())
            return
        chat = self._reader.chat(chat_ids[0])
        self._writer.write(chat, file, _Steps(self._progress, chat, 0, 1))
        self._progress(1, 1)

    def to_folder(self, chat_ids: Sequence[int], folder: Path, *, replaces: bool = False) -> Path:
        """Write each chat into a file of its own, within the folders that they are in.

        Raises:
            ExportExistsError: There is something in the folder, and nothing is to be replaced.
            ExportFailedError: The disk does not take it.
        """
        if not replaces and folder.is_dir() and any(folder.iterdir()):
            raise ExportExistsError(path=str(folder))
        make_folder(folder)
        places = _places(self._reader.library())
        names = Names()
        for number, chat_id in enumerate(chat_ids):
            chat = self._reader.chat(chat_id)
            place = places.get(chat.folder_id or 0, PurePath())
            path = folder / names.name(place, chat.title, self._suffix)
            make_folder(path.parent)
            with exporting_to(path, replaces=replaces) as file:
                self._write(chat, file, number, len(chat_ids))
        return folder

    def _write(self, chat: ChatRecord, file: BinaryIO, number: int, total: int) -> None:
        if self._writer is not None:
            self._writer.write(chat, file, _Steps(self._progress, chat, number, total))
        self._progress(number + 1, total)

    def _chats(self, chat_ids: Sequence[int]) -> Iterator[ChatRecord]:
        for number, chat_id in enumerate(chat_ids, 1):
            yield self._reader.chat(chat_id)
            self._progress(number, len(chat_ids))


class _Steps:
    """Counts the messages of a chat as parts of it."""

    def __init__(self, progress: Progress, chat: ChatRecord, number: int, total: int) -> None:
        self._progress = progress
        self._size = len(chat.messages) or 1
        self._number = number
        self._total = total
        self._done = 0

    def __call__(self) -> None:
        self._done += 1
        part = min(self._done / self._size, 1.0)
        self._progress(self._number + part, self._total)


def _places(library: LibraryRecord) -> dict[int, PurePath]:
    """Return the directory of each folder, below the one of the export."""
    by_id = {folder.id: folder for folder in library.folders}
    names = Names()
    places: dict[int, PurePath] = {}

    def place(folder_id: int, above: frozenset[int]) -> PurePath:
        if folder_id not in places:
            folder = by_id[folder_id]
            parent = folder.parent_id
            # A folder that stands in itself, which only a damaged tree has, stands at the top.
            is_top = parent is None or parent not in by_id or parent in above
            base = PurePath() if is_top or parent is None else place(parent, above | {parent})
            places[folder_id] = names.name(base, folder.name, "")
        return places[folder_id]

    for folder_id in by_id:
        place(folder_id, frozenset((folder_id,)))
    return places


def _program() -> str:
    from desktop_chat import __version__

    return f"Desktop Chat {__version__}"
