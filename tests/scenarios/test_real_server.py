"""Good streams, Stop and errors against llama.cpp's own server, as a stranger would reach it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx
import pytest

from desktop_chat.domain.account import AccountKind
from desktop_chat.domain.errors import ChatError
from desktop_chat.domain.params import GenerationParams
from desktop_chat.domain.request import ChatRequest, ChatTurn
from desktop_chat.domain.stream import (
    ModelAnswered,
    PromptProgress,
    StreamEvent,
    StreamFinished,
    TextDelta,
    UsageReported,
)
from desktop_chat.providers.lm_studio import LMStudioAPIProvider
from desktop_chat.providers.openai_compatible import OpenAICompatibleProvider
from desktop_chat.providers.wire.http import CONNECT_TIMEOUT_S
from tests.providers.replies import events_and_error, events_of, text_of

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.anyio, pytest.mark.engine]
COMMAND = [sys.executable, "-m", "desktop_chat.providers.local.engine_child"]
CONTEXT = 512
FREE_AGAIN_S = 60.0
# Longer than connecting may take, which is the only deadline on the way to a reply.
HALT_S = CONNECT_TIMEOUT_S + 1
STORY = "Tell a long story."


@dataclass(frozen=True, slots=True)
class RealServer:
    """A running llama.cpp server."""

    url: str
    key: str
    model: str
    process: subprocess.Popen[bytes]

    def provider(self, kind: str) -> OpenAICompatibleProvider | LMStudioAPIProvider:
        if kind == "lm-studio":
            return LMStudioAPIProvider(self.url, api_token=self.key)
        return OpenAICompatibleProvider(self.url, self.key, kind=AccountKind(kind))


@contextmanager
def llama_server(model: Path) -> Iterator[RealServer]:
    """Start it as the app does: one line of JSON in, one out; it ends with its input."""
    key = os.urandom(16).hex()
    order = {"path": str(model), "context_length": CONTEXT, "threads": None, "gpu_layers": 0}
    order |= {"key": key, "parent": os.getpid()}
    with subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(order).encode() + b"\n")
        process.stdin.flush()
        answer = json.loads(process.stdout.readline())
        try:
            yield RealServer(f"http://127.0.0.1:{answer['port']}", key, model.stem, process)
        finally:
            process.kill()


@pytest.fixture(scope="module")
def real(starter_model: Path) -> Iterator[RealServer]:
    """One server for all tests: it takes seconds to load."""
    with llama_server(starter_model) as server:
        yield server


@pytest.fixture(params=["llama-server", "other", "lm-studio"])
async def provider(
    request: pytest.FixtureRequest, real: RealServer
) -> AsyncIterator[OpenAICompatibleProvider | LMStudioAPIProvider]:
    provider = real.provider(request.param)
    yield provider
    await provider.aclose()


def asked(real: RealServer, text: str = "Say hello.", tokens: int = 12) -> ChatRequest:
    params = GenerationParams(temperature=0.0, max_tokens=tokens, seed=1)
    return ChatRequest(real.model, (ChatTurn("user", text),), params=params)


Either = OpenAICompatibleProvider | LMStudioAPIProvider


async def test_good_stream_has_text_usage_and_an_end(real: RealServer, provider: Either):
    first = await events_of(provider, asked(real))
    again = await events_of(provider, asked(real))
    assert text_of(first)
    assert text_of(first) == text_of(again)
    assert isinstance(first[-1], StreamFinished)
    assert first[-1].finish_reason in ("stop", "length")
    usage = [event.usage for event in first if isinstance(event, UsageReported)]
    assert len(usage) == 1
    assert usage[0].prompt_tokens
    assert sum(isinstance(event, ModelAnswered) for event in first) == 1


async def test_token_limit_ends_with_length(real: RealServer, provider: Either):
    events = await events_of(provider, asked(real, "Count from one to a hundred.", 5))
    assert events[-1] == StreamFinished("length")
    assert [e.usage.completion_tokens for e in events if isinstance(e, UsageReported)] == [5]


async def test_list_has_the_model(provider: Either):
    assert len(await provider.list_models()) == 1


async def test_stop_ends_the_work_of_the_server(real: RealServer, provider: Either):
    async with aclosing(provider.stream(asked(real, STORY, 400))) as events:
        async for event in events:
            if isinstance(event, TextDelta):
                break
    # Each of its four slots stops at once, or the next replies would wait for the story.
    async with asyncio.timeout(FREE_AGAIN_S):
        replies = [await events_of(provider, asked(real, "Hi.", 3)) for _ in range(4)]
    assert all(isinstance(events[-1], StreamFinished) for events in replies)


async def test_too_long_conversation_is_named(real: RealServer, provider: Either):
    events, error = await events_and_error(provider, asked(real, "word " * 2000))
    assert text_of(events) == ""
    assert error is not None
    assert error.code == "context_full"
    assert error.fields.get("context_length") == CONTEXT


async def test_wrong_key_is_named_and_not_told(real: RealServer):
    provider = OpenAICompatibleProvider(real.url, "sk-wrong-key-1234")
    _, error = await events_and_error(provider, asked(real))
    await provider.aclose()
    assert error is not None
    assert error.code == "unauthorized"
    assert "sk-wrong" not in f"{error}{error.fields}"


async def test_bad_parameter_is_refused_in_words(real: RealServer, provider: Either):
    params = GenerationParams(json_schema='{"type": "no such type"}')
    request = ChatRequest(real.model, (ChatTurn("user", "Hi."),), params=params)
    _, error = await events_and_error(provider, request)
    assert error is not None
    assert error.code in ("parameter_refused", "engine_failed")


async def test_reading_the_prompt_is_told(real: RealServer):
    provider = real.provider("llama-server")
    long = "The quick brown fox jumps over the lazy dog. " * 30
    events: list[StreamEvent] = await events_of(provider, asked(real, long, 3))
    await provider.aclose()
    told = [event for event in events if isinstance(event, PromptProgress)]
    assert told
    assert all((event.processed or 0) <= (event.total or 0) for event in told)
    # More than that it began and that it is over.
    assert any(0 < (event.processed or 0) < (event.total or 0) for event in told)


async def test_server_that_ends_in_mid_reply_is_a_lost_connection(starter_model: Path):
    with llama_server(starter_model) as server:
        provider = server.provider("other")
        texts: list[str] = []
        error = await killed_midway(provider, server, texts)
        await provider.aclose()
    assert texts
    assert error == "connection_lost"


async def killed_midway(provider: Either, server: RealServer, texts: list[str]) -> str:
    """Read until the first text, kill the server, read on; return the error's code."""
    try:
        async with aclosing(provider.stream(asked(server, STORY, 400))) as events:
            async for event in events:
                if isinstance(event, TextDelta) and not texts:
                    texts.append(event.text)
                    server.process.kill()
    except ChatError as error:
        return error.code
    return ""


