"""The line above the transcript: the chat's title, its model, and its context."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QColor, QKeySequence, QPainter
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop_chat.ui.actions import SHORTCUTS
from desktop_chat.ui.header.context_meter import ContextMeter
from desktop_chat.ui.header.model_picker import ModelPicker
from desktop_chat.ui.sizes import HEADER, TEXT_INTERFACE
from desktop_chat.ui.widgets.button import Button, ButtonLook
from desktop_chat.ui.widgets.label import ElidedLabel
from desktop_chat.ui.widgets.plain_tooltip import plain_tooltip

if not TYPE_CHECKING:
    from desktop_chat.overriding import override

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPaintEvent
    from typing_extensions import override

    from desktop_chat.domain.model_info import ModelRef
    from desktop_chat.ui.header.model_choice import ModelChoice
    from desktop_chat.ui.theme import Theme


class ChatHeader(QWidget):
    """52 px high.

    Signals:
        model_chosen(ref: ModelRef): the user chose a model for this chat.
        sidebar_requested(): the user wants the folded sidebar back.
        menu_requested(place: QPoint): the user wants the commands of the chat shown.
        params_requested(): the user wants to see how replies are generated here.
    """

    model_chosen = Signal(object)
    sidebar_requested = Signal()
    menu_requested = Signal(object)
    params_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._title = ElidedLabel(px=TEXT_INTERFACE + 1, is_strong=True)
        self._title.setObjectName("chatTitle")
        self.model_picker = ModelPicker()
        self.context_meter = ContextMeter()
        self._sidebar_button = Button(ButtonLook.QUIET, icon_name="panel-left")
        self._params_button = Button(ButtonLook.QUIET, icon_name="sliders")
        self._menu_button = Button(ButtonLook.QUIET, icon_name="ellipsis")
        self._build_ui()
        self.model_picker.model_chosen.connect(self.model_chosen)
        self._sidebar_button.clicked.connect(self.sidebar_requested)
        self._menu_button.clicked.connect(self._on_menu_clicked)
        self._params_button.clicked.connect(self.params_requested)
        self.set_theme(theme)

    def _build_ui(self) -> None:
        self._sidebar_button.setObjectName("sidebarButton")
        self._sidebar_button.setAccessibleName(self.tr("Show the chats"))
        keys = QKeySequence(SHORTCUTS["view.sidebar"])
        shortcut = keys.toString(QKeySequence.SequenceFormat.NativeText)
        self._sidebar_button.setToolTip(f"{self.tr('Show the chats')} ({shortcut})")
        self._sidebar_button.hide()
        self._params_button.setObjectName("paramsButton")
        self._params_button.setAccessibleName(self.tr("Parameters"))
        self.set_params_summary("")
        self._menu_button.setObjectName("chatMenuButton")
        self._menu_button.setAccessibleName(self.tr("This chat"))
        self._menu_button.setToolTip(self.tr("More for this chat"))
        self._menu_button.hide()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 0, 16, 1)
        layout.setSpacing(12)
        layout.addWidget(self._sidebar_button)
        layout.addWidget(self._title)
        layout.addStretch(1)
        layout.addWidget(self.model_picker)
        layout.addWidget(self.context_meter)
        layout.addWidget(self._params_button)
        layout.addWidget(self._menu_button)

    @property
    def tab_stops(self) -> tuple[QWidget, ...]:
        """What the Tab key reaches here, from left to right."""
        return self._sidebar_button, self.model_picker, self._params_button, self._menu_button

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size."""
        self._theme = theme
        self.setFixedHeight(theme.px(HEADER))
        parts = (self._title, self.model_picker, self.context_meter)
        for part in (*parts, self._sidebar_button, self._params_button, self._menu_button):
            part.set_theme(theme)
        self.update()

    def set_title(self, title: str) -> None:
        """Show the chat's title."""
        self._title.setText(title)
        self._title.updateGeometry()

    def set_choices(self, choices: Sequence[ModelChoice]) -> None:
        """Offer these models, those of one engine one after the other."""
        self.model_picker.set_choices(choices)

    def set_current(self, ref: ModelRef | None, label: str) -> None:
        """Show which model answers here; `label` alone if none does or it is not on offer."""
        self.model_picker.set_current(ref, label)

    def set_usage(self, used: int | None, total: int | None) -> None:
        """Show how much of the context is in use; None for what is not known."""
        self.context_meter.set_usage(used, total)

    def set_sidebar_folded(self, is_folded: bool) -> None:
        """Offer the way back to the sidebar while it is folded."""
        self._sidebar_button.setVisible(is_folded)

    def set_params_summary(self, summary: str) -> None:
        """Tell what was chosen for the replies of the chat shown; "" for nothing."""
        keys = QKeySequence(SHORTCUTS["chat.params"])
        shortcut = keys.toString(QKeySequence.SequenceFormat.NativeText)
        tip = f"{self.tr('Parameters')} ({shortcut})"
        self._params_button.setToolTip(plain_tooltip(f"{tip}\n{summary}" if summary else tip))
        self._params_button.setAccessibleDescription(summary)
        self._params_button.set_marked(bool(summary))

    def set_has_menu(self, has_menu: bool) -> None:
        """Offer the commands of the chat shown; a new chat has none."""
        self._menu_button.setVisible(has_menu)

    @Slot()
    def _on_menu_clicked(self) -> None:
        button = self._menu_button
        self.menu_requested.emit(button.mapToGlobal(button.rect().bottomLeft()))

    # Qt overrides

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        border = self._theme.border
        line = QColor(self._theme.line)
        painter.fillRect(0, self.height() - border, self.width(), border, line)
