"""What is said of a reply on its way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import QLocale

from desktop_chat.domain.message import MessageStatus, Sender
from desktop_chat.domain.progress import ReplyProgress, Stage
from desktop_chat.ui.progress_words import done_words, progress_words
from tests.domain.samples import message

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.usefixtures("english_numbers")


@pytest.fixture
def english_numbers() -> Iterator[None]:
    before = QLocale()
    QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedStates))
    yield
    QLocale.setDefault(before)


@pytest.mark.parametrize(
    ("stage", "more", "elapsed_s", "text"),
    [
        (Stage.CONNECTING, {}, 1, "Connecting"),
        (
            Stage.CONNECTING,
            {},
            65,
            "Waiting for the model (loading, or reading the prompt) · 1:05",
        ),
        (
            Stage.CONNECTING,
            {"likely": Stage.LOADING, "tokens": 4200},
            2,
            "Waiting while the server loads the model · 2 s",
        ),
        (
            Stage.CONNECTING,
            {"likely": Stage.READING, "tokens": 4200},
            59,
            "Waiting while the model reads the prompt (about 4,200 tokens) · 59 s",
        ),
        (
            Stage.CONNECTING,
            {"likely": Stage.READING, "others": 1},
            3,
            "Waiting for the model (another reply runs) · 3 s",
        ),
        (
            Stage.CONNECTING,
            {"others": 4},
            3,
            "Waiting for the model (4 other replies run) · 3 s",
        ),
        (Stage.LOADING, {}, 0, "Loading the model"),
        (Stage.LOADING, {"fraction": 0.659}, 0, "Loading the model 65 %"),
        (Stage.LOADING, {"expected_s": 20.0}, 13, "Loading the model, about 65 % · 13 s"),
        (
            Stage.READING,
            {"fraction": 0.5, "tokens": 4200, "is_counted": True},
            0,
            "Reading the prompt 50 % (4,200 tokens)",
        ),
        (Stage.READING, {"tokens": 90}, 5, "Reading the prompt (about 90 tokens) · 5 s"),
        (Stage.THINKING, {}, 1, "Thinking"),
        (Stage.THINKING, {}, 12, "Thinking 12 s"),
        (Stage.WRITING, {}, 99, "Writing"),
        (Stage.WRITING, {"tokens_per_second": 34.4}, 99, "Writing 34 tok/s"),
        (Stage.WRITING, {"tokens_per_second": 3.44}, 99, "Writing 3.4 tok/s"),
    ],
)
def test_stage_is_worded(stage: Stage, more: Any, elapsed_s: float, text: str) -> None:
    assert progress_words(ReplyProgress(stage, **more), elapsed_s) == text


@pytest.mark.parametrize(
    ("reason", "elapsed_s", "text"),
    [
        ("loading", 0.0, "The server still loads the model · trying again in 3 s"),
        ("busy", 1.5, "The server is busy · trying again in 2 s"),
        ("unreachable", 9.0, "The server does not answer yet · trying again"),
    ],
)
def test_scenario_63_pause_before_the_next_try_is_counted_down(
    reason: str, elapsed_s: float, text: str
) -> None:
    pause = ReplyProgress(Stage.RETRYING, reason=reason, delay_s=3.0)
    assert progress_words(pause, elapsed_s) == text


@pytest.mark.parametrize(
    ("progress", "is_told"),
    [
        (ReplyProgress(Stage.WRITING), True),
        (ReplyProgress(Stage.THINKING), True),
        (ReplyProgress(Stage.LOADING, fraction=0.5), True),
        (ReplyProgress(Stage.LOADING, expected_s=20), False),
        (ReplyProgress(Stage.CONNECTING), False),
    ],
)
def test_silence_is_told_where_more_was_to_come(progress: ReplyProgress, is_told: bool) -> None:
    assert ("no data for 45 s" in progress_words(progress, 50, 45)) is is_told
    assert "no data" not in progress_words(progress, 50, 29)


@pytest.mark.parametrize(
    ("more", "text"),
    [
        ({"completion_tokens": 1}, "Done · 1 token"),
        (
            {"completion_tokens": 1200, "duration_ms": 30_800, "time_to_first_token_ms": 800},
            "Done · 1,200 tokens · 40 tok/s · first token after 0.8 s",
        ),
        ({"finish_reason": "stop"}, "Done"),
        ({"finish_reason": "length"}, "Stopped at the token limit"),
        ({"finish_reason": "content_filter"}, "Done (content_filter)"),
        ({"status": MessageStatus.STOPPED}, "Stopped"),
        ({"status": MessageStatus.FAILED, "completion_tokens": 5}, ""),
    ],
)
def test_end_is_worded(more: Any, text: str) -> None:
    assert done_words(message(Sender.LLM, "a", **more)) == text