async def test_row_41_server_that_is_halted_for_a_while_goes_on_where_it_was(real: RealServer):
    provider = real.provider("llama-server")
    texts: list[str] = []
    try:
        async with aclosing(provider.stream(asked(real, STORY, 60))) as events:
            async for event in events:
                if isinstance(event, TextDelta):
                    texts.append(event.text)
                    if len(texts) == 1:
                        await halted(real.process)
        again = text_of(await events_of(provider, asked(real, STORY, 60)))
        # One request each: nothing was sent twice, and nothing of the text is missing.
        assert [one.method for one in provider.exchanges].count("POST") == 2
    finally:
        await provider.aclose()
    assert "".join(texts) == again


async def halted(process: subprocess.Popen[bytes]) -> None:
    """Stop the process as a machine does that goes to sleep, and wake it."""
    process.send_signal(signal.SIGSTOP)
    try:
        await asyncio.sleep(HALT_S)
    finally:
        process.send_signal(signal.SIGCONT)


async def test_unknown_path_is_named(real: RealServer):
    async with httpx.AsyncClient(verify=False, trust_env=False) as client:
        answer = await client.get(
            f"{real.url}/nowhere", headers={"Authorization": f"Bearer {real.key}"}
        )
    # What the stand-in's role says is what the real one says.
    assert answer.json()["error"]["message"] == "File Not Found"
    assert answer.json()["error"]["code"] == 404
