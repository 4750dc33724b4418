"""Where a sent message is changed; it stands in the composer's place, whose draft stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop_chat.ui.composer.prompt_edit import PromptEdit
from desktop_chat.ui.sizes import BUTTON, CARD_RADIUS, TEXT_STATUS
from desktop_chat.ui.widgets.button import Button, ButtonLook
from desktop_chat.ui.widgets.card import Card
from desktop_chat.ui.widgets.label import ElidedLabel, Label

if not TYPE_CHECKING:
    from desktop_chat.overriding import override

if TYPE_CHECKING:
    from PySide6.QtGui import QMouseEvent
    from typing_extensions import override

    from desktop_chat.ui.theme import Theme

SIDE = 16
TOP = 12
BOTTOM = 10


class EditCard(Card):
    """Holds another version of a message until it is sent or given up.

    Signals:
        send_requested(text: str): Send or Enter, with a text that is not blank.
        cancel_requested(): Cancel or Esc.
    """

    send_requested = Signal(str)
    cancel_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(CARD_RADIUS, parent)
        self.prompt = PromptEdit()
        self._title = Label(self.tr("Edit your message"), px=TEXT_STATUS, is_strong=True)
        self._note = ElidedLabel(px=TEXT_STATUS, ink="muted")
        self._hint = ElidedLabel(px=TEXT_STATUS, ink="muted")
        self._cancel = Button(ButtonLook.PLAIN, text=self.tr("Cancel"), height=BUTTON)
        self._send = Button(ButtonLook.STRONG, icon_name="arrow-up", height=BUTTON)
        self._build_ui()
        self._connect()
        self.set_theme(theme)

    def _build_ui(self) -> None:
        self.setObjectName("editCard")
        self.prompt.setObjectName("messageEdit")
        self.prompt.setAccessibleName(self.tr("Edit your message"))
        self._note.setText(self.tr("What came after stays as another version."))
        self._cancel.setToolTip(self.tr("Cancel (Esc)"))
        self._send.setObjectName("sendEditButton")
        self._send.setAccessibleName(self.tr("Send the new version"))
        self._send.setToolTip(self.tr("Send the new version (Enter)"))
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._title)
        head.addWidget(self._note)
        head.addStretch(1)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(self._hint)
        foot.addStretch(1)
        foot.addWidget(self._cancel)
        foot.addWidget(self._send)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SIDE, TOP, BOTTOM, BOTTOM)
        layout.setSpacing(10)
        layout.addLayout(head)
        line = QHBoxLayout()
        line.setContentsMargins(0, 0, SIDE - BOTTOM, 0)
        line.addWidget(self.prompt)
        layout.addLayout(line)
        layout.addLayout(foot)
        self.setFocusProxy(self.prompt)

    def _connect(self) -> None:
        self.prompt.send_pressed.connect(self._on_send)
        self.prompt.stop_pressed.connect(self.cancel_requested)
        self.prompt.paste_refused.connect(self._on_prompt_paste_refused)
        self.prompt.focus_shown.connect(self.set_ring)
        self.prompt.textChanged.connect(self._on_prompt_text_changed)
        self._send.clicked.connect(self._on_send)
        self._cancel.clicked.connect(self.cancel_requested)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size."""
        super().set_theme(theme)
        for label in (self._title, self._note, self._hint):
            label.set_theme(theme)
        self.prompt.set_theme(theme)
        for button in (self._cancel, self._send):
            button.set_theme(theme)

    def text(self) -> str:
        """Return the text as it is now."""
        return self.prompt.toPlainText()

    def set_text(self, text: str) -> None:
        """Show a text, with the cursor behind it."""
        self.prompt.setPlainText(text)
        cursor = self.prompt.textCursor()
        cursor.movePosition(cursor.MoveOperation.End)
        self.prompt.setTextCursor(cursor)

    def focus_input(self) -> None:
        """Put the keyboard into the text field."""
        self.prompt.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_hint(self, text: str) -> None:
        """Say something about the text; an edit or `""` takes it away."""
        self._hint.setText(text)
        self._hint.updateGeometry()
        self.prompt.setAccessibleDescription(text)

    @Slot()
    def _on_send(self) -> None:
        if self.text().strip():
            self.send_requested.emit(self.text())
        else:
            self.show_hint(self.tr("The message is empty. Type something first."))

    @Slot()
    def _on_prompt_paste_refused(self) -> None:
        self.show_hint(self.tr("The pasted text is too long for a message."))

    @Slot()
    def _on_prompt_text_changed(self) -> None:
        # Reading the whole text at each key would cost with a long one.
        is_short = self.prompt.document().characterCount() < 1000
        self._send.set_dimmed(is_short and not self.text().strip())
        if self._hint.text():
            self.show_hint("")

    # Qt overrides

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        # The whole card belongs to the text field.
        self.focus_input()
