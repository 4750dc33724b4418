"""One turn asked for from the command line."""

from __future__ import annotations

from typing import Any

import pytest

from desktop_chat.domain.errors import NotAServerError, ServerUnreachableError
from desktop_chat.domain.model_info import EMBEDDED, ModelInfo, ModelKind, ModelRef
from desktop_chat.domain.stream import ModelAnswered, StreamFinished, TextDelta, UsageReported
from desktop_chat.domain.usage import TokenUsage
from desktop_chat.services.ask import answer
from desktop_chat.services.engines.service import EngineService
from tests.fakes.engines import FakeChoices, FakeEngine, chat_model, engine_service
from tests.services.turn_bench import TurnBench, consume

pytestmark = pytest.mark.anyio

LOCAL = ModelInfo("/models/tiny.gguf", "Tiny", ModelKind.CHAT)
ABSENT = ServerUnreachableError(url="http://127.0.0.1:1")
REPLY = (ModelAnswered("a"), TextDelta("Hel"), TextDelta("lo"), StreamFinished("stop"))


async def asked(
    bench: TurnBench, text: str = "Hi", *, engines: EngineService | None = None, **more: Any
) -> list[dict[str, Any]]:
    request = {"text": text, **more}
    return await consume(
        answer(bench.service, engines or bench.engines, request, turns=bench.turns)
    )


def with_embedded(lm_studio: FakeEngine, *script: Any, asked_model: str = "") -> EngineService:
    embedded = FakeEngine(LOCAL)
    embedded.scripted.enqueue(*script)
    return engine_service(lm_studio, embedded, FakeChoices(asked=asked_model))


async def test_answer_streams_and_ends_with_the_result(bench: TurnBench) -> None:
    bench.engine.scripted.enqueue(
        ModelAnswered("alpha-q4"),
        TextDelta("Hel"),
        TextDelta("lo"),
        UsageReported(TokenUsage(5, 2)),
        StreamFinished("stop"),
    )
    items = await asked(bench)
    assert items[:-1] == [{"text": "Hel"}, {"text": "lo"}]
    result = items[-1]["result"]
    assert (result["content"], result["model"]) == ("Hello", "alpha-q4")
    assert (result["prompt_tokens"], result["completion_tokens"]) == (5, 2)
    assert result["finish_reason"] == "stop"
    assert bench.messages.get(result["message_id"]).chat_id == result["chat_id"]
    assert result["duration_ms"] >= result["time_to_first_token_ms"]


async def test_answer_failed_reply_is_the_error_after_its_text(bench: TurnBench) -> None:
    bench.engine.scripted.enqueue(TextDelta("half"))
    items = await asked(bench)
    assert items[0] == {"text": "half"}
    assert items[-1]["code"] == "connection_lost"
    assert bench.last_reply.content == "half"


async def test_answer_parameters_and_system_prompt_are_sent(bench: TurnBench) -> None:
    bench.engine.scripted.enqueue(*REPLY)
    await asked(bench, system="Be short.", temperature=0.5, max_tokens=9)
    request = bench.engine.scripted.requests[-1]
    assert request.system_prompt == "Be short."
    assert (request.params.temperature, request.params.max_tokens) == (0.5, 9)


async def test_answer_chat_id_continues_that_chat(bench: TurnBench) -> None:
    bench.engine.scripted.enqueue(*REPLY)
    bench.engine.scripted.enqueue(*REPLY)
    chat_id = (await asked(bench, "first"))[-1]["result"]["chat_id"]
    assert (await asked(bench, "second", chat_id=chat_id))[-1]["result"]["chat_id"] == chat_id
    turns = bench.engine.scripted.requests[-1].turns
    assert [turn.content for turn in turns] == ["first", "Hello", "second"]


async def test_answer_unknown_chat_is_an_error_that_stores_nothing(bench: TurnBench) -> None:
    items = await asked(bench, chat_id=4711)
    assert [item["code"] for item in items] == ["chat_not_found"]
    assert "4711" in items[0]["error"]
    assert bench.chats.count() == 0


