"""The line of presets: choose one, keep what was entered as one, delete one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from desktop_chat.ui.dialogs.setting_fields import QuietComboBox
from desktop_chat.ui.sizes import TEXT_INTERFACE
from desktop_chat.ui.widgets.label import Label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from desktop_chat.domain.preset import Preset
    from desktop_chat.ui.theme import Theme

LONGEST = 60


class PresetRow(QWidget):
    """Presets by name.

    Signals:
        chosen(preset: Preset | None): the user chose one, to take its values, or none.
        save_requested(): what is entered shall be kept as a preset.
        delete_requested(preset: Preset): the chosen one shall be deleted.
    """

    chosen = Signal(object)
    save_requested = Signal()
    delete_requested = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._presets: Sequence[Preset] = ()
        self._label = Label(self.tr("Preset"), px=TEXT_INTERFACE)
        self._box = QuietComboBox()
        self._save = QPushButton(self.tr("Save as preset…"))
        self._delete = QPushButton(self.tr("Delete"))
        self._build_ui()
        self._box.activated.connect(self._on_box_activated)
        self._save.clicked.connect(self.save_requested)
        self._delete.clicked.connect(self._on_delete_clicked)
        self.set_presets((), None)

    def _build_ui(self) -> None:
        self._label.setBuddy(self._box)
        self._box.setObjectName("presetChoice")
        self._box.setAccessibleName(self._label.text())
        self._save.setObjectName("presetSaveButton")
        self._delete.setObjectName("presetDeleteButton")
        self._delete.setAccessibleName(self.tr("Delete this preset"))
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._box, 1)
        row.addWidget(self._save)
        row.addWidget(self._delete)
        for button in (self._save, self._delete):
            button.setAutoDefault(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self._label)
        column.addLayout(row)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size."""
        self._label.set_theme(theme)

    def set_presets(self, presets: Sequence[Preset], chosen_id: int | None) -> None:
        """Offer these presets; the one with this id is the one in use."""
        self._presets = presets
        self._box.clear()
        self._box.addItem(self.tr("No preset"), None)
        for preset in presets:
            self._box.addItem(preset.name[:LONGEST], preset.id)
        self._box.setCurrentIndex(max(0, self._box.findData(chosen_id)))
        self._box.setEnabled(bool(presets))
        self._delete.setEnabled(self.chosen_preset is not None)

    @property
    def chosen_preset(self) -> Preset | None:
        """The preset that is chosen."""
        wanted = self._box.currentData()
        return next((preset for preset in self._presets if preset.id == wanted), None)

    @Slot()
    def _on_box_activated(self) -> None:
        preset = self.chosen_preset
        self._delete.setEnabled(preset is not None)
        self.chosen.emit(preset)

    @Slot()
    def _on_delete_clicked(self) -> None:
        preset = self.chosen_preset
        if preset is not None:
            self.delete_requested.emit(preset)
