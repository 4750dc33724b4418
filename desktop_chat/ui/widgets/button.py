"""Buttons of the window, painted in the theme's colours."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QPushButton, QWidget

from desktop_chat.ui.fonts import font_of
from desktop_chat.ui.icons import pixmap
from desktop_chat.ui.sizes import BUTTON, FOCUS_RING, ICON, RADIUS, TEXT_INTERFACE

if not TYPE_CHECKING:
    from desktop_chat.overriding import override

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent
    from typing_extensions import override

    from desktop_chat.ui.theme import Theme

GAP = 8
MARK = 7


class ButtonLook(Enum):
    """How a button stands on its surface."""

    PRIMARY = auto()
    """Filled with the accent: the one thing to do here."""
    PLAIN = auto()
    """Bordered."""
    QUIET = auto()
    """Only its icon or words, a surface under the pointer."""
    LINK = auto()
    """Words in the colour of links, for a line of small text."""
    STRONG = auto()
    """Filled with the text colour: Send and Stop."""


class Button(QPushButton):
    """A button with an icon, words or both; with an icon alone it is square.

    Takes the keyboard focus by Tab only, so that its focus ring means the keyboard.
    """

    def __init__(
        self,
        look: ButtonLook,
        *,
        text: str = "",
        icon_name: str = "",
        height: int = BUTTON,
        text_px: int = TEXT_INTERFACE,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, parent)
        self._look = look
        self._icon_name = icon_name
        self._height = height
        self._text_px = text_px
        self._is_dimmed = False
        self._is_marked = False
        self._theme: Theme | None = None
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size."""
        self._theme = theme
        self.setFont(font_of(theme.px(self._text_px), is_strong=self._is_strong))
        self.setFixedHeight(theme.px(self._height))
        self.updateGeometry()
        self.update()

    def set_icon(self, name: str) -> None:
        """Show another icon."""
        if name != self._icon_name:
            self._icon_name = name
            self.update()

    def set_dimmed(self, is_dimmed: bool) -> None:
        """Show that pressing has little effect now; it can still be pressed and says why."""
        if is_dimmed != self._is_dimmed:
            self._is_dimmed = is_dimmed
            self.update()

    def set_marked(self, is_marked: bool) -> None:
        """Show a dot at the icon: something was chosen behind this button."""
        if is_marked != self._is_marked:
            self._is_marked = is_marked
            self.update()

    @property
    def _is_strong(self) -> bool:
        return self._look is ButtonLook.PRIMARY

    # Qt overrides

    @override
    def sizeHint(self) -> QSize:
        theme = self._theme
        height = theme.px(self._height) if theme else self._height
        if not self.text():
            return QSize(height, height)
        is_bare = self._look in (ButtonLook.QUIET, ButtonLook.LINK)
        width = self._content_width() + (2 * GAP if is_bare else height)
        return QSize(width, height)

    @override
    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        if self._theme is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_surface(painter, self._theme)
        self._paint_content(painter, self._theme)

    def _paint_mark(self, painter: QPainter, right: int, top: int) -> None:
        assert self._theme is not None
        edge = self._theme.px(MARK)
        painter.setPen(QPen(QColor(self._theme.window), 1))
        painter.setBrush(QColor(self._theme.accent))
        painter.drawEllipse(right - edge // 2, top - edge // 2 + 1, edge, edge)

    def _content_width(self) -> int:
        width = QFontMetrics(self.font()).horizontalAdvance(self.text()) if self.text() else 0
        if self._icon_name:
            width += self._icon_px() + (GAP if self.text() else 0)
        return width

    def _icon_px(self) -> int:
        return self._theme.px(ICON) if self._theme else ICON

    def _paint_surface(self, painter: QPainter, theme: Theme) -> None:
        fill = self._fill(theme)
        is_lined = self._look is ButtonLook.PLAIN or (theme.border > 1 and bool(self.text()))
        if self.hasFocus():
            width, line = FOCUS_RING, theme.text if self._is_filled else theme.accent
        else:
            width, line = (theme.border, theme.line) if is_lined else (0, "")
        inset = width / 2
        radius = theme.px(RADIUS)
        painter.setPen(QPen(QColor(line), width) if width else Qt.PenStyle.NoPen)
        painter.setBrush(QColor(fill) if fill else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(
            QRectF(self.rect()).adjusted(inset, inset, -inset, -inset), radius, radius
        )

    @property
    def _is_filled(self) -> bool:
        return self._look in (ButtonLook.PRIMARY, ButtonLook.STRONG)

    def _fill(self, theme: Theme) -> str:
        is_under = self.underMouse() and self.isEnabled()
        if self._is_filled:
            colour = QColor(theme.accent if self._look is ButtonLook.PRIMARY else theme.text)
            if not self.isEnabled() or self._is_dimmed:
                # Lines and faint text share one colour where contrast is high.
                return theme.selected if theme.line == theme.faint else theme.line
            if self.isDown() or is_under:
                colour = colour.lighter(118) if theme.is_dark else colour.lighter(125)
            return colour.name()
        if self.isDown() or self.isChecked():
            return theme.selected
        return theme.hover if is_under else ""

    def _ink(self, theme: Theme) -> str:
        if not self.isEnabled() or self._is_dimmed:
            return theme.faint
        match self._look:
            case ButtonLook.PRIMARY:
                return theme.on_accent
            case ButtonLook.STRONG:
                return theme.window
            case ButtonLook.PLAIN:
                return theme.text
            case ButtonLook.LINK:
                return theme.link
            case ButtonLook.QUIET:
                return theme.text if self.underMouse() or self.isChecked() else theme.muted

    def _paint_content(self, painter: QPainter, theme: Theme) -> None:
        ink = self._ink(theme)
        left = (self.width() - self._content_width()) // 2
        if self._icon_name:
            size = self._icon_px()
            picture = pixmap(self._icon_name, ink, size, self.devicePixelRatioF())
            painter.drawPixmap(left, (self.height() - size) // 2, picture)
            if self._is_marked:
                self._paint_mark(painter, left + size, (self.height() - size) // 2)
            left += size + GAP
        if self.text():
            painter.setPen(QColor(ink))
            painter.setFont(self.font())
            area = QRect(left, 0, self.width() - left, self.height())
            painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, self.text())
