"""What the buttons of a message's toolbar do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QAction, QGuiApplication

from desktop_chat.ui.transcript.toolbar.toolbar_place import ToolbarPlace

if TYPE_CHECKING:
    from PySide6.QtWidgets import QMenu

    from desktop_chat.domain.message import MessageId
    from desktop_chat.ui.theme import Theme
    from desktop_chat.ui.transcript.pane import TranscriptPane


class MessageCommands(QObject):
    """Carries out the commands of messages, or says what is wanted.

    Attributes:
        toolbar: Where the buttons are.

    Signals:
        copy_requested(int): row of the message.
        regenerate_requested(object): id of the reply.
        continue_requested(object): id of the reply.
        version_requested(object, int): id of a message; -1 for the version before it, 1 after.
        command_requested(str, object): one of `message_menu` or EDIT, and the message's id.
        details_shown(MessageDetails, Message): the details of this message are shown.
    """

    copy_requested = Signal(int)
    regenerate_requested = Signal(object)
    continue_requested = Signal(object)
    version_requested = Signal(object, int)
    command_requested = Signal(str, object)
    details_shown = Signal(object, object)

    def __init__(self, pane: TranscriptPane) -> None:
        super().__init__(pane)
        self._pane = pane
        self._stage = pane.stage
        self._theme: Theme | None = None
        self._menu_row = -1
        self._menu_message: MessageId | None = None
        self._switched = ""
        self._bottom = 0
        self.toolbar = ToolbarPlace(pane)
        self.toolbar.command_requested.connect(self.carry_out)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size."""
        self._theme = theme
        self.toolbar.set_theme(theme)

    @Slot()
    def regenerate_last(self) -> None:
        """Have the last reply written once more, if that is possible now."""
        self._do_with_last("regenerate")

    @Slot()
    def continue_last(self) -> None:
        """Have the last reply go on, if it was cut short."""
        self._do_with_last("continue")

    def _do_with_last(self, command: str) -> None:
        last = len(self._stage.layout) - 1
        if command in self.toolbar.commands_of(last):
            self.carry_out(command, last)

    @Slot(str, int)
    def carry_out(self, command: str, row: int) -> None:
        """Do what a command means for the message of a row."""
        message_id = self._stage.layout.message(row).message.id
        match command:
            case "copy":
                self.copy_requested.emit(row)
                self.toolbar.confirm_copied()
            case "regenerate":
                self.regenerate_requested.emit(message_id)
            case "continue":
                self.continue_requested.emit(message_id)
            case "previous" | "next":
                self._switched = command
                self._bottom = self._stage.row_rect(row).bottom()
                self.version_requested.emit(message_id, -1 if command == "previous" else 1)
            case "details":
                self.show_details(row)
            case "more":
                self._show_menu(row)
            case _:
                self.command_requested.emit(command, message_id)

    @Slot(int)
    def keep_place(self, row: int) -> None:
        """Another version is shown: its end stands where that of the one before did.

        So the switch stays under the pointer, and keeps the keyboard.
        """
        if not self._switched:
            return
        pane, layout = self._pane, self._stage.layout
        layout.message(row)
        layout.remeasure(row)
        pane.scroll_to(layout.row_top(row) + layout.row_height(row) - 1 - self._bottom)
        self.toolbar.return_to(row, self._switched)
        self._switched = ""

    def show_details(self, row: int) -> None:
        """Show what is known of a message, beside the conversation."""
        from desktop_chat.ui.transcript.toolbar.message_details import MessageDetails

        if self._theme is not None and row < len(self._stage.layout):
            message = self._stage.layout.message(row).message
            details = MessageDetails(message, self._theme, self._pane.window())
            details.show()
            self.details_shown.emit(details, message)

    def _show_menu(self, row: int) -> None:
        from PySide6.QtCore import Qt
        from PySide6.QtWidgets import QMenu

        self._menu_row = row
        menu = QMenu(self._pane)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self.tr("Copy as Markdown")).triggered.connect(self._on_markdown_triggered)
        menu.addAction(self.tr("Copy as plain text")).triggered.connect(self._on_plain_triggered)
        menu.addSeparator()
        menu.addAction(self.tr("Details")).triggered.connect(self._on_details_triggered)
        self.add_to(menu, row, has_buttons=True)
        menu.popup(self.toolbar.menu_point())

    def add_to(self, menu: QMenu, row: int, *, has_buttons: bool = False) -> None:
        """Add the commands of a message to a menu.

        Args:
            menu: The menu.
            row: Row of the message.
            has_buttons: Leave out what the toolbar shows beside the menu.
        """
        from desktop_chat.ui.transcript.toolbar.message_menu import entries_for

        model = self._pane.model()
        if model is None or not 0 <= row < model.rowCount():
            return
        message, last = model.message_at(row), model.rowCount() - 1
        self._menu_row, self._menu_message = row, message.id
        is_busy = self.toolbar.is_busy
        entries = entries_for(message, is_last=row == last, is_busy=is_busy)
        menu.addSeparator()
        for command, label in entries:
            if not has_buttons or command not in self.toolbar.commands_of(row):
                action = menu.addAction(label)
                action.setData(command)
                action.triggered.connect(self._on_command_triggered)

    @Slot()
    def _on_command_triggered(self) -> None:
        action, message_id = self.sender(), self._menu_message
        if not isinstance(action, QAction) or message_id is None:
            return
        command = str(action.data())
        if command == "regenerate":
            self.regenerate_requested.emit(message_id)
        else:
            self.command_requested.emit(command, message_id)

    @Slot()
    def _on_markdown_triggered(self) -> None:
        if self._menu_row < len(self._stage.layout):
            QGuiApplication.clipboard().setText(self._stage.layout.source_of(self._menu_row))
            self.toolbar.confirm_copied()

    @Slot()
    def _on_plain_triggered(self) -> None:
        from desktop_chat.ui.transcript.text.blocks import plain_text

        if self._menu_row < len(self._stage.layout):
            blocks = self._stage.layout.blocks_of(self._menu_row)
            QGuiApplication.clipboard().setText(plain_text(blocks))
            self.toolbar.confirm_copied()

    @Slot()
    def _on_details_triggered(self) -> None:
        self.show_details(self._menu_row)
