"""Models of any engine: loaded, unloaded, judged and fetched."""

from __future__ import annotations

import sys
from contextlib import aclosing
from typing import TYPE_CHECKING

import anyio
import psutil
import pytest

from desktop_chat.domain.engine_features import (
    DownloadProgress,
    DownloadState,
    EngineFeatures,
    LoadOptions,
)
from desktop_chat.domain.errors import EngineFailedError, UnauthorizedError
from desktop_chat.domain.model_info import EMBEDDED, ModelInstance, ModelRef
from desktop_chat.providers.embedded import EmbeddedProvider
from desktop_chat.providers.embedded import EngineState as BuiltInState
from desktop_chat.providers.scripted import ScriptedProvider
from desktop_chat.services.broadcast import Broadcast
from desktop_chat.services.engines.engine_accounts import EmbeddedEngine
from desktop_chat.services.engines.engine_options import StoredOptions
from desktop_chat.services.engines.models import ModelsService
from desktop_chat.services.engines.service import EngineService, EngineState
from desktop_chat.services.settings import SettingSources, SettingsService
from tests.fakes.engines import FakeChoices, FakeEngine
from tests.fakes.file_server import FileServer, ServedFile
from tests.providers.gguf_maker import CHAT_MODEL, gguf, write_gguf
from tests.providers.test_embedded_control import PLAYED, until

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator
    from pathlib import Path

    from desktop_chat.domain.model_info import ModelInfo
    from desktop_chat.services.engines.service import Engine

pytestmark = pytest.mark.anyio

SERVER = "server-1"
OPTIONS = LoadOptions(context_length=2048)
ALL = EngineFeatures(load_options=frozenset({"context_length"}), can_unload=True, can_download=True)


class ControlledProvider(ScriptedProvider):
    """Loads and fetches what it is told, after it refused the first request if it shall."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[tuple[object, ...]] = []
        self.refusals = 0

    async def load_model(self, model_id: str, options: LoadOptions) -> ModelInstance:
        self._refuse()
        self.calls.append(("load", model_id, options))
        return ModelInstance(model_id, options.context_length)

    async def unload_model(self, instance_id: str) -> None:
        self.calls.append(("unload", instance_id))

    async def download_model(
        self, source: str, *, checksum: str = ""
    ) -> AsyncGenerator[DownloadProgress, None]:
        self.calls.append(("download", source, checksum))
        yield DownloadProgress(DownloadState.RUNNING, 1, 2)
        yield DownloadProgress(DownloadState.DONE, 2, 2)

    def _refuse(self) -> None:
        if self.refusals:
            self.refusals -= 1
            raise UnauthorizedError(url="http://x")


class Bench:
    """A server that can be told what to do, and the embedded engine with a played process."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings = SettingsService(
            SettingSources(), {}, save=self._save, broadcast=Broadcast()
        )

        provider = EmbeddedProvider(
            [folder],
            engine_command=[sys.executable, "-c", PLAYED],
            options=StoredOptions(self.settings),
        )
        self.provider = provider
        self.embedded = EmbeddedEngine(provider, self.settings)
        self.server = FakeEngine()
        self.control = ControlledProvider()
        self.server.scripted = self.control
        self.server.features = ALL
        engines: dict[str, Engine] = {SERVER: self.server, EMBEDDED: self.embedded}
        self.engines = EngineService(engines, FakeChoices(), Broadcast())
        self.models = ModelsService(self.embedded, self.engines, folder, ["false"])

    def _save(self, values: dict[str, object]) -> None:
        """The settings file is of no interest here."""

    async def refresh(self) -> None:
        await self.engines.refresh()

    @property
    def offered(self) -> list[ModelInfo]:
        return list(self.engines.status(EMBEDDED).models)


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    bench = Bench(tmp_path / "models")
    await bench.refresh()
    yield bench
    await bench.engines.aclose()


async def test_load_and_unload_reach_the_engine_of_the_model(bench: Bench) -> None:
    ref = ModelRef(SERVER, "big")
    assert await bench.models.load(ref, OPTIONS) == ModelInstance("big", 2048)
    await bench.models.unload(ref, "big:2")
    assert bench.control.calls == [("load", "big", OPTIONS), ("unload", "big:2")]


