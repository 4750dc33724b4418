"""The text field of the composer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, Qt, Signal, Slot
from PySide6.QtGui import QFontMetrics, QKeyEvent, QTextOption
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QWidget

from desktop_chat.ui.fonts import font_of
from desktop_chat.ui.sizes import COMPOSER_LINES, MESSAGE_LIMIT, TEXT_MESSAGE

if not TYPE_CHECKING:
    from desktop_chat.overriding import override

if TYPE_CHECKING:
    from PySide6.QtGui import QFocusEvent
    from typing_extensions import override

    from desktop_chat.ui.theme import Theme

BYTES_PER_CHARACTER = 4
_TAB_FOCUS = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)


class PromptEdit(QPlainTextEdit):
    """Plain text that grows from one line to ten; Enter sends, Shift+Enter breaks the line.

    Signals:
        send_pressed(): Enter.
        stop_pressed(): Esc.
        paste_refused(text: str): the pasted text would make the message longer than fits.
        focus_shown(is_shown: bool): the field got or lost the focus by the keyboard.
    """

    send_pressed = Signal()
    stop_pressed = Signal()
    paste_refused = Signal(str)
    focus_shown = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("composer")
        self.setAccessibleName(self.tr("Message"))
        self.setPlaceholderText(self.tr("Write a message"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTabChangesFocus(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # Wrapping at words takes minutes on a long line without spaces.
        self.setWordWrapMode(QTextOption.WrapMode.WrapAnywhere)
        self.document().setDocumentMargin(0)
        # The margin would count as the first thing to undo.
        self.document().clearUndoRedoStacks()
        self.document().documentLayout().documentSizeChanged.connect(self._on_size_changed)

    def set_theme(self, theme: Theme) -> None:
        """Take the text size."""
        self.setFont(font_of(theme.px(TEXT_MESSAGE)))
        self._on_size_changed()

    @Slot()
    def _on_size_changed(self) -> None:
        # The size of a plain text document counts lines.
        lines = max(1, round(self.document().size().height()))
        shown = min(lines, COMPOSER_LINES)
        height = shown * QFontMetrics(self.font()).lineSpacing() + 2
        if height != self.height() or height != self.minimumHeight():
            self.setFixedHeight(height)
        policy = Qt.ScrollBarPolicy
        needs_bar = lines > COMPOSER_LINES
        self.setVerticalScrollBarPolicy(
            policy.ScrollBarAsNeeded if needs_bar else policy.ScrollBarAlwaysOff
        )

    def _fits(self, text: str) -> bool:
        there = self.document().characterCount()
        if (there + len(text)) * BYTES_PER_CHARACTER <= MESSAGE_LIMIT:
            return True
        return byte_size(self.toPlainText()) + byte_size(text) <= MESSAGE_LIMIT

    # Qt overrides

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        breaking = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.AltModifier
        if event.key() == Qt.Key.Key_Escape:
            self.stop_pressed.emit()
        elif is_enter and not event.modifiers() & breaking:
            # An input method takes the Enter that ends its composition; some pass it on too.
            if not self._is_composing():
                self.send_pressed.emit()
        else:
            super().keyPressEvent(event)

    def _is_composing(self) -> bool:
        layout = self.textCursor().block().layout()
        return bool(layout is not None and layout.preeditAreaText())

    @override
    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        return source.hasText()

    @override
    def insertFromMimeData(self, source: QMimeData) -> None:
        text = source.text()
        if self._fits(text):
            self.textCursor().insertText(text)
            self.ensureCursorVisible()
        else:
            self.paste_refused.emit(text)

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focus_shown.emit(event.reason() in _TAB_FOCUS)

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.focus_shown.emit(False)


def byte_size(text: str) -> int:
    """Return the bytes of a text as UTF-8; a half surrogate counts as one replaced character."""
    return len(text.encode("utf-8", "replace"))
