"""One control for each parameter; an empty one leaves the value to the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication, QLocale, QObject, Qt, Signal, Slot
from PySide6.QtGui import QFont, QFontMetrics
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from desktop_chat.domain.params import ParamName
from desktop_chat.services.replies.params import LIMITS
from desktop_chat.ui.dialogs.setting_fields import QuietComboBox
from desktop_chat.ui.fonts import code_family, font_of
from desktop_chat.ui.param_words import param_hint, param_label
from desktop_chat.ui.sizes import TEXT_CODE, TEXT_INTERFACE, TEXT_STATUS
from desktop_chat.ui.widgets.label import ElidedLabel, Label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from desktop_chat.ui.theme import Theme

_WHOLE = {ParamName.MAX_TOKENS, ParamName.TOP_K, ParamName.SEED}
USUAL_EFFORTS = ("none", "low", "medium", "high")
TEXT_FRAME = 20


class ParamField(QObject):
    """A labelled control.

    Attributes:
        name: The parameter; "" for what is none, such as the system prompt.
        widget: What the dialog shows.

    Signals:
        changed(): the user gave another value.
    """

    changed = Signal()

    def __init__(self, name: str, label: str, hint: str, control: QWidget) -> None:
        self.widget = QWidget()
        super().__init__(self.widget)
        self.name = name
        self.control = control
        self._hint = hint
        self._title = Label(label, px=TEXT_INTERFACE)
        self._note = ElidedLabel(hint, px=TEXT_STATUS, ink="muted")
        self._title.setBuddy(control)
        control.setObjectName(f"param-{name}")
        control.setAccessibleName(label)
        control.setAccessibleDescription(hint)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._title)
        head.addStretch(1)
        head.addWidget(self._note)
        column = QVBoxLayout(self.widget)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(control)

    def value(self) -> Any:
        """Return what was entered; None for nothing.

        Raises:
            ValueError: It cannot be used; the words say what could be.
        """
        raise NotImplementedError

    def set_value(self, value: Any) -> None:
        """Show a value; says nothing to the outside."""
        raise NotImplementedError

    def set_error(self, text: str) -> None:
        """Say why the value cannot be used; "" takes it away."""
        self._note.set_ink("error" if text else "muted")
        self._note.setText(text or self._hint)
        self._note.updateGeometry()
        self.control.setAccessibleDescription(text or self._hint)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size."""
        for label in (self._title, self._note):
            label.set_theme(theme)

    @Slot()
    def _on_control_changed(self) -> None:
        self.set_error("")
        self.changed.emit()


class NumberField(ParamField):
    """A number of one line."""

    def __init__(self, name: ParamName) -> None:
        self._line = QLineEdit()
        self._line.setPlaceholderText(engines_own())
        self._line.setMaxLength(24)
        self._name = name
        super().__init__(name.value, param_label(name), param_hint(name), self._line)
        self._line.textEdited.connect(self._on_control_changed)

    def value(self) -> Any:
        """Return the number; None for nothing."""
        text = self._line.text().strip()
        if not text:
            return None
        number = _number(text, is_whole=self._name in _WHOLE)
        limit = LIMITS[self._name]
        is_none = self._name is ParamName.MAX_TOKENS and number == 0
        if number is None or is_none or not limit.minimum <= number <= limit.maximum:
            raise ValueError(_expected(self._name))
        return number

    def set_value(self, value: Any) -> None:
        """Show a value; says nothing to the outside."""
        self.set_error("")
        locale = QLocale()
        locale.setNumberOptions(QLocale.NumberOption.OmitGroupSeparator)
        if value is None:
            self._line.setText("")
        elif isinstance(value, float):
            self._line.setText(locale.toString(value, "g", 8))
        else:
            self._line.setText(str(value))