async def test_load_that_wants_a_token_is_asked_once_more_with_a_new_one(bench: Bench) -> None:
    bench.control.refusals = 1
    with pytest.raises(UnauthorizedError):
        await bench.models.load(ModelRef(SERVER, "big"), OPTIONS)
    bench.control.refusals, bench.server.has_new_token = 1, True
    await bench.models.load(ModelRef(SERVER, "big"), OPTIONS)
    assert len(bench.control.calls) == 1


async def test_engine_without_control_says_so_and_is_not_asked(bench: Bench) -> None:
    bench.server.features = EngineFeatures()
    await bench.refresh()
    ref = ModelRef(SERVER, "big")
    with pytest.raises(EngineFailedError, match="loads no models"):
        await bench.models.load(ref, OPTIONS)
    with pytest.raises(EngineFailedError, match="unloads no models"):
        await bench.models.unload(ref, "big")
    with pytest.raises(EngineFailedError, match="fetches no models"):
        await anext(bench.models.download(SERVER, "big"))
    assert bench.control.calls == []


async def test_download_passes_the_reports_on(bench: Bench) -> None:
    async with aclosing(bench.models.download(SERVER, "org/big", "ab")) as reports:
        states = [report.state async for report in reports]
    assert states == [DownloadState.RUNNING, DownloadState.DONE]
    assert bench.control.calls == [("download", "org/big", "ab")]


async def test_model_that_was_fetched_is_offered_when_that_is_told(bench: Bench) -> None:
    async with FileServer() as server:
        url = server.add("/tiny.gguf", ServedFile(gguf(CHAT_MODEL)))
        async with aclosing(bench.models.download(EMBEDDED, url)) as reports:
            async for report in reports:
                last = report
    assert last.state is DownloadState.DONE
    assert [model.id for model in bench.offered] == [last.model_id]


async def test_estimate_is_made_for_the_embedded_engine_only(bench: Bench) -> None:
    path = write_gguf(bench.folder / "tiny.gguf")
    estimate = await bench.models.estimate(ModelRef(EMBEDDED, str(path)), OPTIONS)
    assert estimate is not None
    assert (estimate.fits, estimate.context_length) == (True, 2048)
    assert await bench.models.estimate(ModelRef(SERVER, "big"), OPTIONS) is None


async def test_what_the_embedded_engine_holds_is_seen_at_once(bench: Bench) -> None:
    path = write_gguf(bench.folder / "tiny.gguf")
    ref = ModelRef(EMBEDDED, str(path))
    await bench.refresh()
    assert bench.engines.status(EMBEDDED).state is EngineState.READY
    instance = await bench.models.load(ref, OPTIONS)
    await seen(bench, is_loaded=True)
    await bench.models.unload(ref, instance.id)
    await seen(bench, is_loaded=False)


async def seen(bench: Bench, *, is_loaded: bool) -> None:

    with anyio.fail_after(10):
        while [model.is_loaded for model in bench.offered] != [is_loaded]:
            await anyio.sleep(0.01)


async def test_settings_of_the_embedded_engine_count_at_the_next_load(bench: Bench) -> None:
    path = write_gguf(bench.folder / "tiny.gguf")
    bench.settings.set("engine.context_length", 1024)
    bench.settings.set("engine.threads", 3)
    bench.settings.set("engine.gpu_layers", 9)
    instance = await bench.models.load(ModelRef(EMBEDDED, str(path)), LoadOptions())
    assert instance.context_length == 1024
    # The played engine found a card, so its layers count from now on.
    assert bench.settings.value("engine.gpu_bytes") == 7
    options = StoredOptions(bench.settings)()
    assert (options.threads, options.gpu_layers, options.idle_s) == (3, 9, 1800.0)
    bench.settings.set("engine.idle_minutes", 0)
    assert StoredOptions(bench.settings)().idle_s is None


async def test_crash_of_the_embedded_engine_is_seen_with_its_reason(bench: Bench) -> None:

    path = write_gguf(bench.folder / "tiny.gguf")
    await bench.models.load(ModelRef(EMBEDDED, str(path)), LoadOptions())
    psutil.Process(bench.provider.pid).send_signal(11)
    await until(bench.provider, BuiltInState.CRASHED)
    assert bench.provider.last_failure == "signal SIGSEGV"
    await seen(bench, is_loaded=False)
