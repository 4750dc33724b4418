"""The embedded engine's models: loaded with options, unloaded, left alone, and judged."""

from __future__ import annotations

import sys
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import anyio
import anyio.lowlevel
import psutil
import pytest

from desktop_chat.domain.engine_features import DownloadState, LoadOptions
from desktop_chat.domain.errors import (
    DownloadError,
    ModelLoadFailedError,
    ModelNotFoundError,
    ModelUnloadedError,
    OutOfMemoryError,
    ServerUnreachableError,
)
from desktop_chat.domain.model_info import ModelInstance
from desktop_chat.domain.stream import ModelLoading, TextDelta
from desktop_chat.providers.embedded import EmbeddedProvider, EngineOptions, EngineState
from tests.fakes.file_server import FileServer, ServedFile
from tests.providers.gguf_maker import CHAT_MODEL, chat_model, gguf, write_gguf
from tests.providers.test_embedded import ENGINE, reply, request, text_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

pytestmark = pytest.mark.anyio
real_engine = pytest.mark.engine

# Answers as the engine does and tells in its port what it was told.
PLAYED = (
    "import sys, json; order = json.loads(sys.stdin.readline())\n"
    "print(json.dumps({'port': order['context_length'] + (order['threads'] or 0)"
    " + (order['gpu_layers'] or 0), 'gpu_bytes': 7}), flush=True)\n"
    "sys.stdin.read()"
)


class KnownLoads:
    """A history in memory."""

    def __init__(self, expected_s: float | None = None) -> None:
        self.expected = expected_s
        self.recorded: list[tuple[str, int]] = []

    async def expected_s(self, path: Path, size_bytes: int) -> float | None:
        return self.expected

    def record(self, path: Path, size_bytes: int, duration_s: float) -> None:
        assert duration_s > 0
        self.recorded.append((path.name, size_bytes))


class Settings:
    """Options that the test changes."""

    def __init__(self, **values: float) -> None:
        self.values = values

    def __call__(self) -> EngineOptions:
        return EngineOptions(**self.values)  # type: ignore[arg-type]


@asynccontextmanager
async def played(
    folder: Path, script: str = PLAYED, **more: object
) -> AsyncIterator[EmbeddedProvider]:
    command = [sys.executable, "-c", script]
    provider = EmbeddedProvider([folder], engine_command=command, **more)  # type: ignore[arg-type]
    try:
        with anyio.fail_after(60):
            yield provider
    finally:
        await provider.aclose()


async def until(provider: EmbeddedProvider, state: EngineState) -> None:
    while provider.state is not state:
        await anyio.sleep(0.01)


def port_of(provider: EmbeddedProvider) -> int | None:
    process = provider._runner.process
    return process.started.result().port if process else None


async def test_load_takes_the_options_and_tells_the_instance(tmp_path: Path) -> None:
    path = write_gguf(tmp_path / "tiny.gguf")
    history = KnownLoads()
    async with played(tmp_path, history=history) as provider:
        options = LoadOptions(context_length=1000, threads=20, gpu_layers=3)
        instance = await provider.load_model(str(path), options)
        assert instance == ModelInstance(str(path), 1000)
        assert port_of(provider) == 1023
        (model,) = await provider.list_models()
    assert model.is_loaded
    assert model.instances == (instance,)
    assert (model.context_length, model.max_context_length) == (1000, 2048)
    assert history.recorded == [("tiny.gguf", path.stat().st_size)]


async def test_load_never_exceeds_the_context_the_model_was_trained_on(tmp_path: Path) -> None:
    path = write_gguf(tmp_path / "tiny.gguf")
    async with played(tmp_path) as provider:
        instance = await provider.load_model(str(path), LoadOptions(context_length=99_999))
    assert instance.context_length == 2048


