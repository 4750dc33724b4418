"""Fixtures of the services' tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.services.library_bench import LibraryBench, library_bench
from tests.services.turn_bench import TurnBench, turn_bench

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
async def bench(tmp_path: Path, anyio_backend: str) -> AsyncIterator[TurnBench]:
    async with turn_bench(tmp_path / "chats.sqlite3") as made:
        yield made


@pytest.fixture
async def library(tmp_path: Path, anyio_backend: str) -> AsyncIterator[LibraryBench]:
    async with library_bench(tmp_path / "chats.sqlite3") as made:
        yield made
