"""Asks how a model shall be loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from desktop_chat.ui.dialogs.models.load_fields import LoadFields
from desktop_chat.ui.dialogs.models.words import size_words
from desktop_chat.ui.sizes import TEXT_INTERFACE, TEXT_STATUS
from desktop_chat.ui.widgets.label import Label

if TYPE_CHECKING:
    from desktop_chat.domain.engine_features import EngineFeatures, LoadOptions
    from desktop_chat.domain.model_info import ModelInfo, ModelRef
    from desktop_chat.ui.theme import Theme

WIDTH = 440
MARGIN = 20


class LoadDialog(QDialog):
    """Offers only what the engine understands.

    Signals:
        options_changed(ref: ModelRef, LoadOptions): the estimate is needed anew.
        load_requested(ref: ModelRef, LoadOptions)
    """

    options_changed = Signal(object, object)
    load_requested = Signal(object, object)

    def __init__(
        self,
        ref: ModelRef,
        info: ModelInfo,
        features: EngineFeatures,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.ref = ref
        self._title = Label(info.name, px=TEXT_INTERFACE, is_strong=True)
        self._twice = Label(px=TEXT_STATUS, ink="warning")
        self._estimate = Label(px=TEXT_STATUS, ink="muted")
        self.fields = LoadFields(features.load_options, info)
        self._cancel = QPushButton(self.tr("Cancel"))
        self._load = QPushButton(self.tr("Load"))
        self._build_ui(info)
        self.fields.changed.connect(self._on_fields_changed)
        self._load.clicked.connect(self._on_load_clicked)
        self._cancel.clicked.connect(self.reject)

    def _build_ui(self, info: ModelInfo) -> None:
        self.setObjectName("loadDialog")
        self.setWindowTitle(self.tr("Load a model"))
        self._load.setObjectName("loadNowButton")
        self._load.setDefault(True)
        self._estimate.setObjectName("memoryEstimate")
        for label in (self._title, self._twice, self._estimate):
            label.setWordWrap(True)
        if info.is_loaded:
            self._twice.setText(self.tr("It is in memory already. This loads it once more."))
        self._twice.setVisible(bool(info.is_loaded))
        self._estimate.hide()
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        buttons.addWidget(self._cancel)
        buttons.addWidget(self._load)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(MARGIN, 16, MARGIN, 16)
        layout.setSpacing(8)
        layout.addWidget(self._title)
        layout.addWidget(self._twice)
        layout.addSpacing(4)
        layout.addWidget(self.fields)
        layout.addWidget(self._estimate)
        layout.addStretch(1)
        layout.addSpacing(4)
        layout.addLayout(buttons)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size."""
        for part in (self._title, self._twice, self._estimate, self.fields):
            part.set_theme(theme)
        self.setFixedWidth(min(theme.px(WIDTH), self.screen().availableGeometry().width()))

    def set_estimate(self, needed: int, free: int, *, fits: bool) -> None:
        """Say how much memory it will take; sizes in bytes."""
        words = self.tr("It needs about {0} of memory; {1} are free.")
        text = words.format(size_words(needed), size_words(free))
        if not fits:
            text = f"{text} {self.tr('It will not fit. Take a smaller context or model.')}"
        self._estimate.set_ink("muted" if fits else "warning")
        self._estimate.setText(text)
        self._estimate.show()
        self._load.setText(self.tr("Load") if fits else self.tr("Load all the same"))
        self._load.setAccessibleDescription(text)

    @Slot()
    def _on_fields_changed(self) -> None:
        self.options_changed.emit(self.ref, self.fields.options())

    @Slot()
    def _on_load_clicked(self) -> None:
        options: LoadOptions = self.fields.options()
        self.accept()
        self.load_requested.emit(self.ref, options)
