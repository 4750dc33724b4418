"""Starting LM Studio where it is installed."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

import pytest

from desktop_chat.services.engines import lm_studio_app

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="played by a shell script")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home without LM Studio, and no other program to be found."""
    monkeypatch.setenv("PATH", str(tmp_path / "no-programs"))
    return tmp_path / "home"


def install(path: Path, mark: Path) -> Path:
    """Put a tool there that writes down how it was called."""
    path.parent.mkdir(parents=True)
    path.write_text(f'#!/bin/sh\necho "$@" > {mark}.new && /bin/mv {mark}.new {mark}\n')
    path.chmod(0o700)
    return path


def test_start_not_installed_says_so(home: Path) -> None:
    assert lm_studio_app.start_command() is None
    assert not lm_studio_app.start()


def test_start_runs_its_own_tool(home: Path, tmp_path: Path) -> None:
    mark = tmp_path / "called"
    tool = install(home / ".lmstudio" / "bin" / "lms", mark)
    assert lm_studio_app.start_command() == [str(tool), "server", "start"]
    assert lm_studio_app.start()
    while not mark.exists():
        time.sleep(0.005)
    assert mark.read_text() == "server start\n"


@pytest.mark.parametrize(("name", "arguments"), [("lms", ["server", "start"]), ("lm-studio", [])])
def test_start_finds_programs_on_the_path(
    home: Path, tmp_path: Path, name: str, arguments: list[str]
) -> None:
    program = install(tmp_path / "no-programs" / name, tmp_path / "called")
    assert lm_studio_app.start_command() == [str(program), *arguments]


def test_start_of_a_tool_that_cannot_run_says_so(home: Path) -> None:
    tool = home / ".lmstudio" / "bin" / "lms"
    tool.parent.mkdir(parents=True)
    tool.write_bytes(b"\x00 not a program")
    assert not lm_studio_app.start()
