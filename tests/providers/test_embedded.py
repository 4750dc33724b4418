"""The embedded engine as the layers above use it, with the real llama.cpp."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from contextlib import aclosing, asynccontextmanager
from typing import TYPE_CHECKING

import anyio
import psutil
import pytest

from desktop_chat.domain.errors import (
    ContextFullError,
    EngineCrashedError,
    ModelFileBrokenError,
    ModelLoadFailedError,
    ModelNotFoundError,
    ModelUnloadedError,
)
from desktop_chat.domain.params import GenerationParams
from desktop_chat.domain.request import ChatRequest, ChatTurn
from desktop_chat.domain.stream import (
    ModelAnswered,
    ModelLoading,
    PromptProgress,
    StreamEvent,
    StreamFinished,
    TextDelta,
    UsageReported,
)
from desktop_chat.domain.usage import TokenUsage
from desktop_chat.providers.embedded import EmbeddedProvider, EngineOptions, EngineState
from tests.providers.gguf_maker import Value, write_gguf

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

pytestmark = pytest.mark.anyio
real_engine = pytest.mark.engine

ENGINE = [sys.executable, "-m", "desktop_chat.providers.local.engine_child"]
NO_ENGINE = ["/absent/engine"]


def request(
    model: Path, *, tokens: int | None = 12, text: str = "Tell a long story."
) -> ChatRequest:
    params = GenerationParams(temperature=0.0, max_tokens=tokens)
    return ChatRequest(str(model), (ChatTurn("user", text),), params=params)


@asynccontextmanager
async def embedded(*folders: Path) -> AsyncIterator[EmbeddedProvider]:
    provider = EmbeddedProvider(
        folders, engine_command=ENGINE, options=lambda: EngineOptions(context_length=1024)
    )
    try:
        with anyio.fail_after(120):
            yield provider
    finally:
        await provider.aclose()


async def reply(provider: EmbeddedProvider, asked: ChatRequest) -> list[StreamEvent]:
    async with aclosing(provider.stream(asked)) as events:
        return [event async for event in events]


def text_of(events: list[StreamEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


def usage_of(events: list[StreamEvent]) -> TokenUsage:
    return next(event.usage for event in events if isinstance(event, UsageReported))


@pytest.fixture
def second_model(starter_model: Path, tmp_path: Path) -> Path:
    """The same model under another name, which the engine takes for another one."""
    path = tmp_path / "second.gguf"
    path.symlink_to(starter_model)
    return path


async def test_models_of_the_folders_are_listed(tmp_path: Path) -> None:
    path = write_gguf(tmp_path / "tiny-Q8_0.gguf")
    async with embedded(tmp_path) as provider:
        (model,) = await provider.list_models()
        assert (model.id, model.name, model.is_loaded) == (str(path), "tiny", False)
        assert model.context_length == 1024
        assert provider.pid is None


async def test_added_file_is_listed(tmp_path: Path) -> None:
    path = write_gguf(tmp_path / "elsewhere" / "mine.gguf")
    async with embedded(tmp_path / "models") as provider:
        added = await provider.add_file(path)
        assert added.name == "mine"
        assert [model.id for model in await provider.list_models()] == [added.id]


async def test_added_file_that_is_no_model_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.gguf"
    path.write_text("no model, only notes for a model")
    async with embedded(tmp_path / "models") as provider:
        with pytest.raises(ModelFileBrokenError, match="no GGUF file"):
            await provider.add_file(path)
        assert await provider.list_models() == []


@pytest.mark.parametrize("name", ["loop.gguf", "a\0b.gguf", "x" * 300 + ".gguf"])
async def test_file_that_cannot_even_be_looked_at_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "loop.gguf").symlink_to(tmp_path / "loop.gguf")
    async with embedded(tmp_path) as provider:
        with pytest.raises(ModelFileBrokenError, match="not a usable model"):
            await provider.add_file(tmp_path / name)


async def test_half_a_model_is_refused_before_the_engine_starts(tmp_path: Path) -> None:
    path = write_gguf(tmp_path / "half.gguf")
    path.write_bytes(path.read_bytes()[:-500])
    provider = EmbeddedProvider([tmp_path], engine_command=NO_ENGINE)
    with pytest.raises(ModelFileBrokenError, match="incomplete"):
        await reply(provider, request(path))
    assert (provider.state, provider.pid) == (EngineState.OFF, None)


async def test_missing_model_is_not_found(tmp_path: Path) -> None:
    provider = EmbeddedProvider([tmp_path], engine_command=NO_ENGINE)
    with pytest.raises(ModelNotFoundError, match="gone"):
        await reply(provider, request(tmp_path / "gone.gguf"))


async def test_engine_that_cannot_start_fails_the_load(tmp_path: Path) -> None:
    path = write_gguf(tmp_path / "tiny.gguf")
    provider = EmbeddedProvider([tmp_path], engine_command=NO_ENGINE)
    with pytest.raises(ModelLoadFailedError, match="No such file"):
        await reply(provider, request(path))
    assert provider.state is EngineState.OFF


async def until_started(provider: EmbeddedProvider) -> None:
    while provider.pid is None:
        await anyio.sleep(0.01)


async def test_aclose_cancelled_on_its_way_leaves_nothing_half_closed(tmp_path: Path) -> None:
    path = write_gguf(tmp_path / "tiny.gguf")
    hanging = [sys.executable, "-c", "import time; time.sleep(600)"]
    provider = EmbeddedProvider([tmp_path], engine_command=hanging)
    loop = asyncio.get_running_loop()
    asking = loop.create_task(reply(provider, request(path)))
    await until_started(provider)
    closing = loop.create_task(provider.aclose())
    await asyncio.sleep(0)
    closing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await closing
    assert provider.pid is None
    assert provider.state is EngineState.OFF
    with pytest.raises(ModelUnloadedError):
        await asking


async def test_model_of_unknown_architecture_says_so(tmp_path: Path) -> None:
    metadata: dict[str, Value] = {"general.architecture": "odd", "odd.block_count": 1}
    path = write_gguf(tmp_path / "odd.gguf", metadata)
    async with embedded(tmp_path) as provider:
        with pytest.raises(ModelLoadFailedError, match="unknown model architecture: 'odd'"):
            await reply(provider, request(path))
        assert provider.state is EngineState.OFF


@real_engine
async def test_reply_is_streamed_by_the_real_engine(starter_model: Path) -> None:
    states: list[EngineState] = []
    async with embedded(starter_model.parent) as provider:
        provider.on_state_changed = states.append
        first = await reply(provider, request(starter_model))
        second = await reply(provider, request(starter_model))
        assert [model.is_loaded for model in await provider.list_models()] == [True]
    kinds = list(dict.fromkeys(type(event) for event in first))
    assert kinds[0] is ModelLoading
    assert {ModelAnswered, PromptProgress, TextDelta, UsageReported} <= set(kinds)
    assert isinstance(first[-1], StreamFinished)
    assert len([event for event in first if isinstance(event, TextDelta)]) > 3
    assert ModelLoading() not in second
    assert text_of(second)
    assert states == [EngineState.LOADING, EngineState.READY, EngineState.OFF]


@real_engine
async def test_four_chats_are_answered_at_once(starter_model: Path) -> None:
    replies: list[str] = []

    async def ask() -> None:
        replies.append(text_of(await reply(provider, request(starter_model))))

    async with embedded() as provider, anyio.create_task_group() as tasks:
        for _ in range(4):
            tasks.start_soon(ask)
    assert len([text for text in replies if text]) == 4


@real_engine
async def test_conversation_over_the_context_is_refused(starter_model: Path) -> None:
    async with embedded() as provider:
        with pytest.raises(ContextFullError):
            await reply(provider, request(starter_model, text="word " * 3000))
        assert text_of(await reply(provider, request(starter_model)))


@real_engine
async def test_crash_in_mid_stream_is_told_and_the_next_send_starts_anew(
    starter_model: Path,
) -> None:
    async with embedded() as provider:
        with pytest.raises(EngineCrashedError, match="SIGSEGV"):
            await reply_until_crash(provider, request(starter_model, tokens=None))
        assert (provider.state, provider.pid) == (EngineState.CRASHED, None)
        events = await reply(provider, request(starter_model))
        assert isinstance(events[0], ModelLoading)
        assert text_of(events)


async def reply_until_crash(provider: EmbeddedProvider, asked: ChatRequest) -> None:
    async with aclosing(provider.stream(asked)) as events:
        async for event in events:
            if isinstance(event, TextDelta) and provider.pid:
                os.kill(provider.pid, signal.SIGSEGV)


@real_engine
async def test_crash_between_replies_starts_anew(starter_model: Path) -> None:
    async with embedded() as provider:
        await reply(provider, request(starter_model))
        pid = provider.pid
        assert pid
        os.kill(pid, signal.SIGKILL)
        while provider.pid:
            await anyio.sleep(0.01)
        assert text_of(await reply(provider, request(starter_model)))


@real_engine
async def test_closed_stream_stops_the_generation(starter_model: Path) -> None:
    async with embedded() as provider:
        await read_three(provider, request(starter_model, tokens=None))
        assert provider.pid
        await until_idle(psutil.Process(provider.pid))
        assert text_of(await reply(provider, request(starter_model)))


async def read_three(provider: EmbeddedProvider, asked: ChatRequest) -> None:
    count = 0
    async with aclosing(provider.stream(asked)) as events:
        async for event in events:
            count += isinstance(event, TextDelta)
            if count == 3:
                return
    raise AssertionError("the reply was too short to be stopped")


async def until_idle(engine: psutil.Process) -> None:
    before, now = -1.0, sum(engine.cpu_times()[:2])
    while now > before:
        await anyio.sleep(0.3)
        before, now = now, sum(engine.cpu_times()[:2])


@real_engine
async def test_other_model_replaces_the_first(
    starter_model: Path,
    second_model: Path,
) -> None:
    async with embedded() as provider:
        await reply(provider, request(starter_model))
        first_pid = provider.pid
        events = await reply(provider, request(second_model))
        assert isinstance(events[0], ModelLoading)
        assert ModelAnswered(str(second_model)) in events
        assert provider.model_id == str(second_model)
        assert not psutil.pid_exists(first_pid or 0)


@real_engine
async def test_request_for_another_model_waits_for_the_running_reply(
    starter_model: Path,
    second_model: Path,
) -> None:
    other: list[StreamEvent] = []

    async def ask_other() -> None:
        other.extend(await reply(provider, request(second_model)))

    async with embedded() as provider, anyio.create_task_group() as tasks:
        is_asked = False
        async with aclosing(provider.stream(request(starter_model, tokens=30))) as events:
            async for event in events:
                if isinstance(event, TextDelta) and not is_asked:
                    is_asked = True
                    tasks.start_soon(ask_other)
        assert isinstance(event, StreamFinished)
        while not other:
            await anyio.sleep(0.02)
    assert text_of(other)


@real_engine
async def test_load_goes_on_when_its_request_is_stopped(starter_model: Path) -> None:
    async with embedded() as provider:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(reply, provider, request(starter_model))
            while provider.pid is None:
                await anyio.sleep(0.01)
            pid = provider.pid
            tasks.cancel_scope.cancel()
        assert provider.state is EngineState.LOADING
        assert text_of(await reply(provider, request(starter_model)))
        assert provider.pid == pid


@real_engine
async def test_closed_provider_ends_the_engine_and_can_start_again(
    starter_model: Path,
) -> None:
    async with embedded() as provider:
        await reply(provider, request(starter_model))
        pid = provider.pid
        await provider.aclose()
        assert not psutil.pid_exists(pid or 0)
        assert provider.state is EngineState.OFF
        assert text_of(await reply(provider, request(starter_model)))


@real_engine
async def test_last_turn_of_the_assistant_is_the_beginning_of_the_reply(
    starter_model: Path,
) -> None:
    async with embedded(starter_model.parent) as provider:
        first = await reply(provider, request(starter_model))
        turns = (ChatTurn("user", "Tell a long story."), ChatTurn("assistant", text_of(first)))
        params = GenerationParams(temperature=0.0, max_tokens=12)
        rest = await reply(provider, ChatRequest(str(starter_model), turns, params=params))
    before, after = usage_of(first), usage_of(rest)
    assert text_of(rest)
    # The text alone is read in addition: it is neither ended, nor is another turn begun.
    assert before.prompt_tokens is not None
    assert after.prompt_tokens == before.prompt_tokens + 12
