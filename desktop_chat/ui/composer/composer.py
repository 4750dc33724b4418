"""Where one types: the card with the text field, a hint, and Send or Stop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale, Qt, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from desktop_chat.ui.composer.prompt_card import BOTTOM, SIDE, PromptCard
from desktop_chat.ui.composer.prompt_edit import byte_size
from desktop_chat.ui.sizes import BUTTON, MESSAGE_LIMIT, TEXT_STATUS
from desktop_chat.ui.widgets.button import Button, ButtonLook

if not TYPE_CHECKING:
    from desktop_chat.overriding import override

if TYPE_CHECKING:
    from typing_extensions import override

    from desktop_chat.ui.theme import Theme

TOP = 14


class Composer(PromptCard):
    """Keeps the draft whatever happens; only `clear` and `set_text` change it.

    Signals:
        send_requested(text: str): Send or Enter, with a text that is not blank.
        stop_requested(): Stop or Esc while a reply runs.
        too_long(size: int): a pasted text of so many bytes was refused.
        save_text_requested(text: str): the user wants the refused text in a file.
        streaming_changed(is_streaming: bool): Stop stands in Send's place, or no longer.
    """

    send_requested = Signal(str)
    stop_requested = Signal()
    too_long = Signal(int)
    save_text_requested = Signal(str)
    streaming_changed = Signal(bool)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_streaming = False
        self._refused_text = ""
        self._save_button = Button(
            ButtonLook.LINK, text=self.tr("Save as a file…"), text_px=TEXT_STATUS
        )
        self._send_button = Button(ButtonLook.STRONG, icon_name="arrow-up", height=BUTTON)
        self._stop_button = Button(ButtonLook.STRONG, icon_name="stop", height=BUTTON)
        self._build_ui()
        self._connect()
        self.set_theme(theme)

    def _build_ui(self) -> None:
        self.setObjectName("composerCard")
        self._send_button.setObjectName("sendButton")
        self._send_button.setAccessibleName(self.tr("Send"))
        self._send_button.setToolTip(self.tr("Send (Enter)"))
        self._send_button.set_dimmed(True)
        self._stop_button.setObjectName("stopButton")
        self._stop_button.setAccessibleName(self.tr("Stop"))
        self._stop_button.setToolTip(self.tr("Stop (Esc)"))
        self._stop_button.hide()
        self._save_button.setObjectName("saveTextButton")
        self._save_button.hide()
        place = QGridLayout()
        place.addWidget(self._send_button, 0, 0)
        place.addWidget(self._stop_button, 0, 0)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(self._hint)
        foot.addWidget(self._save_button)
        foot.addStretch(1)
        foot.addLayout(place)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SIDE, TOP, BOTTOM, BOTTOM)
        layout.setSpacing(13)
        layout.addLayout(self._prompt_line())
        layout.addLayout(foot)

    def _connect(self) -> None:
        self.prompt.send_pressed.connect(self._on_send)
        self.prompt.stop_pressed.connect(self._on_stop)
        self.prompt.paste_refused.connect(self._on_prompt_paste_refused)
        self.prompt.textChanged.connect(self._on_prompt_text_changed)
        self._send_button.clicked.connect(self._on_send)
        self._stop_button.clicked.connect(self._on_stop)
        self._save_button.clicked.connect(self._on_save_clicked)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size."""
        super().set_theme(theme)
        for button in (self._save_button, self._send_button, self._stop_button):
            button.set_theme(theme)

    @property
    def is_streaming(self) -> bool:
        """Whether a reply runs in the chat shown."""
        return self._is_streaming

    def set_streaming(self, is_streaming: bool) -> None:
        """Put Stop into Send's place while a reply runs in the chat shown, or back."""
        if is_streaming == self._is_streaming:
            return
        self._is_streaming = is_streaming
        had_focus = self._send_button.hasFocus() or self._stop_button.hasFocus()
        self._send_button.setVisible(not is_streaming)
        self._stop_button.setVisible(is_streaming)
        self.show_hint("")
        if had_focus:
            # A second press of the same key must not do the opposite of the first.
            self.prompt.setFocus(Qt.FocusReason.OtherFocusReason)
        self.streaming_changed.emit(is_streaming)

    @override
    def show_hint(self, text: str) -> None:
        """Say something about the draft inside the card; an edit or `""` takes it away."""
        super().show_hint(text)
        self._refused_text = ""
        self._save_button.hide()

    @Slot()
    def _on_send(self) -> None:
        if self._is_streaming:
            self.show_hint(
                self.tr("A reply is being written. Your text stays here; Esc stops the reply.")
            )
        elif not self.text().strip():
            self.show_hint(self.tr("The message is empty. Type something first."))
        else:
            self.send_requested.emit(self.text())

    @Slot()
    def _on_stop(self) -> None:
        if self._is_streaming:
            self.stop_requested.emit()

    @Slot(str)
    def _on_prompt_paste_refused(self, text: str) -> None:
        size = byte_size(text)
        locale = QLocale()
        megabytes = locale.toString(size / 1_000_000, "f", 1)
        limit = locale.toString(MESSAGE_LIMIT // 1_000_000)
        sentence = self.tr("The pasted text has {0} MB; a message holds {1} MB.")
        self.show_hint(sentence.format(megabytes, limit))
        self._refused_text = text
        self._save_button.show()
        self.too_long.emit(size)

    @Slot()
    def _on_save_clicked(self) -> None:
        self.save_text_requested.emit(self._refused_text)

    @Slot()
    def _on_prompt_text_changed(self) -> None:
        self._send_button.set_dimmed(self._looks_blank())
        if self._hint.text():
            self.show_hint("")