async def test_load_with_other_options_starts_the_engine_anew(tmp_path: Path) -> None:
    path = write_gguf(tmp_path / "tiny.gguf")
    settings = Settings(context_length=1000, threads=2)
    async with played(tmp_path, options=settings) as provider:
        await provider.load_model(str(path), LoadOptions())
        first = provider.pid
        await provider.load_model(str(path), LoadOptions())
        assert (provider.pid, port_of(provider)) == (first, 1002)
        settings.values["threads"] = 3
        await provider.load_model(str(path), LoadOptions())
        assert provider.pid != first
        assert port_of(provider) == 1003


async def test_layers_are_offered_once_a_card_was_found(tmp_path: Path) -> None:
    path = write_gguf(tmp_path / "tiny.gguf")
    async with played(tmp_path) as provider:
        assert provider.features.load_options == {"context_length", "threads"}
        assert (provider.features.can_unload, provider.features.can_download) == (True, True)
        await provider.load_model(str(path), LoadOptions())
        assert provider.gpu_bytes == 7
        assert "gpu_layers" in provider.features.load_options


async def test_unload_ends_the_process_and_other_ids_do_not(tmp_path: Path) -> None:
    path = write_gguf(tmp_path / "tiny.gguf")
    async with played(tmp_path) as provider:
        instance = await provider.load_model(str(path), LoadOptions())
        pid = provider.pid
        await provider.unload_model(str(tmp_path / "other.gguf"))
        assert provider.pid == pid
        await provider.unload_model(instance.id)
        await provider.unload_model(instance.id)
        assert provider.state is EngineState.OFF
        assert not psutil.pid_exists(pid or 0)


async def test_unload_gives_up_a_load_which_says_so(tmp_path: Path) -> None:
    path = write_gguf(tmp_path / "tiny.gguf")
    async with played(tmp_path, "import sys; sys.stdin.read()") as provider:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_load_in_vain, provider, path)
            await until(provider, EngineState.LOADING)
            await provider.unload_model(str(path))
        assert provider.state is EngineState.OFF


async def _load_in_vain(provider: EmbeddedProvider, path: Path) -> None:
    with pytest.raises(ModelUnloadedError):
        await provider.load_model(str(path), LoadOptions())


async def test_idle_model_leaves_memory(tmp_path: Path) -> None:
    path = write_gguf(tmp_path / "tiny.gguf")
    async with played(tmp_path, options=Settings(idle_s=0.05)) as provider:
        states: list[EngineState] = []
        provider.on_state_changed = states.append
        await provider.load_model(str(path), LoadOptions())
        process = psutil.Process(provider.pid)
        await until(provider, EngineState.OFF)
        assert states == [EngineState.LOADING, EngineState.READY, EngineState.OFF]
        while process.is_running():
            await anyio.sleep(0.01)
        assert provider.last_failure == ""
        (model,) = await provider.list_models()
        assert not model.is_loaded


async def test_model_whose_load_was_stopped_leaves_memory_too(tmp_path: Path) -> None:
    path = write_gguf(tmp_path / "tiny.gguf")
    waits = tmp_path / "go"
    script = f"import os, time\nwhile not os.path.exists({str(waits)!r}): time.sleep(0.01)\n"
    async with played(tmp_path, script + PLAYED, options=Settings(idle_s=0.05)) as provider:
        with anyio.move_on_after(3600) as stopped:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(reply, provider, request(path))
                await until(provider, EngineState.LOADING)
                stopped.cancel()
        states: list[EngineState] = []
        provider.on_state_changed = states.append
        waits.touch()
        await until(provider, EngineState.OFF)
        assert states == [EngineState.READY, EngineState.OFF]


async def test_request_of_the_background_loads_nothing_and_waits_for_no_load(
    tmp_path: Path,
) -> None:
    first, second = (write_gguf(tmp_path / name) for name in ("first.gguf", "second.gguf"))
    waits = tmp_path / "go"
    script = f"import os, time\nif not os.path.exists({str(waits)!r}): time.sleep(1000)\n"
    title = replace(request(first), only_loaded=True)
    async with played(tmp_path, script + PLAYED) as provider:
        with pytest.raises(ModelUnloadedError):
            await reply(provider, title)
        waits.touch()
        await provider.load_model(str(first), LoadOptions())
        waits.unlink()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(provider.load_model, str(second), LoadOptions())
            await anyio.lowlevel.checkpoint()
            # The first is still in memory, and about to make room for the second.
            assert provider.state is EngineState.READY
            with pytest.raises(ModelUnloadedError):
                await reply(provider, title)
            tasks.cancel_scope.cancel()


