"""The foot of the sidebar: which engine answers, how it is, and the way to the settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop_chat.ui.sizes import FOOTER, TEXT_STATUS
from desktop_chat.ui.widgets.button import Button, ButtonLook
from desktop_chat.ui.widgets.label import ElidedLabel

if not TYPE_CHECKING:
    from desktop_chat.overriding import override

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent
    from typing_extensions import override

    from desktop_chat.ui.theme import Theme

DOT = 8
MARGIN = 8
SEPARATOR = " · "


class EngineFooter(QWidget):
    """A dot, the engine's name and its state.

    Signals:
        settings_requested(): the user pressed the gear.
    """

    settings_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme: Theme | None = None
        self._is_ok = False
        self._kind = "idle"
        self._name = ElidedLabel(px=TEXT_STATUS, is_strong=True)
        self._state = ElidedLabel(px=TEXT_STATUS, ink="muted")
        self.settings_button = Button(ButtonLook.QUIET, icon_name="gear", height=30)
        self.settings_button.setObjectName("settingsButton")
        self.settings_button.setAccessibleName(self.tr("Settings"))
        self.settings_button.clicked.connect(self.settings_requested)
        self.setObjectName("engineState")
        self.setAccessibleName(self.tr("Engine"))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(MARGIN + DOT + 2 * MARGIN, 1, 8, 0)
        layout.setSpacing(4)
        layout.addWidget(self._name)
        layout.addWidget(self._state, 1)
        layout.addStretch()
        layout.addWidget(self.settings_button)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size."""
        self._theme = theme
        self.setFixedHeight(theme.px(FOOTER))
        for part in (self._name, self._state, self.settings_button):
            part.set_theme(theme)
        self.update()

    def set_gear_tooltip(self, text: str) -> None:
        """Say what the gear does and its shortcut."""
        self.settings_button.setToolTip(text)

    def set_state(self, text: str, *, is_ok: bool, kind: str) -> None:
        """Show an engine as `name · state`; see `ChatSidebar.set_engine_state`."""
        name, _, state = text.partition(SEPARATOR)
        self._name.setText(name)
        self._state.setText(f"{SEPARATOR.strip()} {state}" if state else "")
        self._is_ok = is_ok
        self._kind = kind
        self.setAccessibleDescription(text)
        self.update()

    def _dot_colour(self, theme: Theme) -> str:
        if self._is_ok:
            return theme.accent
        return {"warning": theme.warning, "error": theme.error}.get(self._kind, theme.faint)

    # Qt overrides

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        if self._theme is None:
            return
        painter = QPainter(self)
        line = QColor(self._theme.line)
        painter.fillRect(MARGIN, 0, self.width() - 2 * MARGIN, self._theme.border, line)
        if not self._name.text():
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._dot_colour(self._theme)))
        edge = self._theme.px(DOT) if self._theme.text_size < 100 else DOT
        painter.drawEllipse(QRectF(2 * MARGIN, (self.height() + 1 - edge) / 2, edge, edge))
