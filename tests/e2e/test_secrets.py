"""An API token is in the key store and nowhere else; what we write is for its owner alone."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import keyring
import psutil
import pytest
from keyring.backend import KeyringBackend

from desktop_chat.services.settings import TOKEN
from tests.e2e.app_process import NO_SERVER, Program, WindowProgram, environment, run, wait_until
from tests.e2e.window import OpenWindow, run_window, until
from tests.standin.thread import StandInThread

CANARY = "lms-canary-9f3b1c77e2d84a5f"
pytestmark = pytest.mark.usefixtures("qapp")


class KeyStore(KeyringBackend):
    """A key store as a desktop has one."""

    priority = 5

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


# Only known key stores are trusted, and this is how they are known.
KeyStore.__module__ = "keyring.backends.SecretService"


@pytest.fixture
def key_store():
    """The key store of this test, instead of the system's."""
    before = keyring.get_keyring()
    store = KeyStore()
    keyring.set_keyring(store)
    yield store
    keyring.set_keyring(before)


@pytest.fixture
def guarded(monkeypatch):
    """A server that wants the token."""
    with StandInThread(token=CANARY) as server:
        monkeypatch.setenv("LM_STUDIO_URL", server.url)
        yield server


def files_with(text, folder):
    """The files below a folder that hold a text, whatever they are."""
    found = []
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink() and text.encode() in path.read_bytes():
            found.append(path)
    return found


def seen_from_outside(process):
    """What other programs of the user can read of a process: its command line, its environment."""
    return "\n".join([*process.cmdline(), *map("=".join, process.environ().items())])


async def enter_token(window):
    """Enter the token in the settings, and wait until the server lets us in."""
    await until(lambda: "API token" in window.status_text(), "the server wants a token")
    window.controllers.settings.change(TOKEN, CANARY)
    await window.ready()


def test_token_of_the_settings_is_in_the_key_store_alone(guarded, key_store, tmp_path, caplog):
    async def scenario(window: OpenWindow) -> None:
        await enter_token(window)
        await window.send("hello")
        assert (await window.reply()).content == "Echo: hello"
        guarded.play("auth-wrong-401")
        await window.send("refused")
        assert (await window.reply()).error
        guarded.play("crash-400")
        await window.send("failing")
        await window.reply()
        assert CANARY not in window.status_text()

    run_window(scenario, log_level="DEBUG")
    assert list(key_store.kept.values()) == [CANARY]
    assert any(CANARY in request.headers.get("authorization", "") for request in guarded.log)
    assert files_with(CANARY, tmp_path) == []
    assert CANARY not in caplog.text
    assert CANARY not in seen_from_outside(psutil.Process())


def test_token_in_the_key_store_is_used_at_the_next_start(guarded, key_store):
    async def first(window: OpenWindow) -> None:
        await enter_token(window)

    async def second(window: OpenWindow) -> None:
        await window.ready()
        await window.send("hello")
        assert (await window.reply()).content == "Echo: hello"

    run_window(first)
    run_window(second)


def test_without_a_key_store_the_token_lasts_for_the_session_and_it_is_said(guarded, tmp_path):
    async def scenario(window: OpenWindow) -> None:
        said = []
        window.controllers.settings.noticed.connect(lambda key, text: said.append((key, text)))
        await enter_token(window)
        assert said[0][0] == TOKEN
        assert "for this session only" in said[0][1]
        await window.send("hello")
        assert (await window.reply()).content == "Echo: hello"

    run_window(scenario)
    assert files_with(CANARY, tmp_path) == []


def test_token_of_the_environment_is_used_and_never_stored(guarded, tmp_path, data_dir):
    env = environment(guarded.url, LM_STUDIO_API_TOKEN=CANARY)
    done = run("--log-level", "DEBUG", "ask", "hello", env=env)
    assert (done.returncode, done.stdout) == (0, "Echo: hello\n"), done.stderr
    assert files_with(CANARY, tmp_path) == []


def test_wrong_token_is_refused_without_showing_it(guarded, tmp_path):
    env = environment(guarded.url, LM_STUDIO_API_TOKEN=CANARY + "x")
    done = run("ask", "hello", env=env)
    assert done.returncode == 1
    assert "API token" in done.stderr
    assert CANARY not in done.stderr
    assert files_with(CANARY, tmp_path) == []


@pytest.mark.engine
def test_engine_gets_its_key_neither_by_argument_nor_environment(installed_model):
    env = environment(NO_SERVER, LM_STUDIO_API_TOKEN=CANARY)
    with Program("ask", "Tell me a story.", env=env) as program:
        wait_until(lambda: program.text, "the engine answers")
        outside = "\n".join(seen_from_outside(child) for child in program.children())
        assert outside
        assert CANARY not in outside
        assert "key" not in " ".join(program.children()[0].cmdline()).lower()


@pytest.mark.skipif(os.name != "posix", reason="rights of POSIX")
def test_everything_written_is_for_its_owner_alone(env, data_dir):
    before = os.umask(0o022)
    try:
        with WindowProgram(data_dir, env=env) as window:
            assert run("ask", "hello", env=env).returncode == 0
            open_rights = [path for path in everything(data_dir) if rights_of_others(path)]
            assert window.terminate() == 0
    finally:
        os.umask(before)
    assert open_rights == []
    assert [path for path in everything(data_dir) if rights_of_others(path)] == []
    names = {path.name for path in everything(data_dir)}
    assert {"chats.sqlite3", "logs", "desktop-chat.log", "settings.toml"} <= names


def everything(folder: Path) -> list[Path]:
    return [folder, *folder.rglob("*")]


def rights_of_others(path: Path) -> bool:
    return bool(stat.S_IMODE(path.lstat().st_mode) & 0o077)
