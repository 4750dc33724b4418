"""The picker of the model that answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QPushButton, QWidget

from desktop_chat.ui.fonts import font_of
from desktop_chat.ui.icons import pixmap
from desktop_chat.ui.sizes import FOCUS_RING, ICON, RADIUS, TEXT_INTERFACE, TEXT_STATUS
from desktop_chat.ui.widgets.plain_tooltip import plain_tooltip

if not TYPE_CHECKING:
    from desktop_chat.overriding import override

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QKeyEvent, QPaintEvent
    from typing_extensions import override

    from desktop_chat.domain.model_info import ModelRef
    from desktop_chat.ui.header.model_choice import ModelChoice
    from desktop_chat.ui.header.model_popup import ModelPopup
    from desktop_chat.ui.theme import Theme

HEIGHT = 30
PADDING = 11
GAP = 8
SLACK = 2
WIDEST = 300
LEAST = 220


class ModelPicker(QPushButton):
    """A button that names the model and opens the list of models.

    No combo box: on Linux its accessible name is its text, whatever name it was given.

    Signals:
        model_chosen(ref: ModelRef): the user chose another model.
        choices_changed(): other models are on offer.
        command_requested(action_id: str): models or servers shall be seen.
    """

    model_chosen = Signal(object)
    choices_changed = Signal()
    command_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme: Theme | None = None
        self._label = ""
        self._current: ModelRef | None = None
        self._choices: list[ModelChoice] = []
        self._popup: ModelPopup | None = None
        self.setObjectName("modelPicker")
        self.setAccessibleName(self.tr("Model"))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.clicked.connect(self.show_popup)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size."""
        self._theme = theme
        self.setFixedHeight(theme.px(HEIGHT))
        self.updateGeometry()
        self.update()

    def set_choices(self, choices: Sequence[ModelChoice]) -> None:
        """Offer these models, those of one engine one after the other."""
        self._choices = list(choices)
        self._show_current()
        self.choices_changed.emit()

    @property
    def choices(self) -> tuple[ModelChoice, ...]:
        """The models on offer."""
        return tuple(self._choices)

    def set_current(self, ref: ModelRef | None, label: str) -> None:
        """Show which model answers here; `label` alone if none does or it is not on offer."""
        self._current = ref
        self._label = label
        self._show_current()

    def shown_model(self) -> str:
        """Return the model's name as it is shown."""
        choice = self._current_choice()
        return choice.label if choice else self._label

    @Slot()
    def show_popup(self) -> None:
        """Open the list of models."""
        if self._theme is None:
            return
        if self._popup is None:
            # Made when first needed: it would delay the first paint.
            from desktop_chat.ui.header.model_popup import ModelPopup

            self._popup = ModelPopup(self)
            self._popup.model_chosen.connect(self.choose)
            self._popup.command_requested.connect(self.command_requested)
        self._popup.open_under(self, self._choices, self._current, self._theme)

    def _current_choice(self) -> ModelChoice | None:
        return next((c for c in self._choices if c.ref == self._current), None)

    def _detail(self) -> str:
        choice = self._current_choice()
        return choice.detail if choice else ""

    def _show_current(self) -> None:
        self.setAccessibleDescription(self.shown_model())
        self.setToolTip(plain_tooltip(self.shown_model()))
        self.updateGeometry()
        self.update()

    @Slot(object)
    def choose(self, ref: ModelRef) -> None:
        """Take a model as the user's choice."""
        # Who holds the chat says what its model is: until then the old one stays shown.
        if ref != self._current:
            self.model_chosen.emit(ref)

    # Qt overrides

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F4):
            self.show_popup()
        else:
            super().keyPressEvent(event)

    @override
    def sizeHint(self) -> QSize:
        if self._theme is None:
            return super().sizeHint()
        name = QFontMetrics(font_of(self._theme.px(TEXT_INTERFACE)))
        width = name.horizontalAdvance(self.shown_model()) + 2 * PADDING + GAP
        width += self._theme.px(ICON) + SLACK
        if self._detail():
            detail = QFontMetrics(font_of(self._theme.px(TEXT_STATUS)))
            width += detail.horizontalAdvance(self._detail()) + GAP
        return QSize(min(width, self._theme.px(WIDEST)), self._theme.px(HEIGHT))

    @override
    def minimumSizeHint(self) -> QSize:
        hint = self.sizeHint()
        return QSize(min(hint.width(), LEAST), hint.height())

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        if self._theme is None:
            return
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        has_ring = self.hasFocus()
        width = FOCUS_RING if has_ring else theme.border
        painter.setPen(QPen(QColor(theme.accent if has_ring else theme.line), width))
        painter.setBrush(QColor(theme.hover if self.underMouse() else theme.window))
        inset = width / 2
        radius = theme.px(RADIUS)
        frame = QRectF(self.rect()).adjusted(inset, inset, -inset, -inset)
        painter.drawRoundedRect(frame, radius, radius)
        self._paint_words(painter, theme)

    def _paint_words(self, painter: QPainter, theme: Theme) -> None:
        size = theme.px(ICON)
        area = self.rect().adjusted(PADDING, 0, -PADDING - size - GAP, 0)
        chevron = pixmap("chevron-down", theme.muted, size, self.devicePixelRatioF())
        left = self.width() - size - PADDING + 2
        painter.drawPixmap(left, (self.height() - size) // 2, chevron)
        detail = self._detail()
        detail_font = font_of(theme.px(TEXT_STATUS))
        detail_width = QFontMetrics(detail_font).horizontalAdvance(detail) + GAP if detail else 0
        font = font_of(theme.px(TEXT_INTERFACE))
        room = area.width() - detail_width
        mode = Qt.TextElideMode.ElideMiddle
        name = QFontMetrics(font).elidedText(self.shown_model(), mode, room)
        painter.setFont(font)
        painter.setPen(QColor(theme.text))
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, name)
        if detail:
            used = QFontMetrics(font).horizontalAdvance(name) + GAP
            painter.setFont(detail_font)
            painter.setPen(QColor(theme.muted))
            rest = QRect(area.left() + used, 0, detail_width, self.height())
            painter.drawText(rest, Qt.AlignmentFlag.AlignVCenter, detail)
