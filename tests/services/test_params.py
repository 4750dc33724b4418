"""Parameters of chats and presets, and what of them reaches the engine."""

from __future__ import annotations

import pytest

from desktop_chat.domain.changes import ChatChanged, PresetsChanged
from desktop_chat.domain.engine_features import OPENAI_PARAMS, EngineFeatures
from desktop_chat.domain.errors import ChatNotFoundError, InvalidParamsError
from desktop_chat.domain.model_info import LM_STUDIO, ModelRef
from desktop_chat.domain.params import GenerationParams, ParamName, params_from
from desktop_chat.domain.preset import ChatSetup, Preset
from desktop_chat.domain.stream import StreamFinished, TextDelta
from desktop_chat.providers.scripted import ScriptedProvider
from desktop_chat.services.replies.params import LIMITS, ParamsService, check_params
from desktop_chat.storage.presets import PresetRepository
from tests.services.turn_bench import TurnBench, consume

pytestmark = pytest.mark.anyio

REPLY = (TextDelta("ok"), StreamFinished("stop"))
SCHEMA = '{"type": "object"}'


class Told:
    def __init__(self, bench: TurnBench) -> None:
        self.events: list[object] = []
        for kind in (ChatChanged, PresetsChanged):
            bench.broadcast.subscribe(kind, self.on_event)

    def on_event(self, event: object) -> None:
        self.events.append(event)


class Plain(ScriptedProvider):
    """An engine that knows what OpenAI's API knows."""

    @property
    def features(self) -> EngineFeatures:
        return EngineFeatures(OPENAI_PARAMS)


@pytest.fixture
def params(bench: TurnBench) -> ParamsService:
    presets = PresetRepository(bench.db)
    return ParamsService(bench.chats, presets, bench.engines, bench.writer, bench.broadcast)


@pytest.fixture
def told(bench: TurnBench) -> Told:
    return Told(bench)


def sent(bench: TurnBench) -> GenerationParams:
    return bench.engine.scripted.requests[-1].params


async def test_chosen_parameters_are_stored_and_told(
    bench: TurnBench, params: ParamsService, told: Told
) -> None:
    chat = bench.chats.create_chat("Chat", system_prompt="Be brief.")
    assert await params.of(chat.id) == GenerationParams()
    await params.set(chat.id, GenerationParams(0.2), 5)
    assert await params.of(chat.id) == GenerationParams(0.2)
    found = bench.chats.get(chat.id)
    assert (found.preset_id, found.system_prompt) == (5, "Be brief.")
    assert told.events == [ChatChanged(found)]


@pytest.mark.parametrize(("name", "limit"), LIMITS.items())
async def test_numbers_out_of_their_limits_are_refused(name: ParamName, limit: object) -> None:
    lowest, highest = LIMITS[name].minimum, LIMITS[name].maximum
    for value in (lowest, highest):
        check_params(params_from({name.value: value}))
    for value in (lowest - 1, highest + 1):
        with pytest.raises(InvalidParamsError) as caught:
            check_params(params_from({name.value: value}))
        assert caught.value.fields["name"] == name.value


@pytest.mark.parametrize(
    "wrong",
    [
        GenerationParams(max_tokens=0),
        GenerationParams(stop=("x",) * 17),
        GenerationParams(stop=("x" * 1001,)),
        GenerationParams(reasoning_effort="x" * 101),
        GenerationParams(json_schema="{" * 70_000),
        GenerationParams(json_schema="{"),
        GenerationParams(json_schema="[]"),
        GenerationParams(json_schema='{"type": "objekt"}'),
    ],
)
async def test_what_cannot_be_used_is_refused_and_nothing_is_stored(
    bench: TurnBench, params: ParamsService, told: Told, wrong: GenerationParams
) -> None:
    chat = bench.chats.create_chat("Chat")
    with pytest.raises(InvalidParamsError):
        await params.set(chat.id, wrong)
    with pytest.raises(InvalidParamsError):
        await params.save_preset(Preset(0, "x", params=wrong))
    assert bench.chats.get(chat.id).params is None
    assert (await params.presets(), told.events) == ([], [])


async def test_chat_that_is_gone_is_an_error(params: ParamsService) -> None:
    with pytest.raises(ChatNotFoundError):
        await params.of(99)  # type: ignore[arg-type]
    with pytest.raises(ChatNotFoundError):
        await params.set(99, GenerationParams())  # type: ignore[arg-type]


async def test_presets_are_kept_under_one_line_and_told(
    bench: TurnBench, params: ParamsService, told: Told
) -> None:
    saved = await params.save_preset(Preset(0, " Very\n exact ", "Hi", GenerationParams(0.0)))
    assert await params.presets() == [saved]
    assert saved == Preset(1, "Very exact", "Hi", GenerationParams(0.0))
    await params.delete_preset(saved.id)
    assert await params.presets() == []
    assert told.events == [PresetsChanged(), PresetsChanged()]


