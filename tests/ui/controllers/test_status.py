"""What stands in the one line of the status."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import QLocale

from desktop_chat.domain.changes import (
    ReplyEnded,
    ReplyProgressed,
    SavingFailed,
    SavingResumed,
    TurnsLeftOut,
    TurnStarted,
)
from desktop_chat.domain.errors import DiskFullError
from desktop_chat.domain.message import MessageStatus, Sender
from desktop_chat.domain.progress import ReplyProgress, Stage
from desktop_chat.services.broadcast import Broadcast
from desktop_chat.ui.controllers import status as status_module
from desktop_chat.ui.controllers.status import (
    BUSY,
    ERROR,
    WARNING,
    StatusController,
    StatusText,
    left_out_text,
)
from tests.domain.samples import chat, message
from tests.ui.controllers.signal_log import SignalLog

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.usefixtures("qapp", "english_numbers")

ENGINE = StatusText("LM Studio answers with alpha")


class Line:
    """The controller, the events it hears and the line it shows."""

    def __init__(self) -> None:
        self.broadcast = Broadcast()
        self.controller = StatusController()
        self.controller.listen(self.broadcast)
        self.log = SignalLog(self.controller, "status_changed")
        self.controller.on_chat_shown(chat(1).id, "")
        self.controller.set_engine(ENGINE)

    @property
    def now(self) -> StatusText:
        shown: StatusText = self.log.last("status_changed")
        return shown

    def tick(self) -> None:
        self.controller.on_tick()

    def begin(self, chat_id: int = 1) -> None:
        reply = message(Sender.LLM, "", chat_id=chat_id)
        self.broadcast.publish(TurnStarted(chat(chat_id), None, reply))

    def progress(self, stage: Stage, *, chat_id: int = 1, **more: Any) -> None:
        progress = ReplyProgress(stage, **more)
        self.broadcast.publish(ReplyProgressed(chat(chat_id).id, progress))

    def end(self, chat_id: int = 1, **more: Any) -> None:
        more = {"status": MessageStatus.FAILED, **more}
        self.broadcast.publish(ReplyEnded(message(Sender.LLM, "", chat_id=chat_id, **more)))


@pytest.fixture
def english_numbers() -> Iterator[None]:
    before = QLocale()
    QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedStates))
    yield
    QLocale.setDefault(before)


@pytest.fixture
def line() -> Line:
    return Line()


class Clock:
    """A monotonic clock that the test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(status_module, "time", made)
    return made


def test_idle_shows_the_engine(line: Line) -> None:
    assert line.now == ENGINE


def test_stage_is_worded_with_what_the_ring_shows(line: Line) -> None:
    line.begin()
    assert line.now == StatusText("Connecting", BUSY)
    line.progress(Stage.LOADING, fraction=0.651)
    assert line.now == StatusText("Loading the model 65 %", BUSY, fraction=0.651)


def test_seconds_begin_anew_with_the_stage(line: Line, clock: Clock) -> None:
    line.begin()
    clock.now += 30
    line.progress(Stage.CONNECTING)
    assert line.now.text.endswith(" · 30 s")
    line.progress(Stage.LOADING)
    assert line.now.text == "Loading the model"


def test_pause_before_each_retry_is_counted_down(line: Line, clock: Clock) -> None:
    line.begin()
    for _ in range(2):
        line.progress(Stage.RETRYING, reason="busy", delay_s=5.0)
        assert line.now.text == "The server is busy · trying again in 5 s"
        clock.now += 3
        line.tick()
        assert line.now.text == "The server is busy · trying again in 2 s"


def test_scenario_34_silence_in_the_middle_is_told_after_30_s(line: Line, clock: Clock) -> None:
    line.begin()
    line.progress(Stage.WRITING, tokens_per_second=34.4)
    clock.now += 29
    line.tick()
    assert line.now.text == "Writing 34 tok/s"
    clock.now += 1
    line.tick()
    assert line.now.text == "Writing 34 tok/s · no data for 30 s"
    line.progress(Stage.WRITING)
    assert line.now.text == "Writing"


def test_load_without_progress_is_estimated_by_the_last_one(line: Line, clock: Clock) -> None:
    line.begin()
    line.progress(Stage.LOADING, expected_s=20.0)
    clock.now += 13
    line.tick()
    assert line.now.text == "Loading the model, about 65 % · 13 s"
    clock.now += 60
    line.tick()
    assert line.now.text == "Loading the model, about 95 % · 1:13"


def test_scenario_49_model_that_answers_in_place_of_another_is_named(line: Line) -> None:
    line.begin()
    line.progress(Stage.WRITING, answered_by="beta")
    assert line.now.text == "Writing · answered by beta"
    line.end()
    assert line.now.text == f"answered by beta · {ENGINE.text}"
    line.begin()
    assert line.now.text == "Connecting"


def test_end_tells_the_figures_until_another_chat_is_shown(line: Line) -> None:
    line.begin()
    line.end(
        status=MessageStatus.COMPLETE,
        finish_reason="stop",
        completion_tokens=120,
        time_to_first_token_ms=800,
        duration_ms=4800,
    )
    figures = "Done · 120 tokens · 30 tok/s · first token after 0.8 s"
    assert line.now.text == f"{figures} · {ENGINE.text}"
    line.controller.on_chat_shown(chat(2).id, "")
    line.controller.on_chat_shown(chat(1).id, "")
    assert line.now == ENGINE


