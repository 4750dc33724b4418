"""The connection doctor in the window, over real services and a played LM Studio."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, cast

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from desktop_chat.assembly import open_services
from desktop_chat.services.launch import read_launch
from desktop_chat.services.tasks import TaskScope
from desktop_chat.ui.commands import Commands
from desktop_chat.ui.dialogs.doctor_dialog import DoctorDialog
from desktop_chat.ui.features.engines.doctor import SHOW, DoctorFeature
from desktop_chat.ui.theme import load_theme
from tests.ui.waiting import settle, until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


class Window:
    """What the feature needs of a window."""

    def __init__(self, services):
        self.window = QWidget()
        self.theme = load_theme("light")
        self.shell = self
        self.services = services
        self.commands = Commands()
        self.errors: list[Exception] = []
        self.tasks = TaskScope(on_error=self.errors.append)
        self.feature = DoctorFeature(cast("Any", self))

    @property
    def dialog(self):
        return self.window.findChild(DoctorDialog)

    def text(self, name):
        return self.dialog.findChild(QLabel, name).text()

    def is_done(self):
        return self.dialog.findChild(QPushButton, "copyReportButton").isEnabled()


@contextlib.asynccontextmanager
async def window(url: str) -> AsyncIterator[Window]:
    services = await open_services(read_launch({}, reads_working_directory=False))
    services.settings.set("server.url", url)
    made = Window(services)
    try:
        yield made
    finally:
        await made.tasks.aclose()
        await services.aclose()
        assert made.errors == []
        made.window.deleteLater()
        await settle()


def test_command_shows_the_cause_and_copies_the_report(qloop, standin_thread):
    async def scenario():
        async with window(f"{standin_thread.url}/v1/v1") as made:
            made.commands.run(SHOW)
            await until(made.is_done)
            assert "twice" in made.text("findingDetail")
            assert made.text("findingAdvice") == f"Enter {standin_thread.url}."
            made.dialog.findChild(QPushButton, "copyReportButton").click()
            report = QGuiApplication.clipboard().text()
            assert "Desktop Chat" in report
            assert f"Enter {standin_thread.url}." in report
            assert "GET " in report

    qloop.run(scenario())


def test_look_again_sees_what_was_mended(qloop, standin_thread):
    async def scenario():
        async with window(f"{standin_thread.url}/nowhere") as made:
            made.commands.run(SHOW)
            await until(made.is_done)
            made.services.settings.set("server.url", standin_thread.url)
            made.dialog.findChild(QPushButton, "checkAgainButton").click()
            await until(made.is_done)
            assert "chat models" in made.text("findingDetail")

    qloop.run(scenario())


def test_closed_while_it_looks_leaves_nothing_behind(qloop, refused_url):
    async def scenario():
        async with window(refused_url) as made:
            made.commands.run(SHOW)
            made.commands.run(SHOW)
            assert len(made.window.findChildren(DoctorDialog)) == 1
            made.dialog.reject()
            await settle()
            assert not made.tasks.is_running(SHOW)
            assert made.dialog is None

    qloop.run(scenario())