async def test_model_that_is_broken_does_not_keep_the_old_one_in_memory(tmp_path: Path) -> None:
    path = write_gguf(tmp_path / "tiny.gguf")
    async with played(tmp_path, options=Settings(idle_s=0.2)) as provider:
        await provider.load_model(str(path), LoadOptions())
        with pytest.raises(ModelNotFoundError):
            await reply(provider, request(tmp_path / "absent.gguf"))
        await until(provider, EngineState.OFF)


async def test_model_that_can_never_fit_is_refused_unless_loaded_by_hand(tmp_path: Path) -> None:
    endless = chat_model(llama__embedding_length=2**31, llama__attention__head_count=1)
    path = write_gguf(tmp_path / "huge.gguf", endless)
    async with played(tmp_path) as provider:
        with pytest.raises(OutOfMemoryError):
            await reply(provider, request(path))
        assert provider.pid is None
        estimate = await provider.estimate_memory(str(path), LoadOptions(context_length=1024))
        assert not estimate.fits
        await provider.load_model(str(path), LoadOptions())
        await provider.unload_model(str(path))
        # Seen and wanted once, it is loaded for replies too.
        with pytest.raises(ServerUnreachableError):
            await reply(provider, request(path))


async def test_options_that_failed_are_not_tried_again_by_the_next_message(tmp_path: Path) -> None:
    path = write_gguf(tmp_path / "tiny.gguf")
    script = (
        "import sys, json; order = json.loads(sys.stdin.readline())\n"
        "answer = {'port': 1} if order['context_length'] < 1000 else {'error': 'too much'}\n"
        "print(json.dumps(answer), flush=True)"
    )
    async with played(tmp_path, script, options=Settings(context_length=512)) as provider:
        with pytest.raises(ModelLoadFailedError):
            await provider.load_model(str(path), LoadOptions(context_length=2000))
        (model,) = await provider.list_models()
        assert model.context_length == 512


NO_MEMORY = (
    "import sys, json; sys.stdin.readline()\n"
    "sys.stderr.write('0.1 E ggml_backend_alloc: {0}' + chr(10))\n"
    "print(json.dumps({{'error': 'failed'}}), flush=True)"
)


@pytest.mark.parametrize(
    ("script", "error"),
    [
        (NO_MEMORY.format("failed to allocate CPU buffer of size 9"), OutOfMemoryError),
        (NO_MEMORY.format("std::bad_alloc"), OutOfMemoryError),
        (NO_MEMORY.format("wrong number of tensors"), ModelLoadFailedError),
        ("import os; os.kill(os.getpid(), 9)", OutOfMemoryError),
        ("import os; os.kill(os.getpid(), 11)", ModelLoadFailedError),
    ],
)
async def test_load_that_fails_for_memory_says_so(
    tmp_path: Path, script: str, error: type[Exception]
) -> None:
    path = write_gguf(tmp_path / "tiny.gguf")
    async with played(tmp_path, script) as provider:
        with pytest.raises(error, match="tiny"):
            await reply(provider, request(path))
        assert provider.state is EngineState.OFF
        assert provider.last_failure


async def test_load_is_told_with_the_time_of_the_last_one(tmp_path: Path) -> None:
    path = write_gguf(tmp_path / "tiny.gguf")
    async with (
        played(tmp_path, history=KnownLoads(7.5)) as provider,
        aclosing(provider.stream(request(path))) as events,
    ):
        assert await anext(events) == ModelLoading(expected_s=7.5)


