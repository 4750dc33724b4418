"""The process that exports beside the window."""

from __future__ import annotations

import json
import sys

import pytest

from desktop_chat.storage.chats import ChatRepository
from desktop_chat.storage.database import open_database
from desktop_chat.storage.messages import MessageRepository
from desktop_chat.ui.controllers import exporting
from desktop_chat.ui.controllers.exporting import ExportProcess

LIMIT_MS = 60_000


@pytest.fixture(autouse=True)
def ended(qtbot):
    """No process of a test outlives it."""
    yield
    qtbot.waitUntil(lambda: not exporting._kept, timeout=LIMIT_MS)


@pytest.fixture
def library(data_dir):
    """A directory with one chat, of which this process holds no connection."""
    with open_database(data_dir / "chats.sqlite3") as db:
        chat = ChatRepository(db).create_chat("A chat")
        messages = MessageRepository(db)
        messages.create_message(chat.id, "user", "Hi")
        messages.create_message(chat.id, "llm", "**Hello**\n\n" * 30)
    return data_dir


def request(library, output, **more):
    return {
        "data_dir": str(library),
        "chat_ids": [1],
        "format": "md",
        "output": str(output),
        **more,
    }


def test_file_is_written_by_the_other_process(qtbot, library, tmp_path) -> None:
    process = ExportProcess()
    told: list[tuple[float, int]] = []
    process.progressed.connect(lambda done, total: told.append((done, total)))
    with qtbot.waitSignal(process.succeeded, timeout=LIMIT_MS) as done:
        process.start(request(library, tmp_path / "a.md"))
        assert process.is_running
    assert done.args == [str(tmp_path / "a.md")]
    assert "**Hello**" in (tmp_path / "a.md").read_text()
    assert told[-1] == (1.0, 1)
    assert not process.is_running


def test_reason_why_it_failed_comes_with_its_code(qtbot, library, tmp_path) -> None:
    (tmp_path / "a.md").write_text("mine")
    process = ExportProcess()
    with qtbot.waitSignal(process.failed, timeout=LIMIT_MS) as done:
        process.start(request(library, tmp_path / "a.md"))
    assert done.args[0] == "export_exists"
    assert done.args[1] == {"path": str(tmp_path / "a.md")}


def test_process_that_dies_is_a_failure(qtbot) -> None:
    process = ExportProcess(command=[sys.executable, "-c", "print('noise', flush=True); 1/0"])
    with qtbot.waitSignal(process.failed, timeout=LIMIT_MS) as done:
        process.start({})
    assert done.args == ["", {}, ""]


def test_program_that_is_missing_is_a_failure(qtbot) -> None:
    process = ExportProcess(command=["/no/such/program"])
    with qtbot.waitSignal(process.failed, timeout=LIMIT_MS) as done:
        process.start({})
    assert done.args == ["", {}, ""]


def test_stop_ends_the_process_and_says_nothing(qtbot) -> None:
    waits = 'import sys; print(\'{"done": 0, "total": 2}\', flush=True); sys.stdin.read()'
    process = ExportProcess(command=[sys.executable, "-c", waits])
    process.failed.connect(lambda *_: pytest.fail("it was stopped"))
    with qtbot.waitSignal(process.progressed, timeout=LIMIT_MS):
        process.start({})
    process.stop()
    assert not process.is_running
    qtbot.waitUntil(lambda: not exporting._kept, timeout=LIMIT_MS)


def test_process_that_does_not_listen_is_killed(qtbot) -> None:
    deaf = 'import time; print(\'{"done": 0, "total": 2}\', flush=True); time.sleep(600)'
    process = ExportProcess(command=[sys.executable, "-c", deaf])
    with qtbot.waitSignal(process.progressed, timeout=LIMIT_MS):
        process.start({})
    process.stop()
    qtbot.waitUntil(lambda: not exporting._kept, timeout=LIMIT_MS)


def test_stopped_export_leaves_no_file(qtbot, library, tmp_path) -> None:
    with open_database(library / "chats.sqlite3") as db:
        messages = MessageRepository(db)
        for _ in range(60):
            messages.create_message(1, "llm", "$\\frac{a}{b}$ **x**\n\n" * 40)
    process = ExportProcess()
    with qtbot.waitSignal(process.progressed, timeout=LIMIT_MS):
        process.start(request(library, tmp_path / "a.pdf", format="pdf"))
    process.stop()
    qtbot.waitUntil(lambda: not exporting._kept, timeout=LIMIT_MS)
    assert not [path.name for path in tmp_path.iterdir() if path.suffix in (".pdf", ".part")]


def test_pages_are_counted_as_they_come(qtbot, library, tmp_path) -> None:
    process = ExportProcess()
    counts: list[int] = []
    process.paged.connect(counts.append)
    with qtbot.waitSignal(process.succeeded, timeout=LIMIT_MS):
        process.start(request(library, tmp_path, format="pages", paper="a4"))
    assert counts[-1] == len(list(tmp_path.glob("*.page"))) > 0
    assert json.dumps(counts) == json.dumps(sorted(set(counts)))
