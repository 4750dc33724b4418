"""Menus of commands: of some chats, and of the whole library."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu

from desktop_chat.ui.actions import SHORTCUTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtCore import QPoint
    from PySide6.QtWidgets import QWidget

    from desktop_chat.domain.chat import ChatId
    from desktop_chat.ui.commands import Commands


class CommandMenu(QMenu):
    """Offers those of some commands that can be carried out now.

    Args:
        commands: Who carries them out.
        action_ids: Which, in their order; "" is a line between groups.
        chats: What they are about.
        parent: The widget that the menu belongs to; the menu deletes itself when it closes.
    """

    def __init__(
        self,
        commands: Commands,
        action_ids: Sequence[str],
        chats: tuple[ChatId, ...],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._commands = commands
        self._chats = chats
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for action_id in action_ids:
            if action_id:
                self._add(action_id)
            elif self.actions() and not self.actions()[-1].isSeparator():
                self.addSeparator()
        if self.actions() and self.actions()[-1].isSeparator():
            self.removeAction(self.actions()[-1])

    def open_at(self, place: QPoint) -> None:
        """Open at a point of the screen and return at once."""
        if self.actions():
            self.popup(place)
        else:
            self.deleteLater()

    def _add(self, action_id: str) -> None:
        label = self._commands.label(action_id, self._chats)
        if label is None:
            return
        action = QAction(label.replace("&", "&&"), self)
        action.setData(action_id)
        if action_id in SHORTCUTS:
            action.setShortcut(QKeySequence(SHORTCUTS[action_id]))
        is_on = self._commands.is_on(action_id)
        if is_on is not None:
            action.setCheckable(True)
            action.setChecked(is_on)
        action.triggered.connect(self._on_action_triggered)
        self.addAction(action)

    @Slot()
    def _on_action_triggered(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            self._commands.run(str(action.data()), self._chats)