@pytest.mark.parametrize(
    ("text", "code"), [(" ", "empty_message"), ("x" * 10**6 + "x", "message_too_long")]
)
async def test_answer_what_cannot_be_sent_is_refused_before_anything(
    bench: TurnBench, text: str, code: str
) -> None:
    assert [item["code"] for item in await asked(bench, text)] == [code]
    assert bench.chats.count() == 0


async def test_answer_server_absent_falls_back_and_says_so(bench: TurnBench) -> None:
    engines = with_embedded(FakeEngine(error=ABSENT), *REPLY)
    items = await asked(bench, engines=engines)
    assert items[0] == {
        "notice": "LM Studio does not answer; the built-in engine answers with Tiny."
    }
    assert items[-1]["result"]["content"] == "Hello"


async def test_answer_server_without_a_chat_model_says_that(bench: TurnBench) -> None:
    items = await asked(bench, engines=with_embedded(FakeEngine(), *REPLY))
    assert items[0]["notice"].startswith("LM Studio has no chat model")


async def test_answer_server_there_but_the_embedded_model_wanted_says_nothing(
    bench: TurnBench,
) -> None:
    engines = with_embedded(FakeEngine(chat_model("a")), *REPLY, asked_model="tiny")
    items = await asked(bench, engines=engines)
    assert not any("notice" in item for item in items)
    assert "result" in items[-1]


async def test_answer_model_asked_for_is_found_in_any_engine(bench: TurnBench) -> None:
    engines = with_embedded(FakeEngine(chat_model("a")), *REPLY)
    items = await asked(bench, engines=engines, model="Tiny")
    assert not any("notice" in item for item in items)
    chat = bench.chats.get(items[-1]["result"]["chat_id"])
    assert chat.model_ref == ModelRef(EMBEDDED, LOCAL.id)


async def test_answer_model_asked_for_that_nobody_has_is_an_error(bench: TurnBench) -> None:
    items = await asked(bench, engines=with_embedded(FakeEngine(error=ABSENT)), model="zzz")
    assert [item["code"] for item in items] == ["model_not_found"]
    assert bench.chats.count() == 0


async def test_answer_default_model_on_a_server_that_is_away_names_the_server(
    bench: TurnBench,
) -> None:
    engines = with_embedded(FakeEngine(error=ABSENT), asked_model="on-the-server")
    assert [item["code"] for item in await asked(bench, engines=engines)] == ["server_unreachable"]


async def test_answer_wrong_address_is_the_reason_told(bench: TurnBench) -> None:
    engines = engine_service(FakeEngine(error=NotAServerError(url="u")), FakeEngine())
    items = await asked(bench, engines=engines)
    assert [item["code"] for item in items] == ["not_a_server"]


async def test_answer_chat_keeps_its_model_while_its_server_is_away(bench: TurnBench) -> None:
    bench.engine.scripted.enqueue(*REPLY)
    chat_id = (await asked(bench))[-1]["result"]["chat_id"]
    away = FakeEngine(error=ABSENT)
    away.scripted.enqueue(ABSENT)
    items = await asked(bench, chat_id=chat_id, engines=with_embedded(away))
    assert [item["code"] for item in items] == ["server_unreachable"]


async def test_answer_unclear_which_model_is_an_error_that_names_them(bench: TurnBench) -> None:
    engines = with_embedded(FakeEngine(chat_model("a"), chat_model("b")))
    items = await asked(bench, engines=engines)
    assert [item["code"] for item in items] == ["model_choice_needed"]
    assert "a, b" in items[0]["error"]


async def test_answer_turns_left_out_are_noticed(bench: TurnBench) -> None:
    chat_id = None
    for _ in range(2):
        bench.engine.scripted.enqueue(TextDelta("answer " * 200), StreamFinished("stop"))
        chat_id = (await asked(bench, "question " * 60, chat_id=chat_id))[-1]["result"]["chat_id"]
    bench.engine.models = [chat_model("alpha", is_loaded=True, context=600)]
    bench.engine.scripted.enqueue(*REPLY)
    items = await asked(bench, "now", chat_id=chat_id)
    assert "left out" in items[0]["notice"]
