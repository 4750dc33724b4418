"""The line under the composer that says what the engine does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop_chat.ui.icons import pixmap
from desktop_chat.ui.sizes import STATUS_LINE, TEXT_STATUS
from desktop_chat.ui.widgets.button import Button, ButtonLook
from desktop_chat.ui.widgets.label import ElidedLabel, Ink
from desktop_chat.ui.widgets.spinner import Spinner

if not TYPE_CHECKING:
    from desktop_chat.overriding import override

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent
    from typing_extensions import override

    from desktop_chat.ui.theme import Theme

StatusKind = Literal["idle", "busy", "warning", "error"]
_INK: dict[str, Ink] = {"warning": "warning", "error": "error"}
MARK = 14


class StatusLine(QWidget):
    """Always of the same height; a ring while busy, "Esc to stop" at its end while that works.

    Signals:
        action_requested(): the user pressed the action that the line offers.
    """

    action_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._kind: StatusKind = "idle"
        self._spinner = Spinner()
        self._mark = _Mark()
        self._words = ElidedLabel(px=TEXT_STATUS, ink="muted")
        self._action = Button(ButtonLook.LINK, height=24, text_px=TEXT_STATUS)
        self._stop_hint = ElidedLabel(self.tr("Esc to stop"), px=TEXT_STATUS, ink="muted")
        self._build_ui()
        self._action.clicked.connect(self.action_requested)
        self.set_theme(theme)

    def _build_ui(self) -> None:
        self.setObjectName("statusLine")
        self.setAccessibleName(self.tr("Status"))
        self._action.setObjectName("statusAction")
        self._stop_hint.setObjectName("stopHint")
        for part in (self._spinner, self._mark, self._action, self._stop_hint):
            part.hide()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self._spinner)
        layout.addWidget(self._mark)
        layout.addWidget(self._words)
        layout.addWidget(self._action)
        layout.addStretch(1)
        layout.addWidget(self._stop_hint)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size."""
        self._theme = theme
        self.setFixedHeight(theme.px(STATUS_LINE))
        for part in (self._spinner, self._mark, self._words, self._action, self._stop_hint):
            part.set_theme(theme)

    def set_status(
        self,
        text: str,
        kind: StatusKind = "idle",
        action_label: str = "",
        fraction: float | None = None,
    ) -> None:
        """Show one sentence.

        Args:
            text: The sentence.
            kind: What stands before it.
            action_label: What its button is called; none without.
            fraction: While busy: how far it is, 0 to 1, where that is known.
        """
        self._spinner.set_fraction(fraction)
        if self._words.text() != text:
            self._words.setText(text)
            self._words.updateGeometry()
            self.setAccessibleDescription(text)
        if kind != self._kind:
            self._kind = kind
            self._words.set_ink(_INK.get(kind, "muted"))
            self._spinner.setVisible(kind == "busy")
            self._mark.set_kind(kind)
            self._announce(text)
        if self._action.text() != action_label:
            self._action.setText(action_label)
            self._action.updateGeometry()
        self._action.setVisible(bool(action_label))

    def set_stoppable(self, is_stoppable: bool) -> None:
        """Say at the end of the line that Esc stops the reply."""
        self._stop_hint.setVisible(is_stoppable)

    def text(self) -> str:
        """Return what the line says."""
        return self._words.text()

    def _announce(self, text: str) -> None:
        # Only what the user has to know now: a reader that speaks each step would never be quiet.
        if self._kind in ("warning", "error") and text:
            from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent

            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, text))


class _Mark(QWidget):
    """The sign of a warning or an error."""

    def __init__(self) -> None:
        super().__init__()
        self._theme: Theme | None = None
        self._kind = "idle"

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.setFixedSize(theme.px(MARK), theme.px(MARK))

    def set_kind(self, kind: StatusKind) -> None:
        self._kind = kind
        self.setVisible(kind in ("warning", "error"))
        self.update()

    # Qt overrides

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        if self._theme is None or self._kind not in ("warning", "error"):
            return
        colour = self._theme.warning if self._kind == "warning" else self._theme.error
        edge = self._theme.px(MARK)
        sign = pixmap(self._kind, colour, edge, self.devicePixelRatioF())
        QPainter(self).drawPixmap(0, 0, sign)
