"""Presets, and the parameters of chats."""

from __future__ import annotations

import pytest

from desktop_chat.domain.errors import ChatNotFoundError, PresetNotFoundError
from desktop_chat.domain.params import GenerationParams, ParamName
from desktop_chat.domain.preset import ChatSetup, Preset
from desktop_chat.storage.presets import PresetRepository

EVERYTHING = GenerationParams(
    temperature=0.25,
    max_tokens=-1,
    top_p=0.9,
    top_k=40,
    min_p=0.05,
    repeat_penalty=1.1,
    stop=("\n\n", "END ünd \u2028"),
    seed=7,
    reasoning_effort="low",
    json_schema='{"type": "object"}',
)


@pytest.fixture
def presets(db, clock):
    return PresetRepository(db, clock)


def test_preset_keeps_every_parameter(presets):
    assert set(EVERYTHING.chosen) == set(ParamName)
    saved = presets.save(Preset(0, "Exact", "Be brief.", EVERYTHING))
    assert presets.get(saved.id) == Preset(saved.id, "Exact", "Be brief.", EVERYTHING)


def test_presets_are_listed_by_name(presets):
    for name in ("b", "A", "c"):
        presets.save(Preset(0, name))
    assert [preset.name for preset in presets.all()] == ["A", "b", "c"]


def test_changed_preset_keeps_its_id_and_says_when(presets, db):
    first = presets.save(Preset(0, "Exact", params=GenerationParams(0.1)))
    assert presets.save(Preset(first.id, "Loose")) == Preset(first.id, "Loose")
    ((made, changed),) = db.sql("SELECT created_at, updated_at FROM preset")
    assert made < changed


def test_deleted_preset_is_gone_and_its_chats_keep_their_parameters(presets, chats):
    preset = presets.save(Preset(0, "Exact", params=EVERYTHING))
    chat = chats.create_chat("Chat")
    chats.set_up(chat.id, ChatSetup(EVERYTHING, "Hi", preset.id))
    presets.delete(preset.id)
    assert presets.all() == []
    assert (chats.get(chat.id).params, chats.get(chat.id).preset_id) == (EVERYTHING, None)
    for call in (presets.get, lambda number: presets.save(Preset(number, "x"))):
        with pytest.raises(PresetNotFoundError):
            call(preset.id)


@pytest.mark.parametrize("stored", ["{", "[]", "5", 5, b"\xff", '{"top_k": "x", "new": 1}'])
def test_preset_that_others_misspelt_is_read_without_it(presets, db, stored):
    saved = presets.save(Preset(0, "Exact", "Be brief.", EVERYTHING))
    db.sql("UPDATE preset SET params = ?", (stored,))
    assert presets.all() == [Preset(saved.id, "Exact", "Be brief.")]


def test_chat_keeps_parameters_and_system_prompt(chats):
    chat = chats.create_chat("Chat")
    assert (chat.params, chat.preset_id) == (None, None)
    chats.set_up(chat.id, ChatSetup(EVERYTHING, "Be brief.", 3))
    found = chats.get(chat.id)
    assert (found.params, found.system_prompt, found.preset_id) == (EVERYTHING, "Be brief.", 3)


def test_parameters_that_were_taken_away_are_none_and_not_unknown(chats):
    chat = chats.create_chat("Chat")
    chats.set_up(chat.id, ChatSetup())
    assert chats.get(chat.id).params == GenerationParams()


def test_chat_that_is_not_there_cannot_be_set_up(chats):
    with pytest.raises(ChatNotFoundError):
        chats.set_up(99, ChatSetup())
