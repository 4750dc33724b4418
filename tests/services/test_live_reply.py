"""A reply while it grows, and the message that comes of it."""

from __future__ import annotations

import pytest

from desktop_chat.domain.errors import ConnectionLostError
from desktop_chat.domain.message import MessageStatus, Sender
from desktop_chat.domain.usage import TokenUsage
from desktop_chat.services.live_reply import LiveReply
from tests.domain.samples import message


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
