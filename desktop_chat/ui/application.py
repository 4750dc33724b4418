"""The QApplication, and the event loop that Qt and asyncio share."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QCoreApplication, QLocale, QLoggingCategory, QTranslator
from PySide6.QtWidgets import QApplication

from desktop_chat import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import Any

T = TypeVar("T")
# Python's own is 5 ms: so long would each thread at work hold up the window, again and again.
SWITCH_INTERVAL_S = 0.0005
# For short work: look-ups of host names, headers of files.
JOB_THREADS = 10


def make_application() -> QApplication:
    """Return the application object; there is one for each process."""
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    QCoreApplication.setApplicationName("desktop-chat")
    QCoreApplication.setApplicationVersion(__version__)
    # Screen readers ask Qt for what it does not have; it would say so on stderr each time.
    QLoggingCategory.setFilterRules("qt.accessibility.atspi.warning=false")
    app = QApplication(sys.argv[:1])
    app.setApplicationDisplayName("Desktop Chat")
    app.setDesktopFileName("desktop-chat")
    # Quitting is our decision: closing the last window must not stop the loop under a coroutine.
    app.setQuitOnLastWindowClosed(False)
    _translate(app)
    return app


def _translate(app: QApplication) -> None:
    if QLocale().language() in (QLocale.Language.English, QLocale.Language.C):
        return
    from desktop_chat.assets import asset_path

    translator = QTranslator(app)
    if translator.load(QLocale(), "desktop_chat", "_", str(asset_path("i18n"))):
        app.installTranslator(translator)


def run(app: QApplication, main: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run `main` to its end on an asyncio loop that is also Qt's event loop."""
    # Imported here: this runs after the first paint.
    import asyncio

    import qasync

    from desktop_chat.services.background import JobThreads
    from desktop_chat.ui.garbage import GuiCollector

    sys.setswitchinterval(SWITCH_INTERVAL_S)

    def make_loop() -> asyncio.AbstractEventLoop:
        loop: asyncio.AbstractEventLoop = qasync.QEventLoop(app)
        # Its own threads would keep the process alive, and the data directory in use.
        loop.set_default_executor(JobThreads("job", JOB_THREADS))
        return loop

    collector = GuiCollector()
    collector.start()
    try:
        with asyncio.Runner(loop_factory=make_loop) as runner:
            install_asyncgen_hooks(runner.get_loop())
            return runner.run(main())
    finally:
        collector.stop()


def install_asyncgen_hooks(loop: Any) -> None:
    """Have the loop finalize async generators, as asyncio's own `run_forever` does.

    qasync does not: without the hooks, a generator that is left half-way is finalized outside
    the loop. The two methods are private to asyncio's base loop; a test guards them.
    """
    sys.set_asyncgen_hooks(
        firstiter=loop._asyncgen_firstiter_hook,
        finalizer=loop._asyncgen_finalizer_hook,
    )
