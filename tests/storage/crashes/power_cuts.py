"""A database with a history of commits, and what a power cut may leave of its files."""

from __future__ import annotations

import random
import shutil
import sqlite3
from bisect import bisect_right
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from desktop_chat.storage.chats import ChatRepository
from desktop_chat.storage.database import Database, open_database
from desktop_chat.storage.messages import MessageRepository
from tests.storage.chat_changes import rename, trash
from tests.storage.crashes.contents import check_index_is_complete, state_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SECTOR = 512
PAGE = 4096


@dataclass(frozen=True)
class History:
    """Files at rest, and what was in them after each commit.

    Attributes:
        base: The database's file when the log was empty.
        log: All that was written since.
        folded: The database's file after the log was brought into it.
        ends: The length of the log after each commit.
        states: What was in the database then; one more than `ends`, the first is of before.
    """

    base: bytes
    log: bytes
    folded: bytes
    ends: list[int]
    states: list[str]

    def state_before(self, place: int) -> str:
        """What must be there if the log is whole up to this byte."""
        return self.states[bisect_right(self.ends, place)]


def make_history(path: Path) -> History:
    """Use a database for a while, and keep what was in it after each commit."""
    with open_database(path) as db:
        fill(db)
        db.sql("PRAGMA wal_checkpoint(TRUNCATE)")
        db.sql("PRAGMA wal_autocheckpoint = 0")
        base, log = path.read_bytes(), path.with_name(f"{path.name}-wal")
        ends: list[int] = []
        with closing(sqlite3.connect(path, isolation_level=None)) as reader:
            states = [state_of(reader)]
            for _ in live(db):
                check_index_is_complete(reader)
                # Asked of the system; the log's header of 32 bytes comes with its first frame.
                ends.append(log.stat().st_size)
                states.append(state_of(reader))
        written = log.read_bytes()
        db.sql("PRAGMA wal_checkpoint(TRUNCATE)")
        return History(base, written, path.read_bytes(), ends, states)


def fill(db: Database) -> None:
    chats, messages = ChatRepository(db), MessageRepository(db)
    for number in range(4):
        chat = chats.create_chat(f"Chat {number}")
        messages.create_message(chat.id, "user", f"A question {number} " * 10)
        messages.create_message(chat.id, "llm", f"An answer {number} " * 20)


def live(db: Database) -> Iterator[None]:
    """Do a bit of everything, one commit at a time."""
    acts: tuple[Callable[[Database, int], None], ...] = (
        _send,
        _stream,
        _end,
        _edit,
        _rename,
        _remove,
        _put_back,
        _import,
        _release,
        _organise,
    )
    for number in range(1, 5):
        for act in acts:
            act(db, number)
            yield


def _last(db: Database) -> int:
    return int(db.sql("SELECT max(id) FROM message")[0][0])


def _send(db: Database, number: int) -> None:
    MessageRepository(db).start_turn(1, f"What about canción {number}? " * 12)


def _stream(db: Database, number: int) -> None:
    MessageRepository(db).save_progress(
        _last(db), f"word{number} text that grows " * 40, "hm " * 20
    )


def _end(db: Database, number: int) -> None:
    text = f"word{number} text that grew " * 60
    with db.atomic():
        db.sql(
            "UPDATE message SET status = 'complete', content = ? WHERE id = ?", (text, _last(db))
        )


def _edit(db: Database, number: int) -> None:
    (question,) = db.sql("SELECT min(id) FROM message WHERE chat_id = 1")[0]
    with db.atomic():
        db.sql(
            "INSERT INTO message (chat_id, parent_id, sender, content)"
            " SELECT chat_id, parent_id, sender, ? FROM message WHERE id = ?",
            (f"Said better {number}", question),
        )
        db.sql("UPDATE chat SET active_message_id = ? WHERE id = 1", (_last(db),))


def _rename(db: Database, number: int) -> None:
    rename(db, 2, f"Größe {number} " * 20)


