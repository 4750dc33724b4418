"""What of a conversation is sent: the rules, and what holds for every conversation."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_chat.domain.context import (
    TURN_TOKENS,
    estimated_tokens,
    fit_to_context,
    system_prompt_of,
    turns_to_send,
)
from desktop_chat.domain.message import Message, MessageStatus, Sender
from desktop_chat.domain.request import ChatTurn
from tests.domain.samples import message

USER, LLM, SYSTEM, TOOL = Sender.USER, Sender.LLM, Sender.SYSTEM, Sender.TOOL


def sent(*path: Message) -> list[tuple[str, str]]:
    return [(turn.role, turn.content) for turn in turns_to_send(path)]


def test_turns_plain_conversation_is_sent_as_it_is() -> None:
    path = [message(USER, "a"), message(LLM, "b"), message(USER, "c")]
    assert sent(*path) == [("user", "a"), ("assistant", "b"), ("user", "c")]


def test_turns_reasoning_is_never_sent() -> None:
    path = [message(USER, "a"), message(LLM, "b", reasoning="secret thought"), message(USER, "c")]
    assert "secret" not in str(sent(*path))


@pytest.mark.parametrize(
    "left_out",
    [
        message(LLM, ""),
        message(LLM, " \n"),
        message(LLM, "", status=MessageStatus.FAILED, error="lost"),
        message(LLM, "", status=MessageStatus.STOPPED),
        message(LLM, "half", status=MessageStatus.STREAMING),
        message(TOOL, "42"),
        message(SYSTEM, "Be short."),
    ],
)
def test_turns_left_out_one_joins_the_questions_around_it(left_out: Message) -> None:
    path = [message(USER, "a"), left_out, message(USER, "b")]
    assert sent(*path) == [("user", "a\n\nb")]


@pytest.mark.parametrize(
    "status", [MessageStatus.STOPPED, MessageStatus.INTERRUPTED, MessageStatus.FAILED]
)
def test_turns_partial_reply_with_text_is_sent(status: MessageStatus) -> None:
    path = [message(USER, "a"), message(LLM, "half", status=status), message(USER, "b")]
    assert sent(*path) == [("user", "a"), ("assistant", "half"), ("user", "b")]


def test_turns_greeting_before_the_first_question_is_left_out() -> None:
    assert sent(message(LLM, "Welcome"), message(USER, "a")) == [("user", "a")]


def test_system_prompt_joins_the_chats_and_the_paths() -> None:
    path = [message(SYSTEM, "Be kind."), message(USER, "a"), message(SYSTEM, " ")]
    assert system_prompt_of("Be short.", path) == "Be short.\n\nBe kind."
    assert system_prompt_of("", [message(USER, "a")]) == ""


messages = st.builds(
    message,
    st.sampled_from(Sender),
    st.text(max_size=30),
    status=st.sampled_from(MessageStatus),
    reasoning=st.text(max_size=5),
)
paths = st.lists(messages, max_size=20)


@given(paths)
def test_turns_begin_with_the_user_alternate_and_are_never_empty(path: list[Message]) -> None:
    turns = turns_to_send(path)
    assert not turns or turns[0].role == "user"
    assert all(before.role != after.role for before, after in pairwise(turns))
    assert all(turn.content.strip() for turn in turns)


@given(paths)
def test_turns_hold_every_question_once_and_in_order(path: list[Message]) -> None:
    ended = [m for m in path if m.status is not MessageStatus.STREAMING]
    asked = [m.content for m in ended if m.sender is USER and m.content.strip()]
    turns = turns_to_send(path)
    assert "\n\n".join(t.content for t in turns if t.role == "user") == "\n\n".join(asked)


@st.composite
def conversations(draw: st.DrawFn) -> tuple[ChatTurn, ...]:
    texts = draw(st.lists(st.text(min_size=1, max_size=60), min_size=1, max_size=15))
    return tuple(ChatTurn(("user", "assistant")[i % 2], t) for i, t in enumerate(texts))


@given(conversations(), st.integers(0, 400), st.text(max_size=60))
def test_fit_keeps_an_end_that_begins_with_the_user(
    turns: tuple[ChatTurn, ...], limit: int, system: str
) -> None:
    kept = fit_to_context(turns, limit, system)
    assert kept == turns[len(turns) - len(kept) :]
    assert kept[-1] == turns[-1]
    assert kept[0].role == "user" or len(kept) == 1


@given(conversations(), st.integers(0, 400), st.text(max_size=60))
def test_fit_is_within_the_limit_unless_one_turn_is_left(
    turns: tuple[ChatTurn, ...], limit: int, system: str
) -> None:
    kept = fit_to_context(turns, limit, system)
    size = sum(estimated_tokens(turn.content) + TURN_TOKENS for turn in kept)
    size += estimated_tokens(system) if system else 0
    assert size <= limit or len(kept) == 1


def test_fit_enough_room_leaves_nothing_out() -> None:
    turns = (ChatTurn("user", "a"), ChatTurn("assistant", "b"), ChatTurn("user", "c"))
    assert fit_to_context(turns, 1000) == turns


def test_fit_nothing_to_send_stays_nothing() -> None:
    assert fit_to_context((), 10) == ()


def test_estimate_counts_bytes_and_survives_broken_text() -> None:
    assert estimated_tokens("ä" * 30) > estimated_tokens("a" * 30)
    assert estimated_tokens("\ud800") == 1
