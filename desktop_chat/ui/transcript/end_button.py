"""The button that leads back to the end of the conversation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter, QPen

from desktop_chat.ui.widgets.button import Button, ButtonLook

if not TYPE_CHECKING:
    from desktop_chat.overriding import override

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent
    from PySide6.QtWidgets import QWidget
    from typing_extensions import override

    from desktop_chat.ui.theme import Theme

BOTTOM = 12


class EndButton(Button):
    """Floats above the lower edge of the transcript while the reader is elsewhere.

    It says so when text was added below meanwhile.
    """

    def __init__(self, parent: QWidget, theme: Theme) -> None:
        super().__init__(ButtonLook.QUIET, icon_name="arrow-down", text_px=13, parent=parent)
        self._ground = theme
        self._has_news = False
        self.setObjectName("endButton")
        self.set_theme(theme)
        self._name()
        self.hide()

    def show_state(self, *, is_away: bool, has_news: bool) -> None:
        """Show the button, with words if there is new text, or hide it."""
        if is_away and has_news != self._has_news:
            self._has_news = has_news
            self._name()
        if is_away == self.isHidden():
            self.setVisible(is_away)
        self.place()

    def place(self) -> None:
        """Stand in the middle above the lower edge of the parent."""
        parent = self.parentWidget()
        if self.isHidden() or parent is None:
            return
        size = self.sizeHint()
        left = (parent.width() - size.width()) // 2
        top = parent.height() - size.height() - BOTTOM
        self.setGeometry(left, top, size.width(), size.height())

    def _name(self) -> None:
        words = self.tr("New text below") if self._has_news else ""
        self.setText(words)
        self.setAccessibleName(words or self.tr("To the end"))
        self.setToolTip(self.tr("To the end (End)"))

    # Qt overrides

    @override
    def set_theme(self, theme: Theme) -> None:
        self._ground = theme
        super().set_theme(theme)
        self.place()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        # A quiet button is transparent, but text lies below this one.
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(self._ground.line), self._ground.border))
        painter.setBrush(QColor(self._ground.window))
        radius = self.height() / 2
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        painter.end()
        super().paintEvent(event)
