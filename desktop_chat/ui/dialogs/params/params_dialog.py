"""How the replies of a chat are generated: instructions, parameters, presets."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from desktop_chat.domain.params import ParamName
from desktop_chat.domain.preset import ChatSetup
from desktop_chat.ui.dialogs.params.fields import TextField
from desktop_chat.ui.dialogs.params.offer import make_fields
from desktop_chat.ui.dialogs.params.preset_row import PresetRow
from desktop_chat.ui.param_words import param_labels, params_summary
from desktop_chat.ui.sizes import TEXT_INTERFACE, TEXT_STATUS
from desktop_chat.ui.widgets.label import ElidedLabel, Label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from desktop_chat.domain.preset import Preset
    from desktop_chat.ui.dialogs.params.offer import Offer
    from desktop_chat.ui.theme import Theme

WIDTH = 600
FOOT = 76
EDGE = 80
MARGIN = 20
GAP = 16
PROMPT = "system_prompt"
_LONG = {ParamName.STOP, ParamName.JSON_SCHEMA}


class ParamsDialog(QDialog):
    """Offers what the engine understands; what else was chosen is named, kept and not sent.

    Signals:
        save_requested(setup: ChatSetup): the chat shall have these from now on.
        preset_save_requested(setup: ChatSetup, preset: Preset | None): they shall be kept under
            a name; the preset is the one in use.
        preset_delete_requested(preset: Preset): it shall be deleted.
    """

    save_requested = Signal(object)
    preset_save_requested = Signal(object, object)
    preset_delete_requested = Signal(object)

    def __init__(self, offer: Offer, setup: ChatSetup, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._offer = offer
        self._setup = setup
        self._preset_id = setup.preset_id
        self._title = ElidedLabel(offer.title, px=TEXT_INTERFACE, ink="muted")
        self._listed: Sequence[Preset] = ()
        self._presets = PresetRow()
        self._prompt = TextField(
            PROMPT, self.tr("Instructions"), self.tr("Each request begins with them"), 3
        )
        self._fields = make_fields(offer)
        self._unsupported = Label(px=TEXT_STATUS, ink="muted")
        self._column = QVBoxLayout()
        self._reset = QPushButton(self.tr("Reset"))
        self._cancel = QPushButton(self.tr("Cancel"))
        self._save = QPushButton(self.tr("Save"))
        self._build_ui()
        self._connect()
        self._show(setup)
        if self._fields:
            next(iter(self._fields.values())).control.setFocus()

    # Building

    def _build_ui(self) -> None:
        self.setObjectName("paramsDialog")
        self.setWindowTitle(self.tr("Parameters"))
        self._unsupported.setObjectName("paramsNote")
        self._unsupported.setWordWrap(True)
        self._reset.setObjectName("paramsResetButton")
        self._save.setObjectName("paramsSaveButton")
        self._save.setDefault(True)
        for button in (self._reset, self._cancel):
            button.setAutoDefault(False)
        self._fill_column()
        page = QWidget()
        page.setLayout(self._column)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(page)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(MARGIN, 0, MARGIN, 0)
        buttons.setSpacing(8)
        buttons.addWidget(self._reset)
        buttons.addStretch(1)
        buttons.addWidget(self._cancel)
        buttons.addWidget(self._save)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 16, 0, 16)
        layout.setSpacing(GAP)
        layout.addWidget(scroll, 1)
        layout.addLayout(buttons)

    def _fill_column(self) -> None:
        column = self._column
        column.setContentsMargins(MARGIN, 0, MARGIN, 0)
        column.setSpacing(GAP)
        column.addWidget(self._title)
        column.addWidget(self._presets)
        column.addWidget(self._prompt.widget)
        grid = QGridLayout()
        grid.setHorizontalSpacing(GAP)
        grid.setVerticalSpacing(GAP - 4)
        short = [field for name, field in self._fields.items() if name not in _LONG]
        for place, field in enumerate(short):
            grid.addWidget(field.widget, place // 2, place % 2)
        for half in (0, 1):
            grid.setColumnStretch(half, 1)
        column.addLayout(grid)
        for name in ParamName:
            if name in _LONG and name in self._fields:
                column.addWidget(self._fields[name].widget)
        column.addWidget(self._unsupported)
        column.addStretch(1)

    def _connect(self) -> None:
        self._presets.chosen.connect(self._on_preset_chosen)
        self._presets.save_requested.connect(self._on_preset_save_requested)
        self._presets.delete_requested.connect(self.preset_delete_requested)
        self._reset.clicked.connect(self._on_reset_clicked)
        self._cancel.clicked.connect(self.reject)
        self._save.clicked.connect(self._on_save_clicked)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size."""
        for part in (self._title, self._presets, self._prompt, self._unsupported):
            part.set_theme(theme)
        for field in self._fields.values():
            field.set_theme(theme)
        self._column.activate()
        room = self.screen().availableGeometry()
        width = min(theme.px(WIDTH), room.width() - EDGE)
        column = self._column
        # Only a wrapped label has a height for a width, and it may not be shown.
        needed = column.totalSizeHint().height()
        if column.hasHeightForWidth():
            needed = column.totalHeightForWidth(width)
        height = needed + theme.px(FOOT)
        self.resize(width, min(height, room.height() - EDGE))

    # What is shown

    def set_presets(self, presets: Sequence[Preset], chosen_id: int | None = None) -> None:
        """Offer these presets; without an id the one in use stays, if it is still there."""
        self._listed = presets
        self._preset_id = chosen_id or self._preset_id
        self._presets.set_presets(presets, self._preset_id)

    def set_error(self, name: str, text: str) -> None:
        """Say at its field why a value cannot be used."""
        fields = {field.name: field for field in (*self._fields.values(), self._prompt)}
        field = fields.get(name)
        if field is None:
            self._unsupported.set_ink("error")
            self._unsupported.setText(text)
            self._unsupported.show()
            return
        field.set_error(text)
        field.control.setFocus()

    def _show(self, setup: ChatSetup) -> None:
        self._setup = setup
        self._prompt.set_value(setup.system_prompt)
        for name, field in self._fields.items():
            field.set_value(getattr(setup.params, name.value))
        self._show_unsupported()

    def _show_unsupported(self) -> None:
        missing = frozenset(ParamName) - self._offer.supported
        kept = self._setup.params.only(missing)
        sentences = []
        if missing:
            words = self.tr("This engine does not take: {0}.")
            sentences.append(words.format(param_labels(missing)))
        if kept.chosen:
            words = self.tr("Chosen before, kept and not sent: {0}.")
            sentences.append(words.format(params_summary(kept)))
        self._unsupported.set_ink("muted")
        self._unsupported.setText(" ".join(sentences))
        self._unsupported.setVisible(bool(sentences))

    def _entered(self) -> ChatSetup | None:
        """Return what was entered; None where something cannot be used, which is then told."""
        values = {}
        for name, field in self._fields.items():
            try:
                values[name.value] = field.value()
            except ValueError as error:
                self.set_error(field.name, str(error))
                return None
        # What this engine does not take stays with the chat, for others.
        kept = self._setup.params.only(frozenset(ParamName) - self._offer.supported)
        params = replace(kept, **values)
        preset = self._presets.chosen_preset
        prompt = (self._prompt.value() or "").strip()
        return ChatSetup(params, prompt, preset.id if preset is not None else None)

    # What the user does

    @Slot(object)
    def _on_preset_chosen(self, preset: Preset | None) -> None:
        self._preset_id = preset.id if preset is not None else None
        if preset is not None:
            self._show(ChatSetup(preset.params, preset.system_prompt, preset.id))

    @Slot()
    def _on_preset_save_requested(self) -> None:
        setup = self._entered()
        if setup is not None:
            self.preset_save_requested.emit(setup, self._presets.chosen_preset)

    @Slot()
    def _on_reset_clicked(self) -> None:
        self._show(ChatSetup())
        self._preset_id = None
        self._presets.set_presets(self._listed, None)

    @Slot()
    def _on_save_clicked(self) -> None:
        setup = self._entered()
        if setup is not None:
            self.save_requested.emit(setup)
