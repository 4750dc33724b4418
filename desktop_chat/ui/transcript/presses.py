"""What pressing something in a message does, by pointer, key, menu or screen reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from desktop_chat.ui.transcript.layouts.hits import Hit, Part

if TYPE_CHECKING:
    from desktop_chat.ui.transcript.access.outline import Thing
    from desktop_chat.ui.transcript.copying.copying import Copier
    from desktop_chat.ui.transcript.layouts.block_state import BlockState
    from desktop_chat.ui.transcript.menu import MessageMenu
    from desktop_chat.ui.transcript.pane import TranscriptPane

COPIED_MS = 1500


class Presses(QObject):
    """Folds, unfolds, copies, and asks others for the rest.

    Signals:
        link_requested(str, str): address and label of a link.
        error_action_requested(object, str): id of a failed message, the button's action.
        row_requested(int): a row that the keyboard's mark is to be moved to.
    """

    link_requested = Signal(str, str)
    error_action_requested = Signal(object, str)
    row_requested = Signal(int)

    def __init__(self, pane: TranscriptPane, copier: Copier) -> None:
        super().__init__(pane)
        self._pane = pane
        self._stage = pane.stage
        self._copier = copier
        self._copied: BlockState | None = None
        self._copied_shown = QTimer(self)
        self._copied_shown.setSingleShot(True)
        self._copied_shown.setInterval(COPIED_MS)
        self._copied_shown.timeout.connect(self._on_copied_shown_timeout)

    def press_hit(self, row: int, hit: Hit) -> None:
        """Do what a click on a part of a message does."""
        match hit.part:
            case Part.LINK:
                self.link_requested.emit(hit.href, hit.label)
            case Part.FOLD:
                self.toggle_reasoning(row)
            case Part.ACTION:
                self.request_action(row)
            case Part.CONTROL:
                self.press_control(row, hit)

    @Slot(int, object)
    def press_thing(self, row: int, thing: Thing | None) -> None:
        """Do what a screen reader asks of a part of a message, or of the message for None."""
        from desktop_chat.ui.transcript.access.outline import Kind

        if not 0 <= row < len(self._stage.layout):
            return
        match thing.kind if thing is not None else None:
            case None:
                self._pane.setFocus()
                self.row_requested.emit(row)
            case Kind.LINK if thing is not None:
                self.link_requested.emit(thing.text, thing.name)
            case Kind.FOLD:
                self.toggle_reasoning(row)
            case Kind.ACTION:
                self.request_action(row)
            case Kind.CONTROL if thing is not None:
                hit = Hit(Part.CONTROL, thing.column, thing.block, control=thing.control)
                self.press_control(row, hit)

    @Slot(int)
    def request_action(self, row: int) -> None:
        """Do what the button under a failed message does."""
        message = self._stage.layout.message(row)
        if message.notes.action:
            self.error_action_requested.emit(message.message.id, message.notes.action)

    @Slot(int)
    def toggle_reasoning(self, row: int) -> None:
        """Fold or unfold the reasoning of a message; its line stays where it is."""
        self._stage.position.hold_row(row)
        self._stage.layout.toggle_reasoning(row)
        self._pane.settle()

    @Slot(int, object)
    def press_control(self, row: int, hit: Hit) -> None:
        """Do what a control of a block means."""
        column = self._stage.layout.message(row).column(hit.column)
        if column is None or hit.control is None or hit.block >= len(column.blocks):
            return
        if column.press(hit.block, hit.control.action):
            is_folded = hit.control.action == "fold"
            self._stage.position.hold_block(row, hit.column, hit.block, shows_top=is_folded)
            self._stage.layout.remeasure(row)
            self._pane.settle()
        elif hit.control.action == "copy":
            self._copier.copy_block(column.blocks[hit.block])
            self._show_copied(column.state(hit.block))

    @Slot(int)
    def copy_message(self, row: int) -> None:
        """Copy a message as it was written."""
        model = self._pane.model()
        if model is not None and 0 <= row < model.rowCount():
            self._copier.copy_message(model.message_at(row))

    def menu(self, row: int, hit: Hit) -> MessageMenu:
        """Return the context menu of what is under a point of a message; -1 is no message."""
        from desktop_chat.ui.transcript.menu import MessageMenu

        message = self._stage.layout.message(row) if row >= 0 else None
        has_selection = not self._stage.selection.is_empty
        menu = MessageMenu(self._pane, row, hit, message, has_selection=has_selection)
        menu.copy_requested.connect(self._copier.copy_selection)
        menu.copy_message_requested.connect(self.copy_message)
        menu.copy_block_requested.connect(self._copier.copy_block_as_markdown)
        menu.copy_text_requested.connect(self._copier.copy_text)
        menu.fold_requested.connect(self.toggle_reasoning)
        menu.action_requested.connect(self.request_action)
        menu.link_requested.connect(self.link_requested)
        menu.control_requested.connect(self.press_control)
        return menu

    def _show_copied(self, state: BlockState) -> None:
        self._on_copied_shown_timeout()
        self._copied = state
        state.is_copied = True
        self._copied_shown.start()
        self._pane.viewport().update()

    @Slot()
    def _on_copied_shown_timeout(self) -> None:
        if self._copied is not None:
            self._copied.is_copied = False
            self._copied = None
            self._pane.viewport().update()