async def test_preset_without_a_name_is_refused(params: ParamsService) -> None:
    with pytest.raises(InvalidParamsError):
        await params.save_preset(Preset(0, " \n "))


async def test_engine_gets_what_was_chosen_for_the_chat(
    bench: TurnBench, params: ParamsService
) -> None:
    wanted = GenerationParams(0.2, 99, top_k=3, stop=("x",), json_schema=SCHEMA)
    bench.engine.scripted.enqueue(*REPLY)
    await bench.send("Hi", setup=ChatSetup(wanted, "Be brief.", None))
    assert sent(bench) == wanted
    assert bench.last_reply.params == wanted
    chat = bench.chats.get(bench.last_reply.chat_id)
    assert (chat.params, chat.system_prompt) == (wanted, "Be brief.")
    assert bench.engine.scripted.requests[0].system_prompt == "Be brief."


async def test_parameters_of_one_turn_stand_over_those_of_the_chat(bench: TurnBench) -> None:
    bench.engine.scripted.enqueue(*REPLY)
    setup = ChatSetup(GenerationParams(0.2, 99))
    await bench.send("Hi", setup=setup, params=GenerationParams(0.9))
    assert sent(bench) == GenerationParams(0.9, 99)


async def test_what_the_engine_does_not_take_is_kept_and_not_sent(
    bench: TurnBench, params: ParamsService
) -> None:
    bench.engine.scripted = Plain(REPLY)
    wanted = GenerationParams(0.2, top_k=3, json_schema=SCHEMA)
    await bench.send("Hi", setup=ChatSetup(wanted))
    assert sent(bench) == bench.last_reply.params == GenerationParams(0.2)
    assert await params.of(bench.last_reply.chat_id) == wanted
    assert params.supported(ModelRef(LM_STUDIO, "alpha")) == OPENAI_PARAMS
    gone = ModelRef("server-9", "x")
    assert params.supported(gone) == params.supported(None) == frozenset(ParamName)


async def test_reply_tried_again_takes_what_was_chosen_since(
    bench: TurnBench, params: ParamsService
) -> None:
    for _ in range(3):
        bench.engine.scripted.enqueue(*REPLY)
    await bench.send("Hi", setup=ChatSetup(GenerationParams(0.9)))
    reply = bench.last_reply
    for wanted in (GenerationParams(0.1), GenerationParams()):
        await params.set(reply.chat_id, wanted)
        await consume(bench.service.retry(reply.id))
        assert sent(bench) == wanted


async def test_reply_that_is_continued_keeps_what_it_began_with_unless_the_chat_has_its_own(
    bench: TurnBench, params: ParamsService
) -> None:
    for _ in range(3):
        bench.engine.scripted.enqueue(TextDelta("a"), StreamFinished("length"))
    await bench.send("Hi", params=GenerationParams(0.9))
    await consume(bench.service.continue_reply(bench.last_reply.id))
    assert sent(bench) == GenerationParams(0.9)
    await params.set(bench.last_reply.chat_id, GenerationParams(0.1))
    await consume(bench.service.continue_reply(bench.last_reply.id))
    assert sent(bench) == GenerationParams(0.1)


async def test_edited_message_is_answered_with_the_parameters_of_the_chat(
    bench: TurnBench, params: ParamsService
) -> None:
    for _ in range(2):
        bench.engine.scripted.enqueue(*REPLY)
    await bench.send("Hi", setup=ChatSetup(GenerationParams(seed=4)))
    user = bench.messages.active_path(bench.last_reply.chat_id)[0]
    await consume(bench.service.edit(user.id, "Hello"))
    assert sent(bench) == GenerationParams(seed=4)


async def test_rest_of_a_structured_reply_is_not_forced_into_the_whole_schema(
    bench: TurnBench,
) -> None:
    bench.engine.scripted.enqueue(TextDelta('{"a": '), StreamFinished("length"))
    bench.engine.scripted.enqueue(TextDelta("1}"), StreamFinished("stop"))
    await bench.send("Hi", setup=ChatSetup(GenerationParams(0.2, json_schema=SCHEMA)))
    await consume(bench.service.continue_reply(bench.last_reply.id))
    assert sent(bench) == GenerationParams(0.2)
    assert bench.last_reply.content == '{"a": 1}'
    assert bench.last_reply.params == GenerationParams(0.2, json_schema=SCHEMA)


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf"), 10**400, "1", True])
async def test_numbers_that_are_none_are_left_out(number: object) -> None:
    names = (ParamName.TEMPERATURE, ParamName.TOP_P, ParamName.SEED)
    found = params_from({name.value: number for name in names})
    if number == 10**400:
        found = params_from({ParamName.TEMPERATURE.value: number})
    assert found == GenerationParams()
