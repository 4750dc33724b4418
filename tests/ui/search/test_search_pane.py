"""The pane of what was found: keys, clicks, words about it, and what is painted."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAccessible, QColor
from PySide6.QtTest import QTest

from desktop_chat.domain.errors import SearchIndexDamagedError
from desktop_chat.domain.search.hit import Snippet
from desktop_chat.ui.fonts import font_of
from desktop_chat.ui.item_models.search_results import SearchResultsModel
from desktop_chat.ui.search.marked_lines import break_lines
from desktop_chat.ui.search.search_pane import SearchPane
from desktop_chat.ui.theme import load_theme
from desktop_chat.ui.transcript.access import accessible
from tests.ui.controllers.signal_log import SignalLog
from tests.ui.search.hits import NOW, message_hit, results, title_hit

if TYPE_CHECKING:
    from desktop_chat.ui.controllers.search import SearchController

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


class FakeController(QObject):
    state_changed = Signal()

    def __init__(self):
        super().__init__()
        self.results = None
        self.is_slow = False
        self.error = None
        self.searched_all = 0

    def search_all(self):
        self.searched_all += 1


class Bench:
    def __init__(self, qtbot, theme="light"):
        self.controller = FakeController()
        self.model = SearchResultsModel()
        controller = cast("SearchController", self.controller)
        self.pane = SearchPane(controller, self.model, load_theme(theme), lambda: NOW)
        qtbot.addWidget(self.pane)
        self.pane.resize(268, 600)
        self.log = SignalLog(self.pane, "hit_chosen", "left")
        self.pane.show()

    def show(self, found, **state):
        self.controller.results = found
        for name, value in state.items():
            setattr(self.controller, name, value)
        self.model.set_results(found)
        self.controller.state_changed.emit()

    @property
    def note(self):
        return self.pane.note.text() if self.pane.note.isVisible() else ""


@pytest.fixture
def bench(qtbot):
    return Bench(qtbot)


def test_names_for_outsiders(bench):
    assert bench.pane.view.objectName() == "searchResults"
    assert bench.pane.view.accessibleName() == "Search results"


def test_click_chooses_a_hit(bench, qtbot):
    bench.show(results(titles=1, messages=2))
    view = bench.pane.view
    place = view.visualRect(bench.model.index(1)).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert bench.log.last("hit_chosen") == bench.model.hit_at(1)


def test_keys_walk_choose_and_leave(bench):
    bench.show(results(messages=3))
    view = bench.pane.view
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Return):
        QTest.keyClick(view, key)
    assert bench.log.last("hit_chosen").message_id == 2
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Up):
        QTest.keyClick(view, key)
    assert len(bench.log["left"]) == 1
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert len(bench.log["left"]) == 2


def test_steps_from_the_field_stay_within_the_list(bench):
    bench.show(results(messages=2))
    view = bench.pane.view
    for by, row in ((1, 0), (1, 1), (1, 1), (-5, 0)):
        view.step(by)
        assert view.currentIndex().row() == row


def test_enter_without_a_step_chooses_the_first(bench):
    bench.show(results(messages=2))
    bench.pane.view.choose_current()
    assert bench.log.last("hit_chosen").message_id == 1
    bench.show(results())
    bench.pane.view.choose_current()
    assert len(bench.log["hit_chosen"]) == 1


def test_row_of_further_titles_shows_them(bench):
    bench.show(results(titles=9, messages=1))
    bench.pane.view.setCurrentIndex(bench.model.index(5))
    bench.pane.view.choose_current()
    assert (bench.model.rowCount(), bench.log["hit_chosen"]) == (10, [])


def test_cut_search_offers_to_search_all(bench, qtbot):
    bench.show(results(messages=2000, is_cut=True))
    assert bench.note == "The best of the newest 2000 matches."
    qtbot.mouseClick(bench.pane.all_button, Qt.MouseButton.LeftButton)
    assert bench.controller.searched_all == 1
    bench.show(results(messages=3))
    assert (bench.note, bench.pane.all_button.isVisible()) == ("", False)


@pytest.mark.parametrize(
    ("found", "state", "words"),
    [
        (results(line="rain "), {}, "Nothing found."),
        (results(line="r"), {}, "Nothing found. A single letter finds titles only."),
        (results(titles=1, line="r"), {}, "A single letter finds titles only."),
        (results(messages=1, line="x before:20 "), {}, "“before:20” is not understood."),
        (
            results(messages=1, progress=0.43),
            {},
            "Older messages are still being indexed: 43 %.",
        ),
        (results(messages=1), {"is_slow": True}, "Searching…"),
        (None, {"error": SearchIndexDamagedError(path="x")}, "The search index is damaged;"),
        (None, {}, ""),
    ],
)
def test_what_is_said_about_the_results(bench, found, state, words):
    bench.show(found, **state)
    assert bench.note.startswith(words)
    assert bool(words) == bool(bench.note)


def test_hint_about_filters_shows_only_where_nothing_was_found(bench):
    bench.show(results(line="rain "))
    assert bench.pane.hint.isVisible()
    bench.show(results(messages=1))
    assert not bench.pane.hint.isVisible()


def test_screen_reader_hears_once_how_much_was_found(bench, monkeypatch):
    said = []
    monkeypatch.setattr(accessible, "send_event", lambda event: said.append(event.message()))
    QAccessible.setActive(True)
    bench.show(results(titles=1, messages=2))
    bench.controller.state_changed.emit()
    QAccessible.setActive(False)
    assert said == ["Titles: 1, messages: 2."]


@pytest.mark.parametrize("name", ["light", "dark", "high-contrast-dark"])
def test_marks_are_painted_in_the_colour_of_the_theme(qtbot, name):
    bench = Bench(qtbot, name)
    bench.show(results(titles=1, messages=1))
    picture = bench.pane.view.viewport().grab().toImage()
    places = ((x, y) for x in range(picture.width()) for y in range(picture.height()))
    colours = {picture.pixelColor(x, y).name() for x, y in places}
    assert QColor(load_theme(name).find_hit).name() in colours


def test_row_63_markup_in_titles_and_texts_is_painted_as_text(bench):
    rich = "<img src='file:///etc/passwd'><b>x</b>"
    found = results(titles=1, messages=1)
    hits = (message_hit(1, rich),)
    bench.show(found.__class__("x", found.query, (title_hit(1, rich),), (1,), hits))
    bench.pane.view.viewport().grab()
    assert bench.model.index(0).data() == rich
    assert bench.pane.note.textFormat() is Qt.TextFormat.PlainText


def test_long_text_is_broken_and_cut_with_its_marks(qapp):
    text = "😀 one two three " * 20
    start = text.rindex("two")
    lines = break_lines(Snippet(text, ((2, 5), (start, start + 3))), font_of(12), 200, 2)
    assert len(lines) == 2
    assert lines[1].text.endswith("…")
    assert lines[0].text[slice(*lines[0].marks[0])] == "one"
    assert lines[1].marks == ()
    assert break_lines(Snippet(""), font_of(12), 200, 2) == []


def test_mark_over_a_line_end_is_on_both_lines(qapp):
    text = "w" * 200
    lines = break_lines(Snippet(text, ((0, 200),)), font_of(12), 200, 2)
    assert all(line.marks for line in lines)
    assert lines[0].marks[0] == (0, len(lines[0].text))
