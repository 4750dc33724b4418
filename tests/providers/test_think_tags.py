"""Reasoning told from text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_chat.providers.dialect.think_tags import ThinkTagSplitter


def split(*pieces: str) -> tuple[str, str]:
    splitter = ThinkTagSplitter()
    parts = [part for piece in pieces for part in splitter.feed(piece)] + splitter.flush()
    thought = "".join(text for is_reasoning, text in parts if is_reasoning)
    return thought, "".join(text for is_reasoning, text in parts if not is_reasoning)


@pytest.mark.parametrize(
    ("text", "thought", "answer"),
    [
        ("<think>\nLet me.</think>\n\nYes", "Let me.", "Yes"),
        ("  \n<think>a</think>b", "a", "b"),
        ("<think></think>b", "", "b"),
        ("<think>a</think> \n<think>b</think>c", "ab", "c"),
        ("<think>a < b </thin k>", "a < b </thin k>", ""),
        ("What <think> means", "", "What <think> means"),
        ("<thing>", "", "<thing>"),
        ("<th", "", "<th"),
        ("\n  ", "", "\n  "),
        ("\n  a </think>", "", "\n  a </think>"),
    ],
)
def test_split_text_tells_thought_from_answer(text, thought, answer):
    assert split(text) == (thought, answer)
    assert split(*text) == (thought, answer)


TOKENS = ["<think>", "</think>", "<th", "ink>", "</", " ", "a", "<", "\n"]


@given(st.lists(st.sampled_from(TOKENS), max_size=12).map("".join), st.data())
def test_split_any_cut_gives_the_same(text, data):
    cut = data.draw(st.integers(0, len(text)))
    assert split(text[:cut], text[cut:]) == split(text) == split(*text)


def test_feed_plain_text_becomes_passive():
    splitter = ThinkTagSplitter()
    splitter.feed("Hello")
    assert splitter.is_passive
