"""Unsent text of every chat, on disk within a second."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Protocol

from desktop_chat.domain.errors import StorageError
from desktop_chat.services.background import result_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from desktop_chat.services.background import Worker
    from desktop_chat.services.safekeeping.saving import SavingState

    Current = Callable[[], tuple[int | None, str]]

logger = logging.getLogger(__name__)

# Leaves the other half of the second to a slow disk.
SAVE_AFTER_S = 0.4
RETRY_AFTER_S = 3.0


class DraftStore(Protocol):
    """Keeps texts by the chat, or the message, they belong to."""

    @property
    def is_read_only(self) -> bool:
        """Whether nothing can be saved here."""
        ...

    def save(self, key: int | None, text: str, /) -> None:
        """Keep a text; "" removes it."""
        ...


class DraftsService:
    """Keeps drafts in memory and soon on disk; one that cannot be saved is tried again.

    Whoever shows a draft says so by `watch`, and calls `note` when it changed: its text is
    asked for when it is written, not at each key. In a database that cannot be written, drafts
    last as long as the program. Messages that are being edited are kept in the same way, by
    their own ids.

    Args:
        what: What is kept, as the log calls it.
    """

    def __init__(
        self, drafts: DraftStore, writer: Worker, saving: SavingState, what: str = "a draft"
    ) -> None:
        self._drafts = drafts
        self._what = what
        self._writer = writer
        self._saving = saving
        self._current: Current | None = None
        self._timer: asyncio.TimerHandle | None = None
        # What is newer than the database; "" for a draft that is gone.
        self._unsaved: dict[int | None, str] = {}

    def watch(self, current: Current) -> None:
        """Ask `current` for the chat shown and what stands in its composer."""
        self._current = current

    def unsaved(self, chat_id: int | None) -> str | None:
        """Return a draft that is newer than the stored one; None if that is up to date."""
        return self._unsaved.get(chat_id)

    def unsaved_texts(self) -> list[str]:
        """Return the drafts that are in memory only."""
        self._take_current()
        return list(self._unsaved.values())

    def note(self) -> None:
        """Have the draft shown saved soon; cheap enough for every key."""
        self._save_after(SAVE_AFTER_S)

    def keep(self, chat_id: int | None, text: str) -> None:
        """Take over the draft of a chat that is left, and save it now."""
        self._unsaved[chat_id] = text
        self._write(asyncio.get_running_loop())

    def _save_after(self, delay_s: float) -> None:
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(delay_s, self._on_timer, loop)

    def _on_timer(self, loop: asyncio.AbstractEventLoop) -> None:
        self._stop_timer()
        self._take_current()
        self._write(loop)

    def _write(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._drafts.is_read_only:
            return
        for chat_id, text in self._unsaved.items():
            future = self._writer.submit(self._drafts.save, chat_id, text)
            future.add_done_callback(_Report(self, loop, chat_id, text))

    def _take_current(self) -> None:
        if self._current is not None:
            chat_id, text = self._current()
            self._unsaved[chat_id] = text

    def settled(self, chat_id: int | None, text: str, error: StorageError | None) -> None:
        """Take note of how a queued write ended (called on the loop's thread)."""
        if error is not None:
            self._saving.report(self._what, error)
            self._save_after(RETRY_AFTER_S)
            return
        if self._unsaved.get(chat_id) == text:
            del self._unsaved[chat_id]
        if not self._unsaved:
            self._saving.report(self._what, None)

    def sent(self, chat_id: int | None, text: str) -> None:
        """Forget a draft that was stored as a message, also one that is being saved now."""
        if self._unsaved.get(chat_id, text) == text:
            self.keep(chat_id, "")

    async def flush(self) -> None:
        """Write what is not on disk yet, once."""
        self._stop_timer()
        if self._drafts.is_read_only:
            return
        self._take_current()
        for chat_id, text in list(self._unsaved.items()):
            try:
                await result_of(self._writer.submit(self._drafts.save, chat_id, text))
            except StorageError as error:
                self._saving.report(self._what, error)
            else:
                self.settled(chat_id, text, None)

    def close(self) -> None:
        """Stop the timer."""
        self._current = None
        self._stop_timer()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


class _Report:
    """Brings the outcome of a queued write back to the loop's thread."""

    def __init__(
        self,
        service: DraftsService,
        loop: asyncio.AbstractEventLoop,
        chat_id: int | None,
        text: str,
    ) -> None:
        self._service = service
        self._loop = loop
        self._chat_id = chat_id
        self._text = text

    def __call__(self, future: Future[None]) -> None:
        error = future.exception()
        if error is not None and not isinstance(error, StorageError):
            logger.error("Saving a draft failed", exc_info=error)
            return
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._service.settled, self._chat_id, self._text, error)
