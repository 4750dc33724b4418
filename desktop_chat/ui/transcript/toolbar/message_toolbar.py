"""The commands of one message, as a row of buttons that is moved from message to message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QColor,
    QKeySequence,
    QPalette,
)
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop_chat.domain.message import MessageStatus, Sender
from desktop_chat.ui.actions import SHORTCUTS
from desktop_chat.ui.sizes import ICON, TEXT_STATUS
from desktop_chat.ui.widgets.button import Button, ButtonLook
from desktop_chat.ui.widgets.label import Label

if not TYPE_CHECKING:
    from desktop_chat.overriding import override

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QKeyEvent
    from typing_extensions import override

    from desktop_chat.domain.message import Message
    from desktop_chat.ui.theme import Theme

BUTTON = 26
COPIED_MS = 1500

COPY = "copy"
EDIT = "edit"
CONTINUE = "continue"
REGENERATE = "regenerate"
DETAILS = "details"
MORE = "more"
PREVIOUS = "previous"
NEXT = "next"
SWITCH = (PREVIOUS, NEXT)

_ICONS = {
    PREVIOUS: "chevron-left",
    NEXT: "chevron-right",
    COPY: "copy",
    EDIT: "pencil",
    CONTINUE: "step-forward",
    REGENERATE: "refresh",
    DETAILS: "info",
    MORE: "ellipsis",
}
_SHORTCUTS = {
    COPY: "Ctrl+C",
    CONTINUE: SHORTCUTS["reply.continue"],
    REGENERATE: SHORTCUTS["reply.regenerate"],
}
_CUT_SHORT = (MessageStatus.STOPPED, MessageStatus.INTERRUPTED, MessageStatus.FAILED)


def can_continue(message: Message) -> bool:
    """Whether a reply ended before its model had said all, with text to go on from."""
    is_cut = message.status in _CUT_SHORT or message.finish_reason == "length"
    return message.sender is Sender.LLM and is_cut and bool(message.content.strip())


def commands_for(message: Message, *, is_last: bool, is_busy: bool) -> tuple[str, ...]:
    """Return the commands that a message has now, in the order of their buttons.

    Args:
        message: The message.
        is_last: Nothing follows it: only then can it go on.
        is_busy: A reply is being written in this chat.
    """
    if message.sender is Sender.USER and not is_busy:
        return (COPY, EDIT, MORE)
    if message.sender is not Sender.LLM:
        return (COPY, MORE)
    if message.status is MessageStatus.STREAMING:
        return ()  # its end moves with every word
    again: tuple[str, ...] = ()
    if not is_busy:
        goes_on = is_last and can_continue(message)
        again = (CONTINUE, REGENERATE) if goes_on else (REGENERATE,)
    return (COPY, *again, DETAILS, MORE)


def _tip(command: str, name: str) -> str:
    """Return the tool tip of a button: its name, and the keys that do the same."""
    keys = QKeySequence(_SHORTCUTS.get(command, "")).toString(
        QKeySequence.SequenceFormat.NativeText
    )
    return f"{name} ({keys})" if keys else name


class MessageToolbar(QWidget):
    """Buttons for the commands that the message has; others are not there.

    Signals:
        command_requested(str): one of the commands of this module.
        left(): Esc was pressed on a button.
        focus_changed(): a button got the keyboard, or lost it.
    """

    command_requested = Signal(str)
    left = Signal()
    focus_changed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme: Theme | None = None
        self.commands: tuple[str, ...] = ()
        self._buttons: dict[str, Button] = {}
        self._place = Label("", px=TEXT_STATUS, ink="muted")
        self._copied = QTimer(self)
        self._copied.setSingleShot(True)
        self._copied.setInterval(COPIED_MS)
        self._copied.timeout.connect(self._on_copied_timeout)
        self._build_ui()
        self.hide()

    def _build_ui(self) -> None:
        self.setObjectName("messageToolbar")
        self.setAccessibleName(self.tr("Message commands"))
        self.setCursor(Qt.CursorShape.ArrowCursor)
        # Else it takes the viewport's, which is for text that is edited.
        self.setBackgroundRole(QPalette.ColorRole.Window)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self._place.setAlignment(Qt.AlignmentFlag.AlignCenter)
        for command, name in self._names().items():
            button = Button(ButtonLook.QUIET, icon_name=_ICONS[command], height=BUTTON)
            button.setAccessibleName(name)
            button.setToolTip(_tip(command, name))
            button.setProperty("command", command)
            button.clicked.connect(self._on_button_clicked)
            button.installEventFilter(self)
            self._buttons[command] = button
            row.addWidget(button)
            if command == PREVIOUS:
                row.addWidget(self._place)

    def set_tab_order(self, before: QWidget) -> None:
        """Let the keyboard come to the buttons right after this widget."""
        for button in self._buttons.values():
            QWidget.setTabOrder(before, button)
            before = button

    def _names(self) -> dict[str, str]:
        return {
            PREVIOUS: self.tr("Previous version"),
            NEXT: self.tr("Next version"),
            COPY: self.tr("Copy"),
            EDIT: self.tr("Edit"),
            CONTINUE: self.tr("Continue"),
            REGENERATE: self.tr("Regenerate"),
            DETAILS: self.tr("Details"),
            MORE: self.tr("More"),
        }

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size."""
        self._theme = theme
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Window, QColor(theme.window))
        self.setPalette(palette)
        for button in self._buttons.values():
            button.set_theme(theme)
        self._place.set_theme(theme)
        self.adjustSize()

    def set_commands(
        self, commands: Sequence[str], place: tuple[int, int] = (1, 1), *, is_filled: bool
    ) -> None:
        """Show the buttons of these commands.

        Args:
            commands: What the message can do.
            place: Which of how many versions of the message is shown; counted from 1.
            is_filled: Cover what is below, as over a footer that is too long.
        """
        self._on_copied_timeout()
        number, count = place
        self.commands = (*SWITCH, *commands) if count > 1 else tuple(commands)
        for command, button in self._buttons.items():
            button.setVisible(command in self.commands)
        self._buttons[PREVIOUS].setEnabled(number > 1)
        self._buttons[NEXT].setEnabled(number < count)
        self._place.setText(f"{number}/{count}")
        self._place.setVisible(count > 1)
        self.setAutoFillBackground(is_filled)
        self.adjustSize()

    @property
    def overhang(self) -> int:
        """How far the last button's ground reaches beyond its icon."""
        return self._theme.px((BUTTON - ICON) // 2) if self._theme is not None else 0

    @property
    def has_focus(self) -> bool:
        """Whether the keyboard is on one of the buttons."""
        return any(button.hasFocus() for button in self._buttons.values())

    def button(self, command: str) -> Button:
        """Return the button of a command."""
        return self._buttons[command]

    def focus_first(self) -> bool:
        """Put the keyboard on the first button; return whether there is one."""
        return self.focus(*self._buttons)

    def focus(self, *commands: str) -> bool:
        """Put the keyboard on the button of the first command that is there, else on any."""
        for command in (*commands, *self._buttons):
            if command in self.commands and self._buttons[command].isEnabled():
                self._buttons[command].setFocus(Qt.FocusReason.TabFocusReason)
                return True
        return False

    def confirm_copied(self) -> None:
        """Say on the button, and to screen readers, that the text is on the clipboard."""
        button, words = self._buttons[COPY], self.tr("Copied")
        button.set_icon("check")
        button.setToolTip(words)
        self._copied.start()
        if QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(button, words))

    @Slot()
    def _on_copied_timeout(self) -> None:
        self._copied.stop()
        button = self._buttons[COPY]
        button.set_icon(_ICONS[COPY])
        button.setToolTip(_tip(COPY, button.accessibleName()))

    @Slot()
    def _on_button_clicked(self) -> None:
        button = self.sender()
        if button is not None:
            self.command_requested.emit(str(button.property("command")))

    # Qt overrides

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.focus_changed.emit()
        return False

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        focused = self.focusWidget()
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and isinstance(focused, Button):
            focused.click()
        else:
            super().keyPressEvent(event)
