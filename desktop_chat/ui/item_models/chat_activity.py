"""What goes on in chats that a list shows: replies, and what is new."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication

from desktop_chat.ui.item_models.roles import ChatRole

if TYPE_CHECKING:
    from collections.abc import Callable

    from desktop_chat.domain.chat import ChatId
    from desktop_chat.domain.progress import ReplyProgress


class ChatActivity:
    """Marks of chats, and how far their replies are.

    Args:
        clock: Seconds that only go up.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._marks: dict[ChatId, str] = {}
        self._progress: dict[ChatId, tuple[ReplyProgress, float]] = {}

    def set_mark(self, chat_id: ChatId, mark: str) -> None:
        """Mark a chat as "writing" or "unread", or as neither with an empty string."""
        if mark:
            self._marks[chat_id] = mark
        else:
            self._marks.pop(chat_id, None)
        if mark != "writing":
            self._progress.pop(chat_id, None)

    def mark(self, chat_id: ChatId) -> str:
        """Return the mark of a chat."""
        return self._marks.get(chat_id, "")

    def data(self, chat_id: ChatId, role: int) -> Any:
        """Return what the model tells of a chat in one of the roles of its activity."""
        match role:
            case ChatRole.ACTIVITY:
                return self.mark(chat_id)
            case ChatRole.PROGRESS:
                return self.fraction(chat_id)
            case _:
                return self.words(chat_id)

    def set_progress(self, chat_id: ChatId, progress: ReplyProgress) -> bool:
        """Take how far a reply is; return whether the row looks different now."""
        known = self._progress.get(chat_id)
        is_same = known is not None and known[0].stage is progress.stage
        since = known[1] if known is not None and is_same else self._clock()
        before = self.percent(chat_id)
        self._progress[chat_id] = (progress, since)
        return not is_same or self.percent(chat_id) != before

    def fraction(self, chat_id: ChatId) -> float | None:
        """Return how far a reply is, from 0 to 1; None where nobody knows."""
        known = self._progress.get(chat_id)
        return known[0].fraction_after(self._clock() - known[1]) if known else None

    def percent(self, chat_id: ChatId) -> int | None:
        """Return the same as people read it."""
        fraction = self.fraction(chat_id)
        return None if fraction is None else int(100 * fraction)

    def words(self, chat_id: ChatId) -> str:
        """Say what goes on in a chat."""
        known = self._progress.get(chat_id)
        if known is not None:
            # Not before the first paint.
            from desktop_chat.ui.progress_words import progress_words

            return progress_words(known[0], self._clock() - known[1])
        unread = QCoreApplication.translate("ChatListModel", "New reply")
        return unread if self._marks.get(chat_id) == "unread" else ""
