"""What the start of the window looks at first."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.e2e.app_process import NO_SERVER, environment


@pytest.mark.parametrize("variables", [{}, {"DISPLAY": ":4242"}, {"DISPLAY": "unix:4242.0"}])
def test_start_without_a_screen_says_so_in_one_line(data_dir, variables):
    env = environment(NO_SERVER, DESKTOP_CHAT_DATA_DIR=str(data_dir))
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        env.pop(name, None)
    command = [sys.executable, "-m", "desktop_chat"]
    done = subprocess.run(
        command, env=env | variables, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "desktop-chat: There is no screen here. Try: desktop-chat ask TEXT"
    ]
