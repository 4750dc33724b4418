"""The only place that creates asyncio tasks."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Hashable

logger = logging.getLogger(__name__)


class TaskScope:
    """Tasks that live no longer than their owner.

    The scope keeps a strong reference to each task, so none is collected while it runs. A task
    spawned under a key replaces the older one of that key.

    Args:
        on_error: Told of every exception that a task did not handle; without it the exception
            is logged with its traceback.
    """

    def __init__(self, on_error: Callable[[Exception], None] | None = None) -> None:
        self._on_error = on_error
        self._tasks: dict[Hashable, asyncio.Task[None]] = {}
        # Also those that were replaced and still clean up.
        self._running: set[asyncio.Task[None]] = set()
        self._is_closed = False

    def spawn(self, coro: Coroutine[Any, Any, Any], *, key: Hashable = None) -> None:
        """Run `coro` as a task; cancel the older task of the same key, if any.

        After `aclose` the coroutine is closed without having run.
        """
        if self._is_closed:
            coro.close()
            return
        if key is None:
            key = object()
        else:
            self.cancel(key)
        task = asyncio.get_running_loop().create_task(self._guard(coro))
        self._tasks[key] = task
        self._running.add(task)
        task.add_done_callback(_Forget(self._tasks, key, coro))
        task.add_done_callback(self._running.discard)

    def cancel(self, key: Hashable) -> bool:
        """Cancel the task of `key`; return whether one was running."""
        task = self._tasks.get(key)
        return task is not None and task.cancel()

    def is_running(self, key: Hashable) -> bool:
        """Whether a task of this key has not ended yet."""
        return key in self._tasks

    async def aclose(self) -> None:
        """Cancel all tasks and wait until each has cleaned up."""
        self._is_closed = True
        tasks = list(self._running)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    async def _guard(self, coro: Coroutine[Any, Any, Any]) -> None:
        try:
            await coro
        except Exception as error:
            if self._on_error is None:
                logger.exception("A task failed")
            else:
                self._on_error(error)


class _Forget:
    """Drops a finished task, unless a newer one took its key."""

    def __init__(
        self,
        tasks: dict[Hashable, asyncio.Task[None]],
        key: Hashable,
        coro: Coroutine[Any, Any, Any],
    ) -> None:
        self._tasks = tasks
        self._key = key
        self._coro = coro

    def __call__(self, task: asyncio.Task[None]) -> None:
        if self._tasks.get(self._key) is task:
            del self._tasks[self._key]
        # A task that was cancelled before its first step never began to run it.
        self._coro.close()
