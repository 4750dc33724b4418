"""Labels whose text is always plain, in a colour of the theme."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPalette
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from desktop_chat.ui.fonts import font_of
from desktop_chat.ui.widgets.plain_tooltip import plain_tooltip

if not TYPE_CHECKING:
    from desktop_chat.overriding import override

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent
    from typing_extensions import override

    from desktop_chat.ui.theme import Theme

Ink = Literal["text", "muted", "faint", "warning", "error"]


class Label(QLabel):
    """A plain-text label of one size and colour."""

    def __init__(
        self,
        text: str = "",
        *,
        px: int,
        ink: Ink = "text",
        is_strong: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, parent)
        self._px = px
        self._ink: Ink = ink
        self._is_strong = is_strong
        self._theme: Theme | None = None
        self.setTextFormat(Qt.TextFormat.PlainText)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size."""
        self._theme = theme
        self.setFont(font_of(theme.px(self._px), is_strong=self._is_strong))
        self.set_ink(self._ink)

    def set_ink(self, ink: Ink) -> None:
        """Change the colour to another token of the theme."""
        self._ink = ink
        if self._theme is not None:
            palette = self.palette()
            palette.setColor(QPalette.ColorRole.WindowText, QColor(getattr(self._theme, ink)))
            self.setPalette(palette)


class ElidedLabel(Label):
    """A label of one line that ends in … where room is short; the tooltip has all of it."""

    def __init__(
        self,
        text: str = "",
        *,
        px: int,
        ink: Ink = "text",
        is_strong: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, px=px, ink=ink, is_strong=is_strong, parent=parent)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)

    def _line(self) -> str:
        return " ".join(self.text().split())

    # Qt overrides

    @override
    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self.font())
        return QSize(metrics.horizontalAdvance(self._line()) + 2, metrics.height())

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(0, QFontMetrics(self.font()).height())

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
        metrics = QFontMetrics(self.font())
        line = metrics.elidedText(self._line(), Qt.TextElideMode.ElideRight, self.width())
        self.setToolTip("" if line == self._line() else plain_tooltip(self.text()))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter, line)
