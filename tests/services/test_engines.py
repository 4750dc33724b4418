"""Which model answers: the rules of the choice, one by one."""

from __future__ import annotations

import asyncio

import pytest

from desktop_chat.domain.changes import EnginesChanged
from desktop_chat.domain.errors import (
    EngineFailedError,
    ModelChoiceNeededError,
    ModelNotFoundError,
    NoModelAnywhereError,
    NotAServerError,
    ServerUnreachableError,
)
from desktop_chat.domain.model_info import EMBEDDED, LM_STUDIO, ModelInfo, ModelKind, ModelRef
from desktop_chat.services.broadcast import Broadcast
from desktop_chat.services.engines import EngineState
from desktop_chat.services.tasks import TaskScope
from tests.fakes.engines import FakeChoices, FakeEngine, chat_model, engine_service

pytestmark = pytest.mark.anyio

A, B = chat_model("a"), chat_model("b")
LOADED_B = chat_model("b", is_loaded=True)
LOADED_C = chat_model("c", is_loaded=True)
EMBEDDING = ModelInfo("e", "e", ModelKind.EMBEDDING)
LOCAL = ModelInfo("/models/tiny.Q4.gguf", "tiny", ModelKind.CHAT)
ABSENT = ServerUnreachableError(url="http://127.0.0.1:1")


@pytest.mark.parametrize(
    ("lm_studio", "last", "expected"),
    [
        ([A, LOADED_B], None, ModelRef(LM_STUDIO, "b")),
        ([A], None, ModelRef(LM_STUDIO, "a")),
        ([EMBEDDING, A], None, ModelRef(LM_STUDIO, "a")),
        ([A, B], ModelRef(LM_STUDIO, "b"), ModelRef(LM_STUDIO, "b")),
        ([A, LOADED_B], ModelRef(LM_STUDIO, "a"), ModelRef(LM_STUDIO, "b")),
        ([LOADED_B, LOADED_C], ModelRef(LM_STUDIO, "c"), ModelRef(LM_STUDIO, "c")),
        ([], None, ModelRef(EMBEDDED, LOCAL.id)),
        ([EMBEDDING], None, ModelRef(EMBEDDED, LOCAL.id)),
    ],
)
async def test_default_model_follows_the_rules(
    lm_studio: list[ModelInfo], last: ModelRef | None, expected: ModelRef
) -> None:
    service = engine_service(FakeEngine(*lm_studio), FakeEngine(LOCAL), FakeChoices(last=last))
    await service.refresh()
    assert service.default_ref() == expected


@pytest.mark.parametrize("models", [[A, B], [LOADED_B, LOADED_C]])
async def test_default_model_unclear_is_a_question_never_the_first(models: list[ModelInfo]) -> None:
    service = engine_service(FakeEngine(*models), FakeEngine(LOCAL))
    await service.refresh()
    with pytest.raises(ModelChoiceNeededError):
        service.default_ref()


async def test_default_model_server_absent_is_the_embedded_one() -> None:
    service = engine_service(FakeEngine(error=ABSENT), FakeEngine(LOCAL))
    await service.refresh()
    assert service.default_ref() == ModelRef(EMBEDDED, LOCAL.id)
    assert service.status(LM_STUDIO).state is EngineState.ABSENT


async def test_model_asked_for_that_nobody_has_is_an_error_not_another_model() -> None:
    service = engine_service(FakeEngine(A), FakeEngine(LOCAL), FakeChoices(asked="zzz"))
    await service.refresh()
    with pytest.raises(ModelNotFoundError, match="zzz"):
        service.default_ref()


@pytest.mark.parametrize("name", ["TINY", "tiny.q4", "tiny.Q4.gguf", "/models/tiny.Q4.gguf"])
async def test_model_asked_for_is_found_by_id_name_or_file(name: str) -> None:
    service = engine_service(FakeEngine(A), FakeEngine(LOCAL), FakeChoices(asked=name))
    await service.refresh()
    assert service.default_ref() == ModelRef(EMBEDDED, LOCAL.id)


async def test_no_model_anywhere_says_the_three_ways() -> None:
    service = engine_service(FakeEngine(error=ABSENT), FakeEngine())
    await service.refresh()
    with pytest.raises(NoModelAnywhereError, match=r"LM Studio.*GGUF.*starter"):
        service.default_ref()


class Counter:
    def __init__(self, broadcast: Broadcast) -> None:
        self.count = 0
        broadcast.subscribe(EnginesChanged, self.on_changed)

    def on_changed(self, _event: EnginesChanged) -> None:
        self.count += 1


async def test_refresh_nothing_new_broadcasts_once() -> None:
    broadcast = Broadcast()
    counter = Counter(broadcast)
    service = engine_service(FakeEngine(error=ABSENT), FakeEngine(LOCAL), broadcast=broadcast)
    await service.refresh()
    service._engines[LM_STUDIO].error = ServerUnreachableError(  # type: ignore[attr-defined]
        url="http://127.0.0.1:1"
    )
    await service.refresh()
    assert counter.count == 1


async def test_watch_server_that_comes_up_later_is_noticed() -> None:
    lm_studio = FakeEngine(error=ABSENT)
    service = engine_service(lm_studio, FakeEngine(LOCAL))
    scope = TaskScope()
    scope.spawn(service.watch())
    while service.status(LM_STUDIO).state is not EngineState.ABSENT:
        await asyncio.sleep(0.001)
    lm_studio.error = None
    lm_studio.models = [LOADED_B]
    service.look_now()
    while service.status(LM_STUDIO).state is not EngineState.READY:
        await asyncio.sleep(0.001)
    await scope.aclose()


async def test_refresh_wrong_answer_is_kept_as_the_engines_error() -> None:
    service = engine_service(FakeEngine(error=NotAServerError(url="u", detail="")))
    await service.refresh()
    status = service.status(LM_STUDIO)
    assert status.state is EngineState.WRONG
    assert status.error is not None


@pytest.mark.parametrize("expected_logs", [["Looking at engine embedded failed"]])
async def test_refresh_foreign_exception_of_a_look_is_the_engines_failure(
    expected_logs: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    service = engine_service(FakeEngine(A), FakeEngine(error=RuntimeError("Symlink loop")))
    for _ in range(2):
        await service.refresh()
    async with asyncio.timeout(10):
        await service.until_known()
    assert service.status(LM_STUDIO).state is EngineState.READY
    status = service.status(EMBEDDED)
    assert status.state is EngineState.WRONG
    assert isinstance(status.error, EngineFailedError)
    assert "Symlink loop" in str(status.error)
    assert len([r for r in caplog.records if r.levelname == "ERROR"]) == 1


class SlowEngine(FakeEngine):
    """Looks only as long as it is let."""

    def __init__(self) -> None:
        super().__init__(LOCAL)
        self.looks = 0
        self.go_on = asyncio.Event()

    async def look(self) -> list[ModelInfo]:
        self.looks += 1
        await self.go_on.wait()
        return await super().look()


@pytest.mark.parametrize("nth", [1, 2])
async def test_look_now_during_a_look_leads_to_another(nth: int) -> None:
    slow = SlowEngine()
    service = engine_service(FakeEngine(A), slow)
    scope = TaskScope()
    scope.spawn(service.watch())
    async with asyncio.timeout(10):
        for looks in range(1, nth + 1):
            await until_looks(slow, looks)
            service.look_now()
            slow.go_on.set()
            await until_looks(slow, looks + 1)
    await scope.aclose()


async def until_looks(engine: SlowEngine, count: int) -> None:
    while engine.looks < count:
        await asyncio.sleep(0.001)
