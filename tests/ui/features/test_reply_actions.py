"""What the buttons under replies do."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import QObject, Signal

from desktop_chat.domain.model_info import LM_STUDIO, ModelRef
from desktop_chat.domain.stream import ReasoningDelta, StreamFinished, TextDelta
from desktop_chat.ui import messages as words
from desktop_chat.ui.commands import Commands
from desktop_chat.ui.features.engines.reply_actions import ReplyActionsFeature
from tests.ui.controllers.chat_bench import chat_bench
from tests.ui.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Transcript(QObject):
    error_action_requested = Signal(object, str)


class Window(QObject):
    settings_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.transcript = Transcript(self)


class Context:
    """What the feature needs of a window, over real services."""

    def __init__(self, bench: Any) -> None:
        self.bench = bench
        self.window = Window()
        self.commands = Commands()
        self.ran: list[str] = []
        for name in (words.SERVERS, words.DOCTOR):
            self.commands.register(name, self._run(name), self._describe)
        self.window.settings_requested.connect(self._on_settings_requested)
        self.services = SimpleNamespace(chat=bench.turns.service)
        self.reading: Any = self
        self.chats = bench.turns.chats
        self.shown: Any = bench.chat
        self.feature = ReplyActionsFeature(self)  # type: ignore[arg-type]

    @property
    def chat(self) -> Any:
        return self.shown

    def _run(self, name: str) -> Any:
        return lambda _chats: self.ran.append(name)

    def report(self, work: Any) -> None:
        self.bench.tasks.spawn(work)

    def _on_settings_requested(self) -> None:
        self.ran.append("settings")

    def _describe(self, _chats: object) -> str:
        return "It"

    def press(self, action: str, message_id: object = None) -> None:
        self.window.transcript.error_action_requested.emit(message_id, action)


@pytest.fixture
def context(qloop: asyncio.Runner, tmp_path: Path) -> Iterator[Context]:
    manager = chat_bench(tmp_path / "chats.sqlite3")
    bench = qloop.run(manager.__aenter__())
    yield Context(bench)
    qloop.run(manager.__aexit__(None, None, None))


def ask(qloop: asyncio.Runner, context: Context, account_id: str = LM_STUDIO) -> None:
    """Show a chat whose model is one of this engine's."""

    async def scenario() -> None:
        context.bench.engine.enqueue(TextDelta("a"), StreamFinished("stop"))
        context.bench.chat.send("Hi")
        await until(lambda: context.bench.chat.chat_id and context.bench.is_idle)
        context.chats.set_model(context.bench.chat.chat_id, ModelRef(account_id, "alpha"))

    qloop.run(scenario())


@pytest.mark.parametrize(
    ("account_id", "opened"), [(LM_STUDIO, "settings"), ("server-3", words.SERVERS)]
)
def test_button_about_a_server_opens_where_that_one_is_set_up(
    qloop: asyncio.Runner, context: Context, account_id: str, opened: str
) -> None:
    ask(qloop, context, account_id)
    context.press(words.SERVER)
    assert context.ran == [opened]


def test_button_about_a_server_opens_the_settings_in_a_new_chat(context: Context) -> None:
    context.press(words.SERVER)
    assert context.ran == ["settings"]


def test_button_runs_the_command_that_it_names(qloop: asyncio.Runner, context: Context) -> None:
    ask(qloop, context)
    context.press(words.DOCTOR)
    context.press(words.RETRY)
    assert context.ran == [words.DOCTOR]


def test_button_makes_the_thought_the_answer(qloop: asyncio.Runner, context: Context) -> None:
    bench = context.bench

    async def scenario() -> None:
        bench.engine.enqueue(ReasoningDelta("because"), StreamFinished("stop"))
        bench.chat.send("Hi")
        await until(lambda: bench.turns.heard.ended and bench.is_idle)
        context.press(words.USE_AS_ANSWER, bench.turns.last_reply.id)
        await until(lambda: bench.texts[-1] == "because")

    qloop.run(scenario())


def test_button_has_a_reply_that_was_cut_go_on(qloop: asyncio.Runner, context: Context) -> None:
    bench = context.bench

    async def scenario() -> None:
        bench.engine.enqueue(TextDelta("half "), StreamFinished("length"))
        bench.engine.enqueue(TextDelta("and half"), StreamFinished("stop"))
        bench.chat.send("Hi")
        await until(lambda: bench.turns.heard.ended and bench.is_idle)
        context.press(words.CONTINUE, bench.turns.last_reply.id)
        await until(lambda: bench.texts[-1] == "half and half" and bench.is_idle)

    qloop.run(scenario())
