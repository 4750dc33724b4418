"""Fixtures of the interface's tests.

A test with tasks is a plain function that does `qloop.run(scenario())`; inside, it waits with
`tests.ui.waiting.until`. `qtbot.waitSignal` and `waitUntil` spin Qt's loop themselves and must
not be used inside a coroutine.
"""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

import pytest
import qasync

from desktop_chat.ui.application import install_asyncgen_hooks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtWidgets import QApplication


@pytest.fixture
def qloop(qapp: QApplication) -> Iterator[asyncio.Runner]:
    """A runner whose loop is Qt's and asyncio's at once."""
    hooks = sys.get_asyncgen_hooks()
    with asyncio.Runner(loop_factory=lambda: qasync.QEventLoop(qapp)) as runner:
        install_asyncgen_hooks(runner.get_loop())
        yield runner
    sys.set_asyncgen_hooks(*hooks)
