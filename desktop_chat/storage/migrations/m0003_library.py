"""Folders, tags, archive, drafts, undo, attachments' text, imports, and the index for searching."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3

_NOW = "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')"
_FTS = "tokenize = 'unicode61 remove_diacritics 2'"
_LISTED = "deleted_at IS NULL AND archived_at IS NULL AND import_id IS NULL"
# With the columns of the condition in it, an index answers without a look at the table: rows are
# counted and skipped three times as fast.
_STATE = "deleted_at, archived_at, import_id"

# What titles are sorted by: SQLite itself knows the case of plain letters only. The pairs are
# those of letters that whole languages are written with.
_FOLDED = (
    ("aàáâãäåāăąæ", "aÀÁÂÃÄÅĀĂĄÆ"),
    ("cçćč", "cÇĆČ"),
    ("dďđ", "dĎĐ"),
    ("eèéêëēęě", "eÈÉÊËĒĘĚ"),
    ("gğģ", "gĞĢ"),
    ("iìíîïī", "iÌÍÎÏĪİ"),
    ("lłĺľ", "lŁĹĽ"),
    ("nñńň", "nÑŃŇ"),
    ("oòóôõöøőœ", "oÒÓÔÕÖØŐŒ"),
    ("rřŕ", "rŘŔ"),
    ("sśšşș", "sŚŠŞȘ"),
    ("tťțţ", "tŤȚŢ"),
    ("uùúûüūůű", "uÙÚÛÜŪŮŰ"),
    ("yýÿ", "yÝŸ"),
    ("zźžż", "zŹŽŻ"),
)
_SMALL = "абвгдежзийклмнопрстуфхцчшщъыьэюяёєіїґαβγδεζηθικλμνξοπρστυφχψω"
_LARGE = "АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯЁЄІЇҐΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩ"
# SQLite's parser does not take many more inside each other.
_NESTED = 12


def _title_key(title: str) -> str:
    """Return the SQL that folds case and accents of a title."""
    pairs = [(c, cell[0]) for row in _FOLDED for cell in row for c in cell[1:]]
    pairs += zip(_LARGE, _SMALL, strict=True)
    plain_title = f"lower(trim(substr({title}, 1, 100)))"
    steps = [f"step0 AS (SELECT {plain_title} AS t)"]
    for start in range(0, len(pairs), _NESTED):
        inner = "t"
        for letter, plain in pairs[start : start + _NESTED]:
            inner = f"replace({inner}, '{letter}', '{plain}')"
        steps.append(f"step{len(steps)} AS (SELECT {inner} AS t FROM step{len(steps) - 1})")
    folded = f"(WITH {', '.join(steps)} SELECT t FROM step{len(steps) - 1})"
    return f"CASE WHEN {title} GLOB '*[^ -~]*' THEN {folded} ELSE {plain_title} END"


_ORGANISATION = (
    f"""
    CREATE TABLE folder (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        parent_id INTEGER REFERENCES folder (id),
        name TEXT NOT NULL DEFAULT '',
        created_at TEXT NOT NULL DEFAULT ({_NOW})
    )
    """,
    "CREATE INDEX folder_of_parent ON folder (parent_id)",
    "CREATE TABLE tag (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL)",
    """
    CREATE TABLE chat_tag (
        chat_id INTEGER NOT NULL REFERENCES chat (id) ON DELETE CASCADE,
        tag_id INTEGER NOT NULL REFERENCES tag (id) ON DELETE CASCADE,
        PRIMARY KEY (chat_id, tag_id)
    ) WITHOUT ROWID
    """,
    "CREATE INDEX chat_of_tag ON chat_tag (tag_id, chat_id)",
    "ALTER TABLE chat ADD COLUMN archived_at TEXT",
    # Set while an import is under way: such a chat is neither listed nor searched.
    "ALTER TABLE chat ADD COLUMN import_id INTEGER",
    # Where an imported chat came from, so that it does not come twice.
    "ALTER TABLE chat ADD COLUMN origin TEXT",
    "ALTER TABLE chat ADD COLUMN title_key TEXT",
    f"UPDATE chat SET title_key = {_title_key('title')}",
    f"""
    CREATE TRIGGER chat_title_key_insert AFTER INSERT ON chat
    BEGIN
        UPDATE chat SET title_key = {_title_key("NEW.title")} WHERE id = NEW.id;
    END
    """,
    f"""
    CREATE TRIGGER chat_title_key_update AFTER UPDATE OF title ON chat
    WHEN OLD.title IS NOT NEW.title
    BEGIN
        UPDATE chat SET title_key = {_title_key("NEW.title")} WHERE id = NEW.id;
    END
    """,
    "DROP INDEX chat_list",
    *(
        f"CREATE INDEX {name}{by} ON chat ({first}pinned DESC, {key}, id DESC, {_STATE})"
        f" WHERE {_LISTED}"
        for name, first in (("chat_list", ""), ("chat_list_of_folder", "folder_id, "))
        for by, key in (
            ("", "updated_at DESC"),
            ("_by_created", "created_at DESC"),
            ("_by_title", "title_key"),
        )
    ),
    """
    CREATE INDEX chat_trash ON chat (deleted_at DESC, id DESC) WHERE deleted_at IS NOT NULL
    """,
    f"""
    CREATE INDEX chat_archive ON chat (updated_at DESC, id DESC, {_STATE})
    WHERE archived_at IS NOT NULL AND deleted_at IS NULL AND import_id IS NULL
    """,
    "CREATE INDEX chat_of_import ON chat (import_id) WHERE import_id IS NOT NULL",
    "CREATE INDEX chat_of_origin ON chat (origin) WHERE origin IS NOT NULL",
)

_SAFETY = (
    # Chat 0 is the one that is not stored yet.
    f"""
    CREATE TABLE draft (
        chat_id INTEGER PRIMARY KEY,
        text TEXT NOT NULL,
        updated_at TEXT NOT NULL DEFAULT ({_NOW})
    )
    """,
    # The text of a sent message that is being changed. In another order than that of a draft: what
    # is salvaged from a damaged file is known by its columns alone.
    f"""
    CREATE TABLE edit (
        message_id INTEGER PRIMARY KEY,
        updated_at TEXT NOT NULL DEFAULT ({_NOW}),
        text TEXT NOT NULL
    )
    """,
    f"""
    CREATE TABLE undo_entry (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        created_at TEXT NOT NULL DEFAULT ({_NOW}),
        label TEXT NOT NULL,
        is_undone INTEGER NOT NULL DEFAULT 0,
        undo TEXT NOT NULL,
        redo TEXT NOT NULL
    )
    """,
    # Messages that were removed together. `message_ids` and `adopted` are JSON: which ones, and
    # which of those that stay followed whom before: [[id, former parent], …]. It stays when they
    # are put back, for they may be removed again.
    f"""
    CREATE TABLE removal (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        chat_id INTEGER NOT NULL REFERENCES chat (id) ON DELETE CASCADE,
        removed_at TEXT NOT NULL DEFAULT ({_NOW}),
        is_removed INTEGER NOT NULL DEFAULT 1,
        active_before INTEGER,
        message_ids TEXT NOT NULL,
        adopted TEXT NOT NULL DEFAULT '[]'
    )
    """,
    "CREATE INDEX removal_of_chat ON removal (chat_id)",
    # The columns of a message, and with which others it was removed.
    """
    CREATE TABLE removed_message (
        id INTEGER PRIMARY KEY,
        removal_id INTEGER NOT NULL,
        chat_id INTEGER NOT NULL REFERENCES chat (id) ON DELETE CASCADE,
        parent_id INTEGER,
        depth INTEGER,
        sender TEXT NOT NULL,
        status TEXT NOT NULL,
        created_at TEXT NOT NULL,
        model TEXT,
        finish_reason TEXT,
        prompt_tokens INTEGER,
        completion_tokens INTEGER,
        time_to_first_token_ms INTEGER,
        duration_ms INTEGER,
        reasoning_ms INTEGER,
        params TEXT,
        error TEXT,
        error_code TEXT,
        error_fields TEXT,
        content TEXT NOT NULL,
        reasoning TEXT
    )
    """,
    "CREATE INDEX removed_message_of_chat ON removed_message (chat_id)",
    "CREATE INDEX removed_message_of_removal ON removed_message (removal_id)",
    f"""
    CREATE TABLE import (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        source TEXT NOT NULL,
        name TEXT NOT NULL DEFAULT '',
        started_at TEXT NOT NULL DEFAULT ({_NOW}),
        finished_at TEXT,
        chats INTEGER NOT NULL DEFAULT 0,
        messages INTEGER NOT NULL DEFAULT 0
    )
    """,
    "CREATE TABLE upkeep (name TEXT PRIMARY KEY, done_at TEXT NOT NULL)",
    # Not tied to its message, which may be among the removed ones.
    """
    CREATE TABLE attachment (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        message_id INTEGER NOT NULL,
        name TEXT NOT NULL DEFAULT '',
        media_type TEXT NOT NULL DEFAULT '',
        size INTEGER NOT NULL DEFAULT 0,
        sha256 TEXT NOT NULL DEFAULT '',
        text TEXT NOT NULL DEFAULT ''
    )
    """,
    "CREATE INDEX attachment_of_message ON attachment (message_id)",
)

# The text itself stays in the tables; the index holds its words only. A message is in the index
# if its id is not below `first_id` and it has ended: a growing text would be indexed at each
# snapshot. Messages of before are added from the newest on while the program runs.
_SEARCH = (
    f"""
    CREATE VIRTUAL TABLE message_text USING fts5 (
        content, reasoning, content = 'message', content_rowid = 'id', prefix = '2 3', {_FTS}
    )
    """,
    f"""
    CREATE VIRTUAL TABLE chat_title USING fts5 (
        title, content = 'chat', content_rowid = 'id', prefix = '1 2 3', {_FTS}
    )
    """,
    f"""
    CREATE VIRTUAL TABLE attachment_text USING fts5 (
        name, text, content = 'attachment', content_rowid = 'id', prefix = '2 3', {_FTS}
    )
    """,
    "CREATE TABLE search_state (id INTEGER PRIMARY KEY CHECK (id = 1), first_id INTEGER NOT NULL)",
    "INSERT INTO search_state SELECT 1, coalesce(max(id) + 1, 0) FROM message",
    "INSERT INTO chat_title (rowid, title) SELECT id, title FROM chat",
    """
    CREATE TRIGGER message_text_insert AFTER INSERT ON message
    WHEN NEW.status != 'streaming' AND NEW.id >= (SELECT first_id FROM search_state)
    BEGIN
        INSERT INTO message_text (rowid, content, reasoning)
        VALUES (NEW.id, NEW.content, NEW.reasoning);
    END
    """,
    """
    CREATE TRIGGER message_text_delete AFTER DELETE ON message
    WHEN OLD.status != 'streaming' AND OLD.id >= (SELECT first_id FROM search_state)
    BEGIN
        INSERT INTO message_text (message_text, rowid, content, reasoning)
        VALUES ('delete', OLD.id, OLD.content, OLD.reasoning);
    END
    """,
    # One trigger for both steps, since the order of two is not defined.
    """
    CREATE TRIGGER message_text_update AFTER UPDATE OF content, reasoning, status ON message
    WHEN (OLD.status != 'streaming' OR NEW.status != 'streaming')
        AND (OLD.content IS NOT NEW.content OR OLD.reasoning IS NOT NEW.reasoning
            OR (OLD.status = 'streaming') != (NEW.status = 'streaming'))
        AND OLD.id >= (SELECT first_id FROM search_state)
    BEGIN
        INSERT INTO message_text (message_text, rowid, content, reasoning)
        SELECT 'delete', OLD.id, OLD.content, OLD.reasoning WHERE OLD.status != 'streaming';
        INSERT INTO message_text (rowid, content, reasoning)
        SELECT NEW.id, NEW.content, NEW.reasoning WHERE NEW.status != 'streaming';
    END
    """,
    """
    CREATE TRIGGER chat_title_insert AFTER INSERT ON chat
    BEGIN
        INSERT INTO chat_title (rowid, title) VALUES (NEW.id, NEW.title);
    END
    """,
    """
    CREATE TRIGGER chat_title_delete AFTER DELETE ON chat
    BEGIN
        INSERT INTO chat_title (chat_title, rowid, title) VALUES ('delete', OLD.id, OLD.title);
    END
    """,
    """
    CREATE TRIGGER chat_title_update AFTER UPDATE OF title ON chat
    WHEN OLD.title IS NOT NEW.title
    BEGIN
        INSERT INTO chat_title (chat_title, rowid, title) VALUES ('delete', OLD.id, OLD.title);
        INSERT INTO chat_title (rowid, title) VALUES (NEW.id, NEW.title);
    END
    """,
    """
    CREATE TRIGGER attachment_text_insert AFTER INSERT ON attachment
    BEGIN
        INSERT INTO attachment_text (rowid, name, text) VALUES (NEW.id, NEW.name, NEW.text);
    END
    """,
    """
    CREATE TRIGGER attachment_text_delete AFTER DELETE ON attachment
    BEGIN
        INSERT INTO attachment_text (attachment_text, rowid, name, text)
        VALUES ('delete', OLD.id, OLD.name, OLD.text);
    END
    """,
)


def migrate(connection: sqlite3.Connection) -> None:
    """Make the tables, indexes and triggers; runs inside the caller's transaction."""
    for statement in (*_ORGANISATION, *_SAFETY, *_SEARCH):
        connection.execute(statement)
