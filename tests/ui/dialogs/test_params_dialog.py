"""The dialog of parameters: what is offered, what is refused, what comes out."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QPlainTextEdit, QPushButton

from desktop_chat.domain.engine_features import ALL_PARAMS, OPENAI_PARAMS
from desktop_chat.domain.params import GenerationParams, ParamName
from desktop_chat.domain.preset import ChatSetup, Preset
from desktop_chat.ui.dialogs.params.offer import Offer
from desktop_chat.ui.dialogs.params.params_dialog import ParamsDialog
from desktop_chat.ui.param_words import param_label, params_summary
from desktop_chat.ui.theme import load_theme

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

EVERYTHING = GenerationParams(
    temperature=0.25,
    max_tokens=-1,
    top_p=0.9,
    top_k=40,
    min_p=0.05,
    repeat_penalty=1.1,
    stop=("\n\n", "END"),
    seed=7,
    reasoning_effort="low",
    json_schema='{"type": "object"}',
)
PRESETS = [Preset(1, "Exact", "Be brief.", GenerationParams(0.1)), Preset(2, "<b>Wild</b>")]


@pytest.fixture
def make(qtbot):
    def made(setup=None, supported=ALL_PARAMS, efforts=()):
        dialog: Any = ParamsDialog(Offer("Chat · model", supported, efforts), setup or ChatSetup())
        qtbot.addWidget(dialog)
        dialog.set_theme(load_theme("light"))
        dialog.saved = []
        dialog.save_requested.connect(dialog.saved.append)
        dialog.open()
        return dialog

    return made


def control(dialog, name):
    (found,) = [
        widget
        for kind in (QLineEdit, QPlainTextEdit, QComboBox)
        for widget in dialog.findChildren(kind, f"param-{name}")
    ]
    return found


def press(dialog, name):
    dialog.findChild(QPushButton, name).click()


def notes(dialog):
    return dialog.findChild(QLabel, "paramsNote")


def test_what_was_chosen_comes_out_as_it_was(make):
    setup = ChatSetup(EVERYTHING, "Be brief.", 2)
    dialog = make(setup)
    dialog.set_presets(PRESETS)
    press(dialog, "paramsSaveButton")
    assert dialog.saved == [setup]


def test_empty_fields_leave_all_to_the_engine(make):
    dialog = make()
    press(dialog, "paramsSaveButton")
    assert dialog.saved == [ChatSetup()]


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("temperature", "0.5", 0.5),
        ("temperature", " 2 ", 2.0),
        ("max_tokens", "-1", -1),
        ("max_tokens", "4096", 4096),
        ("top_k", "0", 0),
        ("seed", "2147483647", 2147483647),
    ],
)
def test_numbers_are_read(make, name, text, value):
    dialog = make()
    control(dialog, name).setText(text)
    press(dialog, "paramsSaveButton")
    assert getattr(dialog.saved[0].params, name) == value


def test_comma_of_the_users_language_is_a_decimal_point(make):
    before = QLocale()
    QLocale.setDefault(QLocale(QLocale.Language.German))
    try:
        dialog = make(ChatSetup(GenerationParams(1234.5)))
        assert control(dialog, "temperature").text() == "1234,5"
        for text in ("0,5", "0.5"):
            control(dialog, "temperature").setText(text)
            press(dialog, "paramsSaveButton")
    finally:
        QLocale.setDefault(before)
    assert [setup.params.temperature for setup in dialog.saved] == [0.5, 0.5]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("temperature", "9"),
        ("temperature", "-0.1"),
        ("temperature", "nan"),
        ("temperature", "warm"),
        ("max_tokens", "0"),
        ("max_tokens", "1.5"),
        ("max_tokens", "99999999999"),
        ("top_p", "1.1"),
        ("top_k", "-1"),
    ],
)
def test_what_cannot_be_used_is_told_at_its_field_and_not_saved(make, name, text):
    dialog = make()
    control(dialog, name).setText(text)
    press(dialog, "paramsSaveButton")
    assert dialog.saved == []
    words = control(dialog, name).accessibleDescription()
    assert "number" in words or "1 or more" in words
    control(dialog, name).clear()
    press(dialog, "paramsSaveButton")
    assert dialog.saved == [ChatSetup()]


def test_only_what_the_engine_takes_is_offered_and_the_rest_is_kept_and_named(make):
    dialog = make(ChatSetup(EVERYTHING), OPENAI_PARAMS)
    for name in ParamName:
        found = [*dialog.findChildren(QLineEdit), *dialog.findChildren(QPlainTextEdit)]
        names = {widget.objectName() for widget in found}
        assert (f"param-{name}" in names) is (name in OPENAI_PARAMS)
    text = notes(dialog).text()
    for name in ALL_PARAMS - OPENAI_PARAMS:
        assert param_label(name) in text
    assert "kept and not sent: Top K 40" in text
    control(dialog, "temperature").setText("1")
    press(dialog, "paramsSaveButton")
    (setup,) = dialog.saved
    assert (setup.params.temperature, setup.params.top_k) == (1.0, 40)
    assert setup.params.json_schema == EVERYTHING.json_schema


def test_nothing_is_said_of_an_engine_that_takes_everything(make):
    assert notes(make()).isHidden()


def test_effort_of_a_model_that_tells_of_none_is_said_to_be_for_others(make):
    told, untold = make(efforts=("off", "on")), make()
    hint = control(untold, "reasoning_effort").accessibleDescription()
    assert hint == "For models that reason"
    assert control(told, "reasoning_effort").accessibleDescription() != hint


def test_efforts_are_those_of_the_model_and_a_strange_one_stays(make):
    dialog = make(ChatSetup(GenerationParams(reasoning_effort="xhigh")), efforts=("off", "on"))
    box = control(dialog, "reasoning_effort")
    assert [box.itemText(row) for row in range(1, box.count())] == ["off", "on", "xhigh"]
    press(dialog, "paramsSaveButton")
    assert dialog.saved[0].params.reasoning_effort == "xhigh"


def test_preset_fills_the_fields_and_is_remembered(make):
    dialog = make(ChatSetup(EVERYTHING))
    dialog.set_presets(PRESETS)
    box = dialog.findChild(QComboBox, "presetChoice")
    assert [box.itemText(row) for row in range(box.count())] == [
        "No preset",
        "Exact",
        "<b>Wild</b>",
    ]
    box.setCurrentIndex(1)
    box.activated.emit(1)
    press(dialog, "paramsSaveButton")
    assert dialog.saved == [ChatSetup(GenerationParams(0.1), "Be brief.", 1)]


def test_preset_in_use_stays_chosen_when_the_list_is_read_anew(make):
    dialog = make()
    dialog.set_presets(PRESETS, 2)
    dialog.set_presets(PRESETS)
    assert dialog.findChild(QComboBox, "presetChoice").currentData() == 2
    dialog.set_presets(PRESETS[:1])
    assert dialog.findChild(QComboBox, "presetChoice").currentData() is None


def test_preset_is_saved_and_deleted_by_request(make, qtbot):
    dialog = make(ChatSetup(EVERYTHING, "", 1))
    dialog.set_presets(PRESETS)
    with qtbot.waitSignal(dialog.preset_save_requested) as saved:
        press(dialog, "presetSaveButton")
    assert saved.args == [ChatSetup(EVERYTHING, "", 1), PRESETS[0]]
    with qtbot.waitSignal(dialog.preset_delete_requested) as deleted:
        press(dialog, "presetDeleteButton")
    assert deleted.args == [PRESETS[0]]


def test_reset_leaves_all_to_the_engine(make):
    dialog = make(ChatSetup(EVERYTHING, "Be brief.", 1))
    dialog.set_presets(PRESETS)
    press(dialog, "paramsResetButton")
    press(dialog, "paramsSaveButton")
    assert dialog.saved == [ChatSetup()]


def test_error_of_a_field_that_is_not_offered_is_told_below(make):
    dialog = make(supported=OPENAI_PARAMS)
    dialog.set_error("json_schema", "it is no JSON")
    assert notes(dialog).text() == "it is no JSON"
    dialog.set_error("system_prompt", "too long")
    assert control(dialog, "system_prompt").accessibleDescription() == "too long"


def test_summary_names_what_was_chosen_and_is_short():
    text = params_summary(EVERYTHING)
    assert text.startswith("Temperature 0.25, Longest reply in tokens none, Top P 0.9, Top K 40")
    assert text.endswith("Seed 7, Reasoning effort low, JSON schema")
    assert params_summary(GenerationParams()) == ""
