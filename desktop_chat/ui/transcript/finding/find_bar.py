"""The bar for finding text in the chat shown."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QColor, QPainter, QPalette
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QSizePolicy, QWidget

from desktop_chat.ui.fonts import font_of
from desktop_chat.ui.icons import pixmap
from desktop_chat.ui.sizes import ICON, RADIUS, ROW, TEXT_INTERFACE, TEXT_STATUS
from desktop_chat.ui.transcript.finding.finding_text import Query
from desktop_chat.ui.widgets.button import Button, ButtonLook
from desktop_chat.ui.widgets.card import paint_surface

if not TYPE_CHECKING:
    from desktop_chat.overriding import override

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QPaintEvent
    from typing_extensions import override

    from desktop_chat.ui.theme import Theme

WIDTH = 420
HEIGHT = 42
_SIDE = 10
_BUTTON = 28
_SMALLEST_FIELD = 64
LONGEST = 500


class FindBar(QWidget):
    """A field, the number of hits, and buttons: next, previous, options, close.

    Signals:
        query_changed(object): the `Query` that was typed, or that an option changed.
        step_requested(int): 1 for the next hit, -1 for the previous one.
        close_requested()
    """

    query_changed = Signal(object)
    step_requested = Signal(int)
    close_requested = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme: Theme | None = None
        self.field = QLineEdit(self)
        self.count = QLabel(self)
        self.previous = self._button("chevron-up", self.tr("Previous hit"), "Shift+F3")
        self.next = self._button("chevron-down", self.tr("Next hit"), "F3")
        self.exact = self._button("case-sensitive", self.tr("Match case and accents"))
        self.whole_word = self._button("whole-word", self.tr("Whole words only"))
        self.close_button = self._button("x", self.tr("Close"), "Esc")
        self._build_ui()
        self._connect()

    def _button(self, icon_name: str, name: str, shortcut: str = "") -> Button:
        button = Button(ButtonLook.QUIET, icon_name=icon_name, height=_BUTTON, parent=self)
        button.setAccessibleName(name)
        button.setToolTip(f"{name} ({shortcut})" if shortcut else name)
        return button

    @property
    def _buttons(self) -> tuple[Button, ...]:
        return self.exact, self.whole_word, self.previous, self.next, self.close_button

    def _build_ui(self) -> None:
        self.setObjectName("findBar")
        self.setAccessibleName(self.tr("Find in this chat"))
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.field.setObjectName("findField")
        self.field.setAccessibleName(self.tr("Find in this chat"))
        self.field.setPlaceholderText(self.tr("Find in this chat"))
        self.field.setMaxLength(LONGEST)
        self.field.setFrame(False)
        palette = self.field.palette()
        palette.setColor(QPalette.ColorRole.Base, Qt.GlobalColor.transparent)
        self.field.setPalette(palette)
        self.field.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.count.setObjectName("findCount")
        self.count.setTextFormat(Qt.TextFormat.PlainText)
        for option in (self.exact, self.whole_word):
            option.setCheckable(True)
        for before, after in pairwise((self.field, *self._buttons)):
            QWidget.setTabOrder(before, after)
        row = QHBoxLayout(self)
        row.addWidget(self.field, 1)
        row.addWidget(self.count)
        for button in self._buttons:
            row.addWidget(button)

    def _connect(self) -> None:
        self.field.textChanged.connect(self._on_changed)
        self.exact.toggled.connect(self._on_changed)
        self.whole_word.toggled.connect(self._on_changed)
        self.next.clicked.connect(self._on_next_clicked)
        self.previous.clicked.connect(self._on_previous_clicked)
        self.close_button.clicked.connect(self.close_requested)

    def query(self) -> Query:
        """Return what is looked for."""
        return Query(
            self.field.text(),
            is_exact=self.exact.isChecked(),
            is_whole_word=self.whole_word.isChecked(),
        )

    def set_query(self, text: str) -> None:
        """Put in what is looked for, any case, accents and words around it; emits nothing."""
        self.blockSignals(True)
        self.exact.setChecked(False)
        self.whole_word.setChecked(False)
        self.field.setText(text)
        self.blockSignals(False)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size."""
        self._theme = theme
        px = theme.px
        self.setFixedHeight(px(HEIGHT))
        self.field.setFont(font_of(px(TEXT_INTERFACE)))
        self.field.setFixedHeight(px(ROW) - 4)
        self.count.setFont(font_of(px(TEXT_STATUS)))
        self.count.setContentsMargins(px(4), 0, px(8), 0)
        for button in self._buttons:
            button.set_theme(theme)
        row = self.layout()
        assert isinstance(row, QHBoxLayout)
        row.setContentsMargins(px(_SIDE) + px(ICON) + px(4), 0, px(7), 0)
        row.setSpacing(px(2))
        self._colour_count(is_none=False)

    def place(self, width: int, top: int) -> None:
        """Stand at the top right of a pane of this width."""
        assert self._theme is not None
        side = self._theme.px(12)
        wide = min(self._theme.px(WIDTH), width - 2 * min(side, 8))
        self._fit(wide)
        self.setGeometry(width - wide - min(side, max(0, width - wide)), top, wide, self.height())

    def _fit(self, width: int) -> None:
        """Leave out what a narrow bar has no room for, the least needed first."""
        assert self._theme is not None
        px = self._theme.px
        button = px(_BUTTON) + px(2)
        room = width - px(_SIDE) - px(ICON) - px(4) - px(7) - px(_SMALLEST_FIELD) - button
        for part, needed in (
            (self.count, self.count.sizeHint().width() + px(2) if self.count.text() else 0),
            (self.next, button),
            (self.previous, button),
            (self.exact, button),
            (self.whole_word, button),
        ):
            part.setVisible(room >= needed)
            room -= needed if room >= needed else 0

    def set_status(self, number: int, total: int, *, is_running: bool) -> None:
        """Show which hit of how many is the current one.

        Args:
            number: Of the current hit, from 1; 0 if there is none.
            total: How many are known.
            is_running: Whether there may be more.
        """
        text = self._status_text(number, total, is_running=is_running)
        is_none = not total and not is_running and bool(text)
        if text == self.count.text():
            return
        self.count.setText(text)
        self._colour_count(is_none=is_none)
        self._fit(self.width())
        if text and not is_running and QAccessible.isActive():
            from desktop_chat.ui.transcript.access.accessible import send_event

            send_event(QAccessibleAnnouncementEvent(self.count, text))

    def _status_text(self, number: int, total: int, *, is_running: bool) -> str:
        if not self.field.text():
            return ""
        if not total:
            return self.tr("Searching…") if is_running else self.tr("No hits")
        locale = self.locale()
        more = "+" if is_running else ""
        all_of_them = f"{locale.toString(total)}{more}"
        if not number:
            return all_of_them
        return self.tr("{0} of {1}").format(locale.toString(number), all_of_them)

    def _colour_count(self, *, is_none: bool) -> None:
        if self._theme is not None:
            palette = self.count.palette()
            colour = QColor(self._theme.error if is_none else self._theme.muted)
            palette.setColor(QPalette.ColorRole.WindowText, colour)
            self.count.setPalette(palette)

    @Slot()
    def _on_changed(self) -> None:
        self.query_changed.emit(self.query())

    @Slot()
    def _on_next_clicked(self) -> None:
        self.step_requested.emit(1)

    @Slot()
    def _on_previous_clicked(self) -> None:
        self.step_requested.emit(-1)

    # Qt overrides

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        is_back = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if event.key() == Qt.Key.Key_Escape:
            self.close_requested.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F3):
            focused = self.focusWidget()
            if isinstance(focused, Button) and event.key() != Qt.Key.Key_F3:
                focused.click()
            else:
                self.step_requested.emit(-1 if is_back else 1)
        else:
            # Keys that mean nothing here scroll the conversation.
            super().keyPressEvent(event)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        if self._theme is None:
            return
        painter = QPainter(self)
        has_ring = self.field.hasFocus()
        paint_surface(painter, self.rect(), self._theme, radius=RADIUS, has_ring=has_ring)
        size = self._theme.px(ICON)
        picture = pixmap("search", self._theme.muted, size, self.devicePixelRatioF())
        at = self._theme.px(_SIDE)
        painter.drawPixmap(at, (self.height() - size) // 2, picture)
