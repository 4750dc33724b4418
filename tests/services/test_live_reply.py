"""A reply while it grows, and the message that comes of it."""

from __future__ import annotations

import pytest

from desktop_chat.domain.errors import ConnectionLostError, EmptyReplyError
from desktop_chat.domain.message import MessageStatus, Sender
from desktop_chat.domain.params import GenerationParams
from desktop_chat.domain.usage import TokenUsage
from desktop_chat.services.replies.live_reply import LiveReply
from tests.domain.samples import message
from tests.fakes.hand_clock import HandClock


@pytest.fixture
def reply() -> LiveReply:
    return LiveReply(message(Sender.LLM, "", status=MessageStatus.STREAMING, model="asked"))


def test_pieces_are_joined_and_reasoning_kept_apart(reply: LiveReply) -> None:
    reply.add_reasoning("h")
    reply.add_reasoning("m")
    reply.add_text("a")
    reply.add_text("b")
    assert (reply.content, reply.reasoning) == ("ab", "hm")
    assert (reply.message.content, reply.message.status) == ("ab", MessageStatus.STREAMING)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def timed(clock: HandClock) -> LiveReply:
    return LiveReply(message(Sender.LLM, "", status=MessageStatus.STREAMING), clock=clock)


def test_thinking_counts_from_the_first_reasoning_to_the_first_text(
    timed: LiveReply, clock: HandClock
) -> None:
    clock.now += 3
    timed.add_reasoning("h")
    clock.now += 10
    timed.add_reasoning("m")
    clock.now += 2.4
    timed.add_text("a")
    clock.now += 60
    assert timed.finished("stop").reasoning_ms == 12_400


def test_thinking_between_texts_is_added_up(timed: LiveReply, clock: HandClock) -> None:
    for _ in range(3):
        timed.add_reasoning("hm")
        clock.now += 2
        timed.add_text("a")
        clock.now += 5
    assert timed.finished("stop").reasoning_ms == 6000


def test_thinking_that_is_cut_short_counts_until_the_end(
    timed: LiveReply, clock: HandClock
) -> None:
    timed.add_reasoning("hm")
    clock.now += 4
    assert timed.message.reasoning_ms == 4000
    clock.now += 1
    final = timed.ended(MessageStatus.STOPPED)
    clock.now += 9
    assert final.reasoning_ms == timed.message.reasoning_ms == 5000


def test_reply_without_reasoning_has_no_time_of_thinking(timed: LiveReply) -> None:
    timed.add_text("a")
    assert timed.finished("stop").reasoning_ms is None


def test_continued_reply_keeps_text_and_thinking_of_the_old_one(clock: HandClock) -> None:
    begun = message(Sender.LLM, "ab", reasoning="h", reasoning_ms=700)
    live = LiveReply(begun, GenerationParams(0.2), clock=clock)
    assert not live.has_begun
    live.add_reasoning("m")
    clock.now += 1
    assert live.add_text("c") == "c"
    final = live.finished("stop")
    assert (final.content, final.reasoning, final.reasoning_ms) == ("abc", "hm", 1700)
    assert final.params == GenerationParams(0.2)


def test_continued_reply_to_which_nothing_is_added_is_complete() -> None:
    live = LiveReply(message(Sender.LLM, "All said.", reasoning=""))
    final = live.failed(EmptyReplyError())
    assert (final.status, final.content) == (MessageStatus.COMPLETE, "All said.")
    assert (final.error, final.finish_reason) == (None, "stop")


def test_before_the_first_piece_it_has_not_begun(reply: LiveReply) -> None:
    assert not reply.has_begun
    assert reply.ended(MessageStatus.STOPPED).time_to_first_token_ms is None
    reply.add_reasoning("h")
    assert reply.has_begun


def test_finished_has_figures_and_the_model_that_answered(reply: LiveReply) -> None:
    reply.set_model("answered")
    reply.set_model("")
    reply.set_usage(TokenUsage(1, 1))
    reply.set_usage(TokenUsage(7, 2))
    reply.add_text("a")
    final = reply.finished("length")
    assert (final.status, final.finish_reason) == (MessageStatus.COMPLETE, "length")
    assert (final.prompt_tokens, final.completion_tokens) == (7, 2)
    assert final.model == "answered"
    assert final.time_to_first_token_ms is not None
    assert final.duration_ms is not None
    assert final.duration_ms >= final.time_to_first_token_ms


@pytest.mark.parametrize("text", ["", " \n", "\u2003"])
def test_finished_without_text_is_a_failure_that_says_so(reply: LiveReply, text: str) -> None:
    reply.add_text(text)
    final = reply.finished("stop")
    assert (final.status, final.error_code) == (MessageStatus.FAILED, "empty_reply")
    assert final.finish_reason == "stop"
    assert final.error


def test_failed_keeps_the_text_and_the_errors_fields(reply: LiveReply) -> None:
    reply.add_text("half")
    final = reply.failed(ConnectionLostError(url="http://x"))
    assert (final.content, final.status) == ("half", MessageStatus.FAILED)
    assert (final.error_code, final.error_fields) == ("connection_lost", {"url": "http://x"})
