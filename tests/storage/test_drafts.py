"""Drafts in the database."""

from __future__ import annotations

import pytest

from desktop_chat.services.background import Worker
from desktop_chat.services.replies.turns import TurnStore
from desktop_chat.storage.drafts import DraftRepository
from desktop_chat.storage.undo.trash import TrashRepository


@pytest.fixture
def drafts(db, clock):
    return DraftRepository(db, clock)


@pytest.fixture
def chat_id(chats):
    return chats.create_chat("chat").id


def test_draft_is_kept_for_each_chat_and_for_the_one_not_stored(drafts, chat_id):
    drafts.save(None, "for the new chat")
    drafts.save(chat_id, "for this one")
    drafts.save(chat_id, "for this one, changed")
    assert drafts.get(None) == "for the new chat"
    assert drafts.get(chat_id) == "for this one, changed"
    assert drafts.get(chat_id + 1) == ""


@pytest.mark.parametrize("way", ["being deleted", "deleted"])
def test_row_22_draft_of_a_chat_deleted_for_good_does_not_come_back(db, drafts, chat_id, way):
    """The window saves what stands in the composer when it leaves the chat."""
    drafts.save(chat_id, "secret")
    trash = TrashRepository(db)
    with db.atomic():
        db.sql("UPDATE chat SET deleted_at = '2026-11-22T10:00:00.000Z'")
    trash.begin([chat_id])
    if way == "deleted":
        trash.delete_some([chat_id])
    else:
        drafts.save(chat_id, "")
    drafts.save(chat_id, "secret")
    assert db.sql("SELECT count(*) FROM draft") == [(0,)]


def test_empty_draft_is_removed(db, drafts):
    drafts.save(None, "text")
    drafts.save(None, "")
    assert drafts.get(None) == ""
    assert db.sql("SELECT count(*) FROM draft") == [(0,)]


def test_draft_with_half_a_character_is_kept(drafts):
    """Row 33: what was pasted may hold what no database can."""
    drafts.save(None, "a\ud800\x00b")
    assert drafts.get(None) == "a\ufffd\ufffdb"


def test_saving_the_same_draft_again_writes_nothing(db, drafts):
    drafts.save(None, "text")
    (before,) = db.sql("SELECT updated_at FROM draft")
    drafts.save(None, "text")
    assert db.sql("SELECT updated_at FROM draft") == [before]


@pytest.mark.anyio
async def test_sent_draft_is_gone_with_the_same_transaction(db, drafts, chats, messages):
    from desktop_chat.domain.model_info import ModelRef

    writer = Worker("test")
    turns = TurnStore(db, chats, messages, writer)
    drafts.save(None, "hello")
    chat, _, _ = turns._begin(None, "hello", ModelRef("lm_studio", "m"), "", None)
    assert drafts.get(None) == ""
    drafts.save(chat.id, "the next one, half written")
    turns._begin(chat.id, "something else", ModelRef("lm_studio", "m"), "", None)
    assert drafts.get(chat.id) == "the next one, half written"
