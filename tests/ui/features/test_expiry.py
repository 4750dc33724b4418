"""What is old is forgotten while the window is open."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from desktop_chat.services.library import trash
from desktop_chat.services.tasks import TaskScope
from desktop_chat.ui.features.library.expiry import ExpiryFeature
from tests.services.library_bench import LibraryBench, library_bench

pytestmark = pytest.mark.anyio


class Window:
    """What the feature needs of a window."""

    def __init__(self, library: LibraryBench) -> None:
        self.services = self
        self.db: Any = library.db
        self.undoing = library.undoing
        self.trash = library.trash
        self.errors: list[Exception] = []
        self.tasks = TaskScope(on_error=self.errors.append)
        self.report = self.tasks.spawn


class ReadOnly:
    is_read_only = True


async def with_old_things(library: LibraryBench) -> None:
    """A chat deleted a month ago, which can still be undone, and a clock that went on steadily."""
    await library.organising.trash(library.add_chats("old"))
    for _ in range(16):
        await library.trash.delete_old()
        library.now += timedelta(days=2)


async def test_old_chats_and_changes_are_gone_soon_after_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trash, "FIRST_LOOK_AFTER_S", 0.0)
    async with library_bench(tmp_path / "chats.sqlite3") as library:
        await with_old_things(library)
        assert (library.count("chat"), library.count("undo_entry")) == (1, 1)
        window = Window(library)
        feature = ExpiryFeature(cast("Any", window))
        async with asyncio.timeout(30):
            while library.count("chat") or library.count("undo_entry"):
                await asyncio.sleep(0.01)
        await window.tasks.aclose()
        assert (feature, window.errors) == (feature, [])


async def test_data_that_is_only_looked_at_stays_as_it_is(tmp_path: Path) -> None:
    async with library_bench(tmp_path / "chats.sqlite3") as library:
        await with_old_things(library)
        window = Window(library)
        window.db = ReadOnly()
        ExpiryFeature(cast("Any", window))
        assert not window.tasks.is_running("trash")
        await window.tasks.aclose()
        assert library.count("chat") == 1
