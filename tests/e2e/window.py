"""The whole window inside the test's own process, on the loop it has in real life."""

from __future__ import annotations

import asyncio
import contextlib
import faulthandler
import gc
import logging
import sys
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication, QEvent, Qt, qInstallMessageHandler
from PySide6.QtTest import QTest
from typing_extensions import override

from desktop_chat import paths
from desktop_chat.logs import shut_down_logging
from desktop_chat.services.launch import Launch, read_launch
from desktop_chat.storage.first_list import read_first_chats
from desktop_chat.storage.lock import DataDirectoryLock
from desktop_chat.ui import application
from desktop_chat.ui.session import Session
from desktop_chat.ui.shell import Shell

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from desktop_chat.ui.window_controllers import Controllers

# A guard against hanging, not a measure.
WITHIN_S = 20.0
POLL_S = 0.01
LOUD_LOGGERS = ("httpx", "httpcore", "asyncio", "qasync", "keyring", "markdown_it", "peewee")


async def until(is_so: Callable[[], Any], what: str = "", within_s: float = WITHIN_S) -> Any:
    """Wait until something is so and return what it returned."""
    deadline = time.monotonic() + within_s
    while not (found := is_so()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited in vain: {what}")
        await asyncio.sleep(POLL_S)
    return found


@dataclass
class OpenWindow:
    """A window that runs, as a test uses it: by keys, clicks and what it shows."""

    shell: Shell
    session: Session
    status: int | None = None

    @property
    def window(self) -> Any:
        """The window."""
        return self.shell.window

    @property
    def controllers(self) -> Controllers:
        """What stands behind the window."""
        return self.session._wiring._to

    @property
    def composer(self) -> Any:
        """Where one types."""
        return self.window.composer

    def type(self, text: str) -> None:
        """Type into the composer."""
        QTest.keyClicks(self.composer.prompt, text)

    def press(self, key: Qt.Key, on: Any = None) -> None:
        """Press a key, in the composer unless `on` says where."""
        QTest.keyClick(on or self.composer.prompt, key)

    def click(self, name: str) -> None:
        """Click the button of this object name."""
        button = self.window.findChild(object, name)
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def is_shown(self, name: str) -> bool:
        """Whether the widget of this object name can be seen."""
        return bool(self.window.findChild(object, name).isVisible())

    async def ready(self, model: str = "echo") -> None:
        """Wait until this model answers in the chat shown."""
        picker = self.window.header.model_picker
        await until(lambda: model in picker.shown_model().lower(), f"{model} answers")

    async def send(self, text: str) -> None:
        """Send a message with Enter and wait until it is in the transcript."""
        before = len(self.messages())
        self.type(text)
        self.press(Qt.Key.Key_Return)
        await until(lambda: len(self.messages()) > before, f"{text} is shown")

    async def reply(self) -> Any:
        """Wait for the end of the reply in the chat shown and return it."""
        await until(lambda: self.messages() and not self.composer.is_streaming, "the reply ends")
        return self.messages()[-1]

    async def grown(self, characters: int = 40) -> str:
        """Wait until the reply shown has some text and return the text."""
        await until(lambda: len(self.shown_text()) >= characters, "the reply grows")
        return self.shown_text()

    def dialog(self, name: str) -> Any:
        """Return the dialog of this object name that is shown, None if none is."""
        return next(
            (
                widget
                for widget in self.shell.app.topLevelWidgets()
                if widget.objectName() == name and widget.isVisible()
            ),
            None,
        )

    def messages(self) -> list[Any]:
        """Return the messages of the chat shown."""
        model = self.shell.transcript
        return [model.message_at(row) for row in range(model.rowCount())]

    def shown_text(self) -> str:
        """Return the text of the last message shown."""
        shown = self.messages()
        return str(shown[-1].content) if shown else ""

    def titles(self) -> list[str]:
        """Return the titles in the chat list, from top to bottom."""
        model = self.shell.chat_list
        return [str(model.index(row, 0).data()) for row in range(model.rowCount())]

    def go_to(self, title: str) -> None:
        """Click a chat in the list."""
        chat_list = self.window.sidebar.chat_list
        index = self.shell.chat_list.index(self.titles().index(title), 0)
        place = chat_list.visualRect(index).center()
        QTest.mouseClick(chat_list.viewport(), Qt.MouseButton.LeftButton, pos=place)

    async def shows(self, title: str) -> None:
        """Go to a chat and wait until it is shown."""
        self.go_to(title)
        await until(lambda: self.window.windowTitle().startswith(f"{title} "), f"{title} is shown")

    def status_text(self) -> str:
        """Return the sentence in the status line."""
        return str(self.window.status_line.text())


def run_window(
    scenario: Callable[[OpenWindow], Awaitable[None]],
    *,
    early: Callable[[Shell], object] | None = None,
    **options: Any,
) -> OpenWindow:
    """Open the window on the test's data directory, play a scenario, close it as a user does.

    Args:
        scenario: What the user does.
        early: What the user does before there are any services.
        **options: The command line.
    """
    launch = read_launch(options, reads_working_directory=False)
    with DataDirectoryLock(launch.data_dir), _own_hooks():
        shell = _shell(launch)
        if early is not None:
            early(shell)
        try:
            return application.run(shell.app, lambda: _run(shell, launch, scenario))
        finally:
            _dispose(shell)


def _shell(launch: Launch) -> Shell:
    shell = Shell(theme="light", text_size=100)
    shell.show_and_paint()
    shell.build(read_first_chats(paths.database_path(launch.data_dir), 100))
    return shell


async def _run(
    shell: Shell, launch: Launch, scenario: Callable[[OpenWindow], Awaitable[None]]
) -> OpenWindow:
    is_ready = asyncio.Event()
    session = Session(shell, launch, on_ready=is_ready.set)
    running = asyncio.get_running_loop().create_task(session.run())
    opened = OpenWindow(shell, session)
    # Where the database cannot be opened, the window stays and takes no message.
    await until(
        lambda: is_ready.is_set() or running.done() or not shell.window.composer.isEnabled(),
        "the window is ready",
    )
    try:
        if not running.done():
            await scenario(opened)
    finally:
        shell.window.close()
        opened.status = await asyncio.wait_for(running, WITHIN_S)
    return opened


class _OffscreenFilter(logging.Filter):
    """Lets pass all but what Qt's offscreen platform says of itself."""

    @override
    def filter(self, record: logging.LogRecord) -> bool:
        return not record.getMessage().startswith("This plugin does not support")


@contextlib.contextmanager
def _own_hooks() -> Iterator[None]:
    """Give back every hook that the program takes over for the whole process."""
    hooks = (sys.excepthook, threading.excepthook, sys.unraisablehook)
    levels = {name: logging.getLogger(name).level for name in ("", "desktop_chat", *LOUD_LOGGERS)}
    had_faults = faulthandler.is_enabled()
    offscreen = _OffscreenFilter()
    logging.getLogger("qt").addFilter(offscreen)
    on_qt_message = qInstallMessageHandler(None)
    qInstallMessageHandler(on_qt_message)
    try:
        yield
    finally:
        sys.excepthook, threading.excepthook, sys.unraisablehook = hooks
        qInstallMessageHandler(on_qt_message)
        logging.getLogger("qt").removeFilter(offscreen)
        shut_down_logging()
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)
        if had_faults and sys.__stderr__ is not None:
            faulthandler.enable(sys.__stderr__)


def _dispose(shell: Shell) -> None:
    shell.window.finish_close()
    shell.window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()
