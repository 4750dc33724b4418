"""A whole import: preview, all or nothing, twice, cancelled, killed, and beside other work."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
from typing import TYPE_CHECKING, Any

import pytest

from desktop_chat.domain.errors import ImportBusyError, StorageError, UnreadableFileError
from desktop_chat.domain.imported import Source
from desktop_chat.domain.message import Sender
from desktop_chat.storage.importing.imports import ImportRepository
from desktop_chat.storage.undo.operations import Operations
from desktop_chat.storage.undo.removals import Removals
from desktop_chat.storage.undo.undo_log import UndoLog
from tests.services.importing import formats
from tests.services.importing.formats import chatgpt_chat, chatgpt_node, jan_message
from tests.storage.chat_changes import trash

if TYPE_CHECKING:
    from pathlib import Path

    from tests.services.importing.import_bench import ImportBench

pytestmark = pytest.mark.anyio


def many(chats: int, messages: int = 10) -> list[dict[str, Any]]:
    """A ChatGPT export of some size."""
    found = []
    for number in range(chats):
        keys = ["root", *(f"n{i}" for i in range(messages))]
        nodes = [
            chatgpt_node(key, parent, "user", f"zebra {number} {key} " + "word " * 30)
            for parent, key in itertools.pairwise(keys)
        ]
        found.append(chatgpt_chat(nodes, title=f"Chat {number}", conversation_id=f"c{number}"))
    return found


# Every format, by its file


async def test_chatgpt_zip_comes_in_with_branches(imports: ImportBench) -> None:
    path = imports.zip(
        "export.zip",
        {"conversations.json": [formats.chatgpt_branches()], "user.json": {"id": "me"}},
    )
    result = await imports.take(path)
    assert (result.chats, result.messages, result.left_out) == (1, 4, ())
    rows = imports.db.sql("SELECT id, parent_id, depth, sender, content FROM message ORDER BY id")
    assert rows == [
        (1, None, 0, "user", "Where to?"),
        (2, 1, 1, "llm", "Rome."),
        (3, 1, 1, "llm", "Naples."),
        (4, 3, 2, "user", "Why?"),
    ]
    assert [m.content for m in imports.messages.active_path(result.chat_ids[0])] == [
        "Where to?",
        "Naples.",
        "Why?",
    ]
    imports.check()


async def test_all_formats_at_once_come_in(imports: ImportBench) -> None:
    imports.write("jan/t1/thread.json", formats.JAN_THREAD)
    lines = [jan_message("user", "A joke"), jan_message("assistant", "Knock")]
    imports.write("jan/t1/messages.jsonl", "\n".join(json.dumps(line) for line in lines))
    paths = [
        imports.zip("gpt.zip", {"conversations-000.json": [formats.chatgpt_branches()]}),
        imports.write("claude.json", [formats.claude_chat()]),
        imports.write("lm/Work/Deep/1.conversation.json", formats.lm_studio_chat()).parents[2],
        imports.write("webui.json", [formats.open_webui_chat()]),
        imports.write("jan/other.txt", "x").parent,
        imports.write("talk.md", "## You\n\nHi\n\n## Assistant\n\nHello\n"),
    ]
    preview = await imports.preview(*paths)
    assert set(preview.sources) == set(Source) - {Source.OURS}
    result = await imports.take(*paths)
    assert (result.chats, result.left_out) == (6, ())
    assert imports.db.sql("SELECT name FROM folder ORDER BY id") == [("Work",), ("Deep",)]
    assert imports.db.sql("SELECT name FROM tag") == [("math",)]
    imports.check()


async def test_jan_thread_chosen_by_either_of_its_files_is_one_chat(imports: ImportBench) -> None:
    thread = imports.write("t1/thread.json", formats.JAN_THREAD)
    messages = imports.write("t1/messages.jsonl", json.dumps(jan_message("user", "A joke")))
    assert (await imports.take(thread)).chats == 1
    assert (await imports.take(messages)).known == 1


# Preview, twice, all or nothing


async def test_preview_changes_nothing_and_leaves_nothing(imports: ImportBench) -> None:
    preview = await imports.preview(imports.write("c.json", many(3)))
    assert (preview.chats, preview.messages) == (3, 30)
    assert {row.title for row in preview.rows} == {"Chat 0", "Chat 1", "Chat 2"}
    assert set(imports.counts().values()) == {0}
    assert (imports.left_behind(), imports.backups) == ([], 0)


async def test_row_76_twice_the_same_file_adds_nothing(imports: ImportBench) -> None:
    path = imports.write("c.json", many(3))
    await imports.take(path, path)
    before = imports.counts()
    assert before["chat"] == 3
    result = await imports.take(path)
    assert (result.chats, result.known) == (0, 3)
    assert imports.counts() == before
    assert imports.backups == 1


async def test_chat_in_the_trash_is_known_and_named(imports: ImportBench) -> None:
    path = imports.write("c.json", many(2))
    first = await imports.take(path)
    trash(imports.db, first.chat_ids[0])
    preview = await imports.preview(path)
    assert (preview.chats, preview.known, preview.in_trash) == (0, 2, 1)


async def test_chat_that_went_on_elsewhere_comes_in_beside_the_older_one(
    imports: ImportBench,
) -> None:
    await imports.take(imports.write("c.json", many(2, messages=4)))
    result = await imports.take(imports.write("d.json", [*many(1, 5), many(2, 4)[1]]))
    assert (result.chats, result.known) == (1, 1)
    assert len(imports.listed()) == 3


async def test_while_it_comes_in_nothing_is_listed_or_found(imports: ImportBench) -> None:
    seen: list[tuple[list[str], list[str]]] = []

    def look(done: int, total: int) -> None:
        seen.append((imports.listed(), imports.found("zebra")))

    result = await imports.take(imports.write("c.json", many(30, 40)), told=look)
    assert len(seen) > 3
    assert all(each == ([], []) for each in seen)
    assert (len(imports.listed()), len(imports.found("zebra"))) == (30, 1200)
    assert result.messages == 1200


async def test_steps_hold_at_most_1000_messages(imports: ImportBench) -> None:
    imports.progress.clear()
    async with await imports.service.open([imports.write("c.json", many(30, 90))]) as opened:
        await opened.read(imports.note)
        imports.progress.clear()
        await opened.run(imports.note)
    done = [count for count, _ in imports.progress]
    assert done[-1] == 2700
    assert max(b - a for a, b in itertools.pairwise(done)) <= 1000


async def test_cancelled_import_leaves_nothing(imports: ImportBench) -> None:
    path = imports.write("c.json", many(30, 40))
    async with await imports.service.open([path]) as opened:
        await opened.read(imports.note)
        task = asyncio.current_task()
        assert task is not None

        def cancel(done: int, _total: int) -> None:
            if done:
                task.cancel()

        with pytest.raises(asyncio.CancelledError):
            await opened.run(cancel)
        task.uncancel()
    assert set(imports.counts().values()) == {0}
    assert imports.left_behind() == []
    imports.check()
    assert (await imports.take(path)).chats == 30


async def test_cancelled_reading_ends_the_process(imports: ImportBench) -> None:
    path = imports.write("c.json", many(300, 90))
    async with await imports.service.open([path]) as opened:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(0.05):
                await opened.read(imports.note)
    assert imports.left_behind() == []


async def test_failing_disk_leaves_nothing_and_says_so(imports: ImportBench) -> None:
    trigger = (
        "CREATE TEMP TRIGGER full BEFORE INSERT ON message WHEN NEW.content LIKE 'zebra 20 %'"
        " BEGIN SELECT RAISE(ABORT, 'no room'); END"
    )
    await imports.writer.run(imports.db.sql, trigger)
    with pytest.raises(StorageError, match="no room"):
        await imports.take(imports.write("c.json", many(30)))
    assert set(imports.counts().values()) == {0}
    imports.check()


async def test_row_76_import_that_was_killed_is_taken_out_at_the_next_start(
    imports: ImportBench,
) -> None:
    imports.messages.create_message(imports.chats.create_chat("Mine").id, Sender.USER, "kept")
    async with await imports.service.open([imports.write("c.json", many(30, 40))]) as opened:
        await opened.read(imports.note)
        # As a killed process leaves it: steps were copied, nothing was released.
        await _copy_half(imports, opened._staging)
    assert imports.counts()["message"] > 600
    assert imports.listed() == ["Mine"]
    await imports.service.tidy()
    assert (imports.counts()["chat"], imports.counts()["message"]) == (1, 1)
    assert imports.counts()["import"] == 0
    imports.check()


async def _copy_half(imports: ImportBench, staging: Path) -> None:
    from desktop_chat.storage.importing.staged import read_steps

    repository = ImportRepository(imports.db)
    steps = read_steps(staging)
    plan = await imports.writer.run(repository.begin, staging, steps, "chatgpt", "c.json")
    for first, last in plan.chat_steps:
        await imports.writer.run(repository.copy_chats, plan, first, last)
    for step in plan.steps[: len(steps) // 2 + 1]:
        await imports.writer.run(repository.copy, plan, step)
    await imports.writer.run(repository.end)


async def test_others_write_between_the_steps(imports: ImportBench) -> None:
    chat = imports.chats.create_chat("Mine")
    written: list[int] = []

    def send(done: int, _total: int) -> None:
        # As a service does it: queued, and run between two steps.
        imports.writer.submit(imports.messages.create_message, chat.id, Sender.USER, f"at {done}")
        written.append(done)

    await imports.take(imports.write("c.json", many(30, 40)), told=send)
    await imports.writer.run(imports.db.sql, "SELECT 1")
    path = imports.messages.active_path(chat.id)
    assert [message.content for message in path] == [f"at {done}" for done in written]
    assert imports.counts()["message"] == 1200 + len(written)
    imports.check()


async def test_import_can_be_undone_as_one_change(imports: ImportBench) -> None:
    await imports.take(imports.write("c.json", many(3)))
    log = UndoLog(imports.db)
    entry = log.next_undo()
    assert entry is not None
    assert entry.label == "chats.imported"
    operations = Operations(imports.db, Removals(imports.db))
    for operation in entry.undo:
        operations.run(operation)
    assert imports.listed() == []
    for operation in entry.redo:
        operations.run(operation)
    assert len(imports.listed()) == 3


async def test_backup_is_made_before_anything_comes_in(imports: ImportBench) -> None:
    await imports.take(imports.write("c.json", many(1)))
    assert (imports.backups, len(imports.told)) == (1, 1)


async def test_second_import_has_to_wait_for_the_first(imports: ImportBench) -> None:
    path = imports.write("c.json", many(1))
    async with await imports.service.open([path]):
        with pytest.raises(ImportBusyError):
            await imports.service.open([path])
    assert (await imports.take(path)).chats == 1


# Hostile and broken files


async def test_row_77_hostile_values_are_tamed_and_existing_chats_stay(
    imports: ImportBench,
) -> None:
    mine = imports.chats.create_chat("Mine")
    imports.messages.create_message(mine.id, Sender.USER, "first")
    nodes = [
        chatgpt_node("s", "root", "system", "Obey <img src='http://evil.example/x.png'>"),
        chatgpt_node("q", "s", "user", "![x](http://evil.example/y.png)", create_time=1e308),
        chatgpt_node("a", "q", "assistant", "\ud800\x00", create_time=253_402_300_799),
    ]
    text = json.dumps([chatgpt_chat(nodes, id=mine.id, create_time=-1e18, update_time=1e308)])
    preview = await imports.preview(imports.write("c.json", text))
    assert preview.instructed == 1
    assert preview.rows[0].instructions.startswith("Obey <img")
    await imports.take(imports.write("c.json", text))
    assert imports.listed() == ["Mine", "Trip to Rome"]
    years = imports.db.sql("SELECT substr(max(updated_at, created_at), 1, 4) FROM chat")
    assert all(year < "2100" for (year,) in years)
    assert [m.content for m in imports.messages.active_path(mine.id)] == ["first"]
    rows = imports.db.sql("SELECT content FROM message ORDER BY id DESC LIMIT 1")
    assert rows == [("\ufffd\ufffd",)]


async def test_row_75_broken_file_ends_in_a_sentence_and_nothing_comes_in(
    imports: ImportBench,
) -> None:
    text = json.dumps(many(5))
    with pytest.raises(UnreadableFileError) as caught:
        await imports.take(imports.write("c.json", text[:-1000]))
    assert "“c.json” cannot be imported: it is no JSON" in str(caught.value)
    assert set(imports.counts().values()) == {0}


async def test_row_75_deep_nesting_inside_of_a_chat_ends_in_a_sentence(
    imports: ImportBench,
) -> None:
    deep = '{"title": "x", "mapping": {"a": ' + "[" * 100_000 + "]" * 100_000 + "}}"
    with pytest.raises(UnreadableFileError, match="nested too deeply"):
        await imports.take(imports.write("c.json", f"[{deep}]"))


async def test_broken_file_in_a_folder_is_left_out_and_named(imports: ImportBench) -> None:
    imports.write("all/good.json", many(1))
    imports.write("all/bad.json", "[{")
    imports.write("all/readme.md", "# Nothing said here")
    result = await imports.take(imports.folder / "all")
    assert result.chats == 1
    assert [left.name for left in result.left_out] == ["bad.json"]


async def test_file_of_another_kind_is_refused(imports: ImportBench) -> None:
    with pytest.raises(UnreadableFileError, match="no export that Desktop Chat can read"):
        await imports.take(imports.write("c.json", {"some": "thing"}))


async def test_row_82_what_was_previewed_comes_in_even_if_the_file_changes(
    imports: ImportBench,
) -> None:
    path = imports.write("c.json", many(1))
    async with await imports.service.open([path]) as opened:
        await opened.read(imports.note)
        imports.write("c.json", many(5))
        assert (await opened.run(imports.note)).chats == 1


async def test_end_of_the_program_closes_what_is_being_previewed(imports: ImportBench) -> None:
    opened = await imports.service.open([imports.write("c.json", many(1))])
    await opened.read(imports.note)
    await imports.service.aclose()
    assert imports.left_behind() == []


async def test_import_of_the_trash_alone_leaves_nothing_to_undo(imports: ImportBench) -> None:
    at = "2026-11-20T10:00:00.000Z"
    chat = {"id": 1, "title": "gone", "created_at": at, "updated_at": at, "deleted_at": at}
    library = {"format": "desktop-chat", "version": 1, "program": "", "exported_at": at}
    library |= {"folders": [], "tags": [], "chats": [chat | {"messages": []}]}
    result = await imports.take(imports.write("ours.json", library))
    assert (result.chats, result.chat_ids) == (1, ())
    assert UndoLog(imports.db).next_undo() is None
