"""The field that looks for chats by title."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, Qt, Slot
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QPainter, QPalette
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop_chat.ui.fonts import font_of
from desktop_chat.ui.icons import pixmap
from desktop_chat.ui.sizes import ICON, RADIUS, ROW, TEXT_GROUP
from desktop_chat.ui.widgets.button import Button, ButtonLook
from desktop_chat.ui.widgets.card import paint_surface

if not TYPE_CHECKING:
    from desktop_chat.overriding import override

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent, QResizeEvent
    from typing_extensions import override

    from desktop_chat.ui.theme import Theme

PADDING = 12
GAP = 8
BUILT_IN_MARGIN = 2


class SearchField(QLineEdit):
    """A line with a magnifier, and the shortcut that leads here while it is empty.

    Args:
        shortcut_text: How the shortcut is written on this system.
    """

    def __init__(self, shortcut_text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme: Theme | None = None
        self._shortcut_text = shortcut_text
        self._clear_button = Button(ButtonLook.QUIET, icon_name="x", height=24, parent=self)
        self._clear_button.setAccessibleName(self.tr("Clear the search"))
        self._clear_button.hide()
        self._clear_button.clicked.connect(self._on_clear_clicked)
        self.textChanged.connect(self._on_text_changed)
        self.setObjectName("searchField")
        self.setAccessibleName(self.tr("Search chats"))
        self.setPlaceholderText(self.tr("Search chats"))
        # The field paints its own surface; a style sheet for it would delay the first paint.
        self.setFrame(False)
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Base, Qt.GlobalColor.transparent)
        self.setPalette(palette)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size."""
        self._theme = theme
        self._clear_button.set_theme(theme)
        self.setFixedHeight(theme.px(ROW))
        icon_room = PADDING + theme.px(ICON) + GAP - BUILT_IN_MARGIN
        self.setTextMargins(icon_room, 0, theme.px(30) if self.text() else PADDING, 0)
        self._place_clear_button()

    def _place_clear_button(self) -> None:
        size = self._clear_button.sizeHint()
        top = (self.height() - size.height()) // 2
        self._clear_button.move(self.width() - size.width() - 6, top)

    @Slot()
    def _on_clear_clicked(self) -> None:
        self.clear()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot(str)
    def _on_text_changed(self, text: str) -> None:
        self._clear_button.setVisible(bool(text))
        if self._theme is not None:
            self.set_theme(self._theme)

    # Qt overrides

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        else:
            super().keyPressEvent(event)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_clear_button()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        if self._theme is None:
            return
        painter = QPainter(self)
        paint_surface(painter, self.rect(), self._theme, radius=RADIUS, has_ring=self.hasFocus())
        painter.end()
        super().paintEvent(event)
        painter.begin(self)
        size = self._theme.px(ICON)
        picture = pixmap("search", self._theme.muted, size, self.devicePixelRatioF())
        painter.drawPixmap(PADDING, (self.height() - size) // 2, picture)
        if not self.text():
            self._paint_shortcut(painter, self._theme)

    def _paint_shortcut(self, painter: QPainter, theme: Theme) -> None:
        font = font_of(theme.px(TEXT_GROUP))
        taken = PADDING + theme.px(ICON) + 2 * GAP
        taken += self.fontMetrics().horizontalAdvance(self.placeholderText())
        width = QFontMetrics(font).horizontalAdvance(self._shortcut_text)
        if taken + width + PADDING > self.width():
            return
        painter.setFont(font)
        painter.setPen(QColor(theme.faint))
        area = QRect(0, 0, self.width() - PADDING, self.height())
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        painter.drawText(area, flags, self._shortcut_text)