class EffortField(ParamField):
    """One of the words that the model offers.

    Args:
        words: Those words; empty where the model does not tell.
    """

    def __init__(self, words: Sequence[str]) -> None:
        self._box = QuietComboBox()
        name = ParamName.REASONING_EFFORT
        # Many models do not reason at all, and few servers tell.
        unknown = QCoreApplication.translate("Params", "For models that reason")
        super().__init__(
            name.value, param_label(name), param_hint(name) if words else unknown, self._box
        )
        self._box.addItem(engines_own(), None)
        for word in words or USUAL_EFFORTS:
            self._box.addItem(word, word)
        self._box.activated.connect(self._on_control_changed)

    def value(self) -> Any:
        """Return the word; None for nothing."""
        return self._box.currentData()

    def set_value(self, value: Any) -> None:
        """Show a value, also one that this model does not offer."""
        if value is not None and self._box.findData(value) < 0:
            self._box.addItem(str(value), value)
        self._box.setCurrentIndex(max(0, self._box.findData(value)))


class TextField(ParamField):
    """Lines of text.

    Args:
        lines: How many are seen at once.
        is_code: Whether it is written in the font of code.
    """

    def __init__(
        self, name: str, label: str, hint: str, lines: int, *, is_code: bool = False
    ) -> None:
        self._edit = QPlainTextEdit()
        self._lines = lines
        self._is_code = is_code
        super().__init__(name, label, hint, self._edit)
        self._edit.setTabChangesFocus(True)
        self._edit.setFrameShape(QFrame.Shape.NoFrame)
        self._edit.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        if is_code:
            self._edit.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self._edit.textChanged.connect(self._on_control_changed)

    def set_placeholder(self, text: str) -> None:
        """Show an example while nothing was entered."""
        self._edit.setPlaceholderText(text)

    def value(self) -> Any:
        """Return the text; None for nothing."""
        text = self._edit.toPlainText()
        return text if text.strip() else None

    def set_value(self, value: Any) -> None:
        """Show a value; says nothing to the outside."""
        self._edit.blockSignals(True)
        self._edit.setPlainText(str(value or ""))
        self._edit.blockSignals(False)
        self.set_error("")

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size."""
        super().set_theme(theme)
        px = theme.px(TEXT_CODE if self._is_code else TEXT_INTERFACE)
        font = font_of(px)
        if self._is_code:
            font = QFont(code_family())
            font.setPixelSize(px)
        self._edit.setFont(font)
        line = QFontMetrics(font).lineSpacing()
        self._edit.setFixedHeight(self._lines * line + TEXT_FRAME)


class StopField(TextField):
    r"""Texts that end the reply, one on each line; `\n` in them stands for a line break."""

    def __init__(self) -> None:
        name = ParamName.STOP
        super().__init__(name.value, param_label(name), param_hint(name), 2)

    def value(self) -> Any:
        """Return the texts; () for none."""
        lines = (super().value() or "").split("\n")
        return tuple(line.replace("\\n", "\n") for line in lines if line)

    def set_value(self, value: Any) -> None:
        """Show the texts; says nothing to the outside."""
        super().set_value("\n".join(text.replace("\n", "\\n") for text in value or ()))


def engines_own() -> str:
    """Return what stands in a field that leaves the value to the engine."""
    return QCoreApplication.translate("Params", "Engine’s own")


def _expected(name: ParamName) -> str:
    """Return what a number can be, for one that cannot."""
    limit = LIMITS[name]
    if name is ParamName.MAX_TOKENS:
        return QCoreApplication.translate("Params", "1 or more, or -1")
    if limit.maximum > 100:
        words = QCoreApplication.translate("Params", "A whole number from {0}")
        return words.format(f"{limit.minimum:g}")
    words = QCoreApplication.translate("Params", "A number from {0} to {1}")
    return words.format(f"{limit.minimum:g}", f"{limit.maximum:g}")


def _number(text: str, *, is_whole: bool) -> float | int | None:
    locale = QLocale()
    if is_whole:
        whole, is_ok = locale.toLongLong(text)
        return whole if is_ok else None
    # Both signs are taken for the decimal point: what is copied has a dot.
    for each in (QLocale.c(), locale):
        found, is_ok = each.toDouble(text)
        if is_ok and found - found == 0:
            return found
    return None
