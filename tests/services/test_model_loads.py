"""The embedded engine's loads, kept in the database from one start to the next."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from desktop_chat import paths
from desktop_chat.services.background import Worker
from desktop_chat.services.engines.model_loads import StoredLoads
from desktop_chat.storage.database import open_database
from desktop_chat.storage.model_loads import ModelLoadRepository

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.anyio

FILE = Path("/models/tiny.gguf")


@pytest.fixture
def writer() -> Iterator[Worker]:
    worker = Worker("writer")
    yield worker
    worker.close()


async def test_load_is_expected_to_take_as_long_as_the_last_one(
    data_dir: Path, writer: Worker
) -> None:
    with open_database(paths.database_path(data_dir)) as db:
        loads = StoredLoads(ModelLoadRepository(db), writer)
        assert await loads.expected_s(FILE, 100) is None
        loads.record(FILE, 100, 2.3456)
        again = StoredLoads(ModelLoadRepository(db), writer)
        assert await again.expected_s(FILE, 100) == 2.346
        assert await again.expected_s(FILE, 101) is None


async def test_load_is_not_kept_where_nothing_may_be_written(
    data_dir: Path, writer: Worker
) -> None:
    path = paths.database_path(data_dir)
    with open_database(path):
        pass
    with open_database(path, read_only=True) as db:
        loads = StoredLoads(ModelLoadRepository(db), writer)
        loads.record(FILE, 100, 2.0)
        assert await loads.expected_s(FILE, 100) is None


async def test_load_that_cannot_be_stored_is_forgotten(data_dir: Path, writer: Worker) -> None:
    with open_database(paths.database_path(data_dir)) as db:
        db.sql("DROP TABLE model_load")
        loads = StoredLoads(ModelLoadRepository(db), writer)
        loads.record(FILE, 100, 2.0)
        assert await loads.expected_s(FILE, 100) is None
