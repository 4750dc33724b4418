"""Pages of a chat's active path, quick enough for the thread that paints."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from desktop_chat.storage.sqlite.message_tree import (
    count_depths,
    count_messages,
    depth_of,
    depths_of,
    find_leaf,
    find_versions,
    load,
    load_path,
    load_range,
    walk_up,
)

if TYPE_CHECKING:
    from desktop_chat.domain.message import Message
    from desktop_chat.storage.database import Database

_KEPT_PATHS = 8
# From the end of a path on; depths that somebody else set may lie.
_CHECKED = 64


class MessagePages:
    """Reads the path that is shown, a page at a time.

    A chat without branches is read by the depth of its messages. In others the path is walked
    once, when a page above the tail is asked for, and its ids are kept.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        # By chat; those from the first message to a leaf only change where some are removed.
        self._paths: dict[int, list[int]] = {}

    def length(self, chat_id: int) -> int:
        """Return how many messages the path has."""
        leaf = find_leaf(self._db, chat_id)
        if leaf is None:
            return 0
        kept = self._paths.get(chat_id)
        if kept and kept[-1] == leaf:
            return len(kept)
        return self._length_by_depth(chat_id, leaf) or len(self._ids(chat_id, leaf))

    def tail(self, chat_id: int, count: int) -> list[Message]:
        """Return the last `count` messages, oldest first."""
        leaf = find_leaf(self._db, chat_id)
        if leaf is None or count <= 0:
            return []
        # Walking up from the end costs as much as the page is long, with branches or without.
        return load_path(self._db, chat_id, leaf, count)

    def page(self, chat_id: int, start: int, count: int) -> list[Message]:
        """Return `count` messages from the place `start` on, oldest first."""
        leaf = find_leaf(self._db, chat_id)
        if leaf is None or count <= 0 or start < 0:
            return []
        length = self._linear_length(chat_id, leaf)
        if length:
            messages = load_range(self._db, chat_id, start, count)
            if len(messages) == max(0, min(count, length - start)) and _is_chain(messages):
                return messages
        return load(self._db, self._ids(chat_id, leaf)[start : start + count])

    def place_of(self, chat_id: int, message_id: int) -> int | None:
        """Return the position of a message on the path; None if it is not on it."""
        place = depth_of(self._db, message_id)
        found = self.page(chat_id, place, 1)
        return place if found and found[0].id == message_id else None

    def forget(self, chat_id: int) -> None:
        """The path may have lost messages amid it, or got some back."""
        self._paths.pop(chat_id, None)

    def version(self, message_id: int) -> tuple[int, int]:
        """Return which of how many versions of a message this one is; counted from 1."""
        versions = find_versions(self._db, message_id)
        place = versions.index(message_id) + 1 if message_id in versions else 1
        return place, max(1, len(versions))

    def _length_by_depth(self, chat_id: int, leaf: int) -> int:
        """Return what the leaf's depth says, 0 where that cannot be true.

        Walking a long path takes as long as some frames, and only pages far up need its ids.
        """
        end = walk_up(self._db, chat_id, leaf, _CHECKED)
        depths = depths_of(self._db, end)
        length = depth_of(self._db, leaf) + 1
        first = max(0, length - _CHECKED)
        has_all = count_depths(self._db, chat_id, length) == length
        return length if has_all and depths == list(range(first, length)) else 0

    def _linear_length(self, chat_id: int, leaf: int) -> int:
        """Return the path's length if all messages of the chat are on it, else 0."""
        length = depth_of(self._db, leaf) + 1
        return length if length == count_messages(self._db, chat_id) else 0

    def _ids(self, chat_id: int, leaf: int) -> list[int]:
        kept = self._paths.pop(chat_id, [])
        if not kept or kept[-1] != leaf:
            kept = self._continue(chat_id, leaf, kept)
        self._paths[chat_id] = kept
        if len(self._paths) > _KEPT_PATHS:
            self._paths.pop(next(iter(self._paths)))
        return kept

    def _continue(self, chat_id: int, leaf: int, kept: list[int]) -> list[int]:
        """Return the path to `leaf`; a turn added to a known path needs no long walk."""
        new = walk_up(self._db, chat_id, leaf, 4)
        if kept and kept[-1] in new:
            return kept + new[new.index(kept[-1]) + 1 :]
        return walk_up(self._db, chat_id, leaf)


def _is_chain(messages: list[Message]) -> bool:
    """Whether each message follows the one before; depths alone could lie."""
    return all(after.parent_id == before.id for before, after in pairwise(messages))
