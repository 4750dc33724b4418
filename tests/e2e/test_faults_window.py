"""Faults of our own: told once, in the log with their traceback, and the window goes on."""

from __future__ import annotations

import asyncio
import json
import threading

import pytest
from PySide6.QtCore import QTimer

from tests.e2e.window import OpenWindow, run_window, until

pytestmark = pytest.mark.usefixtures("qapp")


@pytest.fixture(autouse=True)
def server(standin_thread, monkeypatch):
    """The stand-in, where the window looks for it."""
    monkeypatch.setenv("LM_STUDIO_URL", standin_thread.url)
    return standin_thread


def fail():
    raise ValueError("planted")


async def fail_in_a_task(window):
    async def planted() -> None:
        fail()

    window.session._tasks.spawn(planted())


async def fail_in_a_slot(window):
    QTimer.singleShot(0, fail)


async def fail_in_a_callback(window):
    asyncio.get_running_loop().call_soon(fail)


async def fail_in_a_thread(window):
    threading.Thread(target=fail).start()


@pytest.mark.parametrize("expected_logs", [["Uncaught"]])
@pytest.mark.parametrize(
    "provoke", [fail_in_a_task, fail_in_a_slot, fail_in_a_callback, fail_in_a_thread]
)
def test_fault_is_told_once_and_the_window_goes_on(data_dir, provoke):
    async def scenario(window: OpenWindow) -> None:
        await window.ready()
        await provoke(window)
        alert = await until(lambda: window.dialog("alert"), "the dialog")
        assert "Your chats are safe" in alert.text()
        assert "planted" in alert.detailedText()
        alert.close()
        await provoke(window)
        await window.send("hello")
        assert (await window.reply()).content == "Echo: hello"
        assert window.dialog("alert") is None

    assert run_window(scenario).status == 0
    lines = (data_dir / "logs" / "desktop-chat.log").read_text(encoding="utf-8").splitlines()
    faults = [json.loads(line) for line in lines if "Uncaught" in line]
    assert len(faults) == 2
    assert all("ValueError: planted" in fault["exception"] for fault in faults)


def test_open_settings_do_not_hold_up_a_reply(server):
    server.play("steady", tokens=200, rate=400)

    async def scenario(window: OpenWindow) -> None:
        await window.ready()
        await window.send("Count")
        await window.grown()
        window.window.settings_requested.emit()
        settings = await until(lambda: window.dialog("settingsDialog"), "the settings")
        length = len(window.shown_text())
        await window.grown(length + 100)
        assert settings.isVisible()
        settings.close()
        assert (await window.reply()).content.endswith(" w199")

    run_window(scenario)


def test_closed_with_the_settings_open_ends_in_order():
    async def scenario(window: OpenWindow) -> None:
        await window.ready()
        window.window.settings_requested.emit()
        await until(lambda: window.dialog("settingsDialog"), "the settings")

    assert run_window(scenario).status == 0


def test_settings_opened_again_and_again_leave_nothing_behind():
    async def scenario(window: OpenWindow) -> None:
        await window.ready()
        for _ in range(3):
            window.window.settings_requested.emit()
            dialog = await until(lambda: window.dialog("settingsDialog"), "the settings")
            dialog.close()
            await until(lambda: window.dialog("settingsDialog") is None, "it is closed")
        window.controllers.settings.change("appearance.theme", "dark")
        await until(lambda: window.shell.theme.name == "dark", "the dark theme")

    run_window(scenario)
