"""Ways through the tree of a chat's messages."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Any

from desktop_chat.domain.errors import ChatNotFoundError
from desktop_chat.storage.sqlite.rows import MESSAGE_FIELDS, message_from

if TYPE_CHECKING:
    from collections.abc import Sequence

    from desktop_chat.domain.message import Message
    from desktop_chat.storage.sqlite.reader import SqlReader

# What is asked of SQLite in one query; its oldest versions take no more parameters.
_AT_ONCE = 900

_COLUMNS = ", ".join(f"message.{field.column_name}" for field in MESSAGE_FIELDS)

# A chat copied by another program may lack the last message of its path, or keep the one of the
# original: then the path to its newest message is shown.
_LEAF = """
SELECT coalesce(
    (SELECT id FROM message WHERE id = chat.active_message_id AND chat_id = chat.id),
    (SELECT max(id) FROM message WHERE chat_id = chat.id))
FROM chat WHERE id = ?
"""

# The limit also ends a walk in circles, which only a damaged tree can cause.
_WALK = """
WITH RECURSIVE path (id, parent_id, height) AS (
    SELECT id, parent_id, 0 FROM message WHERE id = ? AND chat_id = ?
    UNION ALL
    SELECT message.id, message.parent_id, height + 1
    FROM path JOIN message ON message.id = path.parent_id
    WHERE message.chat_id = ?
    LIMIT ?
)
"""
_WALK_IDS = f"{_WALK} SELECT id, height FROM path"
_WALK_ROWS = f"{_WALK} SELECT {_COLUMNS}, height FROM path CROSS JOIN message USING (id)"

_RANGE = f"""
SELECT {_COLUMNS} FROM message WHERE chat_id = ? AND depth BETWEEN ? AND ? ORDER BY depth
"""


# Down to the newest message, always through the newest answer; one that was stopped before its
# first word counts only where there is no other.
_DOWN = """
WITH RECURSIVE way (id, step) AS (
    SELECT ?, 1
    UNION ALL
    SELECT (
        SELECT id FROM message WHERE parent_id = way.id AND chat_id = ?
        ORDER BY (status = 'stopped' AND content = ''), id DESC LIMIT 1
    ), step + 1
    FROM way WHERE way.id IS NOT NULL
    LIMIT ?
)
SELECT id FROM way WHERE id IS NOT NULL ORDER BY step DESC LIMIT 1
"""
# The depth leads to an index, whatever the parent is; it is never another one than a sibling's.
_VERSIONS = """
SELECT other.id FROM message JOIN message AS other
ON other.chat_id = message.chat_id AND other.depth IS message.depth
    AND other.parent_id IS message.parent_id AND other.sender = message.sender
WHERE message.id = ?
    AND (other.id = message.id OR other.status != 'stopped' OR other.content != '')
ORDER BY other.id
"""


def find_leaf(db: SqlReader, chat_id: int) -> int | None:
    """Return the last message of the path shown; None in an empty chat.

    Raises:
        ChatNotFoundError: There is no such chat.
    """
    rows = db.sql(_LEAF, (chat_id,))
    if not rows:
        raise ChatNotFoundError(chat_id=chat_id)
    leaf: int | None = rows[0][0]
    return leaf


def find_versions(db: SqlReader, message_id: int) -> list[int]:
    """Return a message and those that stand in its place on other paths, oldest first."""
    return [row[0] for row in db.sql(_VERSIONS, (message_id,))]


def leaf_below(db: SqlReader, chat_id: int, message_id: int) -> int:
    """Return the end of the newest path that goes on from a message."""
    most = count_messages(db, chat_id) + 1
    return int(db.sql(_DOWN, (message_id, chat_id, most))[0][0])


def count_messages(db: SqlReader, chat_id: int) -> int:
    """Return how many messages a chat has, on all its paths."""
    return int(db.sql("SELECT count(*) FROM message WHERE chat_id = ?", (chat_id,))[0][0])


def walk_up(db: SqlReader, chat_id: int, leaf: int, limit: int | None = None) -> list[int]:
    """Return the ids from `leaf` up to the first message, or `limit` of them, oldest first."""
    most = count_messages(db, chat_id) if limit is None else limit
    rows = db.sql(_WALK_IDS, (leaf, chat_id, chat_id, most))
    return [row[0] for row in _downwards(rows)]


def load_path(db: SqlReader, chat_id: int, leaf: int, limit: int | None = None) -> list[Message]:
    """Return the messages on the way up from `leaf`, or `limit` of them, oldest first."""
    most = count_messages(db, chat_id) if limit is None else limit
    rows = db.sql(_WALK_ROWS, (leaf, chat_id, chat_id, most))
    return [message_from(row[:-1]) for row in _downwards(rows)]


def load(db: SqlReader, ids: Sequence[int]) -> list[Message]:
    """Return the messages with these ids, in this order."""
    found: dict[int, Message] = {}
    for start in range(0, len(ids), _AT_ONCE):
        part = ids[start : start + _AT_ONCE]
        marks = ", ".join("?" * len(part))
        rows = db.sql(f"SELECT {_COLUMNS} FROM message WHERE id IN ({marks})", part)
        found.update((row[0], message_from(row)) for row in rows)
    return [found[message_id] for message_id in ids if message_id in found]


def load_range(db: SqlReader, chat_id: int, start: int, count: int) -> list[Message]:
    """Return `count` messages from depth `start` on, of a chat that is one path."""
    return [message_from(row) for row in db.sql(_RANGE, (chat_id, start, start + count - 1))]


def depth_of(db: SqlReader, message_id: int) -> int:
    """Return how many messages come before this one on its path."""
    rows = db.sql("SELECT depth FROM message WHERE id = ?", (message_id,))
    return int(rows[0][0] or 0) if rows else 0


def depths_of(db: SqlReader, ids: Sequence[int]) -> list[int | None]:
    """Return the depths of some messages, in their order; as many as SQLite takes at once."""
    marks = ", ".join("?" * len(ids))
    found = dict(db.sql(f"SELECT id, depth FROM message WHERE id IN ({marks})", ids))
    return [found.get(message_id) for message_id in ids]


def count_depths(db: SqlReader, chat_id: int, below: int) -> int:
    """Return at how many of the first `below` places of its paths a chat has a message."""
    sql = "SELECT count(DISTINCT depth) FROM message WHERE chat_id = ? AND depth BETWEEN 0 AND ?"
    return int(db.sql(sql, (chat_id, below - 1))[0][0])


def _downwards(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Sort the rows of a walk by their last column, the height; a circle counts once."""
    rows.sort(key=itemgetter(-1))
    # Dictionaries keep the first place of a key.
    once = {row[0]: row for row in reversed(rows)}
    return list(once.values())
