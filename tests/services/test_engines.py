"""Which model answers: the rules of the choice, one by one."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from desktop_chat.domain.changes import EnginesChanged, ReplyEnded, TurnStarted
from desktop_chat.domain.chat import Chat, ChatId
from desktop_chat.domain.engine_features import EngineFeatures
from desktop_chat.domain.errors import (
    EngineFailedError,
    ModelChoiceNeededError,
    ModelNotFoundError,
    NoModelAnywhereError,
    NotAServerError,
    ServerUnreachableError,
)
from desktop_chat.domain.message import Message, MessageId, MessageStatus, Sender
from desktop_chat.domain.model_info import EMBEDDED, LM_STUDIO, ModelInfo, ModelKind, ModelRef
from desktop_chat.services.broadcast import Broadcast
from desktop_chat.services.engines.service import EngineService, EngineState
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


ACCOUNT = "server-1"
NOW = datetime.now(UTC)


async def answers_by(service: EngineService, account_id: str, chat_id: int = 7) -> Message:
    """Tell the service that this engine writes a reply; returned is how it fails."""
    chat = Chat(ChatId(chat_id), "", NOW, NOW, model_ref=ModelRef(account_id, "a"))
    reply = Message(MessageId(1), ChatId(chat_id), None, Sender.LLM, "", NOW)
    service._broadcast.publish(TurnStarted(chat, None, reply))
    return replace(reply, status=MessageStatus.FAILED)


async def test_account_engine_comes_with_its_label_and_goes() -> None:
    broadcast = Broadcast()
    counter = Counter(broadcast)
    service = engine_service(FakeEngine(A), FakeEngine(LOCAL), broadcast=broadcast)
    account = FakeEngine(B)
    account.label = "Cluster"
    service.set_accounts({ACCOUNT: account})
    assert service.status(ACCOUNT).name == "Cluster"
    assert service.status(ACCOUNT).state is EngineState.CHECKING
    await service.refresh(ACCOUNT)
    assert service.status(ACCOUNT).models == (B,)
    assert service.provider(ACCOUNT) is account.provider
    service.set_accounts({})
    assert service.status(ACCOUNT).state is EngineState.ABSENT
    with pytest.raises(ModelNotFoundError):
        service.provider(ACCOUNT)
    assert counter.count == 3
    await service.aclose()
    assert account.is_closed


async def test_account_engine_features_are_told_after_a_look() -> None:
    service = engine_service(FakeEngine(A))
    account = FakeEngine(B)
    service.set_accounts({ACCOUNT: account})
    account.features = EngineFeatures(can_unload=True)
    await service.refresh(ACCOUNT)
    assert service.features(ACCOUNT).can_unload
    assert not service.features("server-9").can_unload
    await service.aclose()


@pytest.mark.parametrize(
    ("lm_studio", "last", "expected"),
    [
        ([A], ModelRef(ACCOUNT, "b"), ModelRef(LM_STUDIO, "a")),
        ([], ModelRef(ACCOUNT, "b"), ModelRef(ACCOUNT, "b")),
        ([], ModelRef(EMBEDDED, LOCAL.id), ModelRef(EMBEDDED, LOCAL.id)),
        ([], ModelRef("server-2", "b"), ModelRef(EMBEDDED, LOCAL.id)),
        ([], None, ModelRef(EMBEDDED, LOCAL.id)),
    ],
)
async def test_account_becomes_the_default_only_by_the_users_choice(
    lm_studio: list[ModelInfo], last: ModelRef | None, expected: ModelRef
) -> None:
    service = engine_service(FakeEngine(*lm_studio), FakeEngine(LOCAL), FakeChoices(last=last))
    service.set_accounts({ACCOUNT: FakeEngine(A, B)})
    await service.refresh()
    assert service.default_ref() == expected
    await service.aclose()


async def test_account_chosen_last_but_absent_leaves_the_embedded_engine() -> None:
    choices = FakeChoices(last=ModelRef(ACCOUNT, "b"))
    service = engine_service(FakeEngine(), FakeEngine(LOCAL), choices)
    service.set_accounts({ACCOUNT: FakeEngine(error=ABSENT)})
    await service.refresh()
    assert service.default_ref() == ModelRef(EMBEDDED, LOCAL.id)
    await service.aclose()


async def test_model_asked_for_by_name_is_found_on_an_account_after_the_own_engines() -> None:
    service = engine_service(FakeEngine(A), FakeEngine(LOCAL))
    service.set_accounts({ACCOUNT: FakeEngine(A, B)})
    await service.refresh()
    assert service.find("b") == ModelRef(ACCOUNT, "b")
    assert service.find("a") == ModelRef(LM_STUDIO, "a")
    await service.aclose()


async def test_until_known_waits_for_no_account_but_the_one_chosen_last() -> None:
    slow = SlowEngine()
    service = engine_service(FakeEngine(A), FakeEngine(LOCAL))
    service.set_accounts({ACCOUNT: slow})
    scope = TaskScope()
    scope.spawn(service.watch())
    async with asyncio.timeout(10):
        await service.until_known()
        await until_looks(slow, 1)
    assert service.status(ACCOUNT).state is EngineState.CHECKING
    await scope.aclose()
    await service.aclose()


@pytest.mark.parametrize("is_there", [True, False])
async def test_account_chosen_last_is_waited_for_only_without_lm_studio(is_there: bool) -> None:
    slow = SlowEngine()
    lm_studio = FakeEngine(A) if is_there else FakeEngine(error=ABSENT)
    choices = FakeChoices(last=ModelRef(ACCOUNT, LOCAL.id))
    service = engine_service(lm_studio, FakeEngine(), choices)
    service.set_accounts({ACCOUNT: slow})
    scope = TaskScope()
    scope.spawn(service.refresh_for("", None), key="question")
    async with asyncio.timeout(10):
        while scope.is_running("question") and not slow.looks:
            await asyncio.sleep(0.001)
        assert slow.looks == (0 if is_there else 1)
        slow.go_on.set()
        await service.until_known()
    account_id = LM_STUDIO if is_there else ACCOUNT
    assert service.default_ref().account_id == account_id
    await scope.aclose()
    await service.aclose()


async def test_slow_account_holds_nothing_back_in_the_watch() -> None:
    slow, lm_studio = SlowEngine(), FakeEngine(error=ABSENT)
    service = engine_service(lm_studio, FakeEngine(LOCAL))
    service.set_accounts({ACCOUNT: slow})
    scope = TaskScope()
    scope.spawn(service.watch())
    async with asyncio.timeout(10):
        await until_looks(slow, 1)
        lm_studio.error, lm_studio.models = None, [A]
        service.look_now()
        while service.status(LM_STUDIO).state is not EngineState.READY:
            await asyncio.sleep(0.001)
    await scope.aclose()
    await service.aclose()


async def test_account_replaced_during_its_look_keeps_nothing_of_the_old_one() -> None:
    slow = SlowEngine()
    service = engine_service(FakeEngine(A))
    service.set_accounts({ACCOUNT: slow})
    scope = TaskScope()
    scope.spawn(service.refresh(ACCOUNT))
    await until_looks(slow, 1)
    service.set_accounts({ACCOUNT: FakeEngine(B)})
    slow.go_on.set()
    while scope._running:
        await asyncio.sleep(0.001)
    assert service.status(ACCOUNT).state is EngineState.CHECKING
    await service.aclose()


async def test_account_that_goes_while_it_answers_is_closed_only_at_the_end() -> None:
    service = engine_service(FakeEngine(A))
    account = FakeEngine(B)
    service.set_accounts({ACCOUNT: account})
    await answers_by(service, ACCOUNT)
    service.set_accounts({})
    await asyncio.sleep(0)
    assert not account.is_closed
    await service.aclose()
    assert account.is_closed


async def test_row_53_silence_while_an_engine_answers_keeps_its_old_list() -> None:
    lm_studio = FakeEngine(A)
    service = engine_service(lm_studio)
    await service.refresh()
    failed = await answers_by(service, LM_STUDIO)
    lm_studio.error = ABSENT
    await service.refresh(LM_STUDIO)
    assert service.status(LM_STUDIO).models == (A,)
    service._broadcast.publish(ReplyEnded(failed))
    await service.refresh(LM_STUDIO)
    assert service.status(LM_STUDIO).state is EngineState.ABSENT


async def test_account_is_looked_at_when_due_and_not_while_it_answers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("desktop_chat.services.engines.service.WATCH_EVERY_S", 0.001)
    monkeypatch.setattr("desktop_chat.services.engines.service.ACCOUNT_WATCH_EVERY_S", 0.001)
    lm_studio, account = FakeEngine(A), FakeEngine(B)
    service = engine_service(lm_studio, FakeEngine(LOCAL))
    service.set_accounts({ACCOUNT: account})
    scope = TaskScope()
    scope.spawn(service.watch())
    async with asyncio.timeout(10):
        while account.times_looked < 3:
            await asyncio.sleep(0.001)
        failed = await answers_by(service, ACCOUNT)
        seen, others = account.times_looked, lm_studio.times_looked
        while lm_studio.times_looked < others + 5:
            await asyncio.sleep(0.001)
        assert account.times_looked <= seen + 1  # one may have been under way
        service._broadcast.publish(ReplyEnded(failed))
        while account.times_looked < seen + 3:
            await asyncio.sleep(0.001)
    await scope.aclose()
    await service.aclose()


@pytest.mark.parametrize(
    ("model", "chat_ref", "looks"),
    [
        ("", None, (0, 0)),
        ("a", None, (0, 0)),
        ("b", None, (1, 1)),
        ("", ModelRef(ACCOUNT, "b"), (1, 0)),
        ("", ModelRef("server-gone", "b"), (0, 0)),
    ],
)
async def test_refresh_for_a_question_looks_at_no_more_accounts_than_needed(
    model: str, chat_ref: ModelRef | None, looks: tuple[int, int]
) -> None:
    first, second = FakeEngine(B), FakeEngine()
    service = engine_service(FakeEngine(A), FakeEngine(LOCAL))
    service.set_accounts({ACCOUNT: first, "server-2": second})
    await service.refresh_for(model, chat_ref)
    assert service.status(LM_STUDIO).state is EngineState.READY
    assert (first.times_looked, second.times_looked) == looks
    await service.aclose()
