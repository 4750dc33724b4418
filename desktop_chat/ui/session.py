"""One run of the window: services are built after the first paint, and end before the window."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import sys
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Slot

from desktop_chat import paths
from desktop_chat.assembly import Reading, Services
from desktop_chat.domain.errors import ChatError
from desktop_chat.logs import set_up_logging
from desktop_chat.services.tasks import TaskScope
from desktop_chat.storage.handover import HandoverServer
from desktop_chat.ui.closing import Closing
from desktop_chat.ui.commands import Commands
from desktop_chat.ui.features.all_features import make_features
from desktop_chat.ui.features.context import FeatureContext
from desktop_chat.ui.features.menus import MenuFeature
from desktop_chat.ui.hooks import CrashFile, ErrorHooks
from desktop_chat.ui.opening import Opening
from desktop_chat.ui.window_controllers import Controllers
from desktop_chat.ui.wiring import Wiring

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from desktop_chat.services.launch import Launch
    from desktop_chat.ui.shell import Shell

logger = logging.getLogger(__name__)

DONE, FAILED = 0, 1
# No exit status: the program starts itself anew once the lock is released.
RESTART = -1


class Session(QObject):
    """Runs until the window is closed, or until the program shall start anew.

    Args:
        shell: The window, already painted.
        launch: What this start was told; its data directory is locked by this process.
        on_ready: Called when a message can be sent, if given.
    """

    def __init__(
        self, shell: Shell, launch: Launch, on_ready: Callable[[], None] | None = None
    ) -> None:
        super().__init__()
        self._shell = shell
        self._launch = launch
        self._on_ready = on_ready
        self._hooks = ErrorHooks(self)
        self._tasks = TaskScope(on_error=self._hooks.report)
        self._is_over = asyncio.Event()
        self._is_restart_wanted = False
        self._has_crashed = False
        self._services: Services | None = None
        self._opening = Opening(shell, launch)
        self._closing: Closing | None = None

    async def run(self) -> int:
        """Build the services, serve the window until it is closed, and end them."""
        self._listen_for_the_end()
        crash_file = CrashFile(paths.logs_dir(self._launch.data_dir))
        self._install_hooks(crash_file)
        # Whatever goes wrong from here on, each end is still made, the last one opened first.
        async with contextlib.AsyncExitStack() as ends:
            ends.callback(crash_file.close)
            services = await self._opening.open()
            if services is None:
                return FAILED
            ends.push_async_callback(services.aclose)
            reading = services.open_reading()
            ends.callback(reading.db.close)
            await self._serve(services, reading, ends)
        return RESTART if self._is_restart_wanted else DONE

    async def _serve(
        self, services: Services, reading: Reading, ends: contextlib.AsyncExitStack
    ) -> None:
        self._services = services
        self._closing = Closing(self._shell, services, self._tasks, self._end)
        controllers = self._connect(services, reading)
        ends.callback(controllers.keep_geometry)
        handover = HandoverServer(self._launch.data_dir, self._handle)
        ends.push_async_callback(handover.aclose)
        ends.push_async_callback(self._tasks.aclose)
        ends.callback(services.chat.begin_shutdown)
        ends.callback(_stop_imports, services)
        ends.callback(self._shell.window.hide)
        self._tasks.spawn(services.engines.watch(), key="watch-engines")
        self._tasks.spawn(services.discovery.search_at_start())
        if self._on_ready is not None:
            self._on_ready()
        if not services.db.is_read_only:  # nobody else may write either
            await self._start_handover(handover)
        await self._is_over.wait()

    def _connect(self, services: Services, reading: Reading) -> Controllers:
        controllers = Controllers(self._shell, services, reading, services.models, self._tasks)
        self._wiring = Wiring(self._shell, controllers)
        self._wiring.connect()
        self._add_features(services, reading, controllers)
        controllers.start(self._notice())
        early_text = self._shell.hand_over()
        if early_text:
            controllers.chat.send(early_text)
        return controllers

    def _add_features(self, services: Services, reading: Reading, controllers: Controllers) -> None:
        commands = Commands()
        context = FeatureContext(
            self._shell, services, reading, controllers, self._tasks, commands, self._restart
        )
        self._features = [*make_features(context), MenuFeature(context)]

    def _notice(self) -> str | None:
        if not self._has_crashed:
            return self._launch.notice
        path = paths.logs_dir(self._launch.data_dir) / "crash-last.log"
        words = self.tr("The program ended unexpectedly. Your chats are saved; {0} tells more.")
        return words.format(path)

    def _restart(self) -> None:
        self._is_restart_wanted = True
        self._is_over.set()

    def _log_level(self) -> str:
        options = self._launch.sources.options
        return str(options.get("log_level") or "INFO")

    def _install_hooks(self, crash_file: CrashFile) -> None:
        self._hooks.error_caught.connect(self._on_error_caught)
        self._hooks.install()
        self._hooks.install_in_loop(asyncio.get_running_loop())
        # Where no log can be written, the window works all the same.
        with contextlib.suppress(OSError):
            set_up_logging(self._launch.data_dir, self._log_level())
            self._has_crashed = crash_file.open()
            if self._has_crashed:
                logger.error("The last run crashed; see crash-last.log")

    async def _start_handover(self, handover: HandoverServer) -> None:
        try:
            await handover.start()
        except ChatError as error:
            # Only commands beside the window are refused then.
            logger.error("No requests of other processes: %s", error)

    def _listen_for_the_end(self) -> None:
        window = self._shell.window
        window.close_requested.connect(self._on_close_requested)
        self._shell.app.commitDataRequest.connect(self._on_session_ends)
        if self._shell.is_close_requested:
            self._is_over.set()
        if sys.platform != "win32":
            loop = asyncio.get_running_loop()
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                loop.add_signal_handler(number, self._end)

    @Slot()
    def _on_close_requested(self) -> None:
        if self._closing is not None:
            self._closing.request()
        else:
            self._end()

    @Slot()
    def _on_session_ends(self) -> None:
        # The desktop does not wait for an answer.
        self._end()

    def _end(self) -> None:
        self._is_over.set()
        self._opening.give_up()

    @Slot(str)
    def _on_error_caught(self, details: str) -> None:
        from desktop_chat.ui.dialogs.alert import show_alert

        text = self.tr("Something went wrong. Your chats are safe; the details are in the log.")
        show_alert(self._shell.window, text, details=details)

    async def _handle(self, request: dict[str, Any]) -> AsyncGenerator[dict[str, Any], None]:
        """Answer another process of this data directory."""
        services = self._services
        if request.get("do") == "raise":
            self._shell.window.raise_to_front()
            yield {"ok": True}
        elif request.get("do") == "ask" and services is not None:
            from desktop_chat.services.ask import answer

            url, model = request.get("url"), request.get("default_model")
            engines = services.engines_at(str(url or ""), str(model or ""))
            answers = answer(services.chat, engines, request, turns=services.turns)
            async with contextlib.aclosing(answers) as items:
                async for item in items:
                    yield item
        elif request.get("do") == "import" and services is not None:
            from desktop_chat.services.importing.request import take_over

            async with contextlib.aclosing(take_over(services.imports, request)) as items:
                async for item in items:
                    yield item
        else:
            yield {"error": "The running window does not know this request."}


def _stop_imports(services: Services) -> None:
    if "imports" in vars(services):  # made when one is wanted
        services.imports.stop()
