"""Parameters in the window: the dialog over real services, presets, and checked replies."""

from __future__ import annotations

import json
from typing import Any

import pytest
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QPlainTextEdit, QPushButton, QWidget
from shiboken6 import isValid

from desktop_chat.domain.params import GenerationParams
from desktop_chat.domain.preset import ChatSetup, Preset
from desktop_chat.domain.stream import StreamFinished, TextDelta
from desktop_chat.services.replies.params import ParamsService
from desktop_chat.storage.presets import PresetRepository
from desktop_chat.ui.commands import Commands
from desktop_chat.ui.dialogs.alert import Alert
from desktop_chat.ui.dialogs.name_dialog import NameDialog
from desktop_chat.ui.dialogs.params.params_dialog import ParamsDialog
from desktop_chat.ui.features.engines.params import ParamsFeature
from desktop_chat.ui.features.engines.structured import StructuredFeature
from desktop_chat.ui.header.chat_header import ChatHeader
from desktop_chat.ui.theme import load_theme
from desktop_chat.ui.transcript.toolbar.message_details import MessageDetails
from tests.ui.controllers.chat_bench import chat_bench
from tests.ui.transcript.samples import reply
from tests.ui.waiting import until

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

SCHEMA = json.dumps({"type": "object", "required": ["city"]})


class TranscriptCommands(QObject):
    details_shown = Signal(object, object)


