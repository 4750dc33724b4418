"""Nothing typed or shown is lost: drafts, a full disk, a file taken away, all up to the window."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from desktop_chat.paths import database_path
from desktop_chat.services.replies import journal as journal_module
from desktop_chat.services.safekeeping import drafts as drafts_module
from desktop_chat.storage.chats import ChatRepository
from desktop_chat.storage.database import open_database
from desktop_chat.ui.session import RESTART
from tests.e2e.app_process import NO_SERVER, environment
from tests.e2e.window import OpenWindow, run_window, until

pytestmark = pytest.mark.usefixtures("qapp")

ROOT = Path(__file__).resolve().parents[2]
FULL = "The disk is full"
DRAFT = "half a question"

# Types into a window and kills it a second later, as a crash does.
TYPE_AND_DIE = """
import asyncio, os, signal, sys
from tests.e2e.window import run_window
async def scenario(window):
    if sys.argv[1]:
        await window.shows(sys.argv[1])
    window.type(sys.argv[2])
    await asyncio.sleep(1)
    os.kill(os.getpid(), signal.SIGKILL)
run_window(scenario)
"""


@pytest.fixture
def server(standin_thread, monkeypatch):
    monkeypatch.setenv("LM_STUDIO_URL", standin_thread.url)
    return standin_thread


@pytest.fixture
def no_server(monkeypatch):
    monkeypatch.setenv("LM_STUDIO_URL", NO_SERVER)


@pytest.fixture
def quick_retry(monkeypatch):
    monkeypatch.setattr(journal_module, "RETRY_AFTER_S", 0.05)
    monkeypatch.setattr(drafts_module, "RETRY_AFTER_S", 0.05)


def some_chats(data_dir, *titles):
    with open_database(database_path(data_dir)) as db:
        for title in titles:
            ChatRepository(db).create_chat(title)


async def limit_disk(window: OpenWindow, more: int) -> None:
    """Leave room for so many pages more: SQLite then says just what it says of a full disk."""
    services = window.controllers.services

    def limit() -> None:
        (pages,) = services.db.sql("PRAGMA page_count")[0]
        services.db.sql(f"PRAGMA max_page_count = {pages + more}")

    await services.writer.run(limit)


def stored_draft(window: OpenWindow, chat_id=None):
    return window.controllers.reading.drafts.get(chat_id)


@pytest.mark.parametrize("title", ["", "Garden"])
def test_row_4_draft_typed_a_second_before_a_kill_is_back_in_its_chat(no_server, data_dir, title):
    some_chats(data_dir, "Garden", "Kitchen")
    killed = subprocess.run(
        [sys.executable, "-c", TYPE_AND_DIE, title, DRAFT],
        env=environment(NO_SERVER) | {"QT_QPA_PLATFORM": "offscreen"},
        cwd=ROOT,
        check=False,
        timeout=60,
    )
    assert killed.returncode < 0

    async def scenario(window: OpenWindow) -> None:
        await window.shows("Kitchen")
        assert window.composer.text() == ""
        if title:
            await window.shows(title)
        else:
            window.click("newChatButton")
        assert window.composer.text() == DRAFT

    run_window(scenario)


def test_row_4_draft_of_the_new_chat_is_there_at_the_next_start(no_server):
    async def type_it(window: OpenWindow) -> None:
        window.type(DRAFT)

    async def find_it(window: OpenWindow) -> None:
        assert window.composer.text() == DRAFT

    run_window(type_it)
    run_window(find_it)


def test_sent_message_is_no_draft_any_more(server):
    async def send(window: OpenWindow) -> None:
        await window.ready()
        await window.send("hello")
        await window.reply()

    async def look(window: OpenWindow) -> None:
        assert window.composer.text() == ""
        assert window.controllers.reading.db.sql("SELECT count(*) FROM draft") == [(0,)]

    run_window(send)
    run_window(look)


def test_row_5_reply_goes_on_while_another_chat_is_shown_and_can_be_stopped_there(server, data_dir):
    some_chats(data_dir, "Other")
    server.play("stop-mid", rate=200)

    async def scenario(window: OpenWindow) -> None:
        await window.ready()
        await window.send("Count")
        before = await window.grown()
        await window.shows("Other")
        assert not window.composer.is_streaming
        await window.shows("Count")
        assert window.composer.is_streaming
        assert len(await window.grown(len(before) + 40)) > len(before)
        window.click("stopButton")
        assert (await window.reply()).status == "stopped"

    run_window(scenario)


def test_row_6_window_closed_while_a_reply_grows_keeps_the_text(server, stored):
    server.play("stop-mid", rate=200)
    seen = []

    async def scenario(window: OpenWindow) -> None:
        await window.ready()
        await window.send("Count")
        seen.append(await window.grown())

    assert run_window(scenario).status == 0
    assert stored.last_reply()["status"] == "interrupted"
    assert stored.last_reply()["content"].startswith(seen[0])


@pytest.mark.usefixtures("quick_retry")
@pytest.mark.parametrize("expected_logs", [["Saving a reply failed: disk_full"]])
def test_row_13_disk_full_while_streaming_is_said_and_all_saved_when_there_is_room(
    server, stored, expected_logs
):
    server.play("steady", tokens=3000, rate=3000)

    async def scenario(window: OpenWindow) -> None:
        await window.ready()
        await window.send("Count")
        await limit_disk(window, 0)
        reply = await window.reply()
        await until(lambda: FULL in window.status_text(), "the sentence")
        assert window.is_shown("statusAction")
        assert reply.content.endswith(" w2999")
        assert window.shown_text() == reply.content
        await limit_disk(window, 10_000)
        await until(lambda: FULL not in window.status_text(), "it is saved")

    run_window(scenario)
    assert stored.last_reply()["content"].endswith(" w2999")
    assert stored.last_reply()["status"] == "complete"


@pytest.mark.parametrize("expected_logs", [["disk_full"]])
def test_row_13_disk_full_at_sending_keeps_the_text_and_sends_nothing(
    server, stored, expected_logs
):
    text = "word " * 20_000

    async def scenario(window: OpenWindow) -> None:
        await window.ready()
        await limit_disk(window, 0)
        window.composer.set_text(text)
        window.press(Qt.Key.Key_Return)
        await until(lambda: FULL in window.status_text(), "the sentence")
        await until(lambda: not window.composer.is_streaming, "nothing runs")
        saving = window.controllers.services.journal.saving
        await until(lambda: saving.error, "the draft finds no room either")
        assert window.composer.text() == text
        assert [r for r in server.log if r.method == "POST"] == []
        await limit_disk(window, 10_000)
        await window.send("")
        assert window.messages()[0].content == text

    run_window(scenario)
    assert stored.texts("user") == [text]


@pytest.mark.parametrize("expected_logs", [["Saving a draft failed: disk_full"]])
def test_row_13_closing_with_a_full_disk_asks_and_writes_a_file(no_server, tmp_path, expected_logs):
    text = "word " * 20_000

    async def scenario(window: OpenWindow) -> None:
        await limit_disk(window, 0)
        window.composer.set_text(text)
        await until(lambda: FULL in window.status_text(), "the sentence")
        window.window.close()
        alert = await until(lambda: window.dialog("alert"), "the question")
        assert "The last changes are not saved" in alert.text()
        labels = [b.text().replace("&", "") for b in alert.buttons()]
        assert {"Try again", "Save as a file…", "Close without saving"} <= set(labels)
        alert.reject()
        await until(lambda: window.dialog("alert") is None, "it stays open")
        assert not window.session._is_over.is_set()
        closing = window.session._closing
        assert closing is not None
        closing.save_as(str(tmp_path / "kept.txt"))

    assert run_window(scenario).status == 0
    assert (tmp_path / "kept.txt").read_text(encoding="utf-8") == text


@pytest.mark.parametrize("expected_logs", [["database_replaced"]])
@pytest.mark.parametrize("how", ["deleted", "replaced"])
def test_row_20_database_taken_away_is_said_and_saved_again_with_one_click(
    no_server, data_dir, tmp_path, how, expected_logs
):
    some_chats(data_dir, "Garden", "Kitchen")
    path = database_path(data_dir)

    async def scenario(window: OpenWindow) -> None:
        if how == "replaced":
            with open_database(tmp_path / "other" / "chats.sqlite3") as db:
                ChatRepository(db).create_chat("From elsewhere")
            (tmp_path / "other" / "chats.sqlite3").rename(path)
        else:
            path.unlink()
        window.type(DRAFT)
        await until(lambda: "removed or replaced" in window.status_text(), "the sentence")
        window.click("statusAction")
        await until(window.session._is_over.is_set, "it starts anew")

    async def look(window: OpenWindow) -> None:
        await until(lambda: window.titles() == ["Kitchen", "Garden"], "the chats")
        assert window.composer.text() == DRAFT

    assert run_window(scenario).status == RESTART
    run_window(look)
