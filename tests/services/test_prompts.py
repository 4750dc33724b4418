"""What is sent when the conversation is longer than the model's context."""

from __future__ import annotations

import pytest

from desktop_chat.domain.errors import ContextFullError
from desktop_chat.domain.message import Message, Sender
from desktop_chat.domain.params import GenerationParams
from desktop_chat.services.replies.prompts import Prompt
from tests.domain.samples import message


def conversation(turns: int, size: int = 300) -> list[Message]:
    """An odd number of messages of so many bytes, the user's first and last."""
    return [
        message((Sender.USER, Sender.LLM)[n % 2], f"{n} ".ljust(size, "x")) for n in range(turns)
    ]


def first_words(prompt: Prompt) -> list[str]:
    return [turn.content.split()[0] for turn in prompt.request("m", GenerationParams()).turns]


def test_context_unknown_sends_everything() -> None:
    prompt = Prompt(conversation(9), "")
    prompt.fit(None)
    assert prompt.left_out == 0
    assert len(first_words(prompt)) == 9


def test_fit_leaves_out_the_oldest_and_room_for_the_reply() -> None:
    prompt = Prompt(conversation(9), "")
    prompt.fit(600)
    assert first_words(prompt) == ["6", "7", "8"]
    assert prompt.left_out == 6


def test_reply_that_is_continued_is_the_last_turn_and_counts() -> None:
    begun = "z" * 600
    prompt = Prompt(conversation(9), "", begun)
    prompt.fit(800)
    turns = prompt.request("m", GenerationParams()).turns
    assert [turn.content.split()[0] for turn in turns] == ["6", "7", "8", begun]
    assert turns[-1].role == "assistant"
    assert prompt.left_out == 6


def test_reply_that_is_continued_stays_when_the_engine_refuses() -> None:
    prompt = Prompt(conversation(9), "", "begun")
    assert prompt.shorten(ContextFullError(prompt_tokens=900, context_length=500))
    turns = prompt.request("m", GenerationParams()).turns
    assert (turns[-1].content, turns[-2].role) == ("begun", "user")
    assert len(turns) < 10


def test_fit_counts_the_system_prompt() -> None:
    prompt = Prompt(conversation(9), "y" * 700)
    prompt.fit(600)
    assert first_words(prompt) == ["8"]
    assert prompt.request("m", GenerationParams()).system_prompt == "y" * 700


def test_fit_never_drops_the_last_question() -> None:
    prompt = Prompt(conversation(1, size=9000), "")
    prompt.fit(100)
    assert first_words(prompt) == ["0"]


def test_fit_uses_what_the_engine_counted_before() -> None:
    answered = message(Sender.LLM, "done", prompt_tokens=300)
    prompt = Prompt([*conversation(8), answered, message(Sender.USER, "next")], "")
    # 2400 bytes were 300 tokens: eight bytes a token, so far more fits than by the estimate.
    prompt.fit(600)
    assert prompt.left_out == 0


@pytest.mark.parametrize("fields", [{}, {"context_length": 600}, {"prompt_tokens": 2000}])
def test_shorten_drops_something_whatever_the_engine_told(fields: dict[str, int]) -> None:
    prompt = Prompt(conversation(9), "")
    assert prompt.shorten(ContextFullError(**fields))
    assert 0 < prompt.left_out < 9
    assert first_words(prompt)[-1] == "8"


def test_shorten_again_and_again_ends_with_the_last_question() -> None:
    prompt = Prompt(conversation(9), "")
    while prompt.shorten(ContextFullError()):
        pass
    assert first_words(prompt) == ["8"]


def test_shorten_with_one_turn_left_is_not_possible() -> None:
    assert not Prompt(conversation(1), "").shorten(ContextFullError(context_length=10))


def test_shorten_the_engines_numbers_are_used() -> None:
    prompt = Prompt(conversation(9), "")
    # 2700 bytes were 2700 tokens: one byte a token.
    assert prompt.shorten(ContextFullError(context_length=1500, prompt_tokens=2700))
    assert first_words(prompt) == ["6", "7", "8"]
