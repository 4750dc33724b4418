"""Servers in the whole window: entered, tried, found, used and removed."""

from __future__ import annotations

import contextlib
from functools import partial

import pytest
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QLabel, QPushButton

from desktop_chat.domain.changes import ServersFound
from desktop_chat.ui.dialogs.alert import Alert
from tests.e2e.app_process import NO_SERVER
from tests.e2e.window import OpenWindow, run_window, until
from tests.standin.thread import StandInThread

pytestmark = pytest.mark.usefixtures("qapp")

KEY = "sk-lm-a-key-of-a-cluster"


@pytest.fixture(autouse=True)
def no_lm_studio(monkeypatch):
    monkeypatch.setenv("LM_STUDIO_URL", NO_SERVER)
    monkeypatch.setenv("DESKTOP_CHAT_DISCOVERY", "off")


@contextlib.contextmanager
def cluster(**state):
    with StandInThread(speed=200.0, **state) as server:
        yield server


async def servers_dialog(win: OpenWindow):
    win.window.header.model_picker.command_requested.emit("servers.open")
    dialog = await until(lambda: win.dialog("serversDialog"), "the servers are shown")
    await until(lambda: dialog.list.rows, "the servers are listed")
    return dialog


async def editor(win: OpenWindow, servers):
    press(servers, "addServerButton")
    return await until(lambda: win.dialog("serverDialog"), "the editor is shown")


def press(dialog, name):
    button = dialog.findChild(QPushButton, name)
    assert button.isEnabled(), name
    button.click()


def note(dialog):
    return dialog.findChild(QLabel, "serverTestNote").text()


def enter(dialog, url, key="", name=""):
    dialog.form.url.setText(url)
    dialog.form.key.line.setText(key)
    dialog.form.name.setText(name)


def is_longer(servers, before):
    return len(titles(servers)) > len(before)


def titles(servers):
    return [row.title for row in servers.list.rows]


async def answer(label):
    from PySide6.QtWidgets import QApplication

    def shown():
        found = [w for w in QApplication.topLevelWidgets() if isinstance(w, Alert)]
        return next((w for w in found if w.isVisible()), None)

    alert = await until(shown, "the question is shown")
    (button,) = [b for b in alert.buttons() if b.text().replace("&", "") == label]
    text = alert.text()
    button.click()
    return text


def test_server_with_a_key_is_tried_saved_and_answers():
    with cluster(token=KEY) as server:

        async def scenario(win: OpenWindow) -> None:
            servers = await servers_dialog(win)
            dialog = await editor(win, servers)
            enter(dialog, server.url, "sk-lm-wrong", "Cluster")
            press(dialog, "testServerButton")
            await until(lambda: "valid key" in note(dialog), "the wrong key is refused")
            enter(dialog, server.url, KEY, "Cluster")
            press(dialog, "testServerButton")
            await until(lambda: note(dialog).startswith("It answers"), "it answers")
            press(dialog, "saveServerButton")
            await until(lambda: titles(servers) == ["LM Studio", "Cluster"], "it is listed")
            picker = win.window.header.model_picker
            await until(lambda: picker.choices, "its models can be chosen")
            assert {choice.engine for choice in picker.choices} == {"Cluster"}
            servers.reject()
            (ref,) = [c.ref for c in picker.choices if c.label == "standin/echo"]
            picker.choose(ref)
            await win.ready("standin/echo")
            await win.send("hello")
            assert "hello" in (await win.reply()).content

        run_window(scenario)


def test_two_servers_stand_side_by_side_under_their_names():
    with cluster() as one, cluster() as two:

        async def scenario(win: OpenWindow) -> None:
            servers = await servers_dialog(win)
            for server, name in ((one, "At home"), (two, "At work")):
                before = titles(servers)
                dialog = await editor(win, servers)
                enter(dialog, server.url, name=name)
                press(dialog, "saveServerButton")
                await until(partial(is_longer, servers, before), f"{name} is listed")
            picker = win.window.header.model_picker
            await until(lambda: len({c.engine for c in picker.choices}) == 2, "both have models")
            assert {c.engine for c in picker.choices} == {"At home", "At work"}

        run_window(scenario)


