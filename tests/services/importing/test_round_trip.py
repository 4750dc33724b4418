"""Row 79: what was exported as JSON comes back the same: text, branches, order, files, Unicode."""

from __future__ import annotations

import hashlib
import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_chat.services.exporting.json_file import json_lines
from desktop_chat.services.importing.staging_run import stage
from desktop_chat.storage.database import Database, open_database
from desktop_chat.storage.exporting.library_reader import LibraryReader
from desktop_chat.storage.importing.imported_files import store_files
from desktop_chat.storage.importing.imports import ImportRepository
from desktop_chat.storage.importing.staged import mark_known, read_preview, read_steps
from desktop_chat.storage.importing.staging import StagingWriter
from desktop_chat.storage.sqlite.rows import clean_text

TEXT = st.text(max_size=30).map(clean_text) | st.sampled_from(
    ["\u2028\u2029", "🌍👩‍👩‍👧", "```\nx\n```", "</script>", "שלום", "e\u0301"]
)
NAME = TEXT.filter(bool)
TIME = st.datetimes().map(lambda t: t.isoformat(timespec="milliseconds") + "Z")
COUNT = st.none() | st.integers(0, 2**62)
OBJECT = st.none() | st.dictionaries(st.text(max_size=5), st.integers() | TEXT, min_size=1).map(
    json.dumps
)
PARAMS = st.none() | st.fixed_dictionaries(
    {"temperature": st.floats(0, 2), "stop": st.lists(NAME, min_size=1), "seed": COUNT.filter(bool)}
).map(json.dumps)
MESSAGE = st.fixed_dictionaries(
    {
        "sender": st.sampled_from(["user", "llm", "system", "tool"]),
        "content": TEXT,
        "created_at": TIME,
        "reasoning": TEXT,
        "status": st.sampled_from(["complete", "stopped", "interrupted", "failed"]),
        "error": st.none() | TEXT,
        "error_code": st.none() | TEXT,
        "error_fields": OBJECT,
        "model": st.none() | TEXT,
        "finish_reason": st.none() | TEXT,
        "prompt_tokens": COUNT,
        "completion_tokens": COUNT,
        "time_to_first_token_ms": COUNT,
        "duration_ms": COUNT,
        "reasoning_ms": COUNT,
        "params": OBJECT,
    }
)
FILE = st.fixed_dictionaries(
    {"name": TEXT, "media_type": TEXT, "text": TEXT, "data": st.binary(max_size=20)}
)
CHAT = st.fixed_dictionaries(
    {
        "title": TEXT,
        "created_at": TIME,
        "updated_at": TIME,
        "pinned": st.integers(0, 1),
        "is_renamed": st.integers(0, 1),
        "deleted_at": st.none() | TIME,
        "archived_at": st.none() | TIME,
        "system_prompt": TEXT,
        "model": st.none() | NAME,
        "params": PARAMS,
        "origin": st.none() | NAME,
    }
)
# A parent is any earlier message, a folder any earlier folder; -1 is none.
PLACE = st.integers(-1, 20)
LIBRARY = st.fixed_dictionaries(
    {
        "folders": st.lists(st.tuples(NAME, TIME, PLACE), max_size=4, unique_by=lambda f: f[0]),
        "tags": st.lists(NAME, max_size=3, unique=True),
        "chats": st.lists(
            st.tuples(
                CHAT,
                st.lists(st.tuples(MESSAGE, PLACE, st.lists(FILE, max_size=1)), max_size=6),
                PLACE,
                st.lists(st.integers(0, 2), max_size=2, unique=True),
                PLACE,
            ),
            max_size=4,
        ),
    }
)


