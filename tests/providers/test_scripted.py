"""The provider that plays a script."""

from __future__ import annotations

from contextlib import aclosing

import pytest

from desktop_chat.domain.errors import ConnectionLostError, EmptyReplyError
from desktop_chat.domain.stream import StreamFinished, TextDelta
from desktop_chat.providers.scripted import SCRIPTED_MODEL, ScriptedProvider
from tests.providers.replies import ask, events_and_error, events_of

pytestmark = pytest.mark.anyio


async def test_stream_plays_scripts_in_order():
    provider = ScriptedProvider([TextDelta("a"), 0.0, StreamFinished("stop")])
    provider.enqueue(TextDelta("b"), ConnectionLostError(url="x"))
    assert await events_of(provider, ask("m")) == [TextDelta("a"), StreamFinished("stop")]
    events, error = await events_and_error(provider, ask("m"))
    assert events == [TextDelta("b")]
    assert isinstance(error, ConnectionLostError)
    assert provider.requests == [ask("m"), ask("m")]


async def test_stream_without_script_is_empty():
    _, error = await events_and_error(ScriptedProvider(), ask())
    assert isinstance(error, EmptyReplyError)


async def test_stream_closed_early_is_counted():
    provider = ScriptedProvider([TextDelta("a"), 3600.0])
    async with aclosing(provider.stream(ask())) as events:
        assert await anext(events) == TextDelta("a")
    assert provider.closed_streams == 1


async def test_list_models_and_close():
    provider = ScriptedProvider()
    assert await provider.list_models() == [SCRIPTED_MODEL]
    await provider.aclose()
    assert provider.is_closed
