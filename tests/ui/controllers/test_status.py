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
from desktop_chat.domain.message import Sender
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

    def begin(self, chat_id: int = 1) -> None:
        reply = message(Sender.LLM, "", chat_id=chat_id)
        self.broadcast.publish(TurnStarted(chat(chat_id), None, reply))

    def progress(self, phase: str, *numbers: int, chat_id: int = 1) -> None:
        self.broadcast.publish(ReplyProgressed(chat(chat_id).id, phase, *numbers))

    def end(self, chat_id: int = 1) -> None:
        self.broadcast.publish(ReplyEnded(message(Sender.LLM, "", chat_id=chat_id)))


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


@pytest.mark.parametrize(
    ("phase", "numbers", "text"),
    [
        ("connecting", (), "Waiting for the model"),
        ("loading", (), "Loading the model"),
        ("reading", (), "Reading the prompt"),
        ("reading", (512, 2048), "Reading the prompt 25 % · 512 of 2,048 tokens"),
        ("reading", (3000, 2048), "Reading the prompt 100 % · 3,000 of 2,048 tokens"),
        ("writing", (), "Writing"),
    ],
)
def test_phase_is_worded(line: Line, phase: str, numbers: Any, text: str) -> None:
    line.begin()
    line.progress(phase, *numbers)
    assert line.now == StatusText(text, BUSY)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(1, "Waiting for the model"), (2, "… · 2 s"), (59, "… · 59 s"), (61, "… · 1:01")],
)
def test_waiting_counts_the_seconds(line: Line, clock: Clock, seconds: int, text: str) -> None:
    line.begin()
    clock.now += seconds
    line.progress("connecting")
    assert line.now.text == text.replace("…", "Waiting for the model")


def test_seconds_begin_anew_with_the_phase(line: Line, clock: Clock) -> None:
    line.begin()
    clock.now += 30
    line.progress("loading")
    assert line.now.text == "Loading the model"


def test_writing_shows_no_seconds(line: Line, clock: Clock) -> None:
    line.begin()
    line.progress("writing")
    clock.now += 30
    line.progress("writing")
    assert line.now.text == "Writing"


def test_end_shows_the_engine_again(line: Line) -> None:
    line.begin()
    line.end()
    assert line.now == ENGINE


def test_reply_in_another_chat_does_not_show(line: Line) -> None:
    line.begin(chat_id=2)
    line.progress("loading", chat_id=2)
    assert line.now == ENGINE
    line.controller.on_chat_shown(chat(2).id, "")
    assert line.now.text == "Loading the model"


def test_progress_after_the_end_is_ignored(line: Line) -> None:
    line.progress("loading")
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
    line.progress("connecting")
    line.progress("connecting")
    assert len(line.log["status_changed"]) == count


def test_warning_of_the_engine_keeps_its_action_beside_a_note(line: Line) -> None:
    line.controller.set_engine(StatusText("gone", WARNING, "choose-model", "Choose"))
    line.broadcast.publish(TurnsLeftOut(chat(1).id, 2))
    assert (line.now.kind, line.now.action) == (WARNING, "choose-model")
