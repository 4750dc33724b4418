"""Titles that the model gives."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from desktop_chat.domain.changes import ChatChanged
from desktop_chat.domain.errors import EngineFailedError
from desktop_chat.domain.stream import ReasoningDelta, StreamFinished, TextDelta
from desktop_chat.services.replies.titles import BY_MODEL, TitleService, title_of
from desktop_chat.services.settings import TITLES, SettingSources, SettingsService
from tests.fakes.engines import chat_model

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from desktop_chat.domain.chat import Chat
    from tests.services.turn_bench import TurnBench

pytestmark = pytest.mark.anyio

FOREVER = 3600.0
ANSWER = (TextDelta("Because of the moon."), StreamFinished("stop"))


class TitleBench:
    """Turns, with titles that the model gives."""

    def __init__(self, bench: TurnBench, choice: str = BY_MODEL) -> None:
        self.turns = bench
        self.scripted = bench.engine.scripted
        settings = SettingsService(
            SettingSources(), {TITLES: choice}, save=self._save, broadcast=bench.broadcast
        )
        self.service = TitleService(
            settings, bench.engines, bench.turns, bench.chats_service, bench.broadcast
        )
        self.told: list[str] = []
        bench.broadcast.subscribe(ChatChanged, self._on_changed)

    def _save(self, values: dict[str, object]) -> None:
        raise AssertionError(values)

    def _on_changed(self, event: ChatChanged) -> None:
        self.told.append(event.chat.title)

    async def send(self, text: str) -> Chat:
        events = await self.turns.send(text)
        started: Chat = events[0].chat
        return started

    async def until_asked(self, times: int = 2) -> None:
        while self.scripted.closed_streams < times:
            await asyncio.sleep(0.001)
        # Behind whatever the answer led to.
        for _ in range(3):
            await self.turns.writer.run(int)
            await asyncio.sleep(0)

    def title(self, chat: Chat) -> str:
        return self.turns.chats.get(chat.id).title


@pytest.fixture
async def titles(bench: TurnBench) -> AsyncIterator[TitleBench]:
    made = TitleBench(bench)
    yield made
    await made.service.aclose()


async def test_title_of_the_loaded_model_takes_the_place_of_the_first_words(
    titles: TitleBench,
) -> None:
    titles.scripted.enqueue(*ANSWER)
    titles.scripted.enqueue(TextDelta('"Why tides '), TextDelta('lag"\n'), StreamFinished("stop"))
    chat = await titles.send("Tell me why the tides lag behind")
    await titles.until_asked()
    assert titles.title(chat) == "Why tides lag"
    assert titles.told == ["Why tides lag"]
    request = titles.scripted.requests[1]
    assert request.model_id == "alpha"
    assert request.only_loaded
    assert "Because of the moon." in request.turns[0].content


async def test_titles_are_off_at_first(bench: TurnBench) -> None:
    titles = TitleBench(bench, "message")
    titles.scripted.enqueue(*ANSWER)
    await titles.send("Tides")
    await titles.service.aclose()
    assert len(titles.scripted.requests) == 1


async def test_model_that_is_not_loaded_is_not_asked(titles: TitleBench) -> None:
    titles.turns.engine.models = [chat_model("alpha", is_loaded=False)]
    await titles.turns.engines.refresh()
    titles.scripted.enqueue(*ANSWER)
    chat = await titles.send("Tides")
    await titles.until_asked(1)
    assert len(titles.scripted.requests) == 1
    assert titles.title(chat) == "Tides"


@pytest.mark.parametrize(
    "script",
    [
        (EngineFailedError(detail="no"),),
        (ReasoningDelta("The user wants a title"), StreamFinished("length")),
        (TextDelta(" \n"), StreamFinished("stop")),
    ],
)
async def test_scenario_141_no_title_comes_and_the_first_words_stay(
    titles: TitleBench, script: tuple[object, ...]
) -> None:
    titles.scripted.enqueue(*ANSWER)
    titles.scripted.enqueue(*script)  # type: ignore[arg-type]
    chat = await titles.send("Tides")
    await titles.until_asked()
    assert titles.title(chat) == "Tides"


async def test_next_message_of_the_user_comes_before_the_title(titles: TitleBench) -> None:
    titles.scripted.enqueue(*ANSWER)
    titles.scripted.enqueue(FOREVER)
    titles.scripted.enqueue(*ANSWER)
    chat = await titles.send("Tides")
    while len(titles.scripted.requests) < 2:
        await asyncio.sleep(0.001)
    await titles.turns.send("And now?", chat.id)
    assert titles.scripted.closed_streams == 3
    assert titles.title(chat) == "Tides"


async def test_end_of_the_program_gives_the_title_up(titles: TitleBench) -> None:
    titles.scripted.enqueue(*ANSWER)
    titles.scripted.enqueue(FOREVER)
    await titles.send("Tides")
    while len(titles.scripted.requests) < 2:
        await asyncio.sleep(0.001)
    await titles.service.aclose()
    assert titles.scripted.closed_streams == 2


@pytest.mark.parametrize(
    ("answer", "title"),
    [
        ("Why tides lag", "Why tides lag"),
        ("\n\n**Title: “Why tides lag”**\nMore", "Why tides lag"),
        ("# Tides: an overview.", "Tides: an overview"),
        ("***", ""),
        ("", ""),
    ],
)
async def test_title_is_taken_out_of_the_answer(answer: str, title: str) -> None:
    assert title_of(answer) == title
