"""Tells what a painted control does while the pointer rests on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QHelpEvent

if not TYPE_CHECKING:
    from desktop_chat.overriding import override

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget
    from typing_extensions import override

    from desktop_chat.ui.transcript.stage import Stage


class ControlTips(QObject):
    """Shows the names of controls in tool tips.

    Args:
        stage: Knows what is under a point.
        viewport: Shows it.
    """

    def __init__(self, stage: Stage, viewport: QWidget) -> None:
        super().__init__(viewport)
        self._stage = stage
        self._viewport = viewport
        viewport.installEventFilter(self)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is not QEvent.Type.ToolTip or not isinstance(event, QHelpEvent):
            return False
        # Few runs show one.
        from PySide6.QtWidgets import QToolTip

        _, hit = self._stage.hit(event.pos())
        # A tool tip takes what looks like HTML for HTML, and a host is foreign text.
        label = hit.control.label.replace("<", "‹") if hit.control is not None else ""
        QToolTip.showText(event.globalPos(), label, self._viewport)
        return True
