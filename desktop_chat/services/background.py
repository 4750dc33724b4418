"""Threads for slow work, so that the event loop never waits for a disk or a key store."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import functools
import queue
import threading
import time
from concurrent.futures import Executor, Future
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar
from weakref import WeakSet

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
T = TypeVar("T")

END_WAIT_S = 1.0

Job = tuple["Future[Any]", "Callable[[], Any]"]


class Worker:
    """One thread that runs jobs in the order in which they were given.

    The writer of the database is such a worker: order is what makes "stored before sent" true.
    The thread starts with the first job.

    Args:
        name: The thread's name, for logs and crash reports.
        is_daemon: Whether the program may end while a job runs. For calls that can hang for
            ever, such as those to a key store; never for the database.
    """

    def __init__(self, name: str, *, is_daemon: bool = False) -> None:
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name=name, daemon=is_daemon)
        self._is_closed = False
        self._is_abandoned = False

    def submit(self, job: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Queue a job and return at once.

        Raises:
            RuntimeError: The worker is closed; the job would wait for ever.
        """
        if self._is_closed:
            raise RuntimeError(f"{self._thread.name} is closed")
        future: Future[T] = Future()
        self._jobs.put((future, functools.partial(job, *args, **kwargs)))
        if self._thread.ident is None:
            self._thread.start()
            if self._thread.daemon:
                _daemons.add(self)
        return future

    async def run(self, job: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Queue a job and wait for its result.

        When the waiting task is cancelled, a job that was queued is still done: what was
        promised to the user gets written.
        """
        return await result_of(self.submit(job, *args, **kwargs))

    def close(self) -> None:
        """Finish the queued jobs, then end the thread; a daemon thread is not waited for."""
        self._is_closed = True
        self._jobs.put(None)
        if self._thread.ident is not None and not self._thread.daemon:
            self._thread.join()

    def abandon(self, wait_s: float) -> None:
        """Drop the queued jobs and wait for the one that runs, but no longer than `wait_s`."""
        self._is_abandoned = True
        self.close()
        self._thread.join(wait_s)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            if self._is_abandoned:
                job[0].cancel()
            else:
                _do(*job)
            # Or the last job's result would stay alive until the next one comes.
            del job


def _do(future: Future[Any], call: Callable[[], Any]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        result = call()
    except BaseException as error:  # noqa: BLE001 it belongs to whoever waits
        future.set_exception(error)
    else:
        future.set_result(result)


class JobThreads(Executor):
    """Some threads for jobs in no order, such as those of `asyncio.to_thread`.

    The end of the program does not wait for a job that hangs, for example a look-up of a host's
    name: that takes half a minute where the network has just gone, and the next start would
    find the data directory in use all that time.

    Args:
        name: Of the threads, for logs and crash reports.
        size: The most threads; each starts when a job finds none free.
    """

    def __init__(self, name: str, size: int) -> None:
        self._name = name
        self._size = size
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._free = threading.Semaphore(0)
        self._threads: list[threading.Thread] = []
        self._is_closed = False

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Queue a job and return at once; called on one thread.

        Raises:
            RuntimeError: The threads are closed.
        """
        if self._is_closed:
            raise RuntimeError(f"{self._name} is closed")
        future: Future[T] = Future()
        self._jobs.put((future, functools.partial(fn, *args, **kwargs)))
        if not self._free.acquire(blocking=False) and len(self._threads) < self._size:
            thread = threading.Thread(target=self._work, name=self._name, daemon=True)
            self._threads.append(thread)
            thread.start()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Drop what has not begun, and wait a short time for what has."""
        self._is_closed = True
        with contextlib.suppress(queue.Empty):
            while job := self._jobs.get_nowait():
                job[0].cancel()
        for _ in self._threads:
            self._jobs.put(None)
        until = time.monotonic() + END_WAIT_S
        for thread in self._threads if wait else ():
            thread.join(max(0.0, until - time.monotonic()))

    def _work(self) -> None:
        while (job := self._next()) is not None:
            _do(*job)
            # Or the last job's result would stay alive until the next one comes.
            del job

    def _next(self) -> Job | None:
        try:
            return self._jobs.get_nowait()
        except queue.Empty:
            self._free.release()
            return self._jobs.get()


_daemons: WeakSet[Worker] = WeakSet()


@atexit.register
def _end_daemons() -> None:
    """A thread that still runs Python while the interpreter is taken down crashes the process."""
    for worker in list(_daemons):
        worker.abandon(END_WAIT_S)


async def result_of(job: Future[T]) -> T:
    """Wait for a job that was submitted; cancelling the waiter does not cancel the job."""
    future = asyncio.wrap_future(job)
    # Without it the loop reports an error that came after its waiter had been cancelled.
    future.add_done_callback(_retrieve)
    return await asyncio.shield(future)


async def outcome_of(job: Future[T]) -> tuple[T, bool]:
    """Wait for a short job to its end, even if the waiter is cancelled meanwhile.

    Returns:
        Its result, and whether the waiter was cancelled; the caller has to act on that.
    """
    try:
        return await result_of(job), False
    except asyncio.CancelledError:
        return await result_of(job), True


def _retrieve(future: asyncio.Future[Any]) -> None:
    if not future.cancelled():
        future.exception()
