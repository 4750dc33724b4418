"""Fixtures of the imports' tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.services.importing.import_bench import ImportBench, import_bench

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
async def imports(tmp_path: Path, anyio_backend: str) -> AsyncIterator[ImportBench]:
    async with import_bench(tmp_path) as made:
        yield made
