"""Turns: stored before they are sent, kept whatever ends them."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time

import pytest

from desktop_chat.domain.changes import ReplyEnded, TurnsLeftOut, TurnStarted
from desktop_chat.domain.errors import (
    ChatBusyError,
    ConnectionLostError,
    ContextFullError,
    EmptyMessageError,
    EmptyReplyError,
    MessageTooLongError,
    ModelChoiceNeededError,
    PlainKeyError,
    UnauthorizedError,
)
from desktop_chat.domain.message import Message, MessageStatus
from desktop_chat.domain.model_info import ModelRef
from desktop_chat.domain.progress import ReplyProgress, Stage
from desktop_chat.domain.stream import (
    ModelAnswered,
    ModelLoading,
    PromptProgress,
    ReasoningDelta,
    StreamFinished,
    TextDelta,
    UsageReported,
)
from desktop_chat.domain.usage import TokenUsage
from desktop_chat.providers.scripted import ScriptedProvider
from desktop_chat.services.tasks import TaskScope
from desktop_chat.storage.messages import MessageRepository
from tests.fakes.engines import FakeEngine, chat_model
from tests.services.turn_bench import TurnBench, consume

pytestmark = pytest.mark.anyio

FOREVER = 3600.0


async def test_send_complete_reply_is_stored_with_its_figures(bench: TurnBench) -> None:
    bench.engine.scripted.enqueue(
        ModelAnswered("alpha"),
        ReasoningDelta("hm"),
        TextDelta("Hel"),
        TextDelta("lo"),
        UsageReported(TokenUsage(7, 2)),
        StreamFinished("stop"),
    )
    events = await bench.send("Hi there")
    reply = bench.last_reply
    assert isinstance(events[0], TurnStarted)
    assert isinstance(events[-1], ReplyEnded)
    assert (reply.content, reply.reasoning, reply.status) == ("Hello", "hm", "complete")
    assert (reply.prompt_tokens, reply.completion_tokens) == (7, 2)
    assert (reply.finish_reason, reply.model) == ("stop", "alpha")
    assert reply.duration_ms is not None
    assert reply.time_to_first_token_ms is not None
    assert "".join(event.text for event in bench.heard.grown) == "Hello"


async def test_send_user_message_is_stored_before_the_request(bench: TurnBench) -> None:
    bench.engine.scripted.enqueue(FOREVER)
    events = bench.service.send(None, "Keep me")
    async with contextlib.aclosing(events) as items:
        started = await anext(items)
        assert isinstance(started, TurnStarted)
        path = bench.messages.active_path(started.chat.id)
        assert [m.content for m in path] == ["Keep me", ""]
        assert path[1].status is MessageStatus.STREAMING
        assert not bench.engine.scripted.requests


async def test_send_first_message_gives_the_title_until_renamed(bench: TurnBench) -> None:
    bench.engine.scripted.enqueue(TextDelta("a"), StreamFinished("stop"))
    bench.engine.scripted.enqueue(TextDelta("b"), StreamFinished("stop"))
    started = (await bench.send("Tides and why they lag"))[0]
    assert started.chat.title == "Tides and why they lag"
    await bench.organising.rename(started.chat.id, "  My\ntitle ")
    await bench.send("Another", started.chat.id)
    assert bench.chats.get(started.chat.id).title == "My title"


async def _stopped(bench: TurnBench, *script: object) -> None:
    bench.engine.scripted.enqueue(*script)  # type: ignore[arg-type]
    scope = TaskScope()
    scope.spawn(consume(bench.service.send(None, "Go on")))
    while not bench.engine.scripted.requests or (len(script) > 1 and not bench.heard.grown):
        await asyncio.sleep(0.001)
    chat_id = next(iter(bench.service.live_chats))
    assert bench.service.stop(chat_id)
    while not bench.heard.ended:
        await asyncio.sleep(0.001)
    await scope.aclose()


async def test_stop_while_streaming_keeps_partial_text(bench: TurnBench) -> None:
    await _stopped(bench, TextDelta("part"), FOREVER)
    reply = bench.last_reply
    assert (reply.content, reply.status) == ("part", "stopped")
    assert bench.messages.active_path(reply.chat_id)[-1].id == reply.id
    assert bench.engine.scripted.closed_streams == 1
    assert not bench.service.live_chats


async def test_stop_before_the_first_word_leaves_no_empty_reply(bench: TurnBench) -> None:
    await _stopped(bench, FOREVER)
    ended = bench.heard.ended[-1]
    assert ended.is_discarded
    path = bench.messages.active_path(ended.reply.chat_id)
    assert [m.content for m in path] == ["Go on"]
    assert bench.last_reply.status is MessageStatus.STOPPED


async def test_shutdown_while_streaming_marks_the_reply_interrupted(bench: TurnBench) -> None:
    bench.engine.scripted.enqueue(TextDelta("part"), FOREVER)
    scope = TaskScope()
    scope.spawn(consume(bench.service.send(None, "Go on")))
    while not bench.heard.grown:
        await asyncio.sleep(0.001)
    bench.service.begin_shutdown()
    await scope.aclose()
    assert (bench.last_reply.content, bench.last_reply.status) == ("part", "interrupted")


@pytest.mark.parametrize(
    ("script", "content", "code"),
    [
        ((TextDelta("a"), ConnectionLostError(url="u")), "a", "connection_lost"),
        ((EmptyReplyError(),), "", "empty_reply"),
        ((TextDelta(" \n"), StreamFinished("stop")), " \n", "empty_reply"),
        ((ReasoningDelta("hm"), StreamFinished("length")), "", "thought_only"),
        ((TextDelta("a"),), "a", "connection_lost"),
    ],
)
async def test_failure_keeps_the_text_and_says_why(
    bench: TurnBench, script: tuple[object, ...], content: str, code: str
) -> None:
    bench.engine.scripted.enqueue(*script)  # type: ignore[arg-type]
    await bench.send("Hi")
    reply = bench.last_reply
    assert (reply.content, reply.status, reply.error_code) == (content, "failed", code)
    assert reply.error


async def test_retry_makes_a_sibling_and_keeps_the_failed_reply(bench: TurnBench) -> None:
    bench.engine.scripted.enqueue(ConnectionLostError())
    bench.engine.scripted.enqueue(TextDelta("well"), StreamFinished("stop"))
    await bench.send("Hi")
    failed = bench.last_reply
    await consume(bench.service.retry(failed.id))
    assert bench.last_reply.parent_id == failed.parent_id
    path = bench.messages.active_path(failed.chat_id)
    assert [m.content for m in path] == ["Hi", "well"]
    assert bench.messages.get(failed.id).status is MessageStatus.FAILED
    assert [t.content for t in bench.engine.scripted.requests[1].turns] == ["Hi"]


@pytest.mark.parametrize("text", ["", "  \n\t"])
async def test_send_empty_message_stores_nothing(bench: TurnBench, text: str) -> None:
    with pytest.raises(EmptyMessageError):
        await bench.send(text)
    assert bench.chats.count() == 0


async def test_send_more_than_a_megabyte_is_refused_and_names_the_way_out(bench: TurnBench) -> None:
    with pytest.raises(MessageTooLongError, match="file"):
        await bench.send("x" * 5_000_000)
    assert bench.chats.count() == 0


async def test_send_without_a_clear_model_asks_and_stores_nothing(bench: TurnBench) -> None:
    bench.engine.models = [chat_model("a"), chat_model("b")]
    await bench.engines.refresh()
    with pytest.raises(ModelChoiceNeededError):
        await bench.send("Hi")
    assert bench.chats.count() == 0


async def test_context_known_too_small_leaves_out_the_oldest_turns(bench: TurnBench) -> None:
    bench.engine.models = [chat_model("alpha", is_loaded=True, context=400)]
    await bench.engines.refresh()
    chat_id = None
    for number in range(4):
        bench.engine.scripted.enqueue(TextDelta("answer " * 20), StreamFinished("stop"))
        started = (await bench.send(f"question {number} " * 10, chat_id))[0]
        chat_id = started.chat.id
    turns = bench.engine.scripted.requests[-1].turns
    assert 1 <= len(turns) < 7
    assert turns[0].role == "user"
    assert turns[-1].content.startswith("question 3")
    assert bench.heard.left_out[-1].count == 7 - len(turns)


async def test_context_refused_by_the_engine_is_sent_again_shorter(bench: TurnBench) -> None:
    chat_id = None
    for _ in range(3):
        bench.engine.scripted.enqueue(TextDelta("answer " * 50), StreamFinished("stop"))
        chat_id = (await bench.send("question " * 50, chat_id))[0].chat.id
    bench.engine.scripted.enqueue(ContextFullError(context_length=300, prompt_tokens=500))
    bench.engine.scripted.enqueue(TextDelta("fine"), StreamFinished("stop"))
    events = await bench.send("and now", chat_id)
    first, second = bench.engine.scripted.requests[-2:]
    assert len(second.turns) < len(first.turns)
    assert bench.last_reply.content == "fine"
    assert [e.count for e in events if isinstance(e, TurnsLeftOut)] == [
        len(first.turns) - len(second.turns)
    ]


async def test_context_full_with_one_turn_left_fails_plainly(bench: TurnBench) -> None:
    bench.engine.scripted.enqueue(ContextFullError(context_length=10))
    await bench.send("too long")
    assert bench.last_reply.error_code == "context_full"


async def test_engine_is_prepared_before_it_is_asked(bench: TurnBench) -> None:
    bench.engine.scripted.enqueue(TextDelta("in"), StreamFinished("stop"))
    await bench.send("Hi")
    assert bench.engine.is_prepared


async def test_unauthorized_with_a_new_token_is_sent_once_more(bench: TurnBench) -> None:
    bench.engine.has_new_token = True
    bench.engine.scripted.enqueue(UnauthorizedError(url="u"))
    bench.engine.scripted.enqueue(TextDelta("in"), StreamFinished("stop"))
    await bench.send("Hi")
    assert bench.last_reply.content == "in"


async def test_unauthorized_while_a_look_fetched_the_token_is_sent_once_more(
    bench: TurnBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.engine.scripted.enqueue(UnauthorizedError(url="u"))
    newer = ScriptedProvider()
    newer.enqueue(TextDelta("in"), StreamFinished("stop"))

    async def is_known_already() -> bool:
        bench.engine.scripted = newer
        return False

    monkeypatch.setattr(bench.engine, "renew_token", is_known_already)
    await bench.send("Hi")
    assert bench.last_reply.content == "in"


async def test_unauthorized_without_a_token_fails_and_names_the_settings(bench: TurnBench) -> None:
    bench.engine.scripted.enqueue(UnauthorizedError(url="u"))
    await bench.send("Hi")
    assert bench.last_reply.error_code == "unauthorized"
    assert "settings" in str(bench.last_reply.error)


async def test_growing_reply_is_journalled_while_the_engine_is_silent(bench: TurnBench) -> None:
    bench.engine.scripted.enqueue(TextDelta("so far"), FOREVER)
    scope = TaskScope()
    scope.spawn(consume(bench.service.send(None, "Hi")))
    while not bench.heard.grown:
        await asyncio.sleep(0.001)
    reply_id = bench.heard.grown[0].message_id
    while (await bench.writer.run(bench.messages.get, reply_id)).content != "so far":
        await asyncio.sleep(0.01)
    assert bench.messages.get(reply_id).status is MessageStatus.STREAMING
    await scope.aclose()


class _SlowPath(MessageRepository):
    """Takes its time to read a conversation, as one of 10 000 messages does."""

    def active_path(self, chat_id: int) -> list[Message]:
        time.sleep(0.05)
        return super().active_path(chat_id)


async def test_stop_right_after_enter_ends_the_turn_and_leaves_the_writer_alive(
    bench: TurnBench,
) -> None:
    bench.turns._messages = _SlowPath(bench.db)
    bench.engine.scripted.enqueue(FOREVER)
    scope = TaskScope()
    scope.spawn(consume(bench.service.send(None, "Quick")))
    while not bench.service.live_chats:
        await asyncio.sleep(0.001)
    assert bench.service.stop(next(iter(bench.service.live_chats)))
    while not bench.heard.ended:
        await asyncio.sleep(0.001)
    assert bench.last_reply.status is MessageStatus.STOPPED
    assert await bench.writer.run(bench.chats.count) == 1
    await scope.aclose()


async def test_cancel_while_the_turn_is_stored_leaves_no_reply_streaming(bench: TurnBench) -> None:
    release = threading.Event()
    bench.writer.submit(release.wait)
    turn = asyncio.get_running_loop().create_task(consume(bench.service.send(None, "Quick")))
    for _ in range(20):
        await asyncio.sleep(0)
    turn.cancel()
    release.set()
    with pytest.raises(asyncio.CancelledError):
        await turn
    assert bench.last_reply.status is MessageStatus.STOPPED
    path = bench.messages.active_path(bench.last_reply.chat_id)
    assert [m.content for m in path] == ["Quick"]


async def test_second_turn_in_a_chat_that_is_being_answered_is_refused(bench: TurnBench) -> None:
    bench.engine.scripted.enqueue(TextDelta("a"), FOREVER)
    scope = TaskScope()
    scope.spawn(consume(bench.service.send(None, "First")))
    while not bench.heard.grown:
        await asyncio.sleep(0.001)
    chat_id = bench.heard.grown[0].chat_id
    with pytest.raises(ChatBusyError):
        await bench.send("Second", chat_id)
    assert chat_id in bench.service.live_chats
    assert bench.messages.active_path(chat_id)[0].content == "First"
    await scope.aclose()


async def test_two_chats_stream_at_once_each_into_its_own(bench: TurnBench) -> None:
    bench.engine.scripted.enqueue(TextDelta("one"), 0.01, TextDelta("!"), StreamFinished("stop"))
    bench.engine.scripted.enqueue(TextDelta("two"), 0.01, TextDelta("?"), StreamFinished("stop"))
    await asyncio.gather(bench.send("first"), bench.send("second"))
    replies = {ended.reply.chat_id: ended.reply.content for ended in bench.heard.ended}
    assert sorted(replies.values()) == ["one!", "two?"]
    for chat_id, content in replies.items():
        assert bench.messages.active_path(chat_id)[-1].content == content


async def test_reply_left_after_its_end_mark_is_complete(bench: TurnBench) -> None:
    bench.engine.scripted.enqueue(TextDelta("all"), StreamFinished("stop"))
    async with contextlib.aclosing(bench.service.send(None, "Hi")) as events:
        async for event in events:
            if isinstance(event, StreamFinished):
                break
    assert (bench.last_reply.content, bench.last_reply.status) == ("all", "complete")
    assert bench.last_reply.finish_reason == "stop"


async def test_chat_counts_as_live_until_the_end_of_its_reply_is_stored(bench: TurnBench) -> None:
    bench.engine.scripted.enqueue(FOREVER)
    scope = TaskScope()
    scope.spawn(consume(bench.service.send(None, "Go on")))
    while not bench.engine.scripted.requests:
        await asyncio.sleep(0.001)
    chat_id = next(iter(bench.service.live_chats))
    gate = threading.Event()
    bench.writer.submit(gate.wait)
    assert bench.service.stop(chat_id)
    await asyncio.sleep(0.01)
    assert not bench.service.stop(chat_id)
    assert chat_id in bench.service.live_chats
    gate.set()
    while not bench.heard.ended:
        await asyncio.sleep(0.001)
    assert not bench.service.live_chats
    await scope.aclose()


async def test_reply_stopped_in_a_chat_that_is_gone_ends_all_the_same(bench: TurnBench) -> None:
    """The chat was deleted for good while the engine was still loading its model."""
    bench.engine.scripted.enqueue(FOREVER)
    scope = TaskScope()
    scope.spawn(consume(bench.service.send(None, "Go on")))
    while not bench.engine.scripted.requests:
        await asyncio.sleep(0.001)
    with bench.db.atomic():
        bench.db.sql("DELETE FROM chat")
    bench.service.stop(next(iter(bench.service.live_chats)))
    await scope.aclose()
    assert bench.heard.ended[-1].is_discarded


def _stages(bench: TurnBench) -> list[ReplyProgress]:
    return [event.progress for event in bench.heard.progressed]


async def test_progress_of_each_stage_is_told(bench: TurnBench) -> None:
    bench.engine.scripted.enqueue(
        ModelLoading(0.65),
        PromptProgress(2100, 4200),
        ReasoningDelta("hm"),
        TextDelta("well"),
        StreamFinished("stop"),
    )
    await bench.send("Hi")
    assert [each.stage for each in _stages(bench)] == [
        Stage.CONNECTING,
        Stage.LOADING,
        Stage.READING,
        Stage.THINKING,
        Stage.WRITING,
    ]
    assert [each.fraction for each in _stages(bench)[1:3]] == [0.65, 0.5]


@pytest.mark.parametrize(
    ("is_loaded", "likely"), [(True, Stage.READING), (False, Stage.LOADING), (None, None)]
)
async def test_silence_is_explained_by_what_is_known_of_the_model(
    bench: TurnBench, is_loaded: bool | None, likely: Stage | None
) -> None:
    bench.engine.models = [chat_model("alpha", is_loaded=is_loaded)]
    await bench.engines.refresh()
    bench.engine.scripted.enqueue(TextDelta("a"), StreamFinished("stop"))
    await bench.send("Hi")
    assert _stages(bench)[0].likely is likely


async def test_scenario_37_second_reply_of_an_engine_is_told_of_the_first(
    bench: TurnBench,
) -> None:
    bench.engine.scripted.enqueue(TextDelta("a"), FOREVER)
    bench.engine.scripted.enqueue(TextDelta("b"), StreamFinished("stop"))
    scope = TaskScope()
    scope.spawn(consume(bench.service.send(None, "First")))
    while not bench.heard.grown:
        await asyncio.sleep(0.001)
    await bench.send("Second")
    await scope.aclose()
    await bench.send("Third")
    waits = [each.others for each in _stages(bench) if each.stage is Stage.CONNECTING]
    assert waits == [0, 1, 0]


async def test_scenario_24_reasoning_becomes_the_answer_beside_the_failed_reply(
    bench: TurnBench,
) -> None:
    bench.engine.scripted.enqueue(ReasoningDelta(' {"a": 1}\n'), StreamFinished("stop"))
    await bench.send("Hi")
    failed = bench.last_reply
    await bench.service.use_reasoning(failed.id)
    answer = bench.last_reply
    assert (answer.content, answer.reasoning, answer.status) == ('{"a": 1}', "", "complete")
    assert answer.parent_id == failed.parent_id
    assert bench.messages.get(failed.id).status is MessageStatus.FAILED
    assert bench.messages.active_path(answer.chat_id)[-1].id == answer.id


class _Unusable(FakeEngine):
    """An engine that cannot be asked, for example since its key would go unprotected."""

    @property
    def provider(self) -> ScriptedProvider:
        raise PlainKeyError(url="http://far.example")


async def test_engine_that_cannot_be_asked_fails_the_reply_and_leaves_none_streaming(
    bench: TurnBench,
) -> None:
    bench.engines.set_accounts({"server-1": _Unusable(chat_model("beta"))})
    events = await bench.send("Hello", model_ref=ModelRef("server-1", "beta"))
    ended = events[-1]
    assert isinstance(ended, ReplyEnded)
    assert bench.last_reply.status is MessageStatus.FAILED
    assert bench.last_reply.error_code == PlainKeyError.code
    # The chat is free for another try.
    assert not bench.service.live_chats
