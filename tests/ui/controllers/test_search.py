"""The search as one types: what runs, what is told, what comes of errors."""

from __future__ import annotations

import asyncio

import pytest

from desktop_chat.domain.changes import ChatTrashed, SearchIndexGrew
from desktop_chat.domain.chat import ChatId
from desktop_chat.domain.errors import DiskFullError, SearchIndexDamagedError
from desktop_chat.domain.search.hit import PAGE
from desktop_chat.services.broadcast import Broadcast
from desktop_chat.services.tasks import TaskScope
from desktop_chat.ui.controllers.search import PAUSE_MS, SearchController
from desktop_chat.ui.item_models.search_results import SearchResultsModel
from tests.ui.controllers.signal_log import SignalLog
from tests.ui.search.hits import message_hit, results
from tests.ui.waiting import until


class FakeSearch:
    """Answers at once, or when it is let go."""

    def __init__(self):
        self.asked = []
        self.error = None
        self.gate = None
        self.cancelled = 0

    async def search(self, text, *, ranks_all=False):
        self.asked.append((text, ranks_all))
        if self.gate is not None:
            await self.gate.wait()
        if self.error is not None:
            raise self.error
        return results(titles=1, messages=40, line=text)

    async def hits(self, found, start):
        if self.error is not None:
            raise self.error
        return [message_hit(number) for number in found.ids[start : start + found.page]]

    def cancel(self):
        self.cancelled += 1


@pytest.fixture
def fake():
    return FakeSearch()


@pytest.fixture
def model(qapp):
    return SearchResultsModel()


@pytest.fixture
def controller(fake, model):
    return SearchController(fake, model, TaskScope())


@pytest.fixture
def log(controller):
    return SignalLog(controller, "state_changed", "index_damaged")


def test_typing_searches_once_for_the_last_text(qloop, controller, fake, model):
    async def scenario():
        for text in ("r", "ra", "rain"):
            controller.search(text)
        await until(lambda: controller.results)
        assert fake.asked == [("rain", False)]
        assert model.rowCount() == PAGE + 1

    qloop.run(scenario())


def test_space_at_the_end_is_another_search_and_more_spaces_are_not(qloop, controller, fake):
    async def scenario():
        for text in ("rain", "rain ", "rain  "):
            controller.search(text)
            await until(lambda: controller.results is not None)
            await asyncio.sleep(2 * PAUSE_MS / 1000)

    qloop.run(scenario())
    assert [text for text, _ in fake.asked] == ["rain", "rain "]


def test_empty_text_ends_the_search_and_shows_nothing(qloop, controller, fake, model):
    async def scenario():
        controller.search("rain")
        await until(lambda: controller.results)
        controller.search(" ")
        assert (controller.results, model.rowCount()) == (None, 0)

    qloop.run(scenario())
    assert fake.cancelled == 2


def test_old_results_stay_until_the_new_ones_come(qloop, controller, fake, model):
    async def scenario():
        controller.search("rain")
        await until(lambda: controller.results)
        fake.gate = asyncio.Event()
        controller.search("rain tomorrow")
        await until(lambda: controller.is_slow)
        assert model.rowCount() == PAGE + 1
        fake.gate.set()
        await until(lambda: controller.results.text == "rain tomorrow")
        assert not controller.is_slow

    qloop.run(scenario())


def test_all_matches_are_ranked_on_demand(qloop, controller, fake):
    async def scenario():
        controller.search("rain")
        await until(lambda: controller.results)
        controller.search_all()
        await until(lambda: len(fake.asked) == 2)

    qloop.run(scenario())
    assert fake.asked[-1] == ("rain", True)


def test_further_hits_come_when_the_list_asks(qloop, controller, model):
    async def scenario():
        controller.search("rain")
        await until(lambda: controller.results)
        model.fetchMore(model.index(-1))
        await until(lambda: model.rowCount() == 2 * PAGE + 1)

    qloop.run(scenario())


def test_row_16_damaged_index_is_told_and_searched_again_when_it_is_there(
    qloop, controller, fake, model, log
):
    broadcast = Broadcast()
    controller.listen(broadcast)
    fake.error = SearchIndexDamagedError(path="x", detail="y")

    async def scenario():
        controller.search("rain")
        await until(lambda: controller.error)
        assert (model.rowCount(), len(log["index_damaged"])) == (0, 1)
        fake.error = None
        broadcast.publish(SearchIndexGrew(0.0))
        await until(lambda: controller.results)
        assert controller.error is None
        broadcast.publish(SearchIndexGrew(0.5))
        broadcast.publish(SearchIndexGrew(1.0))
        await until(lambda: len(fake.asked) == 3)

    qloop.run(scenario())


def test_other_errors_are_told_and_repair_nothing(qloop, controller, fake, log):
    fake.error = DiskFullError(path="x")

    async def scenario():
        controller.search("rain")
        await until(lambda: controller.error is fake.error)

    qloop.run(scenario())
    assert log["index_damaged"] == []


def test_growing_index_searches_nothing_by_itself(qloop, controller, fake):
    broadcast = Broadcast()
    controller.listen(broadcast)

    async def scenario():
        broadcast.publish(SearchIndexGrew(1.0))
        await asyncio.sleep(0)

    qloop.run(scenario())
    assert fake.asked == []


def test_chat_that_goes_to_the_trash_is_searched_no_more(qloop, controller, fake):
    broadcast = Broadcast()
    controller.listen(broadcast)

    async def scenario():
        broadcast.publish(ChatTrashed(ChatId(1)))
        controller.search("rain")
        await until(lambda: len(fake.asked) == 1)
        broadcast.publish(ChatTrashed(ChatId(1)))
        await until(lambda: len(fake.asked) == 2)

    qloop.run(scenario())
