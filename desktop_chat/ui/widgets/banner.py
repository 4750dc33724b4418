"""One sentence over the conversation that stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop_chat.ui.icons import pixmap
from desktop_chat.ui.sizes import ICON, TEXT_INTERFACE
from desktop_chat.ui.widgets.label import Label

if not TYPE_CHECKING:
    from desktop_chat.overriding import override

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent
    from typing_extensions import override

    from desktop_chat.ui.theme import Theme

SIDE = 20
PADDING = 10


class Banner(QWidget):
    """A warning with its sign, as wide as the pane."""

    def __init__(self, text: str, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._words = Label(text, px=TEXT_INTERFACE)
        self._words.setWordWrap(True)
        self.setObjectName("banner")
        self.setAccessibleName(text)
        self._layout = QHBoxLayout(self)
        self._layout.addWidget(self._words, 1, Qt.AlignmentFlag.AlignVCenter)
        self.set_theme(theme)

    def text(self) -> str:
        """Return what it says."""
        return self._words.text()

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size."""
        self._theme = theme
        side, padding = theme.px(SIDE), theme.px(PADDING)
        self._layout.setContentsMargins(side + theme.px(ICON) + 8, padding, side, padding)
        self._words.set_theme(theme)
        self.update()

    # Qt overrides

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(theme.sidebar))
        line = max(1, round(theme.border))
        painter.fillRect(0, self.height() - line, self.width(), line, QColor(theme.line))
        edge = theme.px(ICON)
        sign = pixmap("warning", theme.warning, edge, self.devicePixelRatioF())
        painter.drawPixmap(theme.px(SIDE), (self.height() - edge) // 2, sign)
