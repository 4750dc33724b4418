"""Searches one after the other: the latest counts, the ones before end."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing

import pytest

from desktop_chat.domain.changes import SearchIndexGrew
from desktop_chat.domain.errors import SearchIndexDamagedError, StorageError
from desktop_chat.services.background import Worker
from desktop_chat.services.broadcast import Broadcast
from desktop_chat.services.library.indexing import IndexingService
from desktop_chat.services.library.search import SearchService
from desktop_chat.storage.chats import ChatRepository
from desktop_chat.storage.database import open_database
from desktop_chat.storage.messages import MessageRepository
from desktop_chat.storage.searching import search_index
from desktop_chat.storage.searching.search_index import SearchIndex

pytestmark = pytest.mark.anyio
MANY = 3000


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "chats.sqlite3"
    with open_database(path) as db:
        chat = ChatRepository(db).create_chat("Weather")
        MessageRepository(db).create_message(chat.id, "user", "Will it rain?")
        with db.atomic():
            row = "INSERT INTO message (chat_id, sender, content) VALUES (?, 'user', 'tide ' || ?)"
            for number in range(MANY):
                db.sql(row, (chat.id, number))
    return path


@pytest.fixture
def search(path, anyio_backend):
    service = SearchService(path)
    yield service
    service.close()


@pytest.fixture
def database(path):
    with open_database(path) as db:
        yield db


@pytest.fixture
def writer():
    worker = Worker("test-writer")
    yield worker
    worker.close()


class Heard:
    def __init__(self, broadcast):
        self.progress = []
        broadcast.subscribe(SearchIndexGrew, self._on_grew)

    def _on_grew(self, event):
        self.progress.append(event.progress)


def damage(path):
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("UPDATE message_text_data SET block = x'ff00ff00ff00ff00' WHERE id > 1")


async def test_titles_and_messages_are_found(search):
    results = await search.search("weather")
    assert [hit.title.text for hit in results.titles] == ["Weather"]
    results = await search.search("rain")
    assert [hit.snippet.text for hit in results.hits] == ["Will it rain?"]
    assert (results.is_cut, results.progress) == (False, 1.0)


async def test_first_page_is_read_and_the_next_on_demand(search):
    results = await search.search("tide ")
    assert (len(results.hits), len(results.ids), results.is_cut) == (results.page, 2000, True)
    more = await search.hits(results, results.page)
    assert [hit.message_id for hit in more] == list(results.ids[results.page : 2 * results.page])
    every = await search.search("tide ", ranks_all=True)
    assert not every.is_cut


async def test_search_that_is_overtaken_finds_nothing(search):
    typed = ["t", "ti", "tid", "tide", "tide -1", "rain "]
    found = await asyncio.gather(*(search.search(text) for text in typed))
    assert found[:-1] == [None] * (len(typed) - 1)
    assert len(found[-1].ids) == 1


async def test_search_that_runs_is_interrupted_by_the_next(search, path):
    endless = (
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
    )
    await search.search("rain")
    reader = search._reader
    running = asyncio.ensure_future(search._run(search._number, reader._db.sql, endless))  # noqa: TID251
    await asyncio.sleep(0.01)
    results = await search.search("rain")
    assert len(results.ids) == 1
    assert isinstance((await asyncio.gather(running, return_exceptions=True))[0], Exception)


async def test_page_of_an_overtaken_search_is_not_read(search):
    results = await search.search("tide ")
    page, later = await asyncio.gather(search.hits(results, 15), search.search("rain "))
    assert page is None
    assert len(later.ids) == 1


async def test_search_that_nobody_wants_any_more_finds_nothing(search):
    running = asyncio.ensure_future(search.search("tide "))  # noqa: TID251
    await asyncio.sleep(0)
    search.cancel()
    assert await running is None


async def test_message_is_located_while_searching(search):
    location, results = await asyncio.gather(search.locate(1), search.search("tide"))
    assert location.row == 0
    assert len(results.ids) == 2000


async def test_row_16_damaged_index_is_told_as_such(search, path):
    damage(path)
    with pytest.raises(SearchIndexDamagedError) as caught:
        await search.search("rain ")
    assert "your chats are not" in str(caught.value)


async def test_missing_database_is_told(tmp_path):
    service = SearchService(tmp_path / "none.sqlite3")
    with pytest.raises(StorageError):
        await service.search("rain")
    service.close()


async def test_row_16_index_is_made_anew_while_others_write(path, database, writer, monkeypatch):
    monkeypatch.setattr(search_index, "STEP_MS", 0.5)
    broadcast = Broadcast()
    heard = Heard(broadcast)
    indexing = IndexingService(SearchIndex(database), writer, broadcast, pause_s=0)
    messages = MessageRepository(database)
    rebuilding = asyncio.ensure_future(indexing.rebuild())  # noqa: TID251
    for number in range(5):
        await writer.run(messages.create_message, 1, "user", f"meanwhile {number}")
    await rebuilding
    assert (heard.progress[0], heard.progress[-1]) == (0.0, 1.0)
    assert SearchIndex(database).find_damage() == []
    service = SearchService(path)
    for word, count in (("meanwhile ", 5), ("rain ", 1)):
        results = await service.search(word)
        assert results is not None
        assert len(results.ids) == count
    service.close()


async def test_complete_index_is_left_alone(database, writer):
    broadcast = Broadcast()
    heard = Heard(broadcast)
    await IndexingService(SearchIndex(database), writer, broadcast).complete()
    assert heard.progress == []


@pytest.mark.parametrize("expected_logs", [["The search index is damaged"]])
async def test_row_16_index_that_cannot_be_opened_is_made_anew_at_the_start(
    path, writer, expected_logs
):
    damage(path)
    with open_database(path) as db:
        indexing = IndexingService(SearchIndex(db), writer, Broadcast(), pause_s=0)
        await indexing.complete()
        await writer.run(MessageRepository(db).create_message, 1, "user", "stored again")
        assert await writer.run(SearchIndex(db).find_damage) == []
        await writer.run(db.close)


@pytest.mark.parametrize("expected_logs", [["The search index is damaged: message_text"]])
async def test_row_16_repair_tells_whether_it_was_the_index(path, writer, expected_logs):
    with open_database(path) as db:
        indexing = IndexingService(SearchIndex(db), writer, Broadcast(), pause_s=0)
        assert not await indexing.repair()
        await writer.run(db.close)
    damage(path)
    with open_database(path) as db:
        indexing = IndexingService(SearchIndex(db), writer, Broadcast(), pause_s=0)
        assert await indexing.repair()
        assert not await indexing.repair()
        await writer.run(db.close)
