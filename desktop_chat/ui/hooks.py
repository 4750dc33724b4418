"""Where errors end that nobody caught: the log, a crash file, and one quiet dialog each."""

from __future__ import annotations

import faulthandler
import logging
import os
import sys
import threading
import traceback
from typing import IO, TYPE_CHECKING

from PySide6.QtCore import (
    QMessageLogContext,
    QObject,
    QtMsgType,
    Signal,
    qInstallMessageHandler,
)

from desktop_chat.logs import redact

if TYPE_CHECKING:
    import asyncio
    from pathlib import Path
    from types import TracebackType
    from typing import Any

logger = logging.getLogger(__name__)

QT_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}
# What Qt says, of X11 and of Wayland, when the screen is gone.
SCREEN_GONE = "connection broke"
# Distinct errors that get a dialog in one run; the log has them all.
MAX_SHOWN = 5


class ErrorHooks(QObject):
    """Catches what slots, tasks, threads and Qt let through.

    Signals:
        error_caught(str): details of an error not shown before, without secrets.
    """

    error_caught = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._shown: set[str] = set()

    def install(self) -> None:
        """Take over the hooks of Python and Qt."""
        sys.excepthook = self._on_exception
        threading.excepthook = self._on_thread_exception
        sys.unraisablehook = self._on_unraisable
        qInstallMessageHandler(self._on_qt_message)

    def install_in_loop(self, loop: asyncio.AbstractEventLoop) -> None:
        """Take over what asyncio would print."""
        loop.set_exception_handler(self._on_loop_exception)

    def report(self, error: BaseException) -> None:
        """Log an error and tell of it, unless the same one was told before."""
        self._tell(type(error), error, error.__traceback__)

    def _on_exception(
        self,
        error_type: type[BaseException],
        error: BaseException,
        trace: TracebackType | None,
    ) -> None:
        self._tell(error_type, error, trace)

    def _on_thread_exception(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            self._tell(args.exc_type, args.exc_value, args.exc_traceback)

    def _on_unraisable(self, args: sys.UnraisableHookArgs) -> None:
        if args.exc_value is not None:
            self._tell(args.exc_type, args.exc_value, args.exc_traceback)

    def _on_loop_exception(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if isinstance(error, BaseException):
            self.report(error)
        else:
            logger.error("asyncio: %s", context.get("message"))

    def _on_qt_message(self, kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
        if SCREEN_GONE in message:
            # Qt calls exit() next, from where Python's threads are never told to end: the process
            # would hang and hold the chats. What was written is on disk, half a second behind.
            logger.error("%s", message)
            os._exit(1)
        logging.getLogger("qt").log(QT_LEVELS.get(kind, logging.WARNING), "%s", message)

    def _tell(
        self,
        error_type: type[BaseException],
        error: BaseException,
        trace: TracebackType | None,
    ) -> None:
        logger.error("Uncaught", exc_info=(error_type, error, trace))
        frames = traceback.extract_tb(trace)
        place = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""
        name = f"{error_type.__name__} at {place}"
        if name not in self._shown and len(self._shown) < MAX_SHOWN:
            self._shown.add(name)
            details = "".join(traceback.format_exception(error_type, error, trace))
            self.error_caught.emit(redact(details))


class CrashFile:
    """The file into which a crash of the interpreter itself is written.

    A windowed program has no stderr, so the crash handler needs a file.
    """

    def __init__(self, logs_dir: Path) -> None:
        self.path = logs_dir / "crash.log"
        self._stream: IO[bytes] | None = None

    def open(self) -> bool:
        """Start to catch crashes; return whether the last run ended with one."""
        has_crashed = self.path.exists() and self.path.stat().st_size > 0
        if has_crashed:
            self.path.replace(self.path.with_name("crash-last.log"))
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        self._stream = os.fdopen(descriptor, "wb", buffering=0)
        faulthandler.enable(self._stream, all_threads=True)
        return has_crashed

    def close(self) -> None:
        """Stop catching crashes."""
        faulthandler.disable()
        if self._stream is not None:
            self._stream.close()
