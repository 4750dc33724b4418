from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QPushButton

from desktop_chat.domain.model_info import EMBEDDED, LM_STUDIO, ModelRef
from desktop_chat.ui.header.chat_header import ChatHeader
from desktop_chat.ui.header.context_meter import short_count
from desktop_chat.ui.header.model_choice import ModelChoice
from desktop_chat.ui.header.model_delegate import HEADING_ROLE
from desktop_chat.ui.header.model_popup import ModelPopup
from desktop_chat.ui.theme import load_theme

# What the offscreen platform says of any window with a least or greatest size.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


CHOICES = [
    ModelChoice(ModelRef(LM_STUDIO, "q"), "qwen3-8b", "LM Studio", "Q4_K_M", is_loaded=True),
    ModelChoice(ModelRef(LM_STUDIO, "g"), "gemma-3", "LM Studio"),
    ModelChoice(ModelRef(EMBEDDED, "/s.gguf"), "SmolLM2", "Embedded engine", "Q4_1"),
]


@pytest.fixture
def header(qtbot):
    header = ChatHeader(load_theme("light"))
    qtbot.addWidget(header)
    header.resize(900, 52)
    with qtbot.waitExposed(header):
        header.show()
    header.set_choices(CHOICES)
    header.set_current(CHOICES[0].ref, "qwen3-8b")
    return header


@pytest.fixture
def chosen(header):
    refs: list[ModelRef] = []
    header.model_chosen.connect(refs.append)
    return refs


def _popup(header):
    header.model_picker.show_popup()
    popup = header.findChild(ModelPopup)
    assert popup.isVisible()
    return popup


def _labels(popup: ModelPopup) -> list[str]:
    model = popup.list.model()
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def test_picker_says_which_model_answers(header):
    picker = header.model_picker
    assert picker.accessibleName() == "Model"
    assert picker.accessibleDescription() == "qwen3-8b"


def test_engines_are_no_items(header):
    assert _labels(_popup(header)) == ["qwen3-8b", "gemma-3", "SmolLM2"]


