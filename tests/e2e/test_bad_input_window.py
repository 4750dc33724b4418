"""Whatever is wrong: the window says it in a sentence, keeps the draft, and goes on."""

from __future__ import annotations

import sqlite3

import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtWidgets import QAbstractButton, QLabel

from desktop_chat.domain.message import MessageStatus
from tests.e2e.app_process import NO_SERVER, run
from tests.e2e.window import OpenWindow, run_window, until
from tests.providers.gguf_maker import CHAT_MODEL, gguf, write_gguf

pytestmark = pytest.mark.usefixtures("qapp")

MEGABYTE = 1_000_000
DRAFT = "My carefully worded question"


@pytest.fixture
def server(standin_thread, monkeypatch):
    """The stand-in, where the window looks for it."""
    monkeypatch.setenv("LM_STUDIO_URL", standin_thread.url)
    return standin_thread


@pytest.fixture
def no_server(monkeypatch):
    """Nothing answers."""
    monkeypatch.setenv("LM_STUDIO_URL", NO_SERVER)


def shown_texts(widget):
    """Everything that can be read in a part of the window."""
    parts = [*widget.findChildren(QLabel), *widget.findChildren(QAbstractButton)]
    return [part.text() for part in parts if part.isVisible() and part.text()]


async def names_in(widget, path):
    """Wait until a file is named in a part of the window."""
    await until(lambda: any(path.stem in text for text in shown_texts(widget)), path.name)


async def refused_in_the_status_line(window, part):
    """Try to send the draft; it stays, and the status line says why."""
    window.composer.set_text(DRAFT)
    window.press(Qt.Key.Key_Return)
    await until(lambda: part in window.status_text(), part)
    await until(lambda: not window.composer.is_streaming, "nothing runs")
    assert window.composer.text() == DRAFT
    assert window.messages() == []


@pytest.mark.usefixtures("no_server")
def test_without_any_model_three_ways_are_offered_and_the_draft_stays(stored):
    async def scenario(window: OpenWindow) -> None:
        welcome = window.window.welcome
        await until(lambda: "There is no model yet" in shown_texts(welcome), "the offers")
        texts = shown_texts(welcome)
        for offer in ("Get the starter model", "Start LM Studio", "Choose a GGUF file"):
            assert offer in texts
        assert any("98 MB" in text and "Apache-2.0" in text for text in texts)
        await refused_in_the_status_line(window, "There is no model yet")

    run_window(scenario)
    assert stored.messages() == []


def test_unknown_model_asked_for_is_named_and_the_draft_stays(server):
    async def scenario(window: OpenWindow) -> None:
        await until(lambda: "“nope” is not there" in window.status_text(), "the sentence")
        await refused_in_the_status_line(window, "“nope” is not there")

    run_window(scenario, model="nope")


def test_wrong_path_is_told_in_the_status_line_with_a_way_to_the_settings(server):
    server.play("models-wrong-path-200")

    async def scenario(window: OpenWindow) -> None:
        await until(lambda: "does not know this address" in window.status_text(), "the sentence")
        window.window.status_line.action_requested.emit()
        await until(lambda: window.dialog("settingsDialog"), "the settings")

    run_window(scenario)


@pytest.mark.parametrize(
    ("scenario_name", "said"),
    [("wrong-path-200", "does not know this address"), ("no-model-400", "No model is loaded")],
)
def test_failed_reply_says_why_and_keeps_the_question(server, stored, scenario_name, said):
    server.play(scenario_name)

    async def scenario(window: OpenWindow) -> None:
        await window.ready()
        await window.send("hello")
        reply = await window.reply()
        assert reply.status is MessageStatus.FAILED
        assert said in reply.error
        window.window.transcript.error_action_requested.emit(reply.id, "retry")
        await until(lambda: window.shown_text() == "Echo: hello", "the second try")

    run_window(scenario)
    assert [m["status"] for m in stored.messages()] == ["complete", "failed", "complete"]


def test_server_that_goes_down_while_streaming_keeps_the_text(server, stored):
    server.play("stop-mid", rate=200)

    async def scenario(window: OpenWindow) -> None:
        await window.ready()
        await window.send("Count")
        await window.grown()
        server.go_down()
        reply = await window.reply()
        assert reply.status is MessageStatus.FAILED
        assert reply.content.startswith("w0 w1")
        server.come_up()
        window.window.transcript.error_action_requested.emit(reply.id, "retry")
        await until(lambda: window.shown_text() == "Echo: Count", "the second try")

    run_window(scenario)
    assert [m["status"] for m in stored.messages()] == ["complete", "failed", "complete"]


def test_empty_message_is_refused_with_a_hint(server):
    async def scenario(window: OpenWindow) -> None:
        await window.ready()
        for text in ("", "   "):
            window.composer.set_text(text)
            window.press(Qt.Key.Key_Return)
            assert "The message is empty" in window.composer.prompt.accessibleDescription()
        assert window.messages() == []

    run_window(scenario)


