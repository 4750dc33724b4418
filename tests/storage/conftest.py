"""A database on disk, with a clock that the test moves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from desktop_chat import paths
from desktop_chat.storage.chats import ChatRepository
from desktop_chat.storage.database import Database, open_database
from desktop_chat.storage.messages import MessageRepository

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class SteppingClock:
    """Goes on by a second each time it is read."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, 10, 15, 30, 123_000, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@pytest.fixture
def clock() -> SteppingClock:
    return SteppingClock()


@pytest.fixture
def db_path(data_dir: Path) -> Path:
    return paths.database_path(data_dir)


@pytest.fixture
def db(db_path: Path) -> Iterator[Database]:
    with open_database(db_path) as database:
        yield database


@pytest.fixture
def chats(db: Database, clock: SteppingClock) -> ChatRepository:
    return ChatRepository(db, clock)


@pytest.fixture
def messages(db: Database, clock: SteppingClock) -> MessageRepository:
    return MessageRepository(db, clock)