async def test_request_during_a_load_is_told_the_rest_of_its_time(tmp_path: Path) -> None:
    path = write_gguf(tmp_path / "tiny.gguf")
    script = "import sys; sys.stdin.read()"
    async with (
        played(tmp_path, script, history=KnownLoads(1000.0)) as provider,
        anyio.create_task_group() as tasks,
    ):
        tasks.start_soon(_load_in_vain, provider, path)
        await until(provider, EngineState.LOADING)
        await anyio.sleep(0.01)
        async with aclosing(provider.stream(request(path))) as events:
            event = await anext(events)
        assert isinstance(event, ModelLoading)
        assert event.expected_s is not None
        assert event.expected_s < 1000
        await provider.unload_model(str(path))


async def test_download_goes_to_the_first_folder_and_is_listed(tmp_path: Path) -> None:
    async with FileServer() as server, played(tmp_path / "models") as provider:
        url = server.add("/tiny.gguf", ServedFile(gguf(CHAT_MODEL)))
        async with aclosing(provider.download_model(url)) as reports:
            states = [report.state async for report in reports]
        assert states[-1] is DownloadState.DONE
        (model,) = await provider.list_models()
        assert model.id == str(tmp_path / "models" / "tiny.gguf")


async def test_same_download_twice_at_once_is_refused(tmp_path: Path) -> None:
    async with FileServer() as server, played(tmp_path) as provider:
        url = server.add("/tiny.gguf", ServedFile(gguf(CHAT_MODEL)))
        async with aclosing(provider.download_model(url)) as reports:
            await anext(reports)
            with pytest.raises(DownloadError, match="already"):
                await anext(provider.download_model(url))
        async with aclosing(provider.download_model(url)) as again:
            assert [report async for report in again][-1].state is DownloadState.DONE


async def test_split_model_asked_for_by_another_part_is_fetched_already(tmp_path: Path) -> None:
    async with FileServer() as server, played(tmp_path) as provider:
        first, second = (
            server.add(f"/big-0000{number}-of-00002.gguf", ServedFile(gguf(CHAT_MODEL)))
            for number in (1, 2)
        )
        async with aclosing(provider.download_model(first)) as reports:
            await anext(reports)
            with pytest.raises(DownloadError, match="already"):
                await anext(provider.download_model(second))


@real_engine
async def test_idle_engine_waits_for_its_reply_and_comes_back_for_the_next(
    starter_model: Path,
) -> None:
    options = Settings(context_length=1024, idle_s=0.05)
    provider = EmbeddedProvider([], engine_command=ENGINE, options=options)
    async with aclosing(provider), _limit():
        # Ten times longer than the model may be idle.
        assert text_of(await reply(provider, request(starter_model, tokens=80)))
        await until(provider, EngineState.OFF)
        events = await reply(provider, request(starter_model))
        assert isinstance(events[0], ModelLoading)
        assert text_of(events)


@real_engine
async def test_unload_during_a_reply_ends_it_with_the_reason(starter_model: Path) -> None:
    provider = EmbeddedProvider([], engine_command=ENGINE)
    async with aclosing(provider), _limit():
        with pytest.raises(ModelUnloadedError):
            await _unload_at_the_first_word(provider, starter_model)
        assert text_of(await reply(provider, request(starter_model)))


async def _unload_at_the_first_word(provider: EmbeddedProvider, model: Path) -> None:
    async with aclosing(provider.stream(request(model, tokens=None))) as events:
        async for event in events:
            if isinstance(event, TextDelta):
                await provider.unload_model(str(model))


@real_engine
async def test_estimate_is_near_what_the_real_engine_takes(starter_model: Path) -> None:
    provider = EmbeddedProvider([], engine_command=ENGINE)
    async with aclosing(provider), _limit():
        options = LoadOptions(context_length=8192)
        estimate = await provider.estimate_memory(str(starter_model), options)
        await provider.load_model(str(starter_model), options)
        assert provider.pid
        taken = psutil.Process(provider.pid).memory_info().rss
        assert 0.75 < taken / estimate.needed_bytes < 1.1


@asynccontextmanager
async def _limit() -> AsyncIterator[None]:
    with anyio.fail_after(120):
        yield