def test_address_that_cannot_be_used_says_so_in_the_editor():
    async def scenario(win: OpenWindow) -> None:
        servers = await servers_dialog(win)
        dialog = await editor(win, servers)
        enter(dialog, "ftp://nowhere")
        press(dialog, "saveServerButton")
        await until(lambda: "not a usable address" in note(dialog), "the address is refused")
        enter(dialog, NO_SERVER)
        press(dialog, "testServerButton")
        await until(lambda: "No server answers there" in note(dialog), "nothing answers")
        dialog.reject()
        assert titles(servers) == ["LM Studio"]

    run_window(scenario)


def test_key_over_http_to_a_public_host_is_sent_only_after_a_question():
    async def scenario(win: OpenWindow) -> None:
        servers = await servers_dialog(win)
        dialog = await editor(win, servers)
        enter(dialog, "http://models.example:8000", KEY)
        press(dialog, "saveServerButton")
        text = await answer("Cancel")
        assert "without encryption" in text
        assert KEY not in text
        assert titles(servers) == ["LM Studio"]
        press(dialog, "saveServerButton")
        await answer("Send the key")
        await until(lambda: len(titles(servers)) == 2, "it is saved")
        (account,) = await win.controllers.services.accounts.list()
        assert account.allows_plain_key

    run_window(scenario)


def test_removed_server_and_its_key_are_gone_after_a_question():
    with cluster() as server:

        async def scenario(win: OpenWindow) -> None:
            servers = await servers_dialog(win)
            dialog = await editor(win, servers)
            enter(dialog, server.url, KEY, "Cluster")
            press(dialog, "saveServerButton")
            await until(lambda: "Cluster" in titles(servers), "it is listed")
            servers.choose("server-1")
            press(servers, "removeServerButton")
            assert "Cluster" in await answer("Remove")
            await until(lambda: titles(servers) == ["LM Studio"], "it is gone")
            held = await win.controllers.services.accounts.secrets(1)
            assert held.key == ""

        run_window(scenario)


def test_found_server_is_only_offered_until_it_is_added():
    with cluster() as server:

        async def scenario(win: OpenWindow) -> None:
            from desktop_chat.domain.account import AccountKind, FoundServer

            found = FoundServer(AccountKind.LM_STUDIO, "LM Studio 2", server.url, 2)
            win.controllers.services.broadcast.publish(ServersFound((found,)))
            assert "LM Studio 2" in win.status_text()
            assert win.controllers.status.action == "servers.open"
            assert not any(request.path for request in server.log)
            servers = await servers_dialog(win)
            servers.set_found([found])
            press(servers.found, "useFoundButton")
            await until(lambda: "LM Studio 2" in titles(servers), "it is in use")
            await until(lambda: win.window.header.model_picker.choices, "its models are there")

        run_window(scenario)


def test_server_that_goes_down_is_shown_as_such():
    with cluster() as server:

        async def scenario(win: OpenWindow) -> None:
            servers = await servers_dialog(win)
            dialog = await editor(win, servers)
            enter(dialog, server.url, name="Cluster")
            press(dialog, "saveServerButton")

            def state():
                return next((r.state for r in servers.list.rows if r.title == "Cluster"), "")

            await until(lambda: "models" in state(), "it answers")
            server.go_down()
            win.controllers.services.engines.look_now()
            await until(lambda: state() == "not running", "it is seen to be gone")
            server.come_up()

        run_window(scenario)


def test_lm_studio_is_changed_in_the_settings():
    async def scenario(win: OpenWindow) -> None:
        servers = await servers_dialog(win)
        press(servers, "editServerButton")
        settings = await until(lambda: win.dialog("settingsDialog"), "the settings are shown")
        settings.reject()

    run_window(scenario)


def test_open_dialogs_follow_another_theme():
    async def scenario(win: OpenWindow) -> None:
        dialog = await servers_dialog(win)
        label = dialog.findChild(QLabel, "foundWords")
        before = label.palette().color(QPalette.ColorRole.WindowText)
        win.shell.set_appearance("dark", 100)
        assert label.palette().color(QPalette.ColorRole.WindowText) != before
        dialog.reject()

    run_window(scenario)
