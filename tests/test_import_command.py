"""`desktop-chat import`, as a process."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.e2e.app_process import NO_SERVER, Stored, environment, run
from tests.services.importing import formats

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def env() -> dict[str, str]:
    return environment(NO_SERVER)


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "conversations.json"
    path.write_text(json.dumps([formats.chatgpt_branches()]), encoding="utf-8")
    return path


def test_import_prints_what_came_in_and_what_was_there(env: dict[str, str], export: Path) -> None:
    first = run("import", str(export), env=env)
    assert (first.returncode, first.stdout) == (0, "1 chat, 4 messages came in\n")
    again = run("import", str(export), "--json", env=env)
    assert json.loads(again.stdout) == {
        "chats": 0,
        "messages": 0,
        "known": 1,
        "in_trash": 0,
        "left_out": [],
    }


def test_import_of_an_unreadable_file_is_one_line_and_brings_nothing(
    env: dict[str, str], export: Path, tmp_path: Path, data_dir: Path
) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text("[{", encoding="utf-8")
    done = run("import", str(export), str(bad), env=env)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert "“bad.json” cannot be imported" in done.stderr
    assert Stored(data_dir).rows("SELECT count(*) FROM chat") == [(0,)]


def test_import_without_a_path_is_wrong_usage(env: dict[str, str]) -> None:
    assert run("import", env=env).returncode == 2
