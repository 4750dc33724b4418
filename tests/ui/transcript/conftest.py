"""A shown transcript of a fixed size."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from desktop_chat.ui.item_models.transcript import TranscriptModel
from desktop_chat.ui.messages import message_action
from desktop_chat.ui.transcript.view import TranscriptView
from tests.ui.transcript.samples import CHAT, ListSource

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from desktop_chat.domain.message import Message


@pytest.fixture
def show(qtbot: QtBot) -> Callable[..., TranscriptView]:
    """Return a function that shows messages in a window of 800 by 600."""

    def show_messages(messages: list[Message]) -> TranscriptView:
        view = TranscriptView()
        qtbot.addWidget(view)
        model = TranscriptModel(view)
        model.set_chat(CHAT, ListSource(messages))
        view.set_message_actions(message_action)
        view.set_model(model)
        view.resize(800, 600)
        view.show()
        qtbot.waitExposed(view)
        return view

    return show_messages
