"""Exports write complete files or none, and replace nothing unasked."""

from __future__ import annotations

import json
from io import BytesIO

import pytest

from desktop_chat.domain.errors import (
    ChatNotFoundError,
    ExportEmptyError,
    ExportExistsError,
    ExportFailedError,
)
from desktop_chat.services.exporting.export import Export
from desktop_chat.services.exporting.markdown_file import MarkdownFile
from desktop_chat.services.exporting.options import ExportOptions, ExportScope
from desktop_chat.storage.chats import ChatRepository
from desktop_chat.storage.database import open_database
from desktop_chat.storage.exporting.library_reader import LibraryReader
from desktop_chat.storage.messages import MessageRepository


class Progress:
    def __init__(self, ends_at: float = 1e9) -> None:
        self.told: list[tuple[float, int]] = []
        self._ends_at = ends_at

    def __call__(self, done: float, total: int) -> None:
        self.told.append((done, total))
        if done >= self._ends_at:
            raise KeyboardInterrupt


@pytest.fixture
def db(data_dir):
    with open_database(data_dir / "chats.sqlite3") as database:
        yield database


@pytest.fixture
def chats(db):
    """Three chats with two messages each; the second has the first one's title."""
    repository, messages = ChatRepository(db), MessageRepository(db)
    made = [repository.create_chat(title) for title in ("../Plan", "../Plan", "Other")]
    for chat in made:
        messages.create_message(chat.id, "user", f"Question of {chat.id}")
        messages.create_message(chat.id, "llm", f"Reply of {chat.id}")
    return [chat.id for chat in made]


def export(db, progress=None, *, is_json=False):
    reader = LibraryReader(db, db.path.parent / "attachments")
    writer = None if is_json else MarkdownFile(ExportOptions())
    return Export(reader, writer, ".json" if is_json else ".md", progress or Progress())


def names(folder) -> list[str]:
    return sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    )


def test_row_80_folder_as_target_gets_a_safe_name(db, chats, tmp_path) -> None:
    target = tmp_path / "out"
    target.mkdir()
    assert export(db).to_file(chats[:1], target) == target / "Plan.md"
    assert names(tmp_path / "out") == ["Plan.md"]


def test_row_80_file_that_is_there_is_not_replaced_unasked(db, chats, tmp_path) -> None:
    path = tmp_path / "mine.md"
    path.write_text("mine")
    with pytest.raises(ExportExistsError, match=r"something at .*mine.md already"):
        export(db).to_file(chats[:1], path)
    assert path.read_text() == "mine"
    export(db).to_file(chats[:1], path, replaces=True)
    assert "Reply of 1" in path.read_text()


def test_row_80_link_that_leads_nowhere_is_not_followed(db, chats, tmp_path) -> None:
    path = tmp_path / "link.md"
    path.symlink_to(tmp_path / "elsewhere.md")
    with pytest.raises(ExportExistsError):
        export(db).to_file(chats[:1], path)
    assert not (tmp_path / "elsewhere.md").exists()


def test_file_belongs_to_its_owner_alone(db, chats, tmp_path) -> None:
    path = export(db).to_file(chats[:1], tmp_path / "a.md")
    assert path.stat().st_mode & 0o777 == 0o600


def test_chats_go_into_the_folders_that_they_are_in(db, chats, tmp_path) -> None:
    db.sql("INSERT INTO folder (id, name) VALUES (1, 'Work'), (3, '..')")
    db.sql("INSERT INTO folder (id, name, parent_id) VALUES (2, 'CON', 1)")
    db.sql("UPDATE chat SET folder_id = id")
    db.sql("UPDATE chat SET title = 'Plan'")
    export(db).to_folder(chats, tmp_path / "out")
    assert names(tmp_path / "out") == ["Untitled/Plan.md", "Work/Plan.md", "Work/_CON/Plan.md"]