@settings(max_examples=25, deadline=None)
@given(LIBRARY)
def test_row_79_export_and_import_give_the_same_content(library: dict[str, Any]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with open_database(folder / "a" / "chats.sqlite3") as old:
            fill(old, library)
            export(old, folder / "all.json")
            before = content(old)
        with open_database(folder / "b" / "chats.sqlite3") as new:
            take(new, folder / "all.json", folder / "staging")
            assert content(new) == before
            # And once more: all of it is here.
            take(new, folder / "all.json", folder / "again")
            assert content(new) == before


def fill(db: Database, library: dict[str, Any]) -> None:
    """Store a library as other programs may have: with gaps between the ids."""
    folders: list[int] = []
    for name, created_at, place in library["folders"]:
        parent = folders[place] if 0 <= place < len(folders) else None
        values = {"id": len(folders) * 3 + 5, "name": name, "created_at": created_at}
        folders.append(insert(db, "folder", {**values, "parent_id": parent}))
    tags = [insert(db, "tag", {"name": name}) for name in library["tags"]]
    for chat, messages, place, marks, active in library["chats"]:
        account = {"account": "lm-studio" if chat["model"] else None}
        folder_id = folders[place] if 0 <= place < len(folders) else None
        chat_id = insert(db, "chat", {**chat, **account, "folder_id": folder_id})
        ids: list[int] = []
        for message, parent, files in messages:
            parent_id = ids[parent] if 0 <= parent < len(ids) else None
            values = {**message, "chat_id": chat_id, "parent_id": parent_id}
            ids.append(insert(db, "message", values))
            for file in files:
                add_file(db, ids[-1], file)
        shown = ids[active] if 0 <= active < len(ids) else None
        db.sql("UPDATE chat SET active_message_id = ? WHERE id = ?", (shown, chat_id))
        for mark in marks:
            if mark < len(tags):
                insert(db, "chat_tag", {"chat_id": chat_id, "tag_id": tags[mark]})


def add_file(db: Database, message_id: int, file: dict[str, Any]) -> None:
    values = {key: value for key, value in file.items() if key != "data"}
    digest = hashlib.sha256(file["data"]).hexdigest()
    folder = db.path.parent / "attachments"
    folder.mkdir(exist_ok=True)
    if file["data"]:
        (folder / digest).write_bytes(file["data"])
    size = len(file["data"])
    insert(db, "attachment", {**values, "message_id": message_id, "size": size, "sha256": digest})


def insert(db: Database, table: str, values: dict[str, Any]) -> int:
    marks = ", ".join("?" * len(values))
    sql = f"INSERT INTO {table} ({', '.join(values)}) VALUES ({marks}) RETURNING rowid"
    if table == "chat_tag":
        sql = sql.removesuffix(" RETURNING rowid")
    with db.atomic():
        rows = db.sql(sql, tuple(values.values()))
    return int(rows[0][0]) if rows else 0


def reader(db: Database) -> LibraryReader:
    return LibraryReader(db, db.path.parent / "attachments")


def export(db: Database, path: Path) -> None:
    found = reader(db)
    chats = (found.chat(chat_id) for chat_id in found.all_ids(with_trash=True))
    path.write_text("".join(json_lines(found.library("x"), chats)), encoding="utf-8")


def take(db: Database, path: Path, staging: Path) -> None:
    """Import as the service does, on one thread."""
    writer = StagingWriter(staging)
    stage([path], writer, lambda chats, messages: None)
    writer.close()
    mark_known(staging, db.path)
    preview = read_preview(staging)
    assert preview.left_out == ()
    store_files(staging, db.path.parent / "attachments")
    imports = ImportRepository(db)
    plan = imports.begin(staging, read_steps(staging), "desktop-chat", path.name)
    for first, last in plan.chat_steps:
        imports.copy_chats(plan, first, last)
    for step in plan.steps:
        imports.copy(plan, step)
    imports.release(plan, "chats.imported")
    imports.end()


def content(db: Database) -> list[Any]:
    """All that is stored, with places instead of ids."""
    found = reader(db)
    library = found.library("x")
    names = {folder.id: folder.name for folder in library.folders}
    folders = [(f.name, f.created_at, names.get(f.parent_id or 0)) for f in library.folders]
    chats = []
    for chat_id in found.all_ids(with_trash=True):
        chat = found.chat(chat_id)
        places = {message.id: place for place, message in enumerate(chat.messages)}
        chats.append(
            [
                {name: getattr(chat, name) for name in CHAT_NAMES},
                names.get(chat.folder_id or 0),
                places.get(chat.active_message_id or 0),
                [
                    (places.get(m.parent_id or 0), *(getattr(m, name) for name in MESSAGE_NAMES))
                    for m in chat.messages
                ],
            ]
        )
    return [folders, library.tags, chats]


CHAT_NAMES = [
    "title",
    "created_at",
    "updated_at",
    "is_pinned",
    "is_renamed",
    "deleted_at",
    "archived_at",
    "system_prompt",
    "account",
    "model",
    "params",
    "origin",
    "tags",
]
MESSAGE_NAMES = [
    "sender",
    "content",
    "created_at",
    "reasoning",
    "status",
    "error",
    "error_code",
    "error_fields",
    "model",
    "finish_reason",
    "prompt_tokens",
    "completion_tokens",
    "time_to_first_token_ms",
    "duration_ms",
    "reasoning_ms",
    "params",
    "attachments",
]
