"""What is shown when no window can open."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from PySide6.QtCore import QEventLoop, Qt
from PySide6.QtWidgets import QMessageBox

from desktop_chat.ui.application import make_application
from desktop_chat.ui.messages import error_words

if TYPE_CHECKING:
    from desktop_chat.domain.errors import ChatError


def show_refusal(error: ChatError) -> None:
    """Show one sentence and wait until it is closed.

    Without a screen, where nobody could close it, nothing is shown.
    """
    if os.environ.get("QT_QPA_PLATFORM") in ("offscreen", "minimal"):
        return
    app = make_application()
    box = QMessageBox(QMessageBox.Icon.Warning, app.applicationDisplayName(), "")
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(error_words(error))
    box.open()
    while box.isVisible():
        app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
