"""Models in the whole window: listed, loaded, unloaded, fetched and used."""

from __future__ import annotations

import hashlib

import pytest
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton

from desktop_chat.domain.model_info import EMBEDDED, LM_STUDIO, ModelRef
from desktop_chat.ui.dialogs.models.model_rows import ModelKey
from tests.e2e.window import OpenWindow, run_window, until
from tests.fakes.file_server import FileServer, ServedFile
from tests.providers.gguf_maker import CHAT_MODEL, gguf
from tests.standin.state import ECHO, EMBEDDING

pytestmark = pytest.mark.usefixtures("qapp")

OTHER = "standin/other-7b"


@pytest.fixture(autouse=True)
def server(standin_thread, monkeypatch):
    monkeypatch.setenv("LM_STUDIO_URL", standin_thread.url)
    monkeypatch.setenv("DESKTOP_CHAT_DISCOVERY", "off")
    return standin_thread


async def models_dialog(win: OpenWindow):
    await win.ready()
    picker = win.window.header.model_picker
    picker.command_requested.emit("models.open")
    return await until(lambda: win.dialog("modelsDialog"), "the models are shown")


def press(dialog, name):
    button = dialog.findChild(QPushButton, name)
    assert button.isEnabled(), name
    button.click()


def note(dialog):
    return dialog.findChild(QLabel, "modelNote").text()


def row(dialog, title):
    return next((row for row in dialog.list.rows if row.title == title), None)


async def asked_for_options(win: OpenWindow, dialog):
    press(dialog, "loadButton")
    return await until(lambda: win.dialog("loadDialog"), "the options are asked for")


async def begin_download(win: OpenWindow, dialog, name: str) -> None:
    press(dialog, "downloadButton")
    source = await until(lambda: win.dialog("downloadDialog"), "the source is asked for")
    source.source.setText(name)
    press(source, "startDownloadButton")


def test_all_models_are_listed_and_the_one_in_use_is_chosen():
    async def scenario(win: OpenWindow) -> None:
        dialog = await models_dialog(win)
        assert dialog.list.current_row().title == ECHO
        await until(lambda: row(dialog, EMBEDDING), "embeddings are listed too")
        assert "not for chats" in row(dialog, EMBEDDING).detail
        assert "Q4_K_M" in row(dialog, OTHER).detail
        assert row(dialog, ECHO).state.startswith("in memory")
        assert [r.title for r in dialog.list.rows if r.is_heading] == [
            "LM Studio",
            "Built-in engine",
        ]

    run_window(scenario)


def test_model_is_loaded_with_options_and_unloaded_again(server):
    async def scenario(win: OpenWindow) -> None:
        dialog = await models_dialog(win)
        dialog.choose(ModelRef(LM_STUDIO, OTHER))
        load = await asked_for_options(win, dialog)
        load.findChild(QLineEdit, "context_length").setText("2048")
        press(load, "loadNowButton")
        await until(lambda: "2" in row(dialog, OTHER).state, "it is in memory")
        assert server.state.instances[-1].context_length == 2048
        assert "in memory now" in note(dialog)
        press(dialog, "unloadButton")
        await until(lambda: not row(dialog, OTHER).state, "it is not in memory any more")
        assert [instance.key for instance in server.state.instances] == [ECHO]

    run_window(scenario)


def test_model_for_embeddings_that_was_loaded_is_shown_so_and_can_be_unloaded(server):
    async def scenario(win: OpenWindow) -> None:
        dialog = await models_dialog(win)
        await until(lambda: row(dialog, EMBEDDING), "embeddings are listed too")
        dialog.choose(ModelRef(LM_STUDIO, EMBEDDING))
        load = await asked_for_options(win, dialog)
        press(load, "loadNowButton")
        await until(lambda: "in memory" in row(dialog, EMBEDDING).state, "it is in memory")
        press(dialog, "unloadButton")
        await until(lambda: not row(dialog, EMBEDDING).state, "it is not in memory any more")
        assert [instance.key for instance in server.state.instances] == [ECHO]

    run_window(scenario)


def test_scenario_117_second_load_is_shown_and_the_right_one_unloaded(server):
    async def scenario(win: OpenWindow) -> None:
        dialog = await models_dialog(win)
        load = await asked_for_options(win, dialog)
        assert any("once more" in label.text() for label in load.findChildren(QLabel))
        press(load, "loadNowButton")
        await until(lambda: row(dialog, f"{ECHO}:2"), "the second one is listed")
        dialog.list.choose(ModelKey(ModelRef(LM_STUDIO, ECHO), ECHO))
        press(dialog, "unloadButton")
        await until(lambda: not row(dialog, f"{ECHO}:2"), "one is left")
        assert [instance.id for instance in server.state.instances] == [f"{ECHO}:2"]

    run_window(scenario)


def test_scenario_122_download_by_name_ends_with_the_model_in_the_list():
    async def scenario(win: OpenWindow) -> None:
        dialog = await models_dialog(win)
        await begin_download(win, dialog, "ibm/granite-4-micro")
        await until(lambda: dialog.jobs.isVisible(), "it is under way")
        await until(lambda: row(dialog, "ibm/granite-4-micro"), "the model is there")
        await until(lambda: "is there now" in note(dialog), "its end is told")
        assert not dialog.jobs.isVisible()

    run_window(scenario)


