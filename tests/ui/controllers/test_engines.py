"""Who answers, as the window shows it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from desktop_chat.domain.changes import SettingChanged
from desktop_chat.domain.errors import NotAServerError, ServerUnreachableError
from desktop_chat.domain.model_info import EMBEDDED, LM_STUDIO, ModelInfo, ModelKind, ModelRef
from desktop_chat.services.broadcast import Broadcast
from desktop_chat.services.engines.service import EngineService
from desktop_chat.services.tasks import TaskScope
from desktop_chat.ui.controllers.engines import (
    CHOOSE_MODEL,
    OPEN_SETTINGS,
    USE_LM_STUDIO,
    EngineFooter,
    EnginesController,
)
from desktop_chat.ui.controllers.status import ERROR, IDLE, WARNING
from tests.fakes.engines import FakeChoices, FakeEngine, chat_model
from tests.ui.controllers.signal_log import SignalLog
from tests.ui.waiting import until

A, B = chat_model("a", context=8192), chat_model("b")
LOCAL = ModelInfo("/models/tiny.gguf", "Tiny", ModelKind.CHAT)
ABSENT = ServerUnreachableError(url="http://127.0.0.1:1")
WRONG = NotAServerError(url="http://127.0.0.1:1", detail="")
SIGNALS = (
    "engines_changed",
    "current_changed",
    "context_changed",
    "footer_changed",
    "status_changed",
    "welcome_changed",
)


class Bench:
    def __init__(self) -> None:
        self.broadcast = Broadcast()
        self.lm_studio, self.embedded = FakeEngine(error=ABSENT), FakeEngine()
        self.choices = FakeChoices()
        self.engines = EngineService(
            {LM_STUDIO: self.lm_studio, EMBEDDED: self.embedded}, self.choices, self.broadcast
        )
        self.controller = EnginesController(self.engines)
        self.controller.listen(self.broadcast)
        self.log = SignalLog(self.controller, *SIGNALS)

    async def refresh(self, lm_studio: Any = None, embedded: tuple[ModelInfo, ...] = ()) -> None:
        """Let the engines have these models, or LM Studio this error."""
        is_error = isinstance(lm_studio, Exception)
        self.lm_studio.error = lm_studio if is_error else None
        self.lm_studio.models = [] if is_error else list(lm_studio or ())
        self.embedded.models = list(embedded)
        await self.engines.refresh()


@pytest.fixture
def bench(qloop: asyncio.Runner) -> Bench:
    async def make() -> Bench:
        return Bench()

    return qloop.run(make())


def test_before_the_first_look_it_is_looking(bench: Bench) -> None:
    bench.controller.update()
    assert bench.log["current_changed"] == [(None, "Looking for models…")]
    assert bench.log["welcome_changed"] == [("checking", "")]
    assert bench.log.last("footer_changed").is_checking
    assert bench.log.last("status_changed").kind == IDLE


def test_server_with_one_model_answers_with_it(qloop: asyncio.Runner, bench: Bench) -> None:
    qloop.run(bench.refresh([A], (LOCAL,)))
    assert bench.log["current_changed"] == [(ModelRef(LM_STUDIO, "a"), "a")]
    assert bench.log["context_changed"] == [(8192,)]
    assert bench.log["welcome_changed"] == [("ready", "a")]
    assert bench.log.last("footer_changed") == EngineFooter("LM Studio", "connected", is_ok=True)
    assert bench.log.last("status_changed").text == "LM Studio answers with a"
    assert len(bench.log["engines_changed"]) == 1


def test_server_absent_is_answered_by_the_embedded_engine(
    qloop: asyncio.Runner, bench: Bench
) -> None:
    qloop.run(bench.refresh(ABSENT, (LOCAL,)))
    status = bench.log.last("status_changed")
    assert (status.text, status.action) == ("Built-in engine answers with Tiny", "")
    assert bench.log.last("footer_changed") == EngineFooter("Built-in engine", "ready", is_ok=True)
    assert bench.log["context_changed"] == [(-1,)]


def test_server_that_comes_up_later_is_offered_to_a_chat_of_the_embedded_engine(
    qloop: asyncio.Runner, bench: Bench
) -> None:
    qloop.run(bench.refresh(ABSENT, (LOCAL,)))
    bench.controller.on_model_changed(ModelRef(EMBEDDED, LOCAL.id))
    assert bench.controller.offered is None
    qloop.run(bench.refresh([A], (LOCAL,)))
    status = bench.log.last("status_changed")
    assert (status.action, status.action_label) == (USE_LM_STUDIO, "Use LM Studio")
    assert bench.controller.offered == ModelRef(LM_STUDIO, "a")


def test_server_with_several_models_is_not_offered_by_its_first(
    qloop: asyncio.Runner, bench: Bench
) -> None:
    bench.controller.on_model_changed(ModelRef(EMBEDDED, LOCAL.id))
    qloop.run(bench.refresh([A, B], (LOCAL,)))
    assert bench.controller.offered is None


def test_several_models_are_a_question(qloop: asyncio.Runner, bench: Bench) -> None:
    qloop.run(bench.refresh([A, B]))
    assert bench.log.last("current_changed") is None
    assert bench.log["current_changed"][-1][1] == "Choose a model"
    status = bench.log.last("status_changed")
    assert (status.kind, status.action) == (WARNING, CHOOSE_MODEL)


def test_nothing_anywhere_offers_the_ways_to_a_model(qloop: asyncio.Runner, bench: Bench) -> None:
    qloop.run(bench.refresh(ABSENT))
    assert bench.log["welcome_changed"] == [("no_model", "")]
    assert bench.log["current_changed"] == [(None, "No model")]
    assert bench.log.last("status_changed").text == "No model yet"


def test_wrong_address_says_what_answers_there(qloop: asyncio.Runner, bench: Bench) -> None:
    qloop.run(bench.refresh(WRONG))
    status = bench.log.last("status_changed")
    assert (status.kind, status.action) == (ERROR, OPEN_SETTINGS)
    assert "not a model server" in status.text
    assert bench.log["welcome_changed"][-1] == ("no_model", status.text)


def test_wrong_address_beside_the_embedded_engine_warns(
    qloop: asyncio.Runner, bench: Bench
) -> None:
    qloop.run(bench.refresh(WRONG, (LOCAL,)))
    status = bench.log.last("status_changed")
    assert (status.kind, status.action) == (WARNING, OPEN_SETTINGS)
    assert status.text.startswith("Built-in engine answers with Tiny · ")


def test_model_asked_for_that_is_not_there_is_an_error(qloop: asyncio.Runner, bench: Bench) -> None:
    bench.choices.asked = "zzz"
    qloop.run(bench.refresh([A]))
    status = bench.log.last("status_changed")
    assert (status.kind, status.action) == (ERROR, CHOOSE_MODEL)
    assert "zzz" in status.text


def test_chat_keeps_its_model_when_the_server_goes(qloop: asyncio.Runner, bench: Bench) -> None:
    qloop.run(bench.refresh([A], (LOCAL,)))
    bench.controller.on_model_changed(ModelRef(LM_STUDIO, "a"))
    qloop.run(bench.refresh(ABSENT, (LOCAL,)))
    assert bench.log.last("current_changed") == ModelRef(LM_STUDIO, "a")
    status = bench.log.last("status_changed")
    assert (status.text, status.kind) == ("LM Studio · not running", WARNING)
    assert not bench.log.last("footer_changed").is_ok


def test_chat_of_an_engine_that_is_not_known_does_no_harm(
    qloop: asyncio.Runner, bench: Bench
) -> None:
    qloop.run(bench.refresh([A]))
    bench.controller.on_model_changed(ModelRef("some-cloud", "big"))
    assert bench.log["current_changed"][-1] == (ModelRef("some-cloud", "big"), "big")
    assert bench.log.last("status_changed").kind == WARNING


def test_change_of_the_server_settings_makes_the_watch_look_at_once(
    qloop: asyncio.Runner, bench: Bench
) -> None:
    async def scenario() -> None:
        scope = TaskScope()
        scope.spawn(bench.engines.watch())
        await until(lambda: bench.log["engines_changed"])
        bench.lm_studio.error, bench.lm_studio.models = None, [A]
        bench.broadcast.publish(SettingChanged("appearance.theme"))
        bench.broadcast.publish(SettingChanged("server.url"))
        await until(lambda: bench.log.last("current_changed") == ModelRef(LM_STUDIO, "a"), 2.5)
        await scope.aclose()

    qloop.run(scenario())
