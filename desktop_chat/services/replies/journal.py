"""Keeps a growing reply on disk, at most half a second behind the screen."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from desktop_chat.domain.errors import StorageError
from desktop_chat.services.safekeeping.saving import SavingState

if TYPE_CHECKING:
    from concurrent.futures import Future

    from desktop_chat.domain.message import Message
    from desktop_chat.services.background import Worker
    from desktop_chat.services.broadcast import Broadcast
    from desktop_chat.services.replies.live_reply import LiveReply
    from desktop_chat.storage.messages import MessageRepository

logger = logging.getLogger(__name__)

# A quarter of the second that may be lost at most leaves room for a slow disk.
SAVE_EVERY_S = 0.25
RETRY_AFTER_S = 3.0


class Journal:
    """Writes snapshots of growing replies and their final state.

    Snapshots are queued to the writer and never waited for, so a slow disk does not slow the
    stream. A final state that cannot be saved is kept and tried again until it can.

    Attributes:
        saving: Told how the writing ends.
    """

    def __init__(self, messages: MessageRepository, writer: Worker, broadcast: Broadcast) -> None:
        self._messages = messages
        self._writer = writer
        self.saving = SavingState(broadcast)
        self._timers: dict[int, asyncio.TimerHandle] = {}
        self._unsaved: dict[int, Message] = {}
        self._retry: asyncio.TimerHandle | None = None

    def note(self, reply: LiveReply) -> None:
        """Have the reply's text saved soon; cheap enough for every token."""
        if reply.id not in self._timers:
            loop = asyncio.get_running_loop()
            self._timers[reply.id] = loop.call_later(SAVE_EVERY_S, self._save, reply, loop)

    def _save(self, reply: LiveReply, loop: asyncio.AbstractEventLoop) -> None:
        self._timers.pop(reply.id, None)
        future = self._writer.submit(
            self._messages.save_progress, reply.id, reply.content, reply.reasoning
        )
        future.add_done_callback(_Report(self, loop))

    async def finish(self, final: Message) -> None:
        """Write the final state; if that fails, keep it and try again every few seconds."""
        timer = self._timers.pop(final.id, None)
        if timer is not None:
            timer.cancel()
        # Before anything can go wrong: what is here is tried again at the end at the latest.
        self._unsaved[final.id] = final
        try:
            await self._writer.run(self._messages.finish, final)
        except StorageError as error:
            self.report(error)
            self._retry_later()
        else:
            self._unsaved.pop(final.id, None)
            self.report(None)

    def report(self, error: StorageError | None) -> None:
        """Tell once that saving fails, and once that it works again."""
        if error is not None or not self._unsaved:
            self.saving.report("a reply", error)

    def unsaved_texts(self) -> list[str]:
        """Return the texts of replies whose final state is in memory only."""
        return [final.content for final in self._unsaved.values()]

    async def flush(self) -> None:
        """Try to write what could not be saved, once."""
        for final in list(self._unsaved.values()):
            await self.finish(final)

    def close(self) -> None:
        """Stop the timers."""
        for timer in [*self._timers.values(), *([self._retry] if self._retry else [])]:
            timer.cancel()
        self._timers.clear()

    def _retry_later(self) -> None:
        if self._retry is None:
            loop = asyncio.get_running_loop()
            self._retry = loop.call_later(RETRY_AFTER_S, self._try_again, loop)

    def _try_again(self, loop: asyncio.AbstractEventLoop) -> None:
        self._retry = None
        for final in list(self._unsaved.values()):
            future = self._writer.submit(self._messages.finish, final)
            future.add_done_callback(_Report(self, loop, final))

    def settled(self, final: Message | None, error: StorageError | None) -> None:
        """Take note of how a queued write ended (called on the loop's thread)."""
        if final is not None and error is None:
            self._unsaved.pop(final.id, None)
        if final is not None and error is not None:
            self._retry_later()
        self.report(error)


class _Report:
    """Brings the outcome of a queued write back to the loop's thread."""

    def __init__(
        self, journal: Journal, loop: asyncio.AbstractEventLoop, final: Message | None = None
    ) -> None:
        self._journal = journal
        self._loop = loop
        self._final = final

    def __call__(self, future: Future[None]) -> None:
        error = future.exception()
        if error is not None and not isinstance(error, StorageError):
            logger.error("Saving a reply failed", exc_info=error)
            return
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._journal.settled, self._final, error)
