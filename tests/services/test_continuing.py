"""Replies that go on where they ended, and other versions of a reply."""

from __future__ import annotations

import asyncio
import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_chat.domain.changes import TurnStarted
from desktop_chat.domain.errors import (
    ChatBusyError,
    ConnectionLostError,
    EmptyReplyError,
    ServerUnreachableError,
)
from desktop_chat.domain.message import Message, MessageStatus
from desktop_chat.domain.params import GenerationParams
from desktop_chat.domain.request import ChatTurn
from desktop_chat.domain.stream import ReasoningDelta, StreamFinished, TextDelta, UsageReported
from desktop_chat.domain.usage import TokenUsage
from desktop_chat.services.replies.continuing import SHORTEST_REPEAT, RepeatGate
from desktop_chat.services.tasks import TaskScope
from tests.services.turn_bench import TurnBench, consume

FOREVER = 3600.0
LONG = "The Moon moves on while the Earth turns, so each tide"


async def cut(bench: TurnBench, text: str = LONG) -> Message:
    """Return a reply that was cut off by the length limit."""
    bench.engine.scripted.enqueue(TextDelta(text), StreamFinished("length"))
    await bench.send("Why?", params=GenerationParams(0.5, 12))
    return bench.last_reply


@pytest.mark.anyio
async def test_continue_goes_on_in_a_new_row_without_a_break(bench: TurnBench) -> None:
    old = await cut(bench)
    bench.engine.scripted.enqueue(
        TextDelta(" comes"), TextDelta(" later."), UsageReported(TokenUsage(30, 4)),
        StreamFinished("stop"),
    )  # fmt: skip
    events = await consume(bench.service.continue_reply(old.id))
    new = bench.last_reply
    assert (new.content, new.status) == (f"{LONG} comes later.", MessageStatus.COMPLETE)
    assert (new.parent_id, new.finish_reason) == (old.parent_id, "stop")
    assert (new.prompt_tokens, new.completion_tokens) == (30, 4)
    assert [m.id for m in bench.messages.active_path(old.chat_id)] == [old.parent_id, new.id]
    assert bench.messages.get(old.id) == old
    started = events[0]
    assert isinstance(started, TurnStarted)
    assert (started.reply.content, started.replaced_id) == (LONG, old.id)
    assert "".join(event.text for event in bench.heard.grown[1:]) == " comes later."


@pytest.mark.anyio
async def test_continue_asks_with_the_text_as_last_turn_and_the_same_parameters(
    bench: TurnBench,
) -> None:
    old = await cut(bench)
    bench.engine.scripted.enqueue(TextDelta("!"), StreamFinished("stop"))
    await consume(bench.service.continue_reply(old.id))
    asked = bench.engine.scripted.requests[-1]
    assert asked.turns == (ChatTurn("user", "Why?"), ChatTurn("assistant", LONG))
    assert asked.params == GenerationParams(0.5, 12)
    assert bench.last_reply.params == asked.params


@pytest.mark.anyio
async def test_continue_with_an_engine_that_starts_anew_writes_nothing_twice(
    bench: TurnBench,
) -> None:
    old = await cut(bench)
    pieces = [TextDelta(piece) for piece in (LONG[:10], LONG[10:], " comes", " later.")]
    bench.engine.scripted.enqueue(*pieces, StreamFinished("stop"))
    await consume(bench.service.continue_reply(old.id))
    assert bench.last_reply.content == f"{LONG} comes later."


@pytest.mark.anyio
async def test_continue_that_has_nothing_to_add_is_complete(bench: TurnBench) -> None:
    old = await cut(bench)
    bench.engine.scripted.enqueue(EmptyReplyError())
    await consume(bench.service.continue_reply(old.id))
    new = bench.last_reply
    assert (new.content, new.status, new.error) == (LONG, MessageStatus.COMPLETE, None)


@pytest.mark.anyio
@pytest.mark.parametrize("error", [ConnectionLostError(), ServerUnreachableError(url="u")])
async def test_continue_that_fails_keeps_all_text_and_can_be_continued(
    bench: TurnBench, error: Exception
) -> None:
    old = await cut(bench)
    bench.engine.scripted.enqueue(TextDelta(" comes"), error)
    await consume(bench.service.continue_reply(old.id))
    failed = bench.last_reply
    assert (failed.content, failed.status) == (f"{LONG} comes", MessageStatus.FAILED)
    bench.engine.scripted.enqueue(TextDelta(" later."), StreamFinished("stop"))
    await consume(bench.service.continue_reply(failed.id))
    assert bench.last_reply.content == f"{LONG} comes later."


