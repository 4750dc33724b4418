"""Where the toolbar of messages is: at the message under the pointer, or the keyboard's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Qt, QTimer, Signal, Slot

from desktop_chat.domain.message import Sender

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QMouseEvent

    from desktop_chat.domain.message import Message, MessageId
    from desktop_chat.ui.theme import Theme
    from desktop_chat.ui.transcript.pane import TranscriptPane
    from desktop_chat.ui.transcript.toolbar.message_toolbar import MessageToolbar

    Versions = Callable[[MessageId], tuple[int, int]]

REST_MS = 120


class ToolbarPlace(QObject):
    """Moves one toolbar; it is made when it is wanted for the first time.

    It goes away while the text moves, and comes back when that rests.

    Attributes:
        row: The message whose toolbar is shown, -1 for none.

    Signals:
        command_requested(str, int): command and row.
        left(int): the keyboard goes back from the toolbar to this row.
    """

    command_requested = Signal(str, int)
    left = Signal(int)

    def __init__(self, pane: TranscriptPane) -> None:
        super().__init__(pane)
        self._pane = pane
        self._stage = pane.stage
        self._theme: Theme | None = None
        self._toolbar: MessageToolbar | None = None
        self._versions: Versions | None = None
        self.row = -1
        self._point: QPoint | None = None
        self._is_by_key = False
        self._lost_focus = False
        self._shown: tuple[object, ...] = ()
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self._on_rest_timeout)
        bar = pane.verticalScrollBar()
        bar.valueChanged.connect(self._on_text_moved)
        bar.rangeChanged.connect(self._on_text_moved)
        pane.message_began.connect(self._on_pane_message_changed)
        pane.message_changed.connect(self._on_pane_message_changed)
        pane.rows_dropped.connect(self._on_pane_rows_dropped)

    # What the view tells

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size."""
        self._theme = theme
        if self._toolbar is not None:
            self._toolbar.set_theme(theme)
        self._on_text_moved()

    def set_versions(self, versions: Versions | None) -> None:
        """Take the look-up that tells which of how many versions of a message is shown."""
        self._versions = versions

    def follow_pointer(self, event: QMouseEvent) -> None:
        """The pointer moved in the window, or its button was let go."""
        self._point = event.position().toPoint()
        self._is_by_key = False
        if event.buttons() != Qt.MouseButton.NoButton:
            self._hide()  # a toolbar would stand in the way of what is being selected
        elif not self._rest.isActive():
            self._choose()

    def forget_pointer(self) -> None:
        """The pointer left the window."""
        self._point = None
        self._choose()

    def follow_keyboard(self) -> None:
        """The keyboard's mark moved, or the window got or lost the keyboard."""
        self._is_by_key = True
        if not self._rest.isActive():
            self._choose()

    def focus_first(self) -> bool:
        """Put the keyboard on the current message's first button; whether there is one."""
        self._is_by_key = True
        self._rest.stop()
        self._choose()
        return self._toolbar is not None and self.row >= 0 and self._toolbar.focus_first()

    def return_to(self, row: int, command: str) -> None:
        """After a command that changed the text: show the toolbar of a row again, at once.

        The keyboard comes back to the button if the text's change took it away.
        """
        self._rest.stop()
        has_keyboard, self._lost_focus = self._lost_focus, False
        if has_keyboard:
            self.left.emit(row)
            self._is_by_key = True
        self._rest.stop()
        self._choose()
        if has_keyboard and self._toolbar is not None and self.row == row:
            self._toolbar.focus(command)

    def confirm_copied(self) -> None:
        """Say that the message is on the clipboard."""
        if self._toolbar is not None:
            self._toolbar.confirm_copied()

    def menu_point(self) -> QPoint:
        """Return where on the screen a menu of the toolbar begins."""
        toolbar = self._toolbar
        if toolbar is None:
            return self._pane.mapToGlobal(QPoint())
        from desktop_chat.ui.transcript.toolbar.message_toolbar import MORE

        button = toolbar.button(MORE)
        return button.mapToGlobal(QPoint(0, button.height()))

    # Choosing the message

    def _choose(self) -> None:
        row = self._wanted_row()
        commands = self.commands_of(row)
        if not commands:
            self._hide()
            return
        toolbar = self._made()
        message = self._message(row)
        shown = (row, message.id, commands)
        if shown != self._shown:
            place = self._versions(message.id) if self._versions is not None else (1, 1)
            is_reply = message.sender is not Sender.USER
            toolbar.set_commands(commands, place, is_filled=is_reply)
            self._shown = shown
        self.row = row
        self._put(toolbar)
        toolbar.show()

    def _wanted_row(self) -> int:
        pane, toolbar, point = self._pane, self._toolbar, self._point
        if toolbar is not None and toolbar.has_focus:
            return self.row
        by_key = pane.marks().current_row
        if by_key >= 0 and (self._is_by_key or point is None):
            return by_key
        if point is None:
            return -1
        if toolbar is not None and toolbar.isVisible() and toolbar.geometry().contains(point):
            return self.row
        row = pane.stage.locate(point)[0]
        rect = pane.stage.row_rect(row) if row >= 0 else None
        return row if rect is not None and rect.top() <= point.y() <= rect.bottom() else -1

    def _message(self, row: int) -> Message:
        return self._stage.layout.message(row).message

    def commands_of(self, row: int) -> tuple[str, ...]:
        """Return what can be done with the message of a row now."""
        model = self._pane.model()
        count = model.rowCount() if model is not None else 0
        if model is None or not 0 <= row < count:
            return ()
        from desktop_chat.ui.transcript.toolbar.message_toolbar import commands_for

        is_last, is_busy = row == count - 1, self.is_busy
        return commands_for(self._message(row), is_last=is_last, is_busy=is_busy)

    @property
    def is_busy(self) -> bool:
        """Whether a reply is being written in the chat shown."""
        model = self._pane.model()
        last = model.rowCount() - 1 if model is not None else -1
        return model is not None and last >= 0 and model.is_streaming(last)

    def _made(self) -> MessageToolbar:
        if self._toolbar is None:
            from desktop_chat.ui.transcript.toolbar.message_toolbar import MessageToolbar

            self._toolbar = toolbar = MessageToolbar(self._pane.viewport())
            toolbar.set_tab_order(self._pane)
            toolbar.command_requested.connect(self._on_toolbar_command_requested)
            toolbar.left.connect(self._on_toolbar_left)
            toolbar.focus_changed.connect(self._on_toolbar_focus_changed)
            if self._theme is not None:
                toolbar.set_theme(self._theme)
        return self._toolbar

    def _put(self, toolbar: MessageToolbar) -> None:
        """Move the toolbar to its message: to the footer's end, or below the bubble."""
        stage = self._stage
        message = stage.layout.message(self.row)
        rect = stage.row_rect(self.row)
        if message.is_user:
            top = rect.top() + message.bubble_rect.bottom() + 1
        else:
            middle = rect.top() + message.notes_top + message.notes.tools_middle
            top = middle - toolbar.height() // 2
        left = rect.left() + message.width - toolbar.width() + toolbar.overhang
        toolbar.move(left, top)

    def _hide(self) -> None:
        toolbar = self._toolbar
        if toolbar is None or not toolbar.isVisible():
            return
        self._lost_focus = toolbar.has_focus
        if toolbar.has_focus:
            self._pane.setFocus(Qt.FocusReason.OtherFocusReason)
        toolbar.hide()
        self.row = -1

    @Slot()
    def _on_text_moved(self) -> None:
        toolbar = self._toolbar
        if toolbar is not None and toolbar.has_focus and self.row >= 0:
            self._put(toolbar)
            return
        self._hide()
        self._rest.start()

    @Slot()
    def _on_rest_timeout(self) -> None:
        self._choose()

    @Slot()
    def _on_pane_message_changed(self) -> None:
        self._shown = ()
        self._rest.start()
        # What can no longer be done must not be offered until then.
        if self._toolbar is not None and set(self._toolbar.commands) - set(
            self.commands_of(self.row)
        ):
            self._hide()

    @Slot(int)
    def _on_pane_rows_dropped(self, first: int) -> None:
        self._shown = ()
        if self.row >= first:
            self._hide()
        self._rest.start()

    # The toolbar

    @Slot(str)
    def _on_toolbar_command_requested(self, command: str) -> None:
        self._lost_focus = False
        if self.row >= 0:
            self.command_requested.emit(command, self.row)

    @Slot()
    def _on_toolbar_left(self) -> None:
        row = self.row
        self._pane.setFocus(Qt.FocusReason.OtherFocusReason)
        if row >= 0:
            self.left.emit(row)

    @Slot()
    def _on_toolbar_focus_changed(self) -> None:
        toolbar = self._toolbar
        if toolbar is None:
            return
        if not toolbar.has_focus:
            self._rest.start()
            return
        area, at = self._pane.viewport().rect(), toolbar.geometry()
        if at.bottom() > area.bottom():
            self._pane.scroll_by(at.bottom() - area.bottom())
        elif at.top() < 0:
            self._pane.scroll_by(at.top())
