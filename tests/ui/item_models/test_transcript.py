from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import Qt

from desktop_chat.domain.chat import ChatId
from desktop_chat.domain.message import MessageId, MessageStatus
from desktop_chat.ui.item_models.transcript import (
    MAX_PAGES,
    PAGE,
    TranscriptModel,
    TranscriptRole,
)
from tests.ui.transcript.samples import CHAT, ListSource, conversation, growing, user

if TYPE_CHECKING:
    from pytestqt.modeltest import ModelTester

TEXT = int(Qt.ItemDataRole.DisplayRole)


@pytest.fixture
def transcript(qapp: object, qtmodeltester: ModelTester) -> TranscriptModel:
    model = TranscriptModel()
    qtmodeltester.check(model)
    return model


def test_set_chat_long_reads_one_page(transcript: TranscriptModel) -> None:
    source = ListSource(conversation(10_000))
    transcript.set_chat(CHAT, source)
    assert transcript.rowCount() == 10_000
    assert transcript.message_at(9_999).id == 10_000
    # The model tester reads the first page too.
    assert source.read == 2 * PAGE


def test_message_at_any_row_reads_its_page(transcript: TranscriptModel) -> None:
    source = ListSource(conversation(1_000))
    transcript.set_chat(CHAT, source)
    rows = (0, PAGE - 1, PAGE, 500)
    assert [transcript.message_at(row).id for row in rows] == [1, PAGE, PAGE + 1, 501]
    assert source.read == 4 * PAGE


def test_message_at_every_row_keeps_few_pages(transcript: TranscriptModel) -> None:
    count = (MAX_PAGES + 4) * PAGE
    transcript.set_chat(CHAT, ListSource(conversation(count)))
    assert [transcript.message_at(row).id for row in range(count)] == list(range(1, count + 1))
    assert transcript.row_of(MessageId(1)) is None
    assert transcript.row_of(MessageId(count)) == count - 1


def test_set_chat_none_empties(transcript: TranscriptModel) -> None:
    transcript.set_chat(CHAT, ListSource(conversation(3)))
    transcript.set_chat(None, None)
    assert (transcript.rowCount(), transcript.chat_id) == (0, None)


def test_append_to_empty_chat_is_found_by_id(transcript: TranscriptModel) -> None:
    transcript.set_chat(CHAT, ListSource([]))
    transcript.append(user(5))
    assert transcript.row_of(MessageId(5)) == 0
    assert transcript.index(0).data(TranscriptRole.MESSAGE) == user(5)


def test_append_of_what_is_there_replaces_it(transcript: TranscriptModel) -> None:
    transcript.set_chat(CHAT, ListSource([user(1), growing(2)]))
    transcript.append(user(1, "Why not?"))
    transcript.append(growing(2, "So"))
    assert transcript.rowCount() == 2
    assert [transcript.message_at(row).content for row in (0, 1)] == ["Why not?", "So"]


def test_append_delta_grows_text_and_reasoning(transcript: TranscriptModel) -> None:
    transcript.set_chat(CHAT, ListSource(conversation(2)))
    transcript.append(growing(9))
    seen: list[tuple[int, str, str]] = []

    def note(row: int, text: str, reasoning: str) -> None:
        seen.append((row, text, reasoning))

    transcript.delta_appended.connect(note)
    transcript.append_delta(MessageId(9), "", "hm")
    transcript.append_delta(MessageId(9), "Yes", "")
    transcript.append_delta(MessageId(9), ".", "")
    assert transcript.message_at(2).content == ""
    transcript.deltas.flush()
    assert seen == [(2, "", "hm"), (2, "Yes.", "")]
    message = transcript.message_at(2)
    assert (message.content, message.reasoning) == ("Yes.", "hm")


def test_append_delta_other_chat_is_ignored(transcript: TranscriptModel) -> None:
    transcript.set_chat(CHAT, ListSource(conversation(2)))
    transcript.append_delta(MessageId(99), "text")
    transcript.replace(user(99))
    assert [transcript.message_at(row).id for row in range(2)] == [1, 2]


@pytest.mark.parametrize(("ending", "is_text_named"), [("", False), (" cut", True)])
def test_replace_names_text_only_if_it_differs(
    transcript: TranscriptModel, ending: str, is_text_named: bool
) -> None:
    transcript.set_chat(CHAT, ListSource([]))
    transcript.append(growing(9))
    transcript.append_delta(MessageId(9), "Yes.")
    roles: list[list[int]] = []

    def note(first: Any, last: Any, changed: list[int]) -> None:
        roles.append(list(changed))

    transcript.dataChanged.connect(note)
    transcript.replace(replace(growing(9), content="Yes." + ending, status=MessageStatus.COMPLETE))
    assert (TEXT in roles[0]) is is_text_named
    assert transcript.index(0).data(TranscriptRole.STATUS) == MessageStatus.COMPLETE


def test_truncate_drops_rows_then_appends(transcript: TranscriptModel) -> None:
    transcript.set_chat(CHAT, ListSource(conversation(200)))
    transcript.message_at(0)
    transcript.truncate(3)
    transcript.append(growing(500))
    assert transcript.rowCount() == 4
    assert [transcript.message_at(row).id for row in range(4)] == [1, 2, 3, 500]
    assert transcript.row_of(MessageId(200)) is None


def test_set_chat_other_forgets_what_grew(transcript: TranscriptModel) -> None:
    transcript.set_chat(CHAT, ListSource([growing(1)]))
    transcript.append_delta(MessageId(1), "text")
    transcript.set_chat(ChatId(8), ListSource([user(2)]))
    assert transcript.message_at(0) == user(2)


def test_data_of_roles_and_invalid_index(transcript: TranscriptModel) -> None:
    transcript.set_chat(CHAT, ListSource([user(2, "Hello")]))
    index = transcript.index(0)
    roles = (TEXT, TranscriptRole.MESSAGE_ID, TranscriptRole.SENDER, 9999)
    assert [index.data(role) for role in roles] == ["Hello", 2, "user", None]
    assert transcript.data(transcript.index(5)) is None
    assert transcript.rowCount(index) == 0
