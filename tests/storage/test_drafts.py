"""Drafts in the database."""

from __future__ import annotations

import pytest

from desktop_chat.services.background import Worker
from desktop_chat.services.turns import TurnStore
from desktop_chat.storage.drafts import DraftRepository


@pytest.fixture
def drafts(db, clock):
    return DraftRepository(db, clock)


def test_draft_is_kept_for_each_chat_and_for_the_one_not_stored(drafts):
    drafts.save(None, "for the new chat")
    drafts.save(7, "for this one")
    drafts.save(7, "for this one, changed")
    assert drafts.get(None) == "for the new chat"
    assert drafts.get(7) == "for this one, changed"
    assert drafts.get(8) == ""


def test_empty_draft_is_removed(db, drafts):
    drafts.save(7, "text")
    drafts.save(7, "")
    assert drafts.get(7) == ""
    assert db.sql("SELECT count(*) FROM draft") == [(0,)]


def test_draft_with_half_a_character_is_kept(drafts):
    """Row 33: what was pasted may hold what no database can."""
    drafts.save(None, "a\ud800\x00b")
    assert drafts.get(None) == "a\ufffd\ufffdb"


def test_saving_the_same_draft_again_writes_nothing(db, drafts):
    drafts.save(7, "text")
    (before,) = db.sql("SELECT updated_at FROM draft")
    drafts.save(7, "text")
    assert db.sql("SELECT updated_at FROM draft") == [before]


@pytest.mark.anyio
async def test_sent_draft_is_gone_with_the_same_transaction(db, drafts, chats, messages):
    from desktop_chat.domain.model_info import ModelRef

    writer = Worker("test")
    turns = TurnStore(db, chats, messages, writer)
    drafts.save(None, "hello")
    chat, _, _ = turns._begin(None, "hello", ModelRef("lm_studio", "m"), "")
    assert drafts.get(None) == ""
    drafts.save(chat.id, "the next one, half written")
    turns._begin(chat.id, "something else", ModelRef("lm_studio", "m"), "")
    assert drafts.get(chat.id) == "the next one, half written"
