"""Tasks that live no longer than their owner."""

from __future__ import annotations

import asyncio

import pytest

from desktop_chat.services.tasks import TaskScope

pytestmark = pytest.mark.anyio


class Job:
    """Waits until it is told to go on, and notes how it ended."""

    def __init__(self, cleaning_turns: int = 1) -> None:
        self.cleaning_turns = cleaning_turns
        self.go_on = asyncio.Event()
        self.started = asyncio.Event()
        self.end = ""

    async def run(self) -> None:
        try:
            self.started.set()
            await self.go_on.wait()
            self.end = "done"
        except asyncio.CancelledError:
            for _ in range(self.cleaning_turns):
                await asyncio.sleep(0)
            self.end = "cleaned up"
            raise


class Errors:
    def __init__(self) -> None:
        self.caught: list[Exception] = []

    def add(self, error: Exception) -> None:
        self.caught.append(error)


async def fails() -> None:
    raise ValueError("broken")


async def test_spawn_runs_to_the_end_and_is_forgotten() -> None:
    scope, job = TaskScope(), Job()
    scope.spawn(job.run(), key="a")
    await job.started.wait()
    assert scope.is_running("a")
    job.go_on.set()
    while scope.is_running("a"):
        await asyncio.sleep(0)
    assert job.end == "done"


async def test_spawn_same_key_cancels_the_older_one_only() -> None:
    scope, old, new, other = TaskScope(), Job(), Job(), Job()
    scope.spawn(other.run(), key="other")
    scope.spawn(old.run(), key="a")
    await old.started.wait()
    scope.spawn(new.run(), key="a")
    await new.started.wait()
    while not old.end:
        await asyncio.sleep(0)
    assert scope.is_running("a")
    assert not other.end
    await scope.aclose()


async def test_spawn_without_a_key_replaces_nothing() -> None:
    scope, jobs = TaskScope(), [Job(), Job()]
    for job in jobs:
        scope.spawn(job.run())
    for job in jobs:
        await job.started.wait()
    await scope.aclose()
    assert [job.end for job in jobs] == ["cleaned up", "cleaned up"]


async def test_spawn_replaced_before_it_began_is_closed_without_a_warning() -> None:
    scope, old, new = TaskScope(), Job(), Job()
    scope.spawn(old.run(), key="a")
    scope.spawn(new.run(), key="a")
    await new.started.wait()
    assert not old.started.is_set()
    await scope.aclose()


async def test_aclose_waits_until_each_task_has_cleaned_up() -> None:
    scope, job = TaskScope(), Job()
    scope.spawn(job.run())
    await job.started.wait()
    await scope.aclose()
    assert job.end == "cleaned up"


async def test_spawn_after_aclose_runs_nothing() -> None:
    scope, job = TaskScope(), Job()
    await scope.aclose()
    scope.spawn(job.run())
    await asyncio.sleep(0)
    assert not job.started.is_set()


async def test_aclose_from_one_of_the_tasks_of_another_scope_is_not_lost() -> None:
    outer, inner, job = TaskScope(), TaskScope(), Job()
    inner.spawn(job.run())
    await job.started.wait()
    outer.spawn(inner.aclose(), key="close")
    while outer.is_running("close"):
        await asyncio.sleep(0)
    assert job.end == "cleaned up"


async def test_cancel_says_whether_something_ran() -> None:
    scope, job = TaskScope(), Job()
    assert not scope.cancel("a")
    scope.spawn(job.run(), key="a")
    await job.started.wait()
    assert scope.cancel("a")
    await scope.aclose()


async def test_error_goes_to_the_handler() -> None:
    errors = Errors()
    scope = TaskScope(on_error=errors.add)
    scope.spawn(fails(), key="a")
    while scope.is_running("a"):
        await asyncio.sleep(0)
    assert [str(error) for error in errors.caught] == ["broken"]


@pytest.mark.parametrize("expected_logs", [["A task failed"]])
async def test_error_without_a_handler_is_logged(expected_logs: list[str]) -> None:
    scope = TaskScope()
    scope.spawn(fails(), key="a")
    while scope.is_running("a"):
        await asyncio.sleep(0)


async def test_cancelled_task_is_no_error() -> None:
    errors, job = Errors(), Job()
    scope = TaskScope(on_error=errors.add)
    scope.spawn(job.run())
    await job.started.wait()
    await scope.aclose()
    assert not errors.caught


async def test_aclose_waits_for_a_task_that_was_replaced() -> None:
    scope, old, new = TaskScope(), Job(cleaning_turns=50), Job()
    scope.spawn(old.run(), key="a")
    await old.started.wait()
    scope.spawn(new.run(), key="a")
    await scope.aclose()
    assert old.end == "cleaned up"
