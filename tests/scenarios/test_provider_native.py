"""LM Studio's own API: replies that tell of the wait, loading, unloading, downloads."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING, Any

import pytest

from desktop_chat.domain.engine_features import DownloadState, LoadOptions
from desktop_chat.domain.errors import ChatError, DownloadError
from desktop_chat.domain.stream import ModelLoading, PromptProgress, StreamFinished
from desktop_chat.providers.lm_studio import LMStudioAPIProvider
from tests.providers.replies import ask, events_and_error, events_of, reasoning_of, text_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from tests.standin import StandIn

pytestmark = pytest.mark.anyio
OTHER = "standin/other-7b"
NATIVE = "/api/v1/chat"


@pytest.fixture
async def provider(standin: StandIn) -> AsyncIterator[LMStudioAPIProvider]:
    """A provider that knows that `OTHER` is not loaded, and so asks by the native API."""
    provider = LMStudioAPIProvider(standin.url, loading_retry_s=0, poll_s=0.005)
    await provider.list_models()
    standin.log.clear()
    yield provider
    await provider.aclose()


def loads_of(events: Sequence[object]) -> list[float]:
    told = [event.progress for event in events if isinstance(event, ModelLoading)]
    return [progress for progress in told if progress is not None]


# Replies


async def test_load_is_told_in_steps(standin: StandIn, provider: LMStudioAPIProvider):
    standin.play("native-load", on=NATIVE)
    events = await events_of(provider, ask(OTHER))
    loads = loads_of(events)
    assert loads == sorted(loads)
    assert any(0.6 < progress < 0.7 for progress in loads)
    assert any(isinstance(event, PromptProgress) for event in events)
    assert text_of(events) == "Native hello there."
    assert [request.path for request in standin.log] == [NATIVE]
    assert standin.log[0].json["store"] is False


async def test_odd_progress_is_tamed(standin: StandIn, provider: LMStudioAPIProvider):
    standin.play("native-double-end", on=NATIVE)
    events = await events_of(provider, ask(OTHER))
    shares = [e.fraction for e in events if isinstance(e, PromptProgress) and e.fraction]
    assert shares == sorted(shares)
    assert all(0 <= share <= 1 for share in [*shares, *loads_of(events)])
    assert text_of(events) == "Native hello there."


async def test_several_thoughts_and_messages_are_joined(
    standin: StandIn, provider: LMStudioAPIProvider
):
    standin.play("native-multi", on=NATIVE)
    events = await events_of(provider, ask(OTHER))
    assert text_of(events).replace("\n", "") == "Searching. Native hello there."
    assert "Let me search." in reasoning_of(events)
    assert "Now the answer." in reasoning_of(events)
    assert isinstance(events[-1], StreamFinished)


async def test_error_before_the_end_is_a_failure(standin: StandIn, provider: LMStudioAPIProvider):
    standin.play("native-error-then-end", on=NATIVE)
    events, error = await events_and_error(provider, ask(OTHER))
    assert text_of(events) == "Native hello there."
    assert error is not None
    assert error.code == "engine_failed"
    assert "Compute error" in str(error)


async def test_stream_ends_at_chat_end(standin: StandIn, provider: LMStudioAPIProvider):
    standin.play("native-end-then-open", on=NATIVE)
    events = await events_of(provider, ask(OTHER))
    assert text_of(events) == "Native hello there."
    await standin.wait_for(lambda: standin.log[0].ended)


@pytest.mark.parametrize(
    "name",
    ["native-unrecognized-key", "invalid_union", "reasoning-invalid", "prev-response-unknown"],
)
async def test_native_refusal_falls_back_or_is_named(
    standin: StandIn, provider: LMStudioAPIProvider, name: str
):
    standin.play(name, on=NATIVE)
    events, error = await events_and_error(provider, ask(OTHER))
    assert error is None
    assert text_of(events) == "Echo: hi there"
    assert [request.path for request in standin.log] == [NATIVE, "/v1/chat/completions"]


# Models


async def test_slow_load_is_waited_for(standin: StandIn, provider: LMStudioAPIProvider):
    standin.play("load-slow")
    instance = await provider.load_model(OTHER, LoadOptions(context_length=2048))
    assert (instance.id, instance.context_length) == (OTHER, 2048)
    assert "ttl" not in standin.log[-1].json


async def test_second_instance_is_unloaded_by_its_id(
    standin: StandIn, provider: LMStudioAPIProvider
):
    standin.play("load-twice")
    key = standin.state.instances[0].key
    instance = await provider.load_model(key, LoadOptions())
    assert instance.id == f"{key}:2"
    await provider.unload_model(instance.id)
    assert [one.id for one in standin.state.instances] == [key]


async def test_load_refused_is_named(standin: StandIn, provider: LMStudioAPIProvider):
    standin.play("load-400-ttl", on="/api/v1/models/load")
    with pytest.raises(ChatError) as raised:
        await provider.load_model(OTHER, LoadOptions())
    assert raised.value.code == "parameter_refused"
    assert "ttl" in str(raised.value)


async def test_unknown_instance_is_no_error(standin: StandIn, provider: LMStudioAPIProvider):
    await provider.unload_model("gone")
    standin.play("unload-unknown", on="/api/v1/models/unload")
    await provider.unload_model("gone too")
    assert [request.status for request in standin.log] == [404, 404]


async def test_download_is_told_to_its_end(standin: StandIn, provider: LMStudioAPIProvider):
    standin.state.speed = 20  # the pause is to be seen
    async with aclosing(provider.download_model("new/model")) as reports:
        told = [report async for report in reports]
    states = [report.state for report in told]
    assert states[-1] is DownloadState.DONE
    assert DownloadState.PAUSED in states
    done = [report.bytes_done for report in told]
    assert done == sorted(done)
    assert standin.state.find("new/model") is not None
    assert await reports_of(provider) == [DownloadState.DONE]


@pytest.mark.parametrize("name", ["download", "download-unknown-job"])
async def test_download_that_fails_is_told(
    standin: StandIn, provider: LMStudioAPIProvider, name: str
):
    more: dict[str, Any] = (
        {"end": "failed"} if name == "download" else {"on": "/api/v1/models/download/status/"}
    )
    standin.play(name, **more)
    with pytest.raises(DownloadError):
        await reports_of(provider)


async def reports_of(provider: LMStudioAPIProvider) -> list[DownloadState]:
    async with aclosing(provider.download_model("new/model")) as reports:
        return [report.state async for report in reports]
