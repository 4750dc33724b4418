"""Whatever was done: undone step by step it is as before, done again it is as after."""

from __future__ import annotations

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop_chat.domain.errors import ChatError
from desktop_chat.domain.ids import FolderId, TagId
from desktop_chat.domain.undo import Change
from tests.services.library_bench import LibraryBench, library_bench

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

CHATS = 4
IDS = st.lists(st.integers(1, CHATS), min_size=1, max_size=CHATS, unique=True)
NUMBERS = st.integers(1, 4)
STEPS = st.lists(st.tuples(st.integers(0, 15), IDS, NUMBERS, NUMBERS), max_size=12)


def take_step(library: LibraryBench, step: tuple[int, Any, int, int]) -> Awaitable[Any]:
    kind, ids, one, other = step
    organising = library.organising
    folder, tag, name = FolderId(one), TagId(one), f"name {one}"
    calls: list[Callable[[], Awaitable[Any]]] = [
        lambda: organising.pin(ids),
        lambda: organising.pin(ids, is_pinned=False),
        lambda: organising.archive(ids),
        lambda: organising.archive(ids, is_archived=False),
        lambda: organising.trash(ids),
        lambda: organising.restore(ids),
        lambda: organising.move(ids, folder),
        lambda: organising.tag(ids, name),
        lambda: organising.untag(ids, tag),
        lambda: organising.delete_tag(tag),
        lambda: organising.create_folder(name, folder if one < other else None),
        lambda: organising.move_folder(folder, FolderId(other)),
        lambda: organising.delete_folder(folder),
        lambda: organising.rename(ids[0], name),
        lambda: organising.rename_folder(folder, f"other {other}"),
        lambda: remove_messages(library, ids[0], {one, other}),
    ]
    return calls[kind]()


async def remove_messages(library: LibraryBench, chat_id: int, places: set[int]) -> None:
    path = library.messages.active_path(chat_id)
    ids = [message.id for place, message in enumerate(path) if place in places]
    plan = library.removals.plan
    await library.undoing.perform(Change.MESSAGES_DELETED, plan, chat_id, ids)


async def check(path: Path, steps: list[tuple[int, Any, int, int]]) -> None:
    async with library_bench(path) as library:
        ids = library.add_chats(*map(str, range(CHATS)))
        for chat_id in ids:
            for text in "abcdef":
                library.messages.create_message(chat_id, "user", text)
        await library.organising.create_folder("first")
        seen = [library.content()]
        for step in steps:
            try:
                await take_step(library, step)
            except ChatError:
                continue
            if library.content() != seen[-1]:
                seen.append(library.content())
        for content in seen[-2::-1]:
            await library.undoing.undo()
            assert library.content() == content
        for content in seen[1:]:
            await library.undoing.redo()
            assert library.content() == content


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=STEPS)
def test_undo_and_redo_lead_through_the_same_states(steps: list[Any]) -> None:
    with TemporaryDirectory() as folder:
        asyncio.run(check(Path(folder) / "chats.sqlite3", steps))