def test_scenario_4_tokens_that_nobody_counted_are_estimated(line: Line) -> None:
    line.begin()
    line.progress(Stage.WRITING, tokens=1200)
    line.end(status=MessageStatus.COMPLETE, time_to_first_token_ms=500, duration_ms=40_500)
    figures = "Done · about 1,200 tokens · 30 tok/s · first token after 0.5 s"
    assert line.now.text == f"{figures} · {ENGINE.text}"


def test_end_at_the_token_limit_says_so(line: Line) -> None:
    line.begin()
    line.end(status=MessageStatus.COMPLETE, finish_reason="length")
    assert line.now.text == f"Stopped at the token limit · {ENGINE.text}"


def test_end_shows_the_engine_again(line: Line) -> None:
    line.begin()
    line.end()
    assert line.now == ENGINE


def test_reply_in_another_chat_does_not_show(line: Line) -> None:
    line.begin(chat_id=2)
    line.progress(Stage.LOADING, chat_id=2)
    assert line.now == ENGINE
    line.controller.on_chat_shown(chat(2).id, "")
    assert line.now.text == "Loading the model"


def test_progress_after_the_end_is_ignored(line: Line) -> None:
    line.progress(Stage.LOADING)
    assert line.now == ENGINE


def test_left_out_turns_are_told_during_and_after_the_reply(line: Line) -> None:
    line.begin()
    line.broadcast.publish(TurnsLeftOut(chat(1).id, 3))
    assert line.now.text.endswith("3 older messages left out, the context is full")
    line.end()
    assert line.now.text == f"{ENGINE.text} · {left_out_text(3)}"
    line.begin()
    line.end()
    assert line.now == ENGINE


def test_left_out_one_is_one_message() -> None:
    assert left_out_text(1).startswith("1 older message left out")


def test_notice_stays_until_another_chat_is_shown_or_a_turn_begins(line: Line) -> None:
    notice = StatusText("Moved to the trash", "idle", "undo", "Undo")
    line.controller.set_notice(notice)
    line.controller.set_engine(StatusText("changed"))
    assert line.now == notice
    assert line.controller.action == "undo"
    line.controller.on_chat_shown(chat(2).id, "")
    assert line.controller.action == ""
    line.controller.set_notice(notice)
    line.begin(chat_id=2)
    line.end(chat_id=2)
    assert line.now.text == "changed"


def test_trouble_with_saving_is_shown_before_anything_else(line: Line) -> None:
    line.begin()
    line.broadcast.publish(SavingFailed(DiskFullError(path="/data")))
    assert line.now.kind == ERROR
    assert "disk is full" in line.now.text
    line.broadcast.publish(SavingResumed())
    assert line.now.kind == BUSY


def test_failed_sending_for_the_same_reason_goes_when_all_is_saved(line: Line) -> None:
    line.broadcast.publish(SavingFailed(DiskFullError(path="/data")))
    line.controller.set_notice(StatusText(line.now.text, ERROR))
    line.broadcast.publish(SavingResumed())
    assert "disk is full" not in line.now.text
    line.controller.set_notice(StatusText("something else", ERROR))
    line.broadcast.publish(SavingFailed(DiskFullError(path="/data")))
    line.broadcast.publish(SavingResumed())
    assert line.now.text == "something else"


def test_same_content_is_not_told_twice(line: Line) -> None:
    line.begin()
    count = len(line.log["status_changed"])
    line.progress(Stage.CONNECTING)
    line.progress(Stage.CONNECTING)
    assert len(line.log["status_changed"]) == count


def test_warning_of_the_engine_keeps_its_action_beside_a_note(line: Line) -> None:
    line.controller.set_engine(StatusText("gone", WARNING, "choose-model", "Choose"))
    line.broadcast.publish(TurnsLeftOut(chat(1).id, 2))
    assert (line.now.kind, line.now.action) == (WARNING, "choose-model")


def test_refusal_for_want_of_a_model_goes_when_the_engines_tell_something_new(line: Line) -> None:
    line.controller.set_engine(StatusText("No model yet", WARNING))
    line.controller.refuse(StatusText("There is no model", ERROR))
    assert line.now.text == "There is no model"
    line.controller.set_engine(StatusText("No model yet", WARNING))
    assert line.now.text == "There is no model"
    line.controller.set_engine(StatusText("a answers"))
    assert line.now.text == "a answers"


def test_server_that_cannot_be_used_says_more_than_that_there_is_no_model(line: Line) -> None:
    line.controller.set_engine(StatusText("It wants a token", ERROR))
    line.controller.refuse(StatusText("There is no model", ERROR))
    assert line.now.text == "It wants a token"


def test_work_beside_the_replies_is_shown_with_its_button(line: Line) -> None:
    line.controller.set_work(StatusText("Fetching x 13 %", action="models.open", action_label="Go"))
    assert line.now.text == f"Fetching x 13 % · {ENGINE.text}"
    assert (line.now.action, line.now.action_label) == ("models.open", "Go")
    line.controller.set_work(StatusText(""))
    assert line.now == ENGINE


def test_work_beside_the_replies_leaves_a_trouble_its_button(line: Line) -> None:
    trouble = StatusText("It wants a token", ERROR, "open-settings", "Settings")
    line.controller.set_engine(trouble)
    line.controller.set_work(StatusText("Fetching x", action="models.open", action_label="Go"))
    assert line.now == StatusText(
        "It wants a token · Fetching x", ERROR, "open-settings", "Settings"
    )