@pytest.mark.anyio
@pytest.mark.parametrize("command", ["continue_reply", "retry"])
async def test_stop_before_the_first_word_shows_the_old_reply_again(
    bench: TurnBench, command: str
) -> None:
    old = await cut(bench)
    bench.engine.scripted.enqueue(FOREVER)
    tasks = TaskScope()
    tasks.spawn(consume(getattr(bench.service, command)(old.id)))
    async with asyncio.timeout(10):
        while len(bench.engine.scripted.requests) < 2:
            await asyncio.sleep(0)
    bench.service.stop(old.chat_id)
    await tasks.aclose()
    assert bench.heard.ended[-1].is_discarded
    assert bench.messages.active_path(old.chat_id)[-1] == old


@pytest.mark.anyio
async def test_stop_of_a_continuation_keeps_what_came(bench: TurnBench) -> None:
    old = await cut(bench)
    bench.engine.scripted.enqueue(TextDelta(" comes"), FOREVER)
    async with contextlib.aclosing(bench.service.continue_reply(old.id)) as events:
        async for event in events:
            if isinstance(event, TextDelta):
                break
    kept = bench.last_reply
    assert (kept.content, kept.status) == (f"{LONG} comes", MessageStatus.STOPPED)


@pytest.mark.anyio
async def test_thinking_of_a_continuation_is_added(bench: TurnBench) -> None:
    old = await cut(bench)
    bench.engine.scripted.enqueue(ReasoningDelta("hm"), TextDelta("!"), StreamFinished("stop"))
    await consume(bench.service.continue_reply(old.id))
    assert bench.last_reply.reasoning == "hm"
    assert bench.last_reply.reasoning_ms is not None


@pytest.mark.anyio
async def test_show_version_changes_the_path_and_nothing_else(bench: TurnBench) -> None:
    old = await cut(bench)
    bench.engine.scripted.enqueue(TextDelta("Other"), StreamFinished("stop"))
    await consume(bench.service.retry(old.id))
    other = bench.last_reply
    await bench.service.show_version(other.id, -1)
    assert bench.messages.active_path(old.chat_id)[-1] == old
    await bench.service.show_version(old.id, -1)  # there is none
    assert bench.messages.active_path(old.chat_id)[-1] == old
    await bench.service.show_version(old.id, 1)
    assert bench.messages.active_path(old.chat_id)[-1] == other


@pytest.mark.anyio
async def test_show_version_while_a_reply_is_written_is_refused(bench: TurnBench) -> None:
    old = await cut(bench)
    bench.engine.scripted.enqueue(TextDelta("O"), FOREVER)
    async with contextlib.aclosing(bench.service.retry(old.id)) as events:
        async for event in events:
            if isinstance(event, TextDelta):
                with pytest.raises(ChatBusyError):
                    await bench.service.show_version(old.id, 1)
                break


def passed(before: str, pieces: list[str]) -> str:
    gate = RepeatGate(before)
    return "".join([*(gate.admit(piece) for piece in pieces), gate.rest()])


TEXT = st.text(alphabet="ab \n", min_size=0, max_size=8)


@given(st.lists(TEXT), st.integers(0, SHORTEST_REPEAT - 1))
def test_text_that_repeats_nothing_long_comes_whole(pieces: list[str], length: int) -> None:
    assert passed("a" * length, pieces) == "".join(pieces)
    assert passed("xyz" * SHORTEST_REPEAT, pieces) == "".join(pieces)


@given(st.text(min_size=SHORTEST_REPEAT), TEXT, st.integers(1, 30))
def test_exact_repeat_is_left_out_however_it_is_cut(before: str, more: str, size: int) -> None:
    whole = before + more
    pieces = [whole[at : at + size] for at in range(0, len(whole), size)]
    is_long = len(before.strip()) >= SHORTEST_REPEAT
    assert passed(before, pieces) == (more if is_long else whole)


def test_repeat_that_differs_at_its_end_comes_whole() -> None:
    assert passed(LONG, [LONG[:-1], "E!", "x"]) == LONG[:-1] + "E!x"
    assert passed(LONG, [LONG[:20]]) == LONG[:20]


def test_repeat_that_is_cut_short_is_not_written() -> None:
    whole = LONG * 4
    assert passed(whole, [whole[:30], whole[30 : SHORTEST_REPEAT + 20]]) == ""
