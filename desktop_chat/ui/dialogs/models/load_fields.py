"""A field for each way in which a model can be loaded."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication, QLocale, Signal, Slot
from PySide6.QtGui import QIntValidator
from PySide6.QtWidgets import QGridLayout, QLineEdit, QWidget

from desktop_chat.domain.engine_features import LoadOptions
from desktop_chat.ui.dialogs.setting_fields import QuietComboBox
from desktop_chat.ui.sizes import TEXT_INTERFACE
from desktop_chat.ui.widgets.label import Label

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from desktop_chat.domain.model_info import ModelInfo
    from desktop_chat.ui.theme import Theme

YES, NO = "yes", "no"
# Beyond these no engine loads anything; they keep slips of the finger out.
LARGEST = {
    "context_length": 10_000_000,
    "eval_batch_size": 100_000,
    "num_experts": 1000,
    "gpu_layers": 1000,
    "threads": 1000,
}
SMALLEST = {"gpu_layers": 0}
# LM Studio loads MLX models with all the context they can take, unless told otherwise, which
# may be more than the memory holds (lm-studio-wire.md 3.5).
MLX_CONTEXT = 8192


class LoadFields(QWidget):
    """A field that is left alone leaves the engine's own value.

    Signals:
        changed()
    """

    changed = Signal()

    def __init__(
        self, names: AbstractSet[str], info: ModelInfo, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._labels: list[Label] = []
        self._numbers: dict[str, QLineEdit] = {}
        self._choices: dict[str, QuietComboBox] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(8)
        self._grid.setColumnStretch(1, 1)
        for name in (field.name for field in fields(LoadOptions)):
            if name in LARGEST and name in names:
                self._add_number(name, info)
            elif name in names:
                self._add_choice(name)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size."""
        for label in self._labels:
            label.set_theme(theme)

    def options(self) -> LoadOptions:
        """Return what is entered; what cannot be used is left to the engine."""
        values: dict[str, Any] = {}
        for name, line in self._numbers.items():
            if line.hasAcceptableInput():
                values[name] = QLocale().toInt(line.text())[0]
        for name, box in self._choices.items():
            if box.currentData():
                values[name] = box.currentData() == YES
        return LoadOptions(**values)

    def _add_number(self, name: str, info: ModelInfo) -> None:
        line = QLineEdit()
        most = LARGEST[name]
        line.setPlaceholderText(_tr("Engine's own"))
        if name == "context_length" and info.max_context_length:
            most = info.max_context_length
            words = _tr("Engine's own; {0} at most")
            line.setPlaceholderText(words.format(QLocale().toString(most)))
            if info.file_format == "mlx":
                line.setText(str(min(most, MLX_CONTEXT)))
        line.setValidator(QIntValidator(SMALLEST.get(name, 1), most, line))
        line.textChanged.connect(self._on_changed)
        self._numbers[name] = line
        self._add(name, line)

    def _add_choice(self, name: str) -> None:
        box = QuietComboBox()
        for value, words in (("", _tr("Engine's own")), (YES, _tr("On")), (NO, _tr("Off"))):
            box.addItem(words, value)
        box.activated.connect(self._on_changed)
        self._choices[name] = box
        self._add(name, box)

    def _add(self, name: str, field: QWidget) -> None:
        title = _title(name)
        label = Label(title, px=TEXT_INTERFACE)
        label.setBuddy(field)
        field.setObjectName(name)
        field.setAccessibleName(title)
        row = self._grid.rowCount()
        self._grid.addWidget(label, row, 0)
        self._grid.addWidget(field, row, 1)
        self._labels.append(label)

    @Slot()
    def _on_changed(self) -> None:
        self.changed.emit()


def _title(name: str) -> str:
    titles = {
        "context_length": _tr("Context length"),
        "flash_attention": _tr("Flash attention"),
        "eval_batch_size": _tr("Batch size"),
        "num_experts": _tr("Experts"),
        "offload_kv_cache_to_gpu": _tr("Cache on the GPU"),
        "gpu_layers": _tr("Layers on the GPU"),
        "threads": _tr("Threads"),
    }
    return titles.get(name, name)


def _tr(text: str) -> str:
    return QCoreApplication.translate("models", text)