class Window(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.header = ChatHeader(load_theme("light"), self)
        self.transcript = self
        self.commands = TranscriptCommands(self)


class Context:
    """What the features need of a window, over real services."""

    def __init__(self, bench) -> None:
        turns = bench.turns
        presets = PresetRepository(turns.db)
        self.bench = bench
        self.window = Window()
        self.theme = load_theme("light")
        self.shell: Any = self
        self.services = self.reading = self
        self.params = ParamsService(
            turns.chats, presets, turns.engines, turns.writer, turns.broadcast
        )
        self.engines, self.broadcast = turns.engines, turns.broadcast
        self.chats = bench.reading_chats
        self.chat = bench.chat
        self.commands = Commands()
        self.said: list[tuple[str, str, str]] = []
        context: Any = self
        self.features = [ParamsFeature(context), StructuredFeature(context)]

    def say(self, text, kind="idle", action="", label=""):
        self.said.append((text, kind, action))

    def report(self, work):
        self.bench.tasks.spawn(work)

    async def opened(self) -> ParamsDialog:
        chat_id = self.chat.chat_id
        self.commands.run("chat.params", () if chat_id is None else (chat_id,))
        return self.dialog

    @property
    def dialog(self) -> ParamsDialog:
        (found,) = [one for one in self.window.findChildren(ParamsDialog) if one.isVisible()]
        return found

    @property
    def is_closed(self) -> bool:
        return not any(one.isVisible() for one in self.window.findChildren(ParamsDialog))

    @property
    def summary(self) -> str:
        button = self.window.header.findChild(QPushButton, "paramsButton")
        assert button is not None
        return button.accessibleDescription()


@pytest.fixture
def context(qloop, tmp_path):
    manager = chat_bench(tmp_path / "chats.sqlite3")
    bench: Any = qloop.run(manager.__aenter__())
    bench.reading_chats = bench.turns.chats
    found = Context(bench)
    yield found
    qloop.run(manager.__aexit__(None, None, None))
    found.window.deleteLater()


def field(dialog, kind, name):
    found = dialog.findChild(kind, f"param-{name}")
    assert found is not None
    return found


def press(dialog, name):
    dialog.findChild(QPushButton, name).click()


def chosen_preset(dialog):
    return dialog.findChild(QComboBox, "presetChoice").currentText()


def press_in(alert, label):
    next(one for one in alert.buttons() if one.text() == label).click()


def error_at(dialog, name):
    return field(dialog, QPlainTextEdit, name).accessibleDescription()


def test_new_chat_is_begun_with_what_was_chosen_for_it(qloop, context) -> None:
    async def scenario() -> None:
        dialog = await context.opened()
        field(dialog, QLineEdit, "temperature").setText("0.25")
        field(dialog, QPlainTextEdit, "system_prompt").setPlainText("Be brief.")
        press(dialog, "paramsSaveButton")
        await until(lambda: context.is_closed)
        assert context.summary == "Instructions, Temperature 0.25"
        context.bench.engine.enqueue(TextDelta("Hello"), StreamFinished("stop"))
        context.chat.send("Hi")
        await until(lambda: context.bench.is_idle and context.chat.chat_id)
        (request,) = context.bench.engine.requests
        assert (request.params, request.system_prompt) == (GenerationParams(0.25), "Be brief.")
        assert context.summary == "Instructions, Temperature 0.25"
        context.chat.new_chat()
        assert context.summary == "", "the next one begins as usual"

    qloop.run(scenario())


def test_stored_chat_gets_what_was_chosen_and_the_header_tells_it(qloop, context) -> None:
    async def scenario() -> None:
        chat_id = context.bench.stored_chat("Chat", "Hi", "Hello")
        context.chat.show_chat(chat_id)
        assert context.summary == ""
        dialog = await context.opened()
        field(dialog, QLineEdit, "seed").setText("7")
        press(dialog, "paramsSaveButton")
        await until(lambda: context.summary == "Seed 7")
        assert context.chats.get(chat_id).params == GenerationParams(seed=7)
        assert context.is_closed

    qloop.run(scenario())


def test_schema_that_is_none_is_told_at_its_field_and_nothing_is_stored(qloop, context) -> None:
    async def scenario() -> None:
        chat_id = context.bench.stored_chat("Chat", "Hi")
        context.chat.show_chat(chat_id)
        dialog = await context.opened()
        field(dialog, QPlainTextEdit, "json_schema").setPlainText('{"type": "objekt"}')
        press(dialog, "paramsSaveButton")
        await until(lambda: "objekt" in error_at(dialog, "json_schema"))
        assert not context.is_closed
        assert context.chats.get(chat_id).params is None
        dialog.reject()

    qloop.run(scenario())


def test_preset_is_saved_under_a_name_and_replaced_after_a_question(qloop, context) -> None:
    async def scenario() -> None:
        dialog = await context.opened()
        for text in ("0.1", "0.3"):
            field(dialog, QLineEdit, "temperature").setText(text)
            press(dialog, "presetSaveButton")
            names = [one for one in dialog.findChildren(NameDialog) if one.isVisible()]
            names[0].named.emit("Exact")
            names[0].reject()
            if text == "0.3":
                await until(lambda: dialog.findChildren(Alert))
                assert (await context.params.presets())[0].params == GenerationParams(0.1)
                press_in(dialog.findChildren(Alert)[0], "Replace")
            wanted = [Preset(1, "Exact", "", GenerationParams(float(text)))]
            while await context.params.presets() != wanted:
                pass
            await until(lambda: chosen_preset(dialog) == "Exact")
        dialog.reject()

    qloop.run(scenario())


def test_preset_is_deleted_after_a_question(qloop, context) -> None:
    async def scenario() -> None:
        preset = await context.params.save_preset(Preset(0, "<i>Exact</i>"))
        context.chat.set_up_new_chat(ChatSetup(preset_id=preset.id))
        dialog = await context.opened()
        await until(
            lambda: dialog.findChild(QComboBox, "presetChoice").currentText() != "No preset"
        )
        press(dialog, "presetDeleteButton")
        await until(lambda: dialog.findChildren(Alert))
        alert = dialog.findChildren(Alert)[0]
        assert "<i>Exact</i>" in alert.text()
        press_in(alert, "Delete")
        await until(lambda: dialog.findChild(QComboBox, "presetChoice").count() == 1)
        assert await context.params.presets() == []
        dialog.reject()

    qloop.run(scenario())


def test_command_makes_no_sense_for_several_chats_or_one_in_the_trash(context) -> None:
    bench = context.bench
    first, second = bench.stored_chat("a", "Hi"), bench.stored_chat("b", "Hi")
    bench.turns.db.sql("UPDATE chat SET deleted_at = updated_at WHERE id = ?", (second,))
    label = context.commands.label
    assert label("chat.params") == label("chat.params", (first,)) == "Parameters…"
    assert label("chat.params", (first, second)) is None
    assert label("chat.params", (second,)) is None
    assert label("chat.params", (99,)) is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"city": "Bonn"}', "The reply follows its JSON schema."),
        ("{}", "The reply does not follow its JSON schema: 'city' is a required property"),
        ("Bonn", "The reply is no JSON: Expecting value: line 1 column 1 (char 0)"),
    ],
)
def test_structured_reply_is_checked_and_its_details_say_so(qloop, context, text, words) -> None:
    async def scenario() -> None:
        params = GenerationParams(json_schema=SCHEMA)
        context.chat.set_up_new_chat(ChatSetup(params))
        context.bench.engine.enqueue(TextDelta(text), StreamFinished("stop"))
        context.chat.send("Where?")
        await until(lambda: context.bench.is_idle and context.chat.chat_id)
        shown = context.bench.transcript.message_at(1)
        details = MessageDetails(shown, context.theme, context.window)
        context.window.commands.details_shown.emit(details, shown)
        await until(lambda: any(one.text() == words for one in details.findChildren(QLabel)))
        if "city" not in text:
            await until(lambda: context.said)
        expected = [] if "city" in text else [(words, "warning", "chat.params")]
        assert context.said == expected

    qloop.run(scenario())


def test_details_that_are_closed_meanwhile_are_left_alone(qloop, context) -> None:
    async def scenario() -> None:
        message = reply(2, "{}", params=GenerationParams(json_schema=SCHEMA))
        details = MessageDetails(message, context.theme, context.window)
        details.close()
        await until(lambda: not isValid(details))
        details.set_check("The reply follows its JSON schema.")

    qloop.run(scenario())
