"""Edits of sent messages in the database."""

from __future__ import annotations

import pytest

from desktop_chat.storage.drafts import DraftRepository
from desktop_chat.storage.edits import EditRepository, StoredEdit
from desktop_chat.storage.undo.trash import TrashRepository


@pytest.fixture
def edits(db, clock):
    return EditRepository(db, clock)


@pytest.fixture
def message(chats, messages):
    return messages.create_message(chats.create_chat("chat").id, "user", "sent")


def test_edit_is_kept_beside_the_draft_of_its_chat(db, edits, message):
    DraftRepository(db).save(message.chat_id, "draft")
    edits.save(message.id, "first")
    edits.save(message.id, "second")
    assert edits.in_chat(message.chat_id) == StoredEdit(message.id, "second", "sent")
    assert edits.in_chat(message.chat_id + 1) is None
    assert DraftRepository(db).get(message.chat_id) == "draft"


def test_empty_edit_is_removed(db, edits, message):
    edits.save(message.id, "text")
    edits.save(message.id, "")
    edits.save(None, "of no message")
    assert edits.in_chat(message.chat_id) is None
    assert db.sql("SELECT count(*) FROM edit") == [(0,)]


def test_row_22_edit_of_a_chat_deleted_for_good_does_not_come_back(db, edits, message):
    edits.save(message.id, "secret")
    with db.atomic():
        db.sql("UPDATE chat SET deleted_at = '2026-11-22T10:00:00.000Z'")
    trash = TrashRepository(db)
    trash.begin([message.chat_id])
    edits.save(message.id, "")
    edits.save(message.id, "secret while it is deleted")
    assert db.sql("SELECT count(*) FROM edit") == [(0,)]
    trash.delete_some([message.chat_id])
    edits.save(message.id, "secret")
    assert db.sql("SELECT count(*) FROM edit") == [(0,)]


def test_row_22_text_of_an_edit_goes_with_its_chat(db, edits, message):
    edits.save(message.id, "secret")
    with db.atomic():
        db.sql("UPDATE chat SET deleted_at = '2026-11-22T10:00:00.000Z'")
    trash = TrashRepository(db)
    trash.begin([message.chat_id])
    trash.delete_some([message.chat_id])
    assert db.sql("SELECT count(*) FROM edit") == [(0,)]
