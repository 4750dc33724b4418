"""The models of all engines: what they are, which are in memory, and what is being fetched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from desktop_chat.domain.model_info import ModelKind
from desktop_chat.ui.dialogs.models.job_rows import JobRows
from desktop_chat.ui.dialogs.models.model_rows import ModelKey, infos_of, rows_of
from desktop_chat.ui.sizes import TEXT_STATUS
from desktop_chat.ui.widgets.label import Label
from desktop_chat.ui.widgets.row_list import RowList

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from desktop_chat.domain.model_info import ModelInfo, ModelRef
    from desktop_chat.ui.dialogs.models.model_rows import ListedEngine
    from desktop_chat.ui.theme import Theme

WIDTH = 760
HEIGHT = 560
MARGIN = 20


class ModelsDialog(QDialog):
    """Lists models under the names of their engines; decides nothing.

    Signals:
        use_requested(ModelRef): the chat shown shall be answered by it.
        load_requested(ModelRef): it shall be loaded.
        unload_requested(ModelRef, instance_id: str): it shall leave the memory.
        download_requested(): a model shall be fetched.
        file_requested(): a file shall be offered.
        servers_requested(): the user wants to see the servers.
    """

    use_requested = Signal(object)
    load_requested = Signal(object)
    unload_requested = Signal(object, str)
    download_requested = Signal()
    file_requested = Signal()
    servers_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._engines: Sequence[ListedEngine] = ()
        self._infos: Mapping[ModelRef, ModelInfo] = {}
        self._note = Label(px=TEXT_STATUS, ink="muted")
        self.filter_line = QLineEdit()
        self.list = RowList()
        self.jobs = JobRows()
        self._download = QPushButton(self.tr("Download…"))
        self._file = QPushButton(self.tr("Add a file…"))
        self._servers = QPushButton(self.tr("Servers…"))
        self._unload = QPushButton(self.tr("Unload"))
        self._load = QPushButton(self.tr("Load…"))
        self._use = QPushButton(self.tr("Use in this chat"))
        self._close = QPushButton(self.tr("Close"))
        self._build_ui()
        self._name()
        self._connect()
        self._show_state()

    def _build_ui(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(MARGIN, 16, MARGIN, 16)
        layout.setSpacing(12)
        top = _row(self.filter_line)
        top.setStretch(0, 1)
        for button in (self._download, self._file, self._servers):
            top.addWidget(button)
        layout.addLayout(top)
        layout.addWidget(self.list, 1)
        layout.addWidget(self.jobs)
        layout.addWidget(self._note)
        buttons = _row(self._unload, self._load)
        buttons.addStretch(1)
        buttons.addWidget(self._close)
        buttons.addWidget(self._use)
        layout.addLayout(buttons)

    def _name(self) -> None:
        self.setObjectName("modelsDialog")
        self.setWindowTitle(self.tr("Models"))
        self.filter_line.setObjectName("modelFilter")
        self.filter_line.setPlaceholderText(self.tr("Filter models"))
        self.filter_line.setAccessibleName(self.tr("Filter models"))
        self.filter_line.setClearButtonEnabled(False)
        self.list.setObjectName("modelRows")
        self.list.setAccessibleName(self.tr("Models"))
        self._note.setObjectName("modelNote")
        self._note.setWordWrap(True)
        self._note.hide()
        for button, name in (
            (self._download, "downloadButton"),
            (self._file, "addFileButton"),
            (self._servers, "serversButton"),
            (self._unload, "unloadButton"),
            (self._load, "loadButton"),
            (self._close, "closeButton"),
            (self._use, "useButton"),
        ):
            button.setObjectName(name)
        self._use.setDefault(True)

    def _connect(self) -> None:
        self.filter_line.textChanged.connect(self._show_rows)
        self.list.current_row_changed.connect(self._on_current_row_changed)
        self.list.row_activated.connect(self._on_use_clicked)
        self._download.clicked.connect(self.download_requested)
        self._file.clicked.connect(self.file_requested)
        self._servers.clicked.connect(self.servers_requested)
        self._unload.clicked.connect(self._on_unload_clicked)
        self._load.clicked.connect(self._on_load_clicked)
        self._use.clicked.connect(self._on_use_clicked)
        self._close.clicked.connect(self.reject)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size."""
        for part in (self.list, self.jobs, self._note):
            part.set_theme(theme)
        room = self.screen().availableGeometry()
        width = min(theme.px(WIDTH), room.width() - 2 * MARGIN)
        self.resize(width, min(theme.px(HEIGHT), room.height() - 4 * MARGIN))

    def set_engines(self, engines: Sequence[ListedEngine]) -> None:
        """Show these; what was chosen stays chosen."""
        self._engines = engines
        self._infos = infos_of(engines)
        self._show_rows()
        self._show_state()

    def choose(self, ref: ModelRef) -> None:
        """Choose a model."""
        self.list.choose(ModelKey(ref))

    def set_note(self, text: str, *, is_error: bool = False) -> None:
        """Show a sentence under the list; "" takes it away."""
        self._note.set_ink("error" if is_error else "muted")
        self._note.setText(text)
        self._note.setVisible(bool(text))
        self.list.setAccessibleDescription(text)

    def _chosen(self) -> ModelKey | None:
        row = self.list.current_row()
        return row.key if row is not None and isinstance(row.key, ModelKey) else None

    def _info(self, key: ModelKey) -> ModelInfo | None:
        return self._infos.get(key.ref)

    def _show_state(self) -> None:
        key = self._chosen()
        info = self._info(key) if key is not None else None
        engines = {engine.status.account_id: engine for engine in self._engines}
        engine = engines.get(key.ref.account_id) if key is not None else None
        features = engine.features if engine is not None else None
        is_known = info is not None and features is not None
        is_chat = info is not None and info.kind is not ModelKind.EMBEDDING
        self._use.setEnabled(is_known and is_chat)
        self._load.setEnabled(is_known and features is not None and features.can_load)
        can_unload = features is not None and features.can_unload and info is not None
        self._unload.setEnabled(can_unload and bool(info and info.is_loaded))
        self._download.setEnabled(any(engine.features.can_download for engine in self._engines))

    @Slot()
    def _show_rows(self) -> None:
        self.list.set_rows(rows_of(self._engines, self.filter_line.text()))

    @Slot()
    def _on_current_row_changed(self) -> None:
        self._show_state()

    @Slot()
    def _on_use_clicked(self) -> None:
        key = self._chosen()
        if key is not None and self._use.isEnabled():
            self.use_requested.emit(key.ref)

    @Slot()
    def _on_load_clicked(self) -> None:
        key = self._chosen()
        if key is not None:
            self.load_requested.emit(key.ref)

    @Slot()
    def _on_unload_clicked(self) -> None:
        key = self._chosen()
        info = self._info(key) if key is not None else None
        if key is None or info is None:
            return
        # Of several, the one below the model is the last that was loaded.
        instance_id = key.instance_id or (info.instances[-1].id if info.instances else info.id)
        self.unload_requested.emit(key.ref, instance_id)


def _row(*widgets: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(8)
    for widget in widgets:
        row.addWidget(widget)
    return row
