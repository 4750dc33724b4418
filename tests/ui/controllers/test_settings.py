"""What the settings dialog shows and changes."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from desktop_chat.domain.errors import (
    DataDirectoryUnusableError,
    InvalidServerUrlError,
    SecretsUnavailableError,
)
from desktop_chat.domain.model_info import LM_STUDIO
from desktop_chat.services.broadcast import Broadcast
from desktop_chat.services.engines.engine_accounts import LmStudioEngine
from desktop_chat.services.engines.service import EngineService
from desktop_chat.services.secrets import Secrets
from desktop_chat.services.settings import TOKEN, SettingSources, SettingsService
from desktop_chat.services.tasks import TaskScope
from desktop_chat.storage.secrets import MemorySecretStore
from desktop_chat.storage.settings_file import read_settings
from desktop_chat.ui.controllers.settings import SettingsController
from tests.fakes.engines import FakeChoices
from tests.ui.controllers.signal_log import SignalLog
from tests.ui.waiting import settle, until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SECRET = "sk-lm-of-the-settings-test"
FOLDER = "storage.data_folder"
SIGNALS = ("refused", "accepted", "noticed", "appearance_changed")


class LockedStore(MemorySecretStore):
    def set(self, name: str, value: str) -> None:
        raise SecretsUnavailableError(detail="it is locked")


class Bench:
    def __init__(self, store: MemorySecretStore, sources: SettingSources) -> None:
        self.store = store
        self.saved: list[dict[str, Any]] = []
        self.settings = SettingsService(sources, {}, save=self.saved.append, broadcast=Broadcast())
        self.secrets = Secrets(self.open_store)
        lm_studio = LmStudioEngine(self.settings, self.secrets)
        engines = EngineService({LM_STUDIO: lm_studio}, FakeChoices(), Broadcast())
        self.tasks = TaskScope()
        self.controller = SettingsController(
            self.settings, self.secrets, lm_studio, engines, self.tasks
        )
        self.log = SignalLog(self.controller, *SIGNALS)

    def open_store(self) -> MemorySecretStore:
        return self.store

    async def changed(self, key: str, value: object) -> None:
        """Change and wait for what comes of it."""
        before = len(self.log.order)
        self.controller.change(key, value)
        await until(lambda: len(self.log.order) > before)
        await settle()


class Made:
    """Makes benches and lets go of them."""

    def __init__(self, qloop: asyncio.Runner) -> None:
        self._qloop = qloop
        self._all: list[Bench] = []

    def __call__(
        self, store: MemorySecretStore | None = None, sources: SettingSources | None = None
    ) -> Bench:
        async def make() -> Bench:
            return Bench(store or MemorySecretStore(), sources or SettingSources())

        self._all.append(self._qloop.run(make()))
        return self._all[-1]

    def close(self) -> None:
        for bench in self._all:
            bench.secrets.close()


@pytest.fixture
def make(qloop: asyncio.Runner) -> Iterator[Made]:
    made = Made(qloop)
    yield made
    made.close()


@pytest.mark.parametrize(
    ("key", "value"),
    [("server.model", "alpha"), ("appearance.theme", "dark"), ("appearance.text_size", 125)],
)
def test_change_is_stored_at_once(
    qloop: asyncio.Runner, make: Made, key: str, value: object
) -> None:
    bench = make()
    qloop.run(bench.changed(key, value))
    assert bench.saved == [{key: value}]
    assert bench.log["accepted"] == [(key,)]
    assert bool(bench.log["appearance_changed"]) == key.startswith("appearance.")
    assert bench.controller.values()[key] == value


def test_change_of_the_address_is_stored_in_its_usual_form(
    qloop: asyncio.Runner, make: Made
) -> None:
    bench = make()
    qloop.run(bench.changed("server.url", " localhost:4321/v1/ "))
    assert bench.controller.values()["server.url"] == "http://localhost:4321"


def test_change_to_no_address_goes_back_to_the_default(qloop: asyncio.Runner, make: Made) -> None:
    bench = make()
    qloop.run(bench.changed("server.url", "http://x:1"))
    qloop.run(bench.changed("server.url", ""))
    assert bench.controller.values()["server.url"] == "http://127.0.0.1:1234"


def test_change_to_an_impossible_address_is_refused_with_the_reason(
    qloop: asyncio.Runner, make: Made
) -> None:
    bench = make()
    qloop.run(bench.changed("server.url", "http://"))
    key, error = bench.log["refused"][0]
    assert key == "server.url"
    assert isinstance(error, InvalidServerUrlError)
    assert not bench.saved


def test_token_goes_to_the_key_store_and_to_no_file(qloop: asyncio.Runner, make: Made) -> None:
    bench = make()
    qloop.run(bench.changed(TOKEN, f" {SECRET} "))
    assert bench.store.get(TOKEN) == SECRET
    assert SECRET not in str(bench.saved)
    assert bench.log["accepted"] == [(TOKEN,)]
    assert SECRET not in str(bench.controller.values())


def test_token_emptied_is_removed(qloop: asyncio.Runner, make: Made) -> None:
    bench = make()
    bench.store.set(TOKEN, SECRET)
    qloop.run(bench.changed(TOKEN, ""))
    assert bench.store.get(TOKEN) is None


def test_token_that_lasts_for_this_session_only_is_said(qloop: asyncio.Runner, make: Made) -> None:
    bench = make(MemorySecretStore("This session only."))
    qloop.run(bench.changed(TOKEN, SECRET))
    assert bench.log["noticed"] == [(TOKEN, "This session only.")]


def test_token_that_cannot_be_stored_is_refused(qloop: asyncio.Runner, make: Made) -> None:
    bench = make(LockedStore())
    qloop.run(bench.changed(TOKEN, SECRET))
    assert isinstance(bench.log["refused"][0][1], SecretsUnavailableError)


def test_data_folder_is_for_the_next_start(
    qloop: asyncio.Runner, make: Made, data_dir: Path, tmp_path: Path
) -> None:
    bench = make()
    qloop.run(bench.changed(FOLDER, str(tmp_path / "other")))
    assert read_settings(data_dir / "settings.toml")[0] == {FOLDER: str(tmp_path / "other")}
    assert bench.log["accepted"] == [(FOLDER,)]
    qloop.run(bench.changed(FOLDER, ""))
    assert read_settings(data_dir / "settings.toml")[0] == {}


def test_data_folder_that_cannot_be_used_is_refused(
    qloop: asyncio.Runner, make: Made, data_dir: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("a file")
    bench = make()
    qloop.run(bench.changed(FOLDER, str(tmp_path / "file")))
    assert isinstance(bench.log["refused"][0][1], DataDirectoryUnusableError)
    assert not (data_dir / "settings.toml").exists()


def test_fixed_names_what_fixes_a_value(make: Made) -> None:
    environ = {"LM_STUDIO_URL": "http://x:1", "LM_STUDIO_API_TOKEN": SECRET}
    bench = make(sources=SettingSources({"model": "alpha"}, environ))
    assert bench.controller.fixed() == {
        "server.url": "LM_STUDIO_URL",
        TOKEN: "LM_STUDIO_API_TOKEN",
        "server.model": "--model",
    }
    assert SECRET not in str(bench.controller.values())


def test_declarations_are_those_that_are_shown(make: Made) -> None:
    keys = [d.key for d in make().controller.declarations]
    assert keys[:3] == ["server.url", TOKEN, "server.model"]
    assert not any(key.startswith("window.") for key in keys)
