"""What waits in a staging file: what of it is new, and in which parts it comes in."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

from desktop_chat.domain.imported import LeftOut, Preview, PreviewRow, Source
from desktop_chat.storage.importing.staging import Step, staging_errors
from desktop_chat.storage.sqlite.read_only import read_only_uri
from desktop_chat.storage.times import from_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_LISTED = 2000
_LEFT_OUT_LISTED = 1000
# A step takes some 20 ms: so many characters, and never more messages than `STEP_CHARS / LEAST`.
STEP_CHARS = 65_536
LEAST = 256
_STEPS = f"""
SELECT min(number), max(number), count(*) FROM (
    SELECT message.number, sum(max(message.size, {LEAST})) OVER (ORDER BY message.number)
        / {STEP_CHARS} AS step
    FROM message JOIN chat ON chat.number = message.chat WHERE is_wanted
) GROUP BY step ORDER BY step
"""


def mark_known(staging: Path, database: Path) -> None:
    """Note which chats are here already, or were found twice: those will not come in again.

    A foreign chat is known by its origin. One of ours is known by a chat that was made at the
    same moment and has all of its messages.

    Raises:
        StorageError: One of the files cannot be read.
    """
    with staging_errors(staging), closing(sqlite3.connect(staging.as_uri(), uri=True)) as db:
        db.execute("ATTACH ? AS library", (read_only_uri(database),))
        db.execute(_SAME_ORIGIN)
        db.execute(_TWICE)
        _mark(db, _SAME_MOMENT, _HOLDS_ALL)
        _mark(db, _SAME_MOMENT_TWICE, _IS_TWIN)
        db.commit()


_SAME_ORIGIN = """
UPDATE chat SET is_wanted = 0, is_in_trash = NOT EXISTS (
    SELECT 1 FROM library.chat AS old WHERE old.origin = chat.origin AND old.deleted_at IS NULL
)
WHERE source != 'desktop-chat' AND EXISTS (
    SELECT 1 FROM library.chat AS old WHERE old.origin = chat.origin AND old.import_id IS NULL
)
"""
_TWICE = """
UPDATE chat SET is_wanted = 0 WHERE source != 'desktop-chat' AND number NOT IN (
    SELECT min(number) FROM chat WHERE source != 'desktop-chat' GROUP BY origin
)
"""
_SAME_MOMENT = """
SELECT old.id, chat.number, old.deleted_at IS NOT NULL AND chat.deleted_at IS NULL
FROM chat JOIN library.chat AS old ON old.created_at = chat.created_at
WHERE chat.source = 'desktop-chat' AND old.import_id IS NULL
ORDER BY old.deleted_at IS NULL
"""
_SAME_MOMENT_TWICE = """
SELECT first.number, chat.number, first.is_in_trash
FROM chat JOIN chat AS first ON first.created_at = chat.created_at
WHERE chat.source = 'desktop-chat' AND first.source = chat.source
    AND first.number < chat.number AND first.file != chat.file
"""
_PARTS = "sender, content, coalesce(reasoning, ''), created_at"
# Messages that were removed here were here.
_HOLDS_ALL = f"""
SELECT NOT EXISTS (
    SELECT {_PARTS} FROM message WHERE chat = :number EXCEPT SELECT * FROM (
        SELECT {_PARTS} FROM library.message WHERE chat_id = :old
        UNION ALL SELECT {_PARTS} FROM library.removed_message WHERE chat_id = :old
    )
)
"""
_IS_TWIN = f"""
SELECT NOT EXISTS (
    SELECT {_PARTS} FROM message WHERE chat = :number
    EXCEPT SELECT {_PARTS} FROM message WHERE chat = :old
)
"""


def _mark(db: sqlite3.Connection, candidates: str, is_known: str) -> None:
    for old, number, is_in_trash in db.execute(candidates).fetchall():
        if db.execute(is_known, {"old": old, "number": number}).fetchone()[0]:
            sql = "UPDATE chat SET is_wanted = 0, is_in_trash = ? WHERE number = ?"
            db.execute(sql, (is_in_trash, number))


def read_preview(staging: Path) -> Preview:
    """Return what would come in.

    Raises:
        StorageError: The file cannot be read.
    """
    with staging_errors(staging), closing(sqlite3.connect(read_only_uri(staging), uri=True)) as db:
        chats, messages, known, in_trash, instructed = db.execute(
            "SELECT coalesce(sum(is_wanted), 0), coalesce(sum(is_wanted * messages), 0),"
            " coalesce(sum(NOT is_wanted), 0), coalesce(sum(NOT is_wanted AND is_in_trash), 0),"
            " coalesce(sum(is_wanted AND instructions != ''), 0) FROM chat"
        ).fetchone()
        rows = db.execute(
            "SELECT title, messages, updated_at, instructions, NOT is_wanted FROM chat"
            " ORDER BY is_wanted DESC, updated_at DESC, number LIMIT ?",
            (_LISTED,),
        ).fetchall()
        sources = db.execute("SELECT DISTINCT source FROM chat ORDER BY source").fetchall()
        return Preview(
            sources=tuple(Source(row[0]) for row in sources),
            chats=chats,
            messages=messages,
            known=known,
            in_trash=in_trash,
            instructed=instructed,
            rows=tuple(_preview_row(row) for row in rows),
            left_out=tuple(_left_out(db)),
        )


def _left_out(db: sqlite3.Connection) -> Iterator[LeftOut]:
    sql = "SELECT name, reason FROM left_out ORDER BY rowid LIMIT ?"
    for name, reason in db.execute(sql, (_LEFT_OUT_LISTED,)):
        yield LeftOut(name, reason)


def _preview_row(row: tuple[Any, ...]) -> PreviewRow:
    title, messages, updated_at, instructions, is_known = row
    return PreviewRow(title, messages, from_text(updated_at), instructions, bool(is_known))


def read_steps(staging: Path) -> tuple[Step, ...]:
    """Return the parts in which the messages of the wanted chats are to be copied.

    Raises:
        StorageError: The file cannot be read.
    """
    with staging_errors(staging), closing(sqlite3.connect(read_only_uri(staging), uri=True)) as db:
        return tuple(Step(*row) for row in db.execute(_STEPS).fetchall())