def test_download_goes_on_in_the_status_line_when_the_dialog_is_closed(server):
    server.state.speed = 0.01

    async def scenario(win: OpenWindow) -> None:
        dialog = await models_dialog(win)
        await begin_download(win, dialog, "ibm/granite-4-micro")
        dialog.reject()
        await until(lambda: "Fetching ibm/granite-4-micro" in win.status_text(), "it is told")
        assert win.controllers.status.action == "models.open"
        server.state.speed = 1000.0
        await until(lambda: "is there now" in win.status_text(), "its end is told")
        assert "Fetching" not in win.status_text()

    run_window(scenario)


def test_scenario_122_failed_download_says_so(server):
    server.state.download_end = "failed"

    async def scenario(win: OpenWindow) -> None:
        dialog = await models_dialog(win)
        await begin_download(win, dialog, "ibm/granite-4-micro")
        await until(lambda: "could not be fetched" in note(dialog), "the failure is told")

    run_window(scenario)


def test_what_ends_after_the_dialog_was_closed_is_told_in_the_status_line():
    async def scenario(win: OpenWindow) -> None:
        dialog = await models_dialog(win)
        dialog.choose(ModelRef(LM_STUDIO, OTHER))
        load = await asked_for_options(win, dialog)
        press(load, "loadNowButton")
        dialog.reject()
        await until(lambda: f"{OTHER} is in memory now" in win.status_text(), "it is told")
        assert win.controllers.status.action == "models.open"

    run_window(scenario)


def test_model_is_used_from_the_list():
    async def scenario(win: OpenWindow) -> None:
        dialog = await models_dialog(win)
        dialog.choose(ModelRef(LM_STUDIO, OTHER))
        press(dialog, "useButton")
        await win.ready(OTHER)
        assert win.dialog("modelsDialog") is None

    run_window(scenario)


def test_scenario_113_server_without_the_native_list_offers_no_load(server):
    server.play("openai-only")

    async def scenario(win: OpenWindow) -> None:
        picker = win.window.header.model_picker
        await until(lambda: picker.choices, "models are there")
        picker.command_requested.emit("models.open")
        dialog = await until(lambda: win.dialog("modelsDialog"), "the models are shown")
        dialog.choose(ModelRef(LM_STUDIO, ECHO))
        buttons = [dialog.findChild(QPushButton, n) for n in ("loadButton", "unloadButton")]
        assert not any(button.isEnabled() for button in buttons)

    run_window(scenario)


def test_broken_file_is_refused_with_a_reason(tmp_path):
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"no model")

    async def scenario(win: OpenWindow) -> None:
        dialog = await models_dialog(win)
        feature = next(f for f in win.session._features if hasattr(f, "_fetching"))
        feature._fetching.add_file(str(broken))
        await until(lambda: "not a usable model" in note(dialog), "it is refused")

    run_window(scenario)


def test_file_of_the_user_is_offered_and_chosen(starter_model):
    async def scenario(win: OpenWindow) -> None:
        dialog = await models_dialog(win)
        feature = next(f for f in win.session._features if hasattr(f, "_fetching"))
        feature._fetching.add_file(str(starter_model))
        await until(lambda: "can be used now" in note(dialog), "it is offered")
        await until(lambda: "SmolLM2" in dialog.list.current_row().title, "it is chosen")
        load = await asked_for_options(win, dialog)
        words = load.findChild(QLabel, "memoryEstimate")
        await until(lambda: words.isVisible(), "the memory is estimated")
        assert "It needs about" in words.text()
        load.reject()

    run_window(scenario)


async def fetch_by_address(win: OpenWindow, dialog, url, checksum=""):
    press(dialog, "downloadButton")
    source = await until(lambda: win.dialog("downloadDialog"), "the source is asked for")
    source.engine.setCurrentIndex(source.engine.findData(EMBEDDED))
    source.engine.activated.emit(source.engine.currentIndex())
    source.source.setText(url)
    source.checksum.setText(checksum)
    press(source, "startDownloadButton")


def test_download_by_address_ends_with_the_model_chosen(data_dir):
    content = gguf(CHAT_MODEL)

    async def scenario(win: OpenWindow) -> None:
        dialog = await models_dialog(win)
        async with FileServer() as files:
            url = files.add("/new-Q4_0.gguf", ServedFile(content))
            await fetch_by_address(win, dialog, url, hashlib.sha256(content).hexdigest())
            await until(lambda: "is there now" in note(dialog), "its end is told")
        ref = ModelRef(EMBEDDED, str(data_dir / "models" / "new-Q4_0.gguf"))
        await until(lambda: dialog.list.current_row().key.ref == ref, "it is chosen")

    run_window(scenario)


def test_damaged_download_says_so_and_leaves_no_model(data_dir):
    async def scenario(win: OpenWindow) -> None:
        dialog = await models_dialog(win)
        async with FileServer() as files:
            url = files.add("/new.gguf", ServedFile(gguf(CHAT_MODEL)))
            await fetch_by_address(win, dialog, url, "ab" * 32)
            await until(lambda: "damaged" in note(dialog), "the damage is told")
        assert not (data_dir / "models" / "new.gguf").exists()

    run_window(scenario)


def test_download_is_given_up_by_its_button(data_dir):
    async def scenario(win: OpenWindow) -> None:
        dialog = await models_dialog(win)
        async with FileServer() as files:
            served = ServedFile(gguf(CHAT_MODEL), hangs_at=10)
            await fetch_by_address(win, dialog, files.add("/new.gguf", served))
            await until(lambda: files.hanging.is_set(), "it is under way")
            press(dialog.jobs, "cancelJobButton")
            await until(lambda: not dialog.jobs.isVisible(), "it is given up")
        assert not (data_dir / "models" / "new.gguf").exists()

    run_window(scenario)
