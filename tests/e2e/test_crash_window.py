"""What the user reads after a run that ended in a crash."""

from __future__ import annotations

import pytest

from desktop_chat import paths
from tests.e2e.window import run_window, until

pytestmark = [
    pytest.mark.usefixtures("qapp"),
    pytest.mark.qt_log_ignore("This plugin does not support"),
]


def test_row_10_window_after_a_crash_says_so_once_and_names_the_file(
    data_dir, monkeypatch, expected_logs
):
    monkeypatch.setenv("LM_STUDIO_URL", "http://127.0.0.1:9")
    expected_logs.append("The last run crashed")
    logs = paths.logs_dir(data_dir)
    paths.make_private_dir(logs)
    (logs / "crash.log").write_text("Fatal Python error: Segmentation fault")
    shown = []

    async def scenario(ui):
        await until(lambda: "ended unexpectedly" in ui.window.status_line.text(), "it is told")
        shown.append(ui.window.status_line.text())

    async def again(ui):
        await until(lambda: ui.window.status_line.text(), "something else is told")
        shown.append(ui.window.status_line.text())

    run_window(scenario)
    run_window(again)
    assert str(logs / "crash-last.log") in shown[0]
    assert "ended unexpectedly" not in shown[1]
