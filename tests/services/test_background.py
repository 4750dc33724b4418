"""The thread for slow work."""

from __future__ import annotations

import asyncio
import gc
import threading
import weakref
from typing import TYPE_CHECKING

import pytest

from desktop_chat.services.background import JobThreads, Worker
from desktop_chat.services.tasks import TaskScope

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.anyio


@pytest.fixture
def worker() -> Iterator[Worker]:
    made = Worker("test-worker")
    yield made
    made.close()


class Result:
    """Something that can be watched."""


def fail(error: BaseException) -> None:
    raise error


async def test_run_returns_the_result_from_another_thread(worker: Worker) -> None:
    name = await worker.run(lambda: threading.current_thread().name)
    assert name == "test-worker"


async def test_jobs_are_done_in_the_order_given(worker: Worker) -> None:
    done: list[int] = []
    for number in range(50):
        worker.submit(done.append, number)
    await worker.run(done.append, 50)
    assert done == list(range(51))


async def test_exception_reaches_the_waiter_and_the_thread_goes_on(worker: Worker) -> None:
    with pytest.raises(ValueError, match="broken"):
        await worker.run(fail, ValueError("broken"))
    with pytest.raises(SystemExit):
        await worker.run(fail, SystemExit(1))
    assert await worker.run(abs, -1) == 1


async def test_cancelled_waiter_does_not_cancel_the_job(worker: Worker) -> None:
    gate, done = threading.Event(), threading.Event()
    worker.submit(gate.wait)
    scope = TaskScope()
    scope.spawn(worker.run(done.set), key="job")
    await asyncio.sleep(0)
    await scope.aclose()
    gate.set()
    worker.close()
    assert done.is_set()


async def test_cancelled_waiters_failing_job_is_quiet(worker: Worker) -> None:
    gate = threading.Event()
    worker.submit(gate.wait)
    scope = TaskScope()
    scope.spawn(worker.run(fail, ValueError("late")))
    await asyncio.sleep(0)
    await scope.aclose()
    gate.set()
    assert await worker.run(abs, -1) == 1
    gc.collect()


async def test_close_finishes_what_is_queued() -> None:
    worker, done = Worker("test-worker"), list[int]()
    for number in range(20):
        worker.submit(done.append, number)
    worker.close()
    assert len(done) == 20


async def test_close_without_any_job_is_fine() -> None:
    Worker("test-worker").close()


async def test_submit_after_close_is_refused_instead_of_waiting_for_ever() -> None:
    worker = Worker("test-worker")
    await worker.run(abs, -1)
    worker.close()
    with pytest.raises(RuntimeError, match="test-worker"):
        await worker.run(abs, -1)


async def test_close_twice_is_fine() -> None:
    worker = Worker("test-worker")
    await worker.run(abs, -1)
    worker.close()
    worker.close()


async def test_close_daemon_does_not_wait_for_a_job_that_hangs() -> None:
    worker, gate = Worker("test-worker", is_daemon=True), threading.Event()
    worker.submit(gate.wait)
    worker.close()
    gate.set()


async def test_last_result_is_not_kept_alive(worker: Worker) -> None:
    result = await worker.run(Result)
    watched = weakref.ref(result)
    del result
    await worker.run(abs, -1)
    assert watched() is None


async def test_daemon_abandoned_drops_what_is_queued() -> None:
    worker = Worker("abandoned", is_daemon=True)
    begun, may_go = threading.Event(), threading.Event()

    def job() -> None:
        begun.set()
        may_go.wait(10)

    worker.submit(job)
    waiting = worker.submit(job)
    begun.wait(10)
    worker.abandon(0)
    may_go.set()
    worker.abandon(10)
    assert waiting.cancelled()
    with pytest.raises(RuntimeError):
        worker.submit(job)


def test_job_threads_run_jobs_side_by_side_and_reuse_a_free_thread() -> None:
    threads = JobThreads("test-job", 2)
    meeting = threading.Barrier(2)
    for job in [threads.submit(meeting.wait, 10) for _ in range(2)]:
        job.result(10)
    names = {threads.submit(threading.get_ident).result(10) for _ in range(20)}
    assert len(names) <= 2
    threads.shutdown()
    with pytest.raises(RuntimeError, match="test-job"):
        threads.submit(int)


def test_job_threads_end_without_the_job_that_hangs_and_drop_what_waits() -> None:
    threads = JobThreads("test-job", 1)
    begun, go_on = threading.Event(), threading.Event()

    def hang() -> None:
        begun.set()
        go_on.wait()

    hanging, waiting = threads.submit(hang), threads.submit(int)
    assert begun.wait(10)
    threads.shutdown()
    assert not hanging.done()
    assert waiting.cancelled()
    go_on.set()
    hanging.result(10)


def test_job_threads_keep_the_error_of_a_job_for_its_waiter() -> None:
    threads = JobThreads("test-job", 1)
    job = threads.submit(fail, ValueError("x"))
    with pytest.raises(ValueError, match="x"):
        job.result(10)
    threads.shutdown()
