"""A card that holds a text field and says something about its text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop_chat.ui.composer.prompt_edit import PromptEdit
from desktop_chat.ui.sizes import CARD_RADIUS, TEXT_STATUS
from desktop_chat.ui.widgets.card import Card
from desktop_chat.ui.widgets.label import ElidedLabel

if not TYPE_CHECKING:
    from desktop_chat.overriding import override

if TYPE_CHECKING:
    from PySide6.QtGui import QMouseEvent
    from typing_extensions import override

    from desktop_chat.ui.theme import Theme

SIDE = 16
BOTTOM = 10


class PromptCard(Card):
    """Keeps the text whatever happens; only `clear` and `set_text` change it.

    Attributes:
        prompt: The text field.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(CARD_RADIUS, parent)
        self.prompt = PromptEdit()
        self._hint = ElidedLabel(px=TEXT_STATUS, ink="muted")
        self.prompt.focus_shown.connect(self.set_ring)
        self.setFocusProxy(self.prompt)

    def _prompt_line(self) -> QHBoxLayout:
        """Return the text field as a line of a layout with the margins `SIDE` and `BOTTOM`."""
        line = QHBoxLayout()
        line.setContentsMargins(0, 0, SIDE - BOTTOM, 0)
        line.addWidget(self.prompt)
        return line

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size."""
        super().set_theme(theme)
        self.prompt.set_theme(theme)
        self._hint.set_theme(theme)

    def text(self) -> str:
        """Return the text as it is now."""
        return self.prompt.toPlainText()

    def set_text(self, text: str) -> None:
        """Replace the text; the cursor goes behind it."""
        self.prompt.setPlainText(text)
        cursor = self.prompt.textCursor()
        cursor.movePosition(cursor.MoveOperation.End)
        self.prompt.setTextCursor(cursor)

    def clear(self) -> None:
        """Empty the text."""
        self.prompt.clear()

    def focus_input(self) -> None:
        """Put the keyboard into the text field."""
        self.prompt.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_hint(self, text: str) -> None:
        """Say something about the text inside the card; an edit or `""` takes it away."""
        self._hint.setText(text)
        self._hint.updateGeometry()
        self.prompt.setAccessibleDescription(text)

    def _looks_blank(self) -> bool:
        # Reading the whole text at each key would cost with a long draft.
        return self.prompt.document().characterCount() < 1000 and not self.text().strip()

    # Qt overrides

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        # The whole card belongs to the text field.
        self.focus_input()
