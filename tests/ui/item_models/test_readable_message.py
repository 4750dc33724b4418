"""Replies that were asked for as JSON are shown as a block of code; nothing else changes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from desktop_chat.domain.message import MessageStatus
from desktop_chat.domain.params import GenerationParams
from desktop_chat.ui.item_models.readable_message import readable_message
from desktop_chat.ui.item_models.transcript import TranscriptModel
from tests.ui.transcript.samples import CHAT, ListSource, growing, reply, user

ASKED = GenerationParams(json_schema="{}")
SHOWN = '```json\n{\n  "a": 1\n}\n```'


def test_json_that_was_asked_for_is_shown_as_code():
    message = reply(2, '{"a":1}', params=ASKED)
    assert readable_message(message) == replace(message, content=SHOWN)


@pytest.mark.parametrize(
    "message",
    [
        reply(2, '{"a":1}'),
        reply(2, '{"a":1}', params=GenerationParams(0.5)),
        reply(2, '{"a": ', params=ASKED),
        reply(2, '{"a":1}', params=ASKED, status=MessageStatus.STOPPED),
        replace(user(1, '{"a":1}'), params=ASKED),
    ],
)
def test_anything_else_is_shown_as_it_is(message):
    assert readable_message(message) is message


def test_transcript_shows_it_once_the_reply_is_complete(qapp, qtbot):
    model = TranscriptModel()
    model.set_chat(CHAT, ListSource([user(1, "Hi")]))
    begun = replace(growing(2), params=ASKED)
    model.append(begun)
    model.append_delta(begun.id, '{"a":1}')
    model.deltas.flush()
    assert model.message_at(1).content == '{"a":1}'
    with qtbot.waitSignal(model.dataChanged):
        model.replace(replace(begun, content='{"a":1}', status=MessageStatus.COMPLETE))
    assert model.message_at(1).content == SHOWN


def test_stored_reply_is_shown_so_from_its_page(qapp):
    model = TranscriptModel()
    model.set_chat(CHAT, ListSource([user(1, "Hi"), reply(2, '{"a":1}', params=ASKED)]))
    assert model.message_at(1).content == SHOWN
