"""The line over a reasoning: how long the model thought, and counting while it does."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QEvent, QObject, QRect, QTimer

from desktop_chat.domain.message import MessageId, MessageStatus
from desktop_chat.ui.item_models.transcript import TranscriptModel
from desktop_chat.ui.transcript.painter import fold_line, fold_words
from desktop_chat.ui.transcript.thinking import (
    ThinkingClock,
    duration_words,
    thinking_words,
    thought_words,
)
from tests.ui.transcript.samples import CHAT, ListSource, growing, reply, user

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from PySide6.QtGui import QPaintEvent
    from pytestqt.qtbot import QtBot

    from desktop_chat.domain.message import Message
    from desktop_chat.ui.transcript.view import TranscriptView

    Show = Callable[[list[Message]], TranscriptView]


@pytest.mark.parametrize(
    ("duration_ms", "words"),
    [
        (None, "Thought"),
        (0, "Thought for less than a second"),
        (999, "Thought for less than a second"),
        (1000, "Thought for 1 s"),
        (12_999, "Thought for 12 s"),
        (60_000, "Thought for 1 min"),
        (65_000, "Thought for 1 min 5 s"),
        (3_600_000 + 125_000, "Thought for 1 h 2 min 5 s"),
    ],
)
def test_thought_words(duration_ms: int | None, words: str) -> None:
    assert thought_words(duration_ms) == words


@pytest.mark.parametrize(
    ("duration_ms", "words"),
    [(None, "Thinking…"), (999, "Thinking…"), (12_000, "Thinking… 12 s")],
)
def test_thinking_words(duration_ms: int | None, words: str) -> None:
    assert thinking_words(duration_ms) == words


def test_no_time_at_all_is_no_empty_text() -> None:
    assert duration_words(0) == "0 s"


class Hand:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.now = 50.0

    def __call__(self) -> float:
        return self.now


class Bench:
    """A model with a growing reply and the clock that watches it."""

    def __init__(self, last: Message) -> None:
        self.parent = QObject()
        self.hand = Hand()
        self.model = TranscriptModel(self.parent)
        self.model.set_chat(CHAT, ListSource([user(1), last]))
        self.clock = ThinkingClock(self.parent, clock=self.hand)
        self.clock.watch(self.model)

    def grow(self, text: str = "", reasoning: str = "") -> None:
        self.model.append_delta(MessageId(2), text, reasoning)
        self.model.deltas.flush()


@pytest.fixture
def bench(qapp: object) -> Iterator[Callable[[Message], Bench]]:
    made: list[Bench] = []

    def make(last: Message) -> Bench:
        made.append(Bench(last))
        return made[-1]

    yield make
    for one in made:
        one.clock.watch(None)


def test_clock_counts_from_reasoning_to_text_and_adds_up(bench: Callable[..., Bench]) -> None:
    watched = bench(growing(2))
    watched.hand.now += 7  # the prompt is being read
    assert watched.clock.elapsed_ms() is None
    for seconds in (3, 2):
        watched.grow(reasoning="hm")
        watched.hand.now += seconds
        assert watched.clock.is_running
        watched.grow("text")
        watched.hand.now += 60
    assert not watched.clock.is_running
    assert watched.clock.elapsed_ms() == 5000


def test_clock_goes_on_where_a_chat_is_shown_in_mid_thought(bench: Callable[..., Bench]) -> None:
    watched = bench(growing(2, reasoning="hm", reasoning_ms=4000))
    watched.hand.now += 1
    assert watched.clock.elapsed_ms() == 5000
    written = bench(growing(2, "text", reasoning="hm", reasoning_ms=4000))
    written.hand.now += 1
    assert written.clock.elapsed_ms() == 4000


def test_clock_stops_with_the_reply(bench: Callable[..., Bench], qtbot: QtBot) -> None:
    watched = bench(growing(2))
    watched.grow(reasoning="hm")
    watched.model.replace(reply(2, "", reasoning="hm", status=MessageStatus.STOPPED))
    assert not watched.clock.is_running
    assert watched.clock.elapsed_ms() is None
    timers = watched.clock.findChildren(QTimer)
    assert [timer.isActive() for timer in timers] == [False]


def test_clock_ticks_when_the_next_second_is_full(bench: Callable[..., Bench]) -> None:
    watched = bench(growing(2, reasoning="hm", reasoning_ms=4700))
    (timer,) = watched.clock.findChildren(QTimer)
    assert timer.interval() == 300
    watched.hand.now += 0.3
    timer.timeout.emit()
    assert timer.interval() == 1000


class Paints(QObject):
    """Notes what is painted of a widget."""

    def __init__(self) -> None:
        super().__init__()
        self.areas: list[QRect] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            paint: QPaintEvent = event  # type: ignore[assignment]
            self.areas.append(QRect(paint.rect()))
        return False


def test_tick_paints_one_line_and_lays_out_nothing(show: Show, qtbot: QtBot) -> None:
    view = show([user(1), growing(2, reasoning="hm", reasoning_ms=4000)])
    qtbot.wait(50)
    paints = Paints()
    view.viewport().installEventFilter(paints)
    height = view.stage.layout.height
    view._thinking.ticked.emit()
    qtbot.waitUntil(lambda: bool(paints.areas))
    line = fold_line(view.stage.layout.message(1))
    assert [area.height() for area in paints.areas] == [line.height()]
    assert view.stage.layout.height == height


def test_line_says_what_is_known(show: Show) -> None:
    done = reply(2, "text", reasoning="hm", reasoning_ms=12_400)
    view = show([user(1), done, user(3), growing(4, reasoning="hm", reasoning_ms=2000)])
    layout = view.stage.layout
    assert fold_words(layout.message(1), None) == "Thought for 12 s"
    assert fold_words(layout.message(3), view.marks().thought_ms) == "Thinking… 2 s"
    model = view.model()
    assert model is not None
    model.append_delta(MessageId(4), "text")
    model.deltas.flush()
    assert fold_words(layout.message(3), view.marks().thought_ms) == "Thought for 2 s"
    model.replace(replace(model.message_at(3), status=MessageStatus.COMPLETE, reasoning_ms=3000))
    assert fold_words(layout.message(3), view.marks().thought_ms) == "Thought for 3 s"