_MOVED = "id, chat_id, parent_id, depth, sender, status, created_at, content, reasoning"


def _remove(db: Database, number: int) -> None:
    with db.atomic():
        db.sql(
            f"INSERT INTO removed_message (removal_id, {_MOVED}) SELECT ?, {_MOVED}"
            " FROM message WHERE chat_id = 3 AND sender = 'llm'",
            (number,),
        )
        db.sql("DELETE FROM message WHERE chat_id = 3 AND sender = 'llm'")
        db.sql("INSERT INTO undo_entry (label, undo, redo) VALUES ('delete', '[]', '[]')")


def _put_back(db: Database, number: int) -> None:
    with db.atomic():
        db.sql(f"INSERT INTO message ({_MOVED}) SELECT {_MOVED} FROM removed_message")
        db.sql("DELETE FROM removed_message WHERE removal_id = ?", (number,))


def _import(db: Database, number: int) -> None:
    with db.atomic():
        db.sql("INSERT INTO import (id, source) VALUES (?, 'ours')", (number,))
        for chat in range(3):
            chat_id = 1000 * number + chat
            db.sql(
                "INSERT INTO chat (id, title, import_id) VALUES (?, ?, ?)",
                (chat_id, f"Imported {chat}", number),
            )
            for message in range(20):
                db.sql(
                    "INSERT INTO message (chat_id, sender, content) VALUES (?, 'user', ?)",
                    (chat_id, f"imported{message} text " * 20),
                )


def _release(db: Database, number: int) -> None:
    with db.atomic():
        db.sql("UPDATE chat SET import_id = NULL WHERE import_id = ?", (number,))
        db.sql("UPDATE import SET finished_at = 'now' WHERE id = ?", (number,))


def _organise(db: Database, number: int) -> None:
    with db.atomic():
        db.sql("INSERT INTO folder (id, name) VALUES (?, ?)", (number, f"Folder {number}"))
        db.sql("UPDATE chat SET folder_id = ?, pinned = 1 WHERE id = 2", (number,))
        trash(db, 4)


def first_difference(one: bytes, other: bytes) -> int:
    """Where two texts begin to differ; where the shorter one ends, if not before."""
    shorter = min(len(one), len(other))
    if one[:shorter] == other[:shorter]:
        return shorter if len(one) != len(other) else len(one)
    low, high = 0, shorter
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if one[low:middle] != other[low:middle] else (middle, high)
    return low


def cut(log: bytes, chance: random.Random) -> bytes:
    """What may be left of the log: its last writes are missing, in part, or were never done."""
    # The log's header is older than what is being written.
    place = chance.randrange(32, len(log))
    kind = chance.choice(("shorter", "zeroed", "garbled", "holes"))
    if kind == "shorter":
        return log[:place]
    sector = place - place % SECTOR + SECTOR
    if kind == "zeroed":
        return log[:sector] + bytes(len(log[sector:]))
    left = bytearray(log)
    if kind == "garbled":
        left[sector : sector + SECTOR] = chance.randbytes(len(left[sector : sector + SECTOR]))
        return bytes(left)
    # The disk wrote some of the last sectors and not others.
    for start in range(sector, len(left), SECTOR):
        if chance.random() < 0.5:
            left[start : start + SECTOR] = bytes(len(left[start : start + SECTOR]))
    return bytes(left)


def half_folded(history: History, chance: random.Random) -> bytes:
    """The database's file when the power was cut while the log was brought into it."""
    left = bytearray(history.base.ljust(len(history.folded), b"\0"))
    for start in range(0, len(left), PAGE):
        if chance.random() < 0.5:
            end = start + chance.choice((PAGE, PAGE, SECTOR))
            left[start:end] = history.folded[start:end]
    return bytes(left)


def put(folder: Path, database: bytes, log: bytes) -> Path:
    """Lay the files out as a start after the cut finds them."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    path = folder / "chats.sqlite3"
    path.write_bytes(database)
    path.with_name(f"{path.name}-wal").write_bytes(log)
    return path
