"""What a database says, down to the last word in its search index."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

INDEXES = ("message_text", "chat_title", "attachment_text")
WORDS = "CREATE VIRTUAL TABLE temp.words_of_{0} USING fts5vocab(main, {0}, {1})"


def tables_of(connection: sqlite3.Connection) -> list[str]:
    """The tables that hold what users and the program wrote."""
    rows = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
    names = [str(row[0]) for row in rows]
    return [name for name in names if not name.startswith((*INDEXES, "sqlite_"))]


def columns_of(connection: sqlite3.Connection, table: str) -> list[str]:
    return [str(row[1]) for row in connection.execute(f"PRAGMA table_info({table})")]


Columns = dict[str, list[str]]


def all_columns(connection: sqlite3.Connection) -> Columns:
    return {table: columns_of(connection, table) for table in tables_of(connection)}


def content_of(connection: sqlite3.Connection, columns: Columns | None = None) -> str:
    """Return a hash of all rows, or of those of some tables and columns only."""
    digest = hashlib.sha256()
    for table, names in sorted((columns or all_columns(connection)).items()):
        rows = connection.execute(f"SELECT {', '.join(names)} FROM {table}")
        digest.update(repr((table, names, sorted(map(repr, rows)))).encode())
    return digest.hexdigest()


def words_of(connection: sqlite3.Connection, *, with_places: bool = False) -> str:
    """Return a hash of the words in the search indexes: how often each, or where it stands."""
    digest = hashlib.sha256()
    for index in INDEXES:
        connection.execute(WORDS.format(index, "instance" if with_places else "col"))
        # They come in the order of the index: by word, then by place.
        rows = connection.execute(f"SELECT * FROM temp.words_of_{index}")
        digest.update(repr((index, rows.fetchall())).encode())
        connection.execute(f"DROP TABLE temp.words_of_{index}")
    return digest.hexdigest()


def state_of(connection: sqlite3.Connection) -> str:
    """Return a hash of all that can be found in it."""
    return content_of(connection) + words_of(connection)


def state_at(path: Path) -> str:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        return state_of(connection)


def schema_of(connection: sqlite3.Connection) -> list[tuple[Any, ...]]:
    return sorted(
        connection.execute("SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_schema")
    )


def check_sound(connection: sqlite3.Connection) -> None:
    """Assert that pages, rows, references and search indexes are whole."""
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    present = {row[0] for row in connection.execute("SELECT name FROM sqlite_schema")}
    connection.execute("BEGIN")
    for index in INDEXES:
        if index in present:
            connection.execute(f"INSERT INTO {index} ({index}) VALUES ('integrity-check')")
    connection.execute("ROLLBACK")


def check_index_is_complete(connection: sqlite3.Connection) -> None:
    """Assert that the indexes hold the words of exactly the rows that they shall hold."""
    found = words_of(connection, with_places=True)
    connection.execute("BEGIN")
    for index in INDEXES:
        connection.execute(f"INSERT INTO {index} ({index}) VALUES ('delete-all')")
    connection.execute(
        "INSERT INTO message_text (rowid, content, reasoning)"
        " SELECT id, content, reasoning FROM message WHERE status != 'streaming'"
        " AND id >= (SELECT first_id FROM search_state)"
    )
    connection.execute("INSERT INTO chat_title (rowid, title) SELECT id, title FROM chat")
    connection.execute(
        "INSERT INTO attachment_text (rowid, name, text) SELECT id, name, text FROM attachment"
    )
    expected = words_of(connection, with_places=True)
    connection.execute("ROLLBACK")
    assert found == expected, "the search index does not hold the words of the rows"