def test_folders_in_a_circle_are_written_all_the_same(db, chats, tmp_path) -> None:
    db.sql("INSERT INTO folder (id, name) VALUES (1, 'One'), (2, 'Two')")
    db.sql("UPDATE folder SET parent_id = 3 - id")
    db.sql("UPDATE chat SET folder_id = 1 WHERE id = 1")
    export(db).to_folder(chats, tmp_path / "out")
    assert len(names(tmp_path / "out")) == 3


def test_folder_that_holds_something_is_left_alone(db, chats, tmp_path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(ExportExistsError):
        export(db).to_folder(chats, tmp_path)
    export(db).to_folder(chats, tmp_path, replaces=True)
    assert {"mine.txt", "Plan.md", "Plan (2).md", "Other.md"} <= set(names(tmp_path))


@pytest.mark.parametrize("is_json", [True, False])
def test_stopped_export_leaves_no_half_file(db, chats, tmp_path, is_json) -> None:
    job = export(db, Progress(ends_at=0.5), is_json=is_json)
    with pytest.raises(KeyboardInterrupt):
        job.to_file(chats if is_json else chats[:1], tmp_path / "out")
    assert not (tmp_path / "out").exists()
    assert not [name for name in names(tmp_path) if name.endswith(".part")]


def test_stopped_export_to_a_folder_keeps_what_was_complete(db, chats, tmp_path) -> None:
    with pytest.raises(KeyboardInterrupt):
        export(db, Progress(ends_at=1.5)).to_folder(chats, tmp_path / "out")
    assert names(tmp_path / "out") == ["Plan.md"]


def test_progress_goes_up_to_the_number_of_chats(db, chats, tmp_path) -> None:
    progress = Progress()
    export(db, progress).to_folder(chats, tmp_path / "out")
    done = [part for part, _ in progress.told]
    assert done == sorted(done)
    assert progress.told[-1] == (3, 3)


def test_place_that_cannot_be_written_is_named(db, chats, tmp_path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ExportFailedError, match=r"cannot be written: .*Choose another place"):
        export(db).to_file(chats[:1], tmp_path / "file" / "a.md")


def test_chat_that_is_not_there_leaves_no_file(db, chats, tmp_path) -> None:
    with pytest.raises(ChatNotFoundError):
        export(db, is_json=True).to_file([99], tmp_path / "a.json")
    assert not (tmp_path / "a.json").exists()


def test_everything_leaves_the_trash_out_except_in_json(db, chats) -> None:
    db.sql("UPDATE chat SET deleted_at = '2026-11-22T10:15:30.123Z' WHERE id = 1")
    db.sql("UPDATE chat SET archived_at = '2026-11-22T10:15:30.123Z' WHERE id = 2")
    db.sql("INSERT INTO chat (title, import_id) VALUES ('coming in', 5)")
    assert export(db).ids(ExportScope()) == [2, 3]
    assert export(db, is_json=True).ids(ExportScope()) == [1, 2, 3]


def test_folder_means_those_in_it_too(db, chats) -> None:
    db.sql("INSERT INTO folder (id, name) VALUES (1, 'Work')")
    db.sql("INSERT INTO folder (id, name, parent_id) VALUES (2, 'Inner', 1)")
    db.sql("UPDATE chat SET folder_id = id WHERE id < 3")
    assert export(db).ids(ExportScope(folder_id=1)) == [1, 2]
    assert export(db).ids(ExportScope(folder_id=2)) == [2]
    with pytest.raises(ExportEmptyError):
        export(db).ids(ExportScope(folder_id=9))


def test_empty_library_makes_a_json_file_but_no_folder(db) -> None:
    file = BytesIO()
    job = export(db, is_json=True)
    job.to_stream(job.ids(ExportScope()), file)
    assert json.loads(file.getvalue())["chats"] == []
    with pytest.raises(ExportEmptyError, match="no chat to export"):
        export(db).ids(ExportScope())
