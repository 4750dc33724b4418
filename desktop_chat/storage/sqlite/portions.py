"""How many messages one short transaction can move or delete."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from desktop_chat.storage.sqlite.reader import SqlReader

# The words of each go out of the search index, or into it, which takes most of the time.
MOST_MESSAGES = 60
MOST_CHARACTERS = 60_000

_LENGTHS = """
SELECT id, length(content) + length(coalesce(reasoning, '')) FROM {0}
WHERE id IN (SELECT value FROM json_each(?))
"""


def first_portion(db: SqlReader, table: str, ids: Sequence[int]) -> list[int]:
    """Return the first of some messages of a table, at least one if there are any."""
    some = ids[:MOST_MESSAGES]
    lengths = dict(db.sql(_LENGTHS.format(table), (json.dumps(list(some)),)))
    room = MOST_CHARACTERS
    portion: list[int] = []
    for message_id in some:
        room -= lengths.get(message_id, 0)
        if portion and room < 0:
            break
        portion.append(message_id)
    return portion