def test_click_chooses_and_shows_only_what_is_confirmed(header, chosen, qtbot):
    popup = _popup(header)
    place = popup.list.visualRect(popup.list.model().index(2, 0)).center() + QPoint(0, 10)
    qtbot.mouseClick(popup.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert chosen == [CHOICES[2].ref]
    assert not popup.isVisible()
    assert header.model_picker.accessibleDescription() == "qwen3-8b"
    header.set_current(CHOICES[2].ref, "SmolLM2")
    assert header.model_picker.accessibleDescription() == "SmolLM2"


def test_keyboard_opens_and_chooses(header, chosen, qtbot):
    qtbot.keyClick(header.model_picker, Qt.Key.Key_Down)
    popup = header.findChild(ModelPopup)
    qtbot.keyClick(popup.list, Qt.Key.Key_Down)
    qtbot.keyClick(popup.list, Qt.Key.Key_Return)
    assert chosen == [CHOICES[1].ref]


def test_choice_of_the_current_model_is_no_change(header, chosen, qtbot):
    qtbot.keyClick(_popup(header).list, Qt.Key.Key_Return)
    assert chosen == []


def test_escape_closes_the_list(header, chosen, qtbot):
    popup = _popup(header)
    qtbot.keyClick(popup.list, Qt.Key.Key_Escape)
    assert not popup.isVisible()
    assert chosen == []


def test_model_that_is_not_on_offer_stays_shown(header):
    header.set_choices(CHOICES[2:])
    header.set_current(ModelRef(LM_STUDIO, "gone"), "gone-7b")
    assert header.model_picker.accessibleDescription() == "gone-7b"


def test_many_models_can_be_filtered(header, chosen, qtbot):
    many = [ModelChoice(ModelRef(LM_STUDIO, f"m{n}"), f"model-{n}", "LM Studio") for n in range(20)]
    header.set_choices([*many, CHOICES[2]])
    popup = _popup(header)
    assert popup.filter_line.isVisible()
    qtbot.keyClicks(popup.filter_line, "lm2")
    assert _labels(popup) == ["SmolLM2"]
    assert not popup.grab().isNull()
    qtbot.keyClick(popup.filter_line, Qt.Key.Key_Return)
    assert chosen == [CHOICES[2].ref]


def test_few_models_need_no_filter(header):
    assert not _popup(header).filter_line.isVisible()


def test_picker_without_models_still_leads_to_some(header, qtbot):
    header.set_choices([])
    popup = _popup(header)
    assert not popup.list.isVisible()
    with qtbot.waitSignal(header.model_picker.command_requested) as asked:
        popup.findChild(QPushButton, "models.open").click()
    assert asked.args == ["models.open"]
    assert not popup.isVisible()


def test_picker_leads_to_the_servers(header, qtbot):
    popup = _popup(header)
    with qtbot.waitSignal(header.model_picker.command_requested) as asked:
        popup.findChild(QPushButton, "servers.open").click()
    assert asked.args == ["servers.open"]


def test_model_in_memory_is_marked_and_said(header):
    model = _popup(header).list.model()
    role = Qt.ItemDataRole.AccessibleDescriptionRole
    said = [model.index(row, 0).data(role) for row in range(3)]
    assert said == ["Q4_K_M, in memory, LM Studio", "LM Studio", "Q4_1, Embedded engine"]


def test_two_servers_of_one_kind_stand_under_their_own_names(header):
    refs = [ModelRef(f"server-{number}", "qwen") for number in (1, 2)]
    names = ("At home", "At work")
    choices = [ModelChoice(ref, "qwen", name) for ref, name in zip(refs, names, strict=True)]
    header.set_choices(choices)
    model = _popup(header).list.model()
    assert [model.index(row, 0).data(HEADING_ROLE) for row in range(2)] == list(names)


def test_meter_is_hidden_until_something_is_known(header):
    meter = header.context_meter
    assert not meter.isVisible()
    header.set_usage(2500, 8192)
    assert meter.isVisible()
    words = meter.accessibleDescription().replace(",", "")
    assert words == "2500 of 8192 tokens in the context"
    header.set_usage(None, None)
    assert not meter.isVisible()


@pytest.mark.parametrize("usage", [(2500, None), (None, 8192), (9000, 8192), (0, 8192)])
def test_meter_words_what_is_known(header, usage):
    header.set_usage(*usage)
    assert "tokens" in header.context_meter.accessibleDescription()
    assert not header.grab().isNull()


@pytest.mark.parametrize(
    ("count", "text"),
    [(940, "940"), (2500, "2.5k"), (8192, "8k"), (131072, "128k"), (8000, "8k"), (123456, "123k")],
)
def test_counts_are_short(count, text):
    assert short_count(count) == text


def test_long_title_leaves_room_for_the_model(header):
    header.set_title("word " * 100)
    QApplication.processEvents()
    picker = header.model_picker
    assert picker.geometry().right() < header.width()
    assert picker.width() >= picker.sizeHint().width()


def test_way_back_to_the_sidebar_is_offered_while_it_is_folded(header, qtbot):
    told: list[int] = []
    header.sidebar_requested.connect(lambda: told.append(1))
    header.set_sidebar_folded(True)
    button = header.findChild(object, "sidebarButton")
    assert button.isVisible()
    button.click()
    assert told == [1]


def test_parameters_are_named_as_plain_text_and_marked_by_a_dot(header, qtbot):
    button = header.findChild(QPushButton, "paramsButton")
    accent = QColor(load_theme("light").accent).rgb()

    def has_dot():
        picture = button.grab().toImage()
        points = ((x, y) for x in range(picture.width()) for y in range(picture.height()))
        return any(picture.pixel(x, y) == accent for x, y in points)

    assert not has_dot()
    header.set_params_summary("Stop texts “<b>”")
    assert button.accessibleDescription() == "Stop texts “<b>”"
    assert "&lt;b&gt;" in button.toolTip()
    assert has_dot()
    with qtbot.waitSignal(header.params_requested):
        button.click()
    header.set_params_summary("")
    assert not has_dot()
