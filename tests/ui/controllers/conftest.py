"""A chat service over a real database, made inside the test's own loop."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.ui.controllers.chat_bench import chat_bench

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterator
    from pathlib import Path

    from tests.ui.controllers.chat_bench import ChatBench


@pytest.fixture
def bench(qloop: asyncio.Runner, tmp_path: Path) -> Iterator[ChatBench]:
    context = chat_bench(tmp_path / "chats.sqlite3")
    yield qloop.run(context.__aenter__())
    qloop.run(context.__aexit__(None, None, None))
