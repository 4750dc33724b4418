"""Where a sent message is changed; it stands in the composer's place, whose draft stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop_chat.ui.composer.prompt_card import BOTTOM, SIDE, PromptCard
from desktop_chat.ui.sizes import BUTTON, TEXT_STATUS
from desktop_chat.ui.widgets.button import Button, ButtonLook
from desktop_chat.ui.widgets.label import ElidedLabel, Label

if TYPE_CHECKING:
    from desktop_chat.ui.theme import Theme

TOP = 12


class EditCard(PromptCard):
    """Holds another version of a message until it is sent or given up.

    Signals:
        send_requested(text: str): Send or Enter, with a text that is not blank.
        cancel_requested(): Cancel or Esc.
    """

    send_requested = Signal(str)
    cancel_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = Label(self.tr("Edit your message"), px=TEXT_STATUS, is_strong=True)
        self._note = ElidedLabel(px=TEXT_STATUS, ink="muted")
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
        layout.addLayout(self._prompt_line())
        layout.addLayout(foot)

    def _connect(self) -> None:
        self.prompt.send_pressed.connect(self._on_send)
        self.prompt.stop_pressed.connect(self.cancel_requested)
        self.prompt.paste_refused.connect(self._on_prompt_paste_refused)
        self.prompt.textChanged.connect(self._on_prompt_text_changed)
        self._send.clicked.connect(self._on_send)
        self._cancel.clicked.connect(self.cancel_requested)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size."""
        super().set_theme(theme)
        for label in (self._title, self._note):
            label.set_theme(theme)
        for button in (self._cancel, self._send):
            button.set_theme(theme)

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
        self._send.set_dimmed(self._looks_blank())
        if self._hint.text():
            self.show_hint("")
