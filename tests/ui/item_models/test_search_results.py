"""Rows of what was found: titles, then messages, page by page."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QModelIndex, Qt

from desktop_chat.domain.message import Sender
from desktop_chat.domain.search.hit import PAGE
from desktop_chat.ui.item_models.search_results import (
    FIRST_TITLES,
    SearchResultsModel,
    SearchRole,
)
from tests.ui.controllers.signal_log import SignalLog
from tests.ui.search.hits import message_hit, results

ROOT = QModelIndex()


@pytest.fixture
def model(qapp):
    return SearchResultsModel()


def texts(model, role=Qt.ItemDataRole.DisplayRole):
    return [model.index(row).data(role) for row in range(model.rowCount())]


def test_titles_stand_before_messages_under_their_labels(model, qtmodeltester):
    model.set_results(results(titles=2, messages=2))
    assert texts(model) == ["Chat 1000", "Chat 1001", "text 1", "text 2"]
    assert texts(model, SearchRole.GROUP) == ["Chats", "", "Messages", ""]
    assert model.hit_at(2).message_id == 1
    qtmodeltester.check(model)


def test_many_titles_are_folded_where_messages_were_found(model):
    model.set_results(results(titles=20, messages=1))
    assert model.rowCount() == FIRST_TITLES + 2
    assert texts(model)[FIRST_TITLES] == "Show 15 more chats"
    assert model.hit_at(FIRST_TITLES) is None
    model.show_all_titles()
    assert texts(model)[19:] == ["Chat 1019", "text 1"]
    assert texts(model, SearchRole.GROUP)[20] == "Messages"
    model.show_all_titles()
    assert model.rowCount() == 21


def test_titles_alone_are_all_shown(model):
    model.set_results(results(titles=20))
    assert model.rowCount() == 20


def test_further_pages_are_asked_for_once(model):
    log = SignalLog(model, "more_requested")
    model.set_results(results(messages=2 * PAGE + 10))
    assert (model.rowCount(), model.canFetchMore(ROOT)) == (PAGE, True)
    model.fetchMore(ROOT)
    model.fetchMore(ROOT)
    assert log["more_requested"] == [(PAGE,)]
    # One of them is gone.
    model.append([message_hit(number) for number in range(PAGE, 2 * PAGE - 1)], PAGE)
    assert model.rowCount() == 2 * PAGE - 1
    model.fetchMore(ROOT)
    assert log["more_requested"][-1] == (2 * PAGE,)
    model.append([message_hit(99)], PAGE)
    assert not model.canFetchMore(ROOT)


def test_page_without_any_hit_left_asks_for_the_next(model):
    model.set_results(results(messages=3 * PAGE))
    model.fetchMore(ROOT)
    model.append([], PAGE)
    assert model.canFetchMore(ROOT)


def test_screen_reader_hears_chat_writer_and_text(model):
    model.set_results(results(titles=1, messages=1))
    role = Qt.ItemDataRole.AccessibleTextRole
    assert texts(model, role) == ["Chat 1000", "Weather: You: text 1"]
    model.append([message_hit(2, "other", Sender.LLM)], 1)
    assert texts(model, role)[-1] == "Weather: Assistant: other"


def test_nothing_found_has_no_rows(model):
    model.set_results(None)
    assert (model.rowCount(), model.canFetchMore(ROOT)) == (0, False)
