"""Changes that can be undone: carried out, taken back, and done again."""

from __future__ import annotations

import asyncio
import contextlib
import functools
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ParamSpec

from desktop_chat.domain.changes import (
    ChatChanged,
    ChatRestored,
    ChatsChanged,
    ChatTrashed,
    FoldersChanged,
    PathChanged,
    UndoChanged,
)
from desktop_chat.domain.errors import ChatNotFoundError, StorageError
from desktop_chat.services import clock
from desktop_chat.storage.chats import ChatRepository
from desktop_chat.storage.undo.operations import BATCH, Operations, batches
from desktop_chat.storage.undo.removals import Removals
from desktop_chat.storage.undo.undo_log import UndoLog
from desktop_chat.storage.upkeep import UpkeepRepository

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from desktop_chat.domain.chat import ChatId
    from desktop_chat.domain.undo import Touched
    from desktop_chat.services.background import Worker
    from desktop_chat.services.broadcast import Broadcast
    from desktop_chat.services.clock import Clock
    from desktop_chat.storage.database import Database
    from desktop_chat.storage.undo.undo_log import Operation, Plan, UndoEntry

    Claim = Callable[[ChatId], AbstractContextManager[None]]

P = ParamSpec("P")

KEPT_FOR = timedelta(days=1)
# With more of them it is cheaper to read lists anew than to look for each.
MOST_NAMED = 500


class UndoingService:
    """Carries out changes to chats, remembers them, and takes them back.

    What was done survives the end of the program; it is forgotten after a day. Large changes are
    cut into short transactions, so that others can write meanwhile.

    Args:
        claim: Holds a chat while its messages change, or raises `ChatBusyError`.
    """

    def __init__(
        self,
        db: Database,
        writer: Worker,
        broadcast: Broadcast,
        claim: Claim | None = None,
        now: Clock = clock.now,
    ) -> None:
        self._db = db
        self._writer = writer
        self._broadcast = broadcast
        self._claim = claim
        self._now = now
        self._log = UndoLog(db, now)
        self._removals = Removals(db, now)
        self._operations = Operations(db, self._removals)
        self._chats = ChatRepository(db)
        self._upkeep = UpkeepRepository(db)
        # One change after the other: a large one takes several jobs of the writer.
        self._turn = asyncio.Lock()

    async def start(self) -> None:
        """Forget old changes, end what a killed process left half done, and tell what is there."""
        await self._run_all(await self._writer.run(self._tidy))
        await self.announce()

    async def perform(
        self, label: str, plan: Callable[P, Plan], *args: P.args, **kwargs: P.kwargs
    ) -> Any:
        """Carry out a change, remember it, and tell what it touched.

        Args:
            label: Its code, one of `domain.undo.Change`.
            plan: Called by the writer inside a transaction.
            *args: Its arguments.
            **kwargs: More of them.

        Returns:
            The result of the plan.
        """
        async with self._turn:
            planned = functools.partial(plan, *args, **kwargs)
            made, rest = await self._writer.run(self._begin, label, planned)
            touched = await self._writer.run(self._operations.touched, label, made.redo)
            if rest:
                # A path is right after the first step: nobody waits to see it.
                self._publish_paths(touched)
                await self.announce()
            if made.undo:
                await self._finish(rest, touched)
        return made.result

    async def undo(self) -> str | None:
        """Take the last change back.

        Returns:
            Its code; None if there was none.

        Raises:
            ChatBusyError: A reply is being written in a chat whose messages would change.
        """
        return await self._step(is_undone=True)

    async def redo(self) -> str | None:
        """Do again what was undone last.

        Returns:
            Its code; None if there was nothing.

        Raises:
            ChatBusyError: A reply is being written in a chat whose messages would change.
        """
        return await self._step(is_undone=False)

    async def announce(self) -> None:
        """Tell what can be undone now."""
        self._broadcast.publish(UndoChanged(*await self._writer.run(self._log.labels)))

    async def _step(self, *, is_undone: bool) -> str | None:
        async with self._turn:
            found = await self._writer.run(self._find, is_undone)
            if found is None:
                return None
            entry, operations, touched = found
            with contextlib.ExitStack() as claims:
                if self._claim:
                    for chat_id in touched.paths:
                        claims.enter_context(self._claim(chat_id))
                rest = await self._writer.run(self._mark, entry, operations, is_undone)
                await self._finish(rest, touched)
        return entry.label

    async def _finish(self, rest: list[Operation], touched: Touched) -> None:
        """Carry out what is left of a change, and tell what it touched."""
        try:
            await self._run_all(rest)
        except StorageError:
            # A full disk; what was done before is there to be seen and undone.
            await self._tell(touched)
            raise
        await self._tell(touched)

    async def _run_all(self, operations: list[Operation]) -> None:
        for operation in operations:
            while await self._writer.run(self._operations.run, operation):
                pass

    async def _tell(self, touched: Touched) -> None:
        for event in await self._writer.run(self._events, touched):
            self._broadcast.publish(event)
        await self.announce()

    def _publish_paths(self, touched: Touched) -> None:
        for chat_id in touched.paths:
            self._broadcast.publish(PathChanged(chat_id))

    # Called by the writer

    def _begin(self, label: str, plan: Callable[[], Plan]) -> tuple[Plan, list[Operation]]:
        with self._db.atomic():
            made = plan()
            if not made.undo:
                return made, []
            self._log.record(label, made.undo, made.redo)
            return made, [] if made.is_done else self._run_first(made.redo)

    def _run_first(self, operations: list[Operation]) -> list[Operation]:
        """Carry out what fits into one short transaction; return what is left."""
        left = batches(operations)
        room = BATCH
        while left and room > 0:
            room -= _size_of(left[0])
            if self._operations.run(left[0]):
                break
            left.pop(0)
        return left

    def _find(self, is_undone: bool) -> tuple[UndoEntry, list[Operation], Touched] | None:
        while True:
            entry = self._log.next_undo() if is_undone else self._log.next_redo()
            if entry is None:
                return None
            operations = entry.undo if is_undone else entry.redo
            if operations:
                return entry, operations, self._operations.touched(entry.label, operations)
            self._log.drop(entry.id)

    def _mark(
        self, entry: UndoEntry, operations: list[Operation], is_undone: bool
    ) -> list[Operation]:
        with self._db.atomic():
            self._log.mark(entry.id, is_undone=is_undone)
            return self._run_first(operations)

    def _tidy(self) -> list[Operation]:
        # A clock that went wrong must not cost what could be put back.
        if self._upkeep.is_clock_steady(self._now()):
            self._log.drop_before(self._now() - KEPT_FOR)
        return self._removals.unfinished()

    def _events(self, touched: Touched) -> Iterator[object]:
        return iter([*self._chat_events(touched), *_other_events(touched)])

    def _chat_events(self, touched: Touched) -> Iterator[object]:
        if len(touched.listed) != 1 or touched.has_folders:
            if touched.listed:
                is_many = len(touched.listed) > MOST_NAMED
                yield ChatsChanged(() if is_many else touched.listed)
            return
        if touched.trashed:
            yield ChatTrashed(touched.trashed[0])
            return
        with contextlib.suppress(ChatNotFoundError):
            chat = self._chats.get(touched.listed[0])
            yield ChatRestored(chat) if touched.restored else ChatChanged(chat)


def _other_events(touched: Touched) -> Iterator[object]:
    if touched.has_folders:
        yield FoldersChanged()
    for chat_id in touched.paths:
        yield PathChanged(chat_id)


def _size_of(operation: Operation) -> int:
    return next((len(part) for part in operation if isinstance(part, list)), 1)
