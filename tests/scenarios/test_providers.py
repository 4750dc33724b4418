"""Every scenario of `/v1/chat/completions`, through both providers of that dialect."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from desktop_chat.domain.stream import StreamFinished, UsageReported
from desktop_chat.providers.lm_studio import LMStudioAPIProvider
from desktop_chat.providers.openai_compatible import OpenAICompatibleProvider
from tests.providers.replies import ask, events_and_error, reasoning_of, text_of
from tests.scenarios.outcomes import BAD_ENDS, GOOD_STREAMS, REFUSALS, THOUGHTS, Outcome

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.standin import StandIn

pytestmark = pytest.mark.anyio
# None of them takes a second; a reply that never ends must not hold up the rest.
LIMIT_S = 10
Dialect = LMStudioAPIProvider | OpenAICompatibleProvider


@pytest.fixture(params=["lm-studio", "other"])
async def provider(request: pytest.FixtureRequest, standin: StandIn) -> AsyncIterator[Dialect]:
    kinds = {"lm-studio": LMStudioAPIProvider, "other": OpenAICompatibleProvider}
    provider: Dialect = kinds[request.param](standin.url)
    yield provider
    await provider.aclose()


async def check(provider: Dialect, name: str, expected: Outcome) -> None:
    """Play a scenario and compare text, thought, end and error."""
    async with asyncio.timeout(LIMIT_S):
        events, error = await events_and_error(provider, ask(f"scn/{name}"))
    text = text_of(events)
    assert (error.code if error else "") in expected.code.split("|"), error
    assert text.startswith(expected.text) if expected.is_prefix else text == expected.text
    if expected.is_prefix and error is not None:
        assert text == expected.text
    assert reasoning_of(events) == expected.reasoning
    ends = [event for event in events if isinstance(event, StreamFinished)]
    assert ends == ([] if error else [StreamFinished(expected.finish)])
    told = str(error or "")
    assert expected.says in told
    assert len(told) < 1500
    assert "<html" not in told
    assert "sk-lm" not in told


@pytest.mark.parametrize("name", GOOD_STREAMS)
async def test_good_stream_says_all_of_it(provider: Dialect, name: str):
    await check(provider, name, GOOD_STREAMS[name])


@pytest.mark.parametrize("name", THOUGHTS)
async def test_thought_and_tools_are_told_apart(provider: Dialect, name: str):
    await check(provider, name, THOUGHTS[name])


@pytest.mark.parametrize("name", REFUSALS)
async def test_refusal_has_its_error(provider: Dialect, name: str):
    await check(provider, name, REFUSALS[name])


@pytest.mark.parametrize("name", BAD_ENDS)
async def test_bad_end_keeps_the_text_and_names_the_error(provider: Dialect, name: str):
    await check(provider, name, BAD_ENDS[name])


@pytest.mark.parametrize(("name", "count"), [("usage", 1), ("usage-everywhere", 1), ("length", 1)])
async def test_usage_is_told_once_at_most(provider: Dialect, name: str, count: int):
    events, error = await events_and_error(provider, ask(f"scn/{name}"))
    assert error is None
    told = [event.usage for event in events if isinstance(event, UsageReported)]
    assert [(usage.prompt_tokens, usage.completion_tokens) for usage in told] == [(6, 3)] * count


async def test_thought_without_opening_tag_loses_nothing(provider: Dialect):
    events, error = await events_and_error(provider, ask("scn/think-no-open"))
    assert error is None
    assert "Let me think" in reasoning_of(events) + text_of(events)
    assert text_of(events).endswith("Echo: hi there")


async def test_whitespace_is_no_crash(provider: Dialect):
    events, error = await events_and_error(provider, ask("scn/whitespace-only"))
    assert text_of(events) == "\n   \r\n\n\n"
    assert error is None or error.code == "empty_reply"


@pytest.mark.parametrize("reason", ["", "null", "7"])
async def test_odd_finish_reason_is_an_end(provider: Dialect, reason: str):
    events, error = await events_and_error(provider, ask(f"scn/finish-odd?reason={reason}"))
    assert text_of(events) == "Echo: hi there"
    assert error is None
    assert isinstance(events[-1], StreamFinished)
