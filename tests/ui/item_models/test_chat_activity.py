"""What goes on in the chats of a list."""

from __future__ import annotations

import pytest

from desktop_chat.domain.chat import ChatId
from desktop_chat.domain.progress import ReplyProgress, Stage
from desktop_chat.ui.item_models.chat_activity import ChatActivity
from tests.fakes.hand_clock import HandClock

CHAT = ChatId(1)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def activity(clock: HandClock) -> ChatActivity:
    made = ChatActivity(clock=clock)
    made.set_mark(CHAT, "writing")
    return made


def test_row_looks_different_with_each_stage_and_each_percent(activity: ChatActivity) -> None:
    reports = [
        ReplyProgress(Stage.LOADING, fraction=0.651),
        ReplyProgress(Stage.LOADING, fraction=0.659),
        ReplyProgress(Stage.LOADING, fraction=0.66),
        ReplyProgress(Stage.WRITING, tokens=1),
        ReplyProgress(Stage.WRITING, tokens=2),
    ]
    looks = [activity.set_progress(CHAT, report) for report in reports]
    assert looks == [True, False, True, True, False]


def test_estimate_grows_with_the_time(activity: ChatActivity, clock: HandClock) -> None:
    activity.set_progress(CHAT, ReplyProgress(Stage.LOADING, expected_s=20.0))
    clock.now += 13
    assert activity.percent(CHAT) == 65
    assert activity.words(CHAT) == "Loading the model, about 65 % · 13 s"


def test_end_of_the_reply_ends_its_progress(activity: ChatActivity) -> None:
    activity.set_progress(CHAT, ReplyProgress(Stage.LOADING, fraction=0.5))
    activity.set_mark(CHAT, "unread")
    assert (activity.fraction(CHAT), activity.words(CHAT)) == (None, "New reply")
    activity.set_mark(CHAT, "")
    assert (activity.mark(CHAT), activity.words(CHAT)) == ("", "")
