"""The command line where the machine is not as it should be."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from desktop_chat import cli
from desktop_chat.storage.handover import HandoverServer
from desktop_chat.storage.lock import DataDirectoryLock
from tests.e2e.app_process import NO_SERVER, environment, run

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path
    from subprocess import CompletedProcess

    from tests.standin.thread import StandInThread

WINDOW: tuple[str, ...] = ()
ASK = ("ask", "Hi")
DOCTOR = ("doctor",)
# Root may enter any directory; without these powers it is bound by permissions like others.
POWERS = "-dac_override,-dac_read_search"
BOUND = ("setpriv", f"--bounding-set={POWERS}", f"--inh-caps={POWERS}")


def refused(done: CompletedProcess[str]) -> str:
    """The one line on stderr of a command that failed as it should."""
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("desktop-chat: ")
    assert done.stderr.count("\n") == 1
    return done.stderr


@pytest.fixture
def locked_up(tmp_path: Path) -> Path:
    """A data directory that exists, below one that cannot be entered."""
    path = tmp_path / "closed" / "data"
    path.mkdir(parents=True)
    path.parent.chmod(0o600)
    return path


def bound() -> tuple[str, ...]:
    """The command that takes root's powers away, if there is need of one."""
    if os.name != "posix" or os.geteuid():
        return ()
    if shutil.which("setpriv") is None:
        pytest.skip("root needs setpriv to be bound by rights")
    return BOUND


@pytest.mark.parametrize("command", [WINDOW, ASK])
@pytest.mark.parametrize("name", ["~nosuchuser/x", "x" * 300, ""])
def test_data_directory_that_cannot_be_used_is_one_sentence(
    tmp_path: Path, locked_up: Path, command: tuple[str, ...], name: str
) -> None:
    where = str(tmp_path / name) if name.startswith("x") else name or str(locked_up)
    done = run("--data-dir", where, *command, env=environment(NO_SERVER), within=bound())
    assert "cannot be used" in refused(done)


@pytest.mark.parametrize("name", ["~nosuchuser/x", "x" * 300, ""])
def test_doctor_data_directory_that_cannot_be_used_is_a_finding(
    tmp_path: Path, locked_up: Path, name: str
) -> None:
    where = str(tmp_path / name) if name.startswith("x") else name or str(locked_up)
    options = ("doctor", "--json", "--data-dir", where)
    done = run(*options, env=environment(NO_SERVER), within=bound())
    assert (done.returncode, done.stderr) == (1, "")
    findings = {finding["name"]: finding for finding in json.loads(done.stdout)["findings"]}
    assert not findings["data directory"]["is_ok"]
    assert "cannot be used" in findings["data directory"]["advice"]


def test_doctor_leaves_damaged_settings_alone(data_dir: Path) -> None:
    data_dir.mkdir()
    (data_dir / "settings.toml").write_bytes(b"[[[")
    assert "damaged" in run("doctor", env=environment(NO_SERVER)).stdout
    assert [path.name for path in data_dir.iterdir()] == ["settings.toml"]


@pytest.mark.parametrize("is_refused", [True, False])
def test_window_without_a_screen_says_one_line(tmp_path: Path, is_refused: bool) -> None:
    screen = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    env = {name: v for name, v in environment(NO_SERVER).items() if name not in screen}
    (tmp_path / "file").write_text("a file")
    where = tmp_path / "file" if is_refused else tmp_path / "fine"
    said = refused(run("--data-dir", str(where), env=env))
    assert ("cannot be used" if is_refused else "no screen") in said


def test_ask_reply_that_the_terminal_cannot_show_is_printed(standin_thread: StandInThread) -> None:
    env = environment(standin_thread.url, PYTHONIOENCODING="ascii")
    done = run("ask", "-", env=env, text="Grüße 😀 end")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Echo: Gr??e ? end" in done.stdout


def test_ask_json_loses_nothing_whatever_the_terminal_can_show(
    standin_thread: StandInThread,
) -> None:
    env = environment(standin_thread.url, PYTHONIOENCODING="ascii")
    done = run("ask", "--json", "-", env=env, text="Grüße 😀 \u2028 end")
    assert (done.returncode, done.stderr, len(done.stdout.splitlines())) == (0, "", 1)
    assert json.loads(done.stdout)["content"] == "Echo: Grüße 😀 \u2028 end"


def test_main_without_standard_streams_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout", None)
    monkeypatch.setattr("sys.stderr", None)
    cli._print_whatever_comes()


async def stop_at_once(_request: dict[str, Any]) -> AsyncGenerator[dict[str, Any], None]:
    """What a window does whose user presses Stop."""
    yield {"text": "so f"}
    task = asyncio.current_task()
    assert task is not None
    task.cancel()
    await asyncio.Event().wait()


@pytest.mark.anyio
async def test_ask_stopped_in_the_window_says_so_and_ends_with_one(data_dir: Path) -> None:
    with DataDirectoryLock(data_dir):
        server = HandoverServer(data_dir, stop_at_once)
        await server.start()
        done = await asyncio.to_thread(partial(run, *ASK, env=environment(NO_SERVER)))
        await server.aclose()
    assert (done.returncode, done.stdout) == (1, "so f\n")
    assert done.stderr == "desktop-chat: The reply was stopped in the window.\n"
