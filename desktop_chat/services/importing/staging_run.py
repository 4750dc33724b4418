"""Reads what the user chose, of whatever format, into a staging file."""

from __future__ import annotations

import itertools
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from desktop_chat.domain.imported import FoundChat, FoundLibrary, LeftOut
from desktop_chat.services.importing import (
    chatgpt,
    claude,
    jan,
    lm_studio,
    markdown,
    open_webui,
    ours,
)
from desktop_chat.services.importing.failures import (
    TooLargeError,
    UnknownFormatError,
    UnreadableError,
)
from desktop_chat.services.importing.json_stream import read_json
from desktop_chat.services.importing.limits import CHATS
from desktop_chat.services.importing.sources import Member, members_of
from desktop_chat.services.importing.values import fields_of

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Sequence

    from desktop_chat.storage.importing.staging import StagingWriter

    Report = Callable[[int, int], None]
    Pieces = Iterator[tuple[str | None, int | None, Any]]

_MARKDOWN = (".md", ".markdown")
_ALL_CHATS = "conversations"
_NOT_READ = "it is no export that Desktop Chat can read"


def stage(paths: Sequence[Path], staging: StagingWriter, report: Report) -> None:
    """Read all files; what cannot be read is noted in `staging`.

    Args:
        paths: Files, folders and archives.
        staging: Takes what is found.
        report: Told now and then how many chats and messages were found.
    """
    for path in paths:
        _stage_path(path, staging, report)


def _stage_path(path: Path, staging: StagingWriter, report: Report) -> None:
    is_known = False
    failures: list[LeftOut] = []
    refused: list[str] = []
    with ExitStack() as stack:
        try:
            for member in _grouped(members_of(path, stack, refused)):
                is_known |= _stage_member(member, staging, failures, report)
        except UnreadableError as error:
            failures.append(LeftOut(path.name, str(error)))
    failures += [LeftOut(name, "its name leads out of the archive") for name in refused]
    if not is_known and not failures:
        failures.append(LeftOut(path.name, _NOT_READ))
    for failure in failures:
        staging.add_left_out(failure)


def _grouped(members: Iterable[Member]) -> Iterator[list[Member]]:
    """Yield the files one by one, those that are one chat together."""
    halves: dict[tuple[str, ...], Member] = {}
    for member in members:
        other = jan.MESSAGES if member.base == jan.THREAD else jan.THREAD
        if member.base not in (jan.THREAD, jan.MESSAGES):
            yield [member]
        elif member.is_named:
            yield [member, *_beside(member, other)]
        elif member.folders in halves:
            yield [member, halves.pop(member.folders)]
        else:
            halves[member.folders] = member
    for member in halves.values():
        yield [member]


def _beside(member: Member, name: str) -> Iterator[Member]:
    path = member.root / name
    if path.is_file():
        with ExitStack() as stack:
            yield from members_of(path, stack, [])


def _stage_member(
    group: list[Member], staging: StagingWriter, failures: list[LeftOut], report: Report
) -> bool:
    """Read one file; return whether its format is known."""
    member = group[0]
    try:
        with staging.file():
            folders: dict[int, int] = {}
            with closing(_read(group)) as found:
                for item in found:
                    if isinstance(item, FoundLibrary):
                        folders = staging.add_library(item)
                        continue
                    staging.add_chat(item, folders)
                    report(staging.chats, staging.messages)
                    if staging.chats > CHATS:
                        raise TooLargeError(f"there are more than {CHATS} chats in it")
    except UnknownFormatError:
        if member.is_named:
            failures.append(LeftOut(member.name, _NOT_READ))
        return False
    except UnreadableError as error:
        failures.append(LeftOut(member.name, str(error)))
    except MemoryError:
        failures.append(LeftOut(member.name, "it needs too much memory"))
    return True


def _read(group: list[Member]) -> Generator[FoundLibrary | FoundChat, None, None]:
    member = group[0]
    if member.is_database:
        # peewee and SQLite are not needed for the other formats.
        from desktop_chat.services.importing.databases import read_database

        yield from read_database(member.root / member.name)
    elif member.base in (jan.THREAD, jan.MESSAGES):
        yield from _read_jan(group)
    elif member.base.lower().endswith(_MARKDOWN):
        yield from _read_markdown(member)
    elif member.base.lower().endswith(".jsonl"):
        raise UnknownFormatError(_NOT_READ)
    else:
        with member.open() as file:
            yield from _read_document(member, read_json(file))


def _read_document(member: Member, pieces: Pieces) -> Iterator[FoundLibrary | FoundChat]:
    first = next(pieces, None)
    if first is None:
        raise UnknownFormatError(_NOT_READ)
    key, index, value = first
    every = itertools.chain([first], pieces)
    if ours.is_ours(key, value):
        yield from ours.read_ours(every)
    elif key is None and index is not None:
        yield from _read_list(member, every)
    else:
        yield from _only(_chat_in(member, _collected(every)))


def _read_list(member: Member, pieces: Pieces) -> Iterator[FoundChat]:
    is_known = False
    for _, _, value in pieces:
        fields = fields_of(value)
        if _is_chat(fields):
            is_known = True
            yield from _only(_chat_in(member, fields))
        elif not is_known:
            raise UnknownFormatError(_NOT_READ)


def _is_chat(fields: dict[str, Any]) -> bool:
    kinds = (chatgpt, claude, open_webui, lm_studio)
    return any(kind.is_chat(fields) for kind in kinds)


def _chat_in(member: Member, fields: dict[str, Any]) -> FoundChat | None:
    """Return the chat of an object, whichever program wrote it; None if it is empty."""
    if chatgpt.is_chat(fields):
        return chatgpt.read_chat(fields, member.modified_at)
    if claude.is_chat(fields):
        return claude.read_chat(fields, member.modified_at)
    if open_webui.is_chat(fields):
        return open_webui.read_chat(fields, member.modified_at)
    if lm_studio.is_chat(fields):
        return lm_studio.read_chat(fields, member.base, _chat_folders(member), member.modified_at)
    raise UnknownFormatError(_NOT_READ)


def _chat_folders(member: Member) -> tuple[str, ...]:
    """Return the folders below the one in which LM Studio keeps all chats."""
    folders = member.folders
    return folders[folders.index(_ALL_CHATS) + 1 :] if _ALL_CHATS in folders else folders


def _collected(pieces: Pieces) -> dict[str, Any]:
    """Return an object from its members."""
    fields: dict[str, Any] = {}
    for key, index, value in pieces:
        if key is None:
            continue
        if index is None:
            fields[key] = value
        else:
            fields.setdefault(key, []).append(value)
    return fields


def _read_jan(group: list[Member]) -> Iterator[FoundChat]:
    thread: dict[str, Any] = {}
    messages: list[dict[str, Any]] = []
    for member in group:
        with member.open() as file:
            if member.base == jan.THREAD:
                thread = _collected(read_json(file))
            else:
                messages = list(jan.read_lines(file))
    if not messages and not jan.is_thread(thread):
        raise UnknownFormatError(_NOT_READ)
    yield from _only(jan.read_chat(thread, messages, group[0].modified_at))


def _read_markdown(member: Member) -> Iterator[FoundChat]:
    with member.open() as file:
        text = markdown.read_text(file)
    name = member.base.rsplit(".", 1)[0]
    chat = markdown.read_chat(text, name, member.modified_at, needs_headings=not member.is_named)
    if chat is None:
        raise UnknownFormatError(_NOT_READ)
    yield chat


def _only(chat: FoundChat | None) -> Iterator[FoundChat]:
    if chat is not None:
        yield chat