def test_five_megabytes_pasted_are_refused_and_a_file_is_offered(server):
    async def scenario(window: OpenWindow) -> None:
        await window.ready()
        window.type(DRAFT)
        pasted = QMimeData()
        pasted.setText("word " * MEGABYTE)
        window.composer.prompt.insertFromMimeData(pasted)
        assert window.composer.text() == DRAFT
        assert "5.0 MB" in window.composer.prompt.accessibleDescription()
        assert "Save as a file…" in shown_texts(window.composer)
        await window.send("")
        assert window.messages()[0].content == DRAFT

    run_window(scenario)


def test_message_over_the_limit_is_refused_with_its_draft_kept(server, stored):
    text = "word " * (2 * MEGABYTE // 5)

    async def scenario(window: OpenWindow) -> None:
        await window.ready()
        window.composer.set_text(text)
        window.press(Qt.Key.Key_Return)
        await until(lambda: "2.0 MB" in window.status_text(), "the sentence")
        assert "file" in window.status_text()
        assert window.composer.text() == text

    run_window(scenario)
    assert stored.messages() == []


@pytest.mark.usefixtures("no_server")
def test_chosen_file_that_is_no_model_is_named_below_the_offers(tmp_path):
    whole = gguf(CHAT_MODEL)
    half, none = tmp_path / "half.gguf", tmp_path / "none.gguf"
    half.write_bytes(whole[: len(whole) // 2])
    none.write_text("This is no model.")

    async def scenario(window: OpenWindow) -> None:
        welcome = window.window.welcome
        for path in (half, none, tmp_path / "gone.gguf"):
            window.controllers.models.add_file(str(path))
            await names_in(welcome, path)

    run_window(scenario)


@pytest.mark.usefixtures("no_server")
def test_chosen_model_file_is_used_and_remembered(tmp_path):
    path = write_gguf(tmp_path / "somewhere" / "tiny.gguf")

    async def choose(window: OpenWindow) -> None:
        window.window.welcome.file_dropped.emit(str(path))
        await window.ready("tiny")
        assert not [t for t in shown_texts(window.window.welcome) if "no model" in t]

    async def again(window: OpenWindow) -> None:
        await window.ready("tiny")

    run_window(choose)
    run_window(again)


def test_damaged_settings_file_is_told_in_the_status_line(server, data_dir):
    data_dir.mkdir(mode=0o700)
    (data_dir / "settings.toml").write_bytes(b"[appearance\ntheme = \xff")

    async def scenario(window: OpenWindow) -> None:
        await window.ready()
        assert "settings" in window.status_text()
        assert "set aside" in window.status_text() or "damaged" in window.status_text()
        await window.send("hello")
        assert (await window.reply()).content == "Echo: hello"

    run_window(scenario)
    assert [p.name for p in data_dir.glob("settings.toml.damaged-*")]


def test_newer_database_is_told_in_a_dialog_and_left_untouched(server, env, stored, capfd):
    assert run("ask", "hello", env=env).returncode == 0
    with sqlite3.connect(stored.path) as db:
        (version,) = db.execute("PRAGMA user_version").fetchone()
        db.execute(f"PRAGMA user_version = {version + 1}")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    before = stored.path.read_bytes()

    async def scenario(window: OpenWindow) -> None:
        alert = await until(lambda: window.dialog("alert"), "the dialog")
        assert "newer version" in alert.text()
        assert alert.textFormat() is Qt.TextFormat.PlainText
        alert.close()

    assert run_window(scenario).status == 1
    assert stored.path.read_bytes() == before
    assert "newer version" in capfd.readouterr().err


def test_server_that_comes_up_later_is_offered_and_used_once_accepted(server, models, stored):
    write_gguf(models / "tiny.gguf")
    server.go_down()

    async def scenario(window: OpenWindow) -> None:
        await window.ready("tiny")
        assert "Built-in engine" in window.status_text()
        await window.send("hello")
        assert (await window.reply()).status is MessageStatus.FAILED  # an empty shell of a model
        server.come_up()
        await until(lambda: "LM Studio is there now" in window.status_text(), "the offer")
        await window.ready("tiny")
        assert [r for r in server.log if r.method == "POST"] == []
        window.window.status_line.action_requested.emit()
        await window.ready("echo")
        await window.send("again")
        assert "again" in (await window.reply()).content

    run_window(scenario)
    assert stored.last_reply()["model"] == "standin/echo"


def test_server_that_comes_up_later_answers_in_a_new_chat(server, models):
    write_gguf(models / "tiny.gguf")
    server.go_down()

    async def scenario(window: OpenWindow) -> None:
        await window.ready("tiny")
        server.come_up()
        await until(lambda: "LM Studio" in window.status_text(), "the server is noticed")
        window.click("newChatButton")
        await window.ready("echo")
        await window.send("hello")
        assert (await window.reply()).content == "Echo: hello"

    run_window(scenario)


def test_data_directory_without_room_for_a_log_is_survived(server, data_dir):
    data_dir.mkdir(mode=0o700)
    (data_dir / "logs").write_text("in the way")

    async def scenario(window: OpenWindow) -> None:
        await window.ready()
        await window.send("hello")
        assert (await window.reply()).content == "Echo: hello"

    run_window(scenario)
