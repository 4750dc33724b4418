"""Errors that nobody caught: told once, logged, and the program goes on."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys

import pytest
from PySide6.QtWidgets import QWidget

from desktop_chat.ui.dialogs.alert import show_alert
from desktop_chat.ui.hooks import CrashFile

WITHIN_S = 60
KINDS = ("slot", "paint", "task", "callback", "thread", "worker")


def run_child(kind, folder):
    command = [sys.executable, "-m", "tests.ui.hooks_child", kind, str(folder)]
    return subprocess.run(command, capture_output=True, text=True, timeout=WITHIN_S, check=False)


@pytest.mark.parametrize("kind", KINDS)
def test_row_9_error_is_told_once_and_the_program_goes_on(kind, tmp_path):
    child = run_child(kind, tmp_path)
    assert child.stdout.splitlines() == ["caught: ValueError: planned", "goes on"]
    assert "Uncaught" in child.stderr
    assert child.returncode == 0


def test_end_does_not_wait_for_a_thread_that_hangs(tmp_path):
    child = run_child("hanging", tmp_path)
    assert child.stdout.splitlines() == ["goes on"]
    assert child.stderr == ""
    assert child.returncode == 0


def test_row_10_crash_is_written_down_and_known_at_the_next_start(tmp_path):
    child = run_child("crash", tmp_path)
    assert child.stdout == "has crashed before: False\n"
    assert child.returncode == -signal.SIGSEGV
    crash_file = CrashFile(tmp_path)
    try:
        assert crash_file.open()
    finally:
        crash_file.close()
    assert "Segmentation fault" in (tmp_path / "crash-last.log").read_text()
    assert not CrashFile(tmp_path).path.read_text()


async def ticks_beside(answer):
    """Return how often the loop came round while a dialog waits for its answer."""
    count = 0
    while not answer.done():
        count += 1
        await asyncio.sleep(0)
    return count


def test_row_11_dialog_in_a_coroutine_holds_up_no_other_task(qtbot, qloop):
    async def scenario():
        parent = QWidget()
        qtbot.addWidget(parent)
        alert = show_alert(parent, "A sentence.", choices={"yes": "Yes"})
        answer = alert.answer()
        asyncio.get_running_loop().call_later(0.05, alert.reject)
        assert await ticks_beside(answer) > 1
        return await answer

    assert qloop.run(scenario()) == ""


def test_row_12_closing_a_dialog_of_a_hidden_window_does_not_end_the_program(tmp_path):
    child = run_child("hidden", tmp_path)
    assert (child.stdout, child.returncode) == ("goes on\n", 0)
