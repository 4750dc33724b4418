"""Makes `tests/data/databases/`: one small database of each form that was ever released.

Run `python -m tests.storage.crashes.recording N` once, when the form N is released, and never
again: the files are what users have, not what the program would make today.
"""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing
from pathlib import Path

from desktop_chat.storage.migrations import STEPS, apply_steps
from desktop_chat.storage.sqlite.opening import APPLICATION_ID

DATABASES = Path(__file__).resolve().parents[2] / "data" / "databases"
PAGE = 512
MOST_BYTES = 80_000

CHATS = (
    (1, "Bread", "2026-01-02T03:04:05.678Z", 0, None, "", "lm_studio", "qwen3-4b", 5),
    (
        2,
        "Größe & Maß: 日本語 👩‍🚀",
        "2026-02-02T03:04:05.678Z",
        1,
        None,
        "Be brief.",
        None,
        None,
        8,
    ),
    (
        3,
        "In the trash",
        "2026-03-02T03:04:05.678Z",
        0,
        "2026-04-01T00:00:00.000Z",
        "",
        None,
        None,
        9,
    ),
    (4, "", "2026-03-03T03:04:05.678Z", 0, None, None, None, None, None),
)
MESSAGES = (
    (1, 1, None, 0, "user", "complete", "How is bread made?", ""),
    (2, 1, 1, 1, "llm", "stopped", "Flour", "Let me think"),
    (3, 1, 1, 1, "llm", "complete", "Flour, water, salt and time.\n\n```py\nbake()\n```", "Steps…"),
    (4, 1, 3, 2, "user", "complete", "canción \u2028 \U0001f956 'quotes' \"too\"", ""),
    (5, 1, 4, 3, "llm", "failed", "", ""),
    (6, 2, None, 0, "system", "complete", "You are terse.", ""),
    (7, 2, 6, 1, "user", "complete", "long " * 150, ""),
    (8, 2, 7, 2, "llm", "interrupted", "An answer that was cut", None),
    (9, 3, None, 0, "user", "complete", "Forget me", ""),
    (10, 1, None, 0, "user", "complete", "Another first message", ""),
)
# Each was added by the step of this number.
LATER = {
    2: ("UPDATE message SET reasoning_ms = 1234, params = '{\"temperature\": 0.5}' WHERE id = 3",),
    3: (
        "INSERT INTO folder (id, parent_id, name) VALUES (1, NULL, 'Kitchen'), (2, 1, 'Ovens')",
        "UPDATE chat SET folder_id = 2 WHERE id = 1",
        "INSERT INTO tag (id, name) VALUES (1, 'food')",
        "INSERT INTO chat_tag VALUES (1, 1)",
        "INSERT INTO draft (chat_id, text) VALUES (1, 'not sent yet'), (0, 'nor this')",
        "UPDATE chat SET archived_at = '2026-05-01T00:00:00.000Z' WHERE id = 4",
        "INSERT INTO attachment (message_id, name, text) VALUES (1, 'recipe.txt', 'rye and oats')",
        "INSERT INTO upkeep VALUES ('check', '2026-05-01T00:00:00.000Z')",
        "INSERT INTO import (source, name, finished_at, chats, messages)"
        " VALUES ('chatgpt', 'export.zip', '2026-05-02T00:00:00.000Z', 1, 1)",
        "INSERT INTO undo_entry (label, undo, redo) VALUES ('pin', '[]', '[]')",
    ),
    4: (
        "INSERT INTO account (name, kind, url, header_names, extra_body, certificate, proxy,"
        " allows_plain_key, created_at) VALUES ('Cluster', 'vllm', 'https://gpu.example:8000/v1',"
        " '[\"X-Team\"]', '{\"top_k\": 5}', '-----BEGIN CERTIFICATE-----',"
        " 'http://127.0.0.1:8888', 1, '2026-06-01T00:00:00.000Z')",
        "INSERT INTO preset (name, system_prompt, params, created_at, updated_at)"
        " VALUES ('Exact', 'Be brief.', '{\"temperature\": 0.1, \"stop\": [\"END\"]}',"
        " '2026-06-02T00:00:00.000Z', '2026-06-03T00:00:00.000Z')",
        "INSERT INTO model_load (account, model, size_bytes, duration_ms, loaded_at)"
        " VALUES ('embedded', '/models/a.gguf', 98000000, 1500, '2026-06-04T00:00:00.000Z')",
        "UPDATE chat SET params = '{\"seed\": 7}', preset_id = 1 WHERE id = 2",
    ),
}


def record(path: Path, form: int) -> None:
    """Write a database of the form `form` with something of everything in it."""
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA page_size = {PAGE}")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        apply_steps(connection, STEPS[:form])
        fill(connection, form)
        connection.execute("VACUUM")
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def fill(connection: sqlite3.Connection, form: int) -> None:
    connection.executemany(
        "INSERT INTO chat (id, title, created_at, updated_at, pinned, deleted_at, system_prompt,"
        " account, model, active_message_id) VALUES (?1, ?2, ?3, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        CHATS,
    )
    connection.executemany(
        "INSERT INTO message (id, chat_id, parent_id, depth, sender, status, content, reasoning)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        MESSAGES,
    )
    connection.execute(
        "UPDATE message SET error = 'The connection broke.', error_code = 'connection_lost',"
        " error_fields = '{\"url\": \"http://127.0.0.1:1234\"}' WHERE status = 'failed'"
    )
    connection.execute(
        "UPDATE message SET model = 'qwen3-4b', finish_reason = 'stop', prompt_tokens = 10,"
        " completion_tokens = 20, time_to_first_token_ms = 30, duration_ms = 400 WHERE id = 3"
    )
    for number in range(2, form + 1):
        for statement in LATER.get(number, ()):
            connection.execute(statement)


def recorded(form: int) -> Path:
    return DATABASES / f"form-{form}.sqlite3"


if __name__ == "__main__":
    for given in sys.argv[1:]:
        record(recorded(int(given)), int(given))
        assert recorded(int(given)).stat().st_size <= MOST_BYTES
        print(recorded(int(given)), recorded(int(given)).stat().st_size)
