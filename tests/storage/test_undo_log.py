"""The list of changes that can be undone."""

from __future__ import annotations

import contextlib
from datetime import timedelta

import pytest

from desktop_chat.storage.undo.undo_log import UndoLog

SET = ["set", "chat", 1, {"pinned": 0}]
BACK = ["set", "chat", 1, {"pinned": 1}]


@pytest.fixture
def log(db, clock):
    return UndoLog(db, clock)


def test_last_change_is_undone_first_and_done_again_last(log):
    first, second = (log.record(label, [SET], [BACK]) for label in ("one", "two"))
    assert (log.next_undo().id, log.next_redo()) == (second, None)
    log.mark(second, is_undone=True)
    log.mark(first, is_undone=True)
    assert (log.next_undo(), log.next_redo().id) == (None, first)
    log.mark(first, is_undone=False)
    assert (log.next_undo().id, log.next_redo().id) == (first, second)


def test_new_change_drops_what_could_be_done_again(log):
    log.mark(log.record("one", [SET], [BACK]), is_undone=True)
    log.record("two", [SET], [BACK])
    assert log.next_redo() is None
    assert [entry.label for entry in log.entries()] == ["two"]


def test_change_that_is_rolled_back_is_not_remembered(log, db):
    with contextlib.suppress(ZeroDivisionError), db.atomic():
        log.record("one", [SET], [BACK])
        raise ZeroDivisionError
    assert log.next_undo() is None


def test_old_changes_are_dropped(log, clock):
    log.record("old", [SET], [BACK])
    clock.now += timedelta(days=1)
    log.record("new", [SET], [BACK])
    assert log.drop_before(clock.now - timedelta(hours=23)) == 1
    assert [entry.label for entry in log.entries()] == ["new"]


@pytest.mark.parametrize("text", ["", "nonsense", "{}", "[1, 2]", "[" * 100_000])
def test_change_that_another_program_broke_has_no_operations(log, db, text):
    entry_id = log.record("one", [SET], [BACK])
    with db.atomic():
        db.sql("UPDATE undo_entry SET undo = ? WHERE id = ?", (text, entry_id))
    assert log.next_undo().undo == []


def test_replace_with_nothing_forgets_the_change(log):
    from dataclasses import replace

    log.record("one", [SET], [BACK])
    entry = log.next_undo()
    log.replace(replace(entry, undo=[BACK], redo=[SET]))
    assert (log.next_undo().undo, log.next_undo().redo) == ([BACK], [SET])
    log.replace(replace(entry, undo=[]))
    assert log.next_undo() is None
