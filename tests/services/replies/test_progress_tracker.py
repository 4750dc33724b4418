"""What is told of a reply while it is awaited and written."""

from __future__ import annotations

import pytest

from desktop_chat.domain.progress import ReplyProgress, Stage
from desktop_chat.domain.stream import ModelLoading, PromptProgress, RetryScheduled
from desktop_chat.services.replies.progress_tracker import ProgressTracker
from tests.fakes.hand_clock import HandClock


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def tracker(clock: HandClock) -> ProgressTracker:
    made = ProgressTracker("alpha", clock=clock)
    made.begin(likely=Stage.LOADING, prompt_tokens=4200, others=0)
    return made


def take(tracker: ProgressTracker, clock: HandClock, event: object) -> ReplyProgress | None:
    clock.now += 1
    return tracker.take(event)  # type: ignore[arg-type]


def test_request_begins_with_what_silence_means(clock: HandClock) -> None:
    told = ProgressTracker("a", clock=clock).begin(likely=Stage.READING, prompt_tokens=12, others=2)
    assert told == ReplyProgress(Stage.CONNECTING, Stage.READING, 2, tokens=12)


def test_scenario_39_a_hundred_reports_in_a_second_are_told_ten_times(
    tracker: ProgressTracker, clock: HandClock
) -> None:
    told = []
    for number in range(100):
        clock.now += 0.0101
        told.append(tracker.take(ModelLoading(number / 100)))
    shown = [each.fraction for each in told if each is not None]
    assert len(shown) == 10
    assert shown[0] == 0.0


def test_scenario_39_end_of_the_load_leads_to_reading(
    tracker: ProgressTracker, clock: HandClock
) -> None:
    take(tracker, clock, ModelLoading(0.65))
    told = take(tracker, clock, ModelLoading(1.0))
    assert told == ReplyProgress(Stage.READING, tokens=4200)
    told = take(tracker, clock, PromptProgress(fraction=0.5))
    assert told == ReplyProgress(Stage.READING, fraction=0.5, tokens=4200)


def test_scenario_40_progress_never_goes_back_nor_beyond_its_end(
    tracker: ProgressTracker, clock: HandClock
) -> None:
    found = [
        take(tracker, clock, PromptProgress(fraction=fraction)) for fraction in (0.5, 0.2, 1.7)
    ]
    assert [each.fraction if each else None for each in found] == [0.5, None, 1.0]
    assert take(tracker, clock, ModelLoading(0.3)) is None


def test_prompt_that_the_engine_counts_is_told_as_counted(
    tracker: ProgressTracker, clock: HandClock
) -> None:
    told = take(tracker, clock, PromptProgress(512, 2048))
    assert told == ReplyProgress(Stage.READING, fraction=0.25, tokens=2048, is_counted=True)


def test_load_with_a_known_length_is_told_as_an_estimate(
    tracker: ProgressTracker, clock: HandClock
) -> None:
    told = take(tracker, clock, ModelLoading(None, expected_s=20.0))
    assert told is not None
    assert told.is_estimate
    assert told.fraction_after(13.0) == pytest.approx(0.65)
    assert told.fraction_after(500.0) == 0.95


def test_pause_is_told_each_time(tracker: ProgressTracker, clock: HandClock) -> None:
    pause = RetryScheduled("loading", 3.0)
    expected = ReplyProgress(Stage.RETRYING, reason="loading", delay_s=3.0)
    assert [take(tracker, clock, pause) for _ in range(2)] == [expected, expected]


def test_stage_of_before_is_not_told_in_the_middle_of_the_text(
    tracker: ProgressTracker, clock: HandClock
) -> None:
    tracker.grew(Stage.WRITING, 4)
    assert take(tracker, clock, PromptProgress(1, 2)) is None


def test_rate_is_that_of_the_last_seconds(tracker: ProgressTracker, clock: HandClock) -> None:
    rates = []
    for pause in (0.01, 0.02):  # 100 tokens a second, then 50
        for _ in range(round(5 / pause)):
            clock.now += pause
            told = tracker.grew(Stage.WRITING, 4)
            if told is not None:
                rates.append(told.tokens_per_second)
    assert rates[0] is None
    assert rates[9] == pytest.approx(100, abs=2)
    assert rates[-1] == pytest.approx(50, abs=2)
    assert len(rates) < 25


def test_long_pieces_are_counted_by_their_letters(
    tracker: ProgressTracker, clock: HandClock
) -> None:
    tracker.grew(Stage.WRITING, 4000)
    clock.now += 10
    told = tracker.grew(Stage.WRITING, 4000)
    assert told is not None
    assert (told.tokens, told.tokens_per_second) == (2000, 100)


@pytest.mark.parametrize(
    ("answered", "told"), [("beta", "beta"), ("ALPHA@q4_k_m", ""), ("alpha:2", ""), ("", "")]
)
def test_scenario_49_another_model_is_named(clock: HandClock, answered: str, told: str) -> None:
    tracker = ProgressTracker("alpha", clock=clock)
    tracker.answered(answered)
    progress = tracker.grew(Stage.WRITING, 1)
    assert progress is not None
    assert progress.answered_by == told
