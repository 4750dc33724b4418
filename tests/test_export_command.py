"""`desktop-chat export`: what it writes, what it prints, and how it ends."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from desktop_chat import cli, paths
from desktop_chat.services.exporting.options import ExportFormat
from desktop_chat.storage.chats import ChatRepository
from desktop_chat.storage.database import open_database
from desktop_chat.storage.lock import DataDirectoryLock
from desktop_chat.storage.messages import MessageRepository
from tests.e2e.app_process import COMMAND, NO_SERVER, environment, run
from tests.services.exporting.records import RICH
from tests.source_tree import ROOT

SIGNS = {
    "md": b"# ", "txt": b"../../Plan", "json": b'{"format": "desktop-chat"', "html": b"<!DOCTYPE",
    "pdf": b"%PDF-", "docx": b"PK", "odt": b"PK",
}  # fmt: skip


@pytest.fixture
def library(data_dir):
    with open_database(paths.database_path(data_dir)) as db:
        chats, messages = ChatRepository(db), MessageRepository(db)
        for title in ("../../Plan", "CON"):
            chat = chats.create_chat(title)
            messages.create_message(chat.id, "user", "Tell me")
            messages.create_message(chat.id, "llm", RICH, reasoning="Well")
    return data_dir


def export(capfd, *arguments):
    status: object
    try:
        status = cli.main(["export", *map(str, arguments)])
    except SystemExit as end:
        status = end.code
    printed = capfd.readouterr()
    return status, printed.out, printed.err


@pytest.mark.parametrize("kind", [one.value for one in ExportFormat])
def test_one_chat_is_written_in_every_format(library, tmp_path, capfd, qapp, kind) -> None:
    path = tmp_path / f"out.{kind}"
    assert export(capfd, 1, "--format", kind, "-o", path) == (0, f"{path}\n", "")
    assert path.read_bytes().startswith(SIGNS[kind])
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("kind", [one.value for one in ExportFormat if one.value != "json"])
def test_all_chats_make_a_folder(library, tmp_path, capfd, qapp, kind) -> None:
    folder = tmp_path / "out"
    assert export(capfd, "--all", "--format", kind, "-o", folder) == (0, f"{folder}\n", "")
    assert sorted(path.name for path in folder.iterdir()) == [f"Plan.{kind}", f"_CON.{kind}"]
    assert folder.stat().st_mode & 0o777 == 0o700


def test_all_chats_make_one_file_of_json(library, tmp_path, capfd) -> None:
    path = tmp_path / "all.json"
    assert export(capfd, "--all", "--format", "json", "-o", path)[0] == 0
    assert [chat["id"] for chat in json.loads(path.read_text())["chats"]] == [1, 2]


def test_several_chats_and_a_folder_can_be_named(library, tmp_path, capfd) -> None:
    with open_database(paths.database_path(library)) as db:
        db.sql("INSERT INTO folder (id, name) VALUES (5, 'Work')")
        db.sql("UPDATE chat SET folder_id = 5 WHERE id = 2")
    assert export(capfd, 2, 1, "--format", "md", "-o", tmp_path / "two")[0] == 0
    assert len(list((tmp_path / "two").rglob("*.md"))) == 2
    assert export(capfd, "--folder", 5, "--format", "md", "-o", tmp_path / "work")[0] == 0
    assert [path.name for path in (tmp_path / "work").rglob("*.md")] == ["_CON.md"]


def test_row_80_existing_file_is_replaced_only_if_asked(library, tmp_path, capfd) -> None:
    path = tmp_path / "mine.md"
    path.write_text("mine")
    status, out, err = export(capfd, 1, "--format", "md", "-o", path)
    assert (status, out, err.count("\n")) == (1, "", 1)
    assert "already" in err
    assert path.read_text() == "mine"
    assert export(capfd, 1, "--format", "md", "-o", path, "--overwrite")[0] == 0


def test_standard_output_takes_a_chat(library, capfd) -> None:
    status, out, err = export(capfd, 1, "--format", "md", "-o", "-", "--thoughts")
    assert (status, err) == (0, "")
    assert "> Well" in out
    assert RICH.strip() in out


@pytest.mark.parametrize(
    "arguments",
    [
        ["--format", "md", "-o", "x"],
        ["1", "--all", "--format", "md", "-o", "x"],
        ["1", "--format", "rtf", "-o", "x"],
        ["one", "--format", "md", "-o", "x"],
        ["1", "--format", "md"],
        ["1", "-o", "x"],
        ["1", "--format", "pdf", "-o", "-"],
        ["--all", "--format", "md", "-o", "-"],
    ],
)
def test_wrong_usage_ends_with_2(library, capfd, arguments) -> None:
    status, out, err = export(capfd, *arguments)
    assert (status, out) == (2, "")
    assert err.startswith("desktop-chat")
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["99", "--format", "md", "-o", "-"], "no chat with the number 99"),
        (["--folder", "9", "--format", "md", "-o", "x"], "no chat to export"),
        (["1", "--format", "md", "-o", "/no/such/dir/x.md"], "cannot be written"),
    ],
)
def test_failure_is_one_clear_line(library, capfd, arguments, words) -> None:
    status, out, err = export(capfd, *arguments)
    assert (status, out, err.count("\n")) == (1, "", 1)
    assert words in err


def test_without_a_library_nothing_is_made(data_dir, tmp_path, capfd) -> None:
    status, _, err = export(capfd, "--all", "--format", "json", "-o", tmp_path / "a.json")
    assert (status, err.count("\n")) == (1, 1)
    assert not data_dir.exists()
    assert not (tmp_path / "a.json").exists()


def test_export_runs_beside_the_holder_and_changes_nothing(library, tmp_path, capfd) -> None:
    before = (library / "chats.sqlite3").read_bytes()
    lock = DataDirectoryLock(library)
    lock.acquire()
    try:
        assert export(capfd, 1, "--format", "txt", "-o", tmp_path / "a.txt")[0] == 0
    finally:
        lock.release()
    assert (library / "chats.sqlite3").read_bytes() == before


def test_program_without_a_screen_writes_a_pdf(library, tmp_path) -> None:
    env = environment(NO_SERVER)
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        env.pop(name, None)
    done = run("export", "1", "--format", "pdf", "-o", str(tmp_path / "a.pdf"), env=env)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF-")


def test_child_ends_with_its_parent_and_leaves_nothing(library, tmp_path) -> None:
    with open_database(paths.database_path(library)) as db:
        messages = MessageRepository(db)
        for _ in range(40):
            messages.create_message(1, "llm", RICH * 5)
    request = {"data_dir": str(library), "chat_ids": [1], "format": "html",
               "output": str(tmp_path / "a.html")}  # fmt: skip
    child = subprocess.Popen(
        [*COMMAND, "_export"], cwd=ROOT, env=environment(NO_SERVER), text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert child.stdin is not None
    assert child.stdout is not None
    with child:
        child.stdin.write(json.dumps(request) + "\n")
        child.stdin.flush()
        assert "done" in child.stdout.readline()
        child.stdin.close()
        child.stdin = None
        assert child.wait(60) == 130
    assert not [path for path in tmp_path.iterdir() if path.suffix in (".html", ".part")]


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such signals")
def test_data_formats_need_no_qt(library) -> None:
    code = (
        "import sys\nfor name in ('PySide6', 'shiboken6'): sys.modules[name] = None\n"
        "from desktop_chat.cli import main\n"
        "sys.exit(main(['export', '--all', '--format', 'json', '-o', '-']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["version"] == 1
