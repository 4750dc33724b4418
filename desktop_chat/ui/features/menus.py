"""The menus of the chat shown and of the library, and the shortcuts of their commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Slot

from desktop_chat.ui.actions import CHAT_MENU, LIBRARY_MENU
from desktop_chat.ui.menus import CommandMenu

if TYPE_CHECKING:
    from desktop_chat.domain.chat import ChatId
    from desktop_chat.ui.features.context import FeatureContext


class MenuFeature(QObject):
    """Opens menus, and runs a command by its shortcut for the chat shown."""

    def __init__(self, context: FeatureContext) -> None:
        super().__init__()
        self._context = context
        window = context.window
        window.header.menu_requested.connect(self._on_chat_menu_requested)
        window.sidebar.menu_requested.connect(self._on_library_menu_requested)
        window.command_requested.connect(self._on_command_requested)
        window.status_line.action_requested.connect(self._on_status_action_requested)
        context.chat.chat_shown.connect(self._on_chat_shown)

    def _chats(self) -> tuple[ChatId, ...]:
        chat_id = self._context.chat.chat_id
        return () if chat_id is None else (chat_id,)

    @Slot(object)
    def _on_chat_menu_requested(self, place: QPoint) -> None:
        window = self._context.window
        menu = CommandMenu(self._context.commands, CHAT_MENU, self._chats(), window)
        menu.open_at(place)

    @Slot(object)
    def _on_library_menu_requested(self, place: QPoint) -> None:
        window = self._context.window
        CommandMenu(self._context.commands, LIBRARY_MENU, (), window).open_at(place)

    @Slot(str)
    def _on_command_requested(self, action_id: str) -> None:
        window = self._context.window
        # Several chats can be meant while the keyboard is in the list.
        chats = window.sidebar.chats_under_keyboard() or self._chats()
        self._context.commands.run(action_id, chats)

    @Slot()
    def _on_status_action_requested(self) -> None:
        # What is no command is somebody else's.
        status = self._context.controllers.status
        self._context.commands.run(status.action, self._chats())

    @Slot(object, str)
    def _on_chat_shown(self, chat_id: ChatId | None, _title: str) -> None:
        window = self._context.window
        window.header.set_has_menu(chat_id is not None)
