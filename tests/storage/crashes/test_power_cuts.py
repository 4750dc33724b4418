"""After a power cut there is everything up to some commit, and nothing of the next one."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing

import pytest

from desktop_chat.storage.database import open_database
from tests.storage.crashes.contents import check_index_is_complete, check_sound, state_of
from tests.storage.crashes.power_cuts import (
    History,
    cut,
    first_difference,
    half_folded,
    make_history,
    put,
)

CUTS = 900
CUTS_WHILE_FOLDING = 100


@pytest.fixture(scope="module")
def history(tmp_path_factory) -> History:
    return make_history(tmp_path_factory.mktemp("history") / "data" / "chats.sqlite3")


def found_at(path) -> str:
    """Start, as the program does, and return what is there."""
    open_database(path).close()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        check_sound(connection)
        return state_of(connection)


def test_row_3_history_has_many_commits_and_its_index_is_right(history, tmp_path):
    assert len(history.ends) == len(set(history.ends)) == 40
    assert len(set(history.states)) == len(history.states)
    path = put(tmp_path / "data", history.base, history.log)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        check_index_is_complete(connection)
    assert found_at(path) == history.states[-1]


def test_row_3_power_cut_leaves_a_prefix_of_the_commits(history, tmp_path):
    chance = random.Random(3)
    reached = set()
    for number in range(CUTS):
        left = cut(history.log, chance)
        place = first_difference(history.log, left)
        path = put(tmp_path / "data", history.base, left)
        assert found_at(path) == history.state_before(place), f"cut {number} at byte {place}"
        reached.add(history.state_before(place))
    assert len(reached) > 30, "the cuts were hardly spread over the commits"


def test_row_3_power_cut_while_the_log_is_folded_loses_nothing(history, tmp_path):
    chance = random.Random(4)
    for number in range(CUTS_WHILE_FOLDING):
        path = put(tmp_path / "data", half_folded(history, chance), history.log)
        assert found_at(path) == history.states[-1], f"cut {number}"
