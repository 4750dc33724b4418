"""Row 78: SQLite files of others are opened for reading only, and nothing in them is trusted."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from desktop_chat.domain.errors import DatabaseDamagedError, UnreadableFileError
from desktop_chat.domain.message import Sender
from desktop_chat.domain.params import GenerationParams
from desktop_chat.domain.preset import ChatSetup
from desktop_chat.storage.chats import ChatRepository
from desktop_chat.storage.database import open_database
from desktop_chat.storage.importing.foreign_database import open_foreign
from desktop_chat.storage.messages import MessageRepository
from tests.services.importing import formats

if TYPE_CHECKING:
    from pathlib import Path

    from tests.services.importing.import_bench import ImportBench

pytestmark = pytest.mark.anyio


def make(path: Path, *statements: str, rows: tuple[Any, ...] = ()) -> Path:
    with closing(sqlite3.connect(path)) as db:
        for statement in statements:
            db.execute(statement, rows if "?" in statement else ())
        db.commit()
    return path


def our_copy(path: Path) -> Path:
    """A database of ours with a branch, closed."""
    with open_database(path) as db:
        chats, messages = ChatRepository(db), MessageRepository(db)
        chat = chats.create_chat("From there")
        chats.set_up(chat.id, ChatSetup(GenerationParams(0.2, seed=7)))
        question = messages.create_message(chat.id, Sender.USER, "canción")
        first = messages.create_message(chat.id, Sender.LLM, "one", model="m")
        messages.start_reply(chat.id, question.id)
        messages.show_version(first.id)
    return path


async def test_row_78_copy_of_our_own_database_comes_in(imports: ImportBench) -> None:
    path = our_copy(imports.folder / "copy" / "chats.sqlite3")
    result = await imports.take(path)
    assert (result.chats, result.messages) == (1, 3)
    rows = imports.db.sql("SELECT parent_id, sender, status, content FROM message ORDER BY id")
    assert rows == [
        (None, "user", "complete", "canción"),
        (1, "llm", "complete", "one"),
        (1, "llm", "interrupted", ""),
    ]
    (chat,) = ChatRepository(imports.db).page()
    assert ChatRepository(imports.db).get(chat.id).params == GenerationParams(0.2, seed=7)
    assert (await imports.take(path)).known == 1
    imports.check()


async def test_row_78_open_webui_database_comes_in(imports: ImportBench) -> None:
    chat = formats.open_webui_chat()
    path = make(
        imports.folder / "webui.db",
        "CREATE TABLE chat (id TEXT, user_id TEXT, title TEXT, chat TEXT, created_at INTEGER,"
        " updated_at INTEGER, archived INTEGER, pinned INTEGER, meta TEXT)",
        "INSERT INTO chat VALUES (?, 'me', 'Numbers', ?, 1709654400, 1709654460, 1, 0, '{}')",
        rows=(chat["id"], json.dumps(chat["chat"])),
    )
    assert (await imports.take(path)).messages == 3


async def test_row_78_other_database_is_refused(imports: ImportBench) -> None:
    path = make(imports.folder / "other.db", "CREATE TABLE x (a)")
    with pytest.raises(UnreadableFileError, match="no export that Desktop Chat can read"):
        await imports.take(path)


async def test_row_78_damaged_database_is_refused(imports: ImportBench) -> None:
    path = our_copy(imports.folder / "copy" / "chats.sqlite3")
    data = bytearray(path.read_bytes())
    data[5000:30_000] = b"\xa5" * 25_000
    with pytest.raises(UnreadableFileError, match="the database is damaged"):
        await imports.take(imports.write("broken.sqlite3", bytes(data)))


async def test_row_78_views_in_the_place_of_tables_are_not_read(imports: ImportBench) -> None:
    path = make(
        imports.folder / "evil.db",
        "CREATE VIEW message AS WITH RECURSIVE n (chat_id) AS (SELECT 1 UNION ALL"
        " SELECT chat_id + 1 FROM n) SELECT chat_id, 1 parent_id, 'u' sender, 'x' content FROM n",
    )
    with pytest.raises(UnreadableFileError, match="no export"):
        await imports.take(path)


def test_row_78_file_is_not_written_and_gets_no_company(tmp_path: Path) -> None:
    path = make(tmp_path / "a.db", "CREATE TABLE chat (id)", "INSERT INTO chat VALUES (1)")
    before = path.read_bytes()
    with open_foreign(path) as db:
        assert list(db.rows("chat", ("id", "title"))) == [(1, None)]
    assert path.read_bytes() == before
    assert [found.name for found in tmp_path.iterdir()] == ["a.db"]


def test_row_78_computed_columns_and_virtual_tables_are_not_read(tmp_path: Path) -> None:
    path = make(
        tmp_path / "a.db",
        "CREATE TABLE chat (id, title AS (zeroblob(1000000000)) VIRTUAL)",
        "CREATE VIRTUAL TABLE message USING fts5 (content)",
    )
    with open_foreign(path) as db:
        assert db.columns("chat") == {"id"}
        assert db.columns("message") == frozenset()


def test_row_78_huge_cell_ends_in_an_error(tmp_path: Path) -> None:
    path = make(
        tmp_path / "a.db",
        "CREATE TABLE chat (id)",
        "INSERT INTO chat VALUES (zeroblob(100000000))",
    )
    with open_foreign(path) as db, pytest.raises(DatabaseDamagedError, match="too big"):
        list(db.rows("chat", ("id",)))
