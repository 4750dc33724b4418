"""The controls of the settings dialog, one for each kind of setting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication, QObject, Signal, Slot
from PySide6.QtGui import QPainter, QPalette
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QPushButton, QSpinBox, QWidget

from desktop_chat.ui.icons import pixmap
from desktop_chat.ui.sizes import ICON

if not TYPE_CHECKING:
    from desktop_chat.overriding import override

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent, QWheelEvent
    from typing_extensions import override

    from desktop_chat.services.settings import SettingDeclaration

PERCENT_STEP = 10
ARROW_MARGIN = 10
TEXT_MARGIN = 12


class SettingField(QObject):
    """One control with its value.

    Attributes:
        widget: What the dialog shows.
        control: The part of it that takes the keyboard.

    Signals:
        changed(value: object): the user gave another value.
    """

    changed = Signal(object)

    def __init__(self, widget: QWidget, control: QWidget | None = None) -> None:
        super().__init__(widget)
        self.widget = widget
        self.control = control or widget

    def set_value(self, value: Any) -> None:
        """Show a value; says nothing to the outside."""
        raise NotImplementedError

    def set_fixed(self) -> None:
        """Show the value without letting it be changed."""
        self.control.setEnabled(False)


class TextField(SettingField):
    """A line of text; it counts when it is left or Enter is pressed."""

    def __init__(self) -> None:
        self._line = QLineEdit()
        super().__init__(self._line)
        self._known = ""
        self._line.editingFinished.connect(self._on_editing_finished)

    def set_value(self, value: Any) -> None:
        """Show a value; says nothing to the outside."""
        self._known = str(value or "")
        self._line.setText(self._known)

    @Slot()
    def _on_editing_finished(self) -> None:
        text = self._line.text().strip()
        if text != self._known:
            self._known = text
            self.changed.emit(text)


class SecretField(SettingField):
    """A secret is written and never shown; an empty field leaves it as it is."""

    def __init__(self) -> None:
        self._line = QLineEdit()
        self._line.setEchoMode(QLineEdit.EchoMode.Password)
        self._line.setPlaceholderText(_tr("Type or paste a new one"))
        self._remove = QPushButton(_tr("Remove"))
        self._remove.setAutoDefault(False)
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._line, 1)
        layout.addWidget(self._remove)
        super().__init__(row, self._line)
        self._line.editingFinished.connect(self._on_editing_finished)
        self._remove.clicked.connect(self._on_remove_clicked)

    def set_value(self, value: Any) -> None:
        """Forget what was typed; the value itself never comes here."""
        self._line.clear()

    def set_fixed(self) -> None:
        """Let it be neither changed nor removed."""
        self.widget.setEnabled(False)
        self._line.setPlaceholderText("")

    @Slot()
    def _on_editing_finished(self) -> None:
        text = self._line.text().strip()
        if text:
            self._line.clear()
            self._line.setPlaceholderText(_tr("Stored. Type or paste to replace it"))
            self.changed.emit(text)

    @Slot()
    def _on_remove_clicked(self) -> None:
        self._line.clear()
        self._line.setPlaceholderText(_tr("Removed. Type or paste a new one"))
        self.changed.emit("")


class ChoiceField(SettingField):
    """One of a few values."""

    def __init__(self, declaration: SettingDeclaration) -> None:
        self._box = QuietComboBox()
        super().__init__(self._box)
        for value, label in declaration.choices.items():
            self._box.addItem(_tr(label), value)
        self._box.activated.connect(self._on_activated)

    def set_value(self, value: Any) -> None:
        """Show a value; says nothing to the outside."""
        self._box.setCurrentIndex(self._box.findData(value))

    @Slot()
    def _on_activated(self) -> None:
        self.changed.emit(self._box.currentData())


class NumberField(SettingField):
    """A number, or words in the place of the lowest one."""

    def __init__(self, declaration: SettingDeclaration) -> None:
        self._spin = _QuietSpinBox()
        self._spin.lineEdit().setTextMargins(TEXT_MARGIN, 0, 0, 0)
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._spin, 1)
        for sign, name, slot in (
            ("−", _tr("Smaller"), self._spin.stepDown),
            ("+", _tr("Larger"), self._spin.stepUp),
        ):
            button = QPushButton(sign)
            button.setProperty("look", "step")
            button.setAccessibleName(name)
            button.setAutoDefault(False)
            button.clicked.connect(slot)
            layout.addWidget(button)
        super().__init__(row, self._spin)
        self._spin.setRange(declaration.minimum, declaration.maximum)
        is_percent = declaration.kind == "percent"
        self._spin.setSingleStep(PERCENT_STEP if is_percent else declaration.step)
        self._spin.setSuffix(f" {'%' if is_percent else _tr(declaration.unit)}".rstrip())
        if declaration.at_minimum:
            self._spin.setSpecialValueText(_tr(declaration.at_minimum))
        # Else typing 150 would set 1 and 15 on the way.
        self._spin.setKeyboardTracking(False)
        self._spin.valueChanged.connect(self._on_value_changed)

    def set_value(self, value: Any) -> None:
        """Show a value; says nothing to the outside."""
        self._spin.blockSignals(True)
        self._spin.setValue(int(value))
        self._spin.blockSignals(False)

    @Slot(int)
    def _on_value_changed(self, value: int) -> None:
        self.changed.emit(value)


class PathField(SettingField):
    """A folder: shown, with a button that opens it.

    Signals:
        open_requested()
    """

    open_requested = Signal()

    def __init__(self) -> None:
        self._line = QLineEdit()
        self._line.setReadOnly(True)
        button = QPushButton(_tr("Open"))
        button.setAutoDefault(False)
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._line, 1)
        layout.addWidget(button)
        super().__init__(row, self._line)
        button.clicked.connect(self.open_requested)

    def set_value(self, value: Any) -> None:
        """Show a value; says nothing to the outside."""
        self._line.setText(str(value or ""))
        self._line.setCursorPosition(0)

    def set_fixed(self) -> None:
        """It is shown in any case; opening the folder goes on to work."""


def make_field(declaration: SettingDeclaration) -> SettingField:
    """Return the control for the kind of a setting."""
    match declaration.kind:
        case "secret":
            return SecretField()
        case "choice":
            return ChoiceField(declaration)
        case "percent" | "number":
            return NumberField(declaration)
        case "path":
            return PathField()
        case _:
            return TextField()


class QuietComboBox(QComboBox):
    """A choice that the wheel does not change.

    A style sheet takes the arrow away; it is painted here, as the picker's is.
    """

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        colour = self.palette().color(QPalette.ColorRole.PlaceholderText).name()
        arrow = pixmap("chevron-down", colour, ICON, self.devicePixelRatioF())
        left = self.width() - ICON - ARROW_MARGIN
        QPainter(self).drawPixmap(left, (self.height() - ICON) // 2, arrow)

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # scrolling past must not change a setting


class _QuietSpinBox(QSpinBox):
    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


def _tr(text: str) -> str:
    return QCoreApplication.translate("settings", text)
