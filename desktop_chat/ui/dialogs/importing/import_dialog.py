"""Takes the user through an import: choose, look, import."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop_chat.ui.dialogs.importing.pages import BusyPage, PreviewPage, SourcePage
from desktop_chat.ui.dialogs.importing.words import found_words

if not TYPE_CHECKING:
    from desktop_chat.overriding import override

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QDragEnterEvent, QDropEvent
    from typing_extensions import override

    from desktop_chat.domain.imported import Preview
    from desktop_chat.ui.theme import Theme

WIDTH = 560
HEIGHT = 480
MARGIN = 20


class ImportDialog(QDialog):
    """Shows where an import stands; decides nothing.

    Args:
        places: Names of programs whose chats are on this computer, with their folders.

    Signals:
        paths_chosen(paths: list[Path]): these are to be looked at.
        import_requested(): what was previewed is to come in.
        back_requested(): the user wants to choose again; what was begun is to end.
    """

    paths_chosen = Signal(object)
    import_requested = Signal()
    back_requested = Signal()

    def __init__(self, places: Sequence[tuple[str, Path]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._folders = [folder for _, folder in places]
        self._choice: QFileDialog | None = None
        self._source = SourcePage([(name, str(folder)) for name, folder in places])
        self._busy = BusyPage()
        self._preview = PreviewPage()
        self._pages = QStackedWidget()
        self._back = QPushButton(self.tr("Back"))
        self._cancel = QPushButton(self.tr("Cancel"))
        self._import = QPushButton(self.tr("Import"))
        self._build_ui()
        self._connect()
        self.show_source()

    def _build_ui(self) -> None:
        self.setObjectName("importDialog")
        self.setWindowTitle(self.tr("Import chats"))
        self.setAcceptDrops(True)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._import.setObjectName("importButton")
        self._cancel.setObjectName("importCancelButton")
        self._back.setObjectName("importBackButton")
        for page in (self._source, self._busy, self._preview):
            self._pages.addWidget(page)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self._back)
        buttons.addStretch(1)
        buttons.addWidget(self._cancel)
        buttons.addWidget(self._import)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(MARGIN, 16, MARGIN, 16)
        layout.setSpacing(16)
        layout.addWidget(self._pages, 1)
        layout.addLayout(buttons)

    def _connect(self) -> None:
        self._source.files_requested.connect(self._on_files_requested)
        self._source.folder_requested.connect(self._on_folder_requested)
        self._source.place_chosen.connect(self._on_place_chosen)
        self._import.clicked.connect(self.import_requested)
        self._back.clicked.connect(self.back_requested)
        self._cancel.clicked.connect(self.reject)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size."""
        for page in (self._source, self._busy, self._preview):
            page.set_theme(theme)
        room = self.screen().availableGeometry()
        width = min(theme.px(WIDTH), room.width() - 2 * MARGIN)
        self.resize(width, min(theme.px(HEIGHT), room.height() - 4 * MARGIN))

    def show_source(self, error: str = "") -> None:
        """Let the user choose, and say why the last choice was none."""
        self._source.set_error(error)
        self._show(self._source, has_back=False, has_import=False)

    def show_reading(self) -> None:
        """Show that files are being read."""
        self._busy.start(self.tr("Reading…"), has_bar=False)
        self._show(self._busy, has_back=False, has_import=False)

    def set_found(self, chats: int, messages: int) -> None:
        """Show how much was found so far."""
        self._busy.set_count(found_words(chats, messages))

    def show_preview(self, preview: Preview) -> None:
        """Show what would come in."""
        self._preview.set_preview(preview)
        self._show(self._preview, has_back=True, has_import=preview.chats > 0)

    def show_importing(self) -> None:
        """Show that the chats are coming in, after a backup was made."""
        self._busy.start(self.tr("Importing…"), has_bar=True)
        self._busy.set_count(self.tr("Making a backup first"))
        self._show(self._busy, has_back=False, has_import=False)

    def set_progress(self, done: int, total: int) -> None:
        """Show how much came in so far."""
        self._busy.set_progress(done, total)

    def _show(self, page: QWidget, *, has_back: bool, has_import: bool) -> None:
        self._pages.setCurrentWidget(page)
        self._back.setVisible(has_back)
        self._import.setVisible(has_import)
        self._import.setDefault(has_import)
        if has_import:
            self._import.setFocus()

    @Slot()
    def _on_files_requested(self) -> None:
        choice = self._make_choice(QFileDialog.FileMode.ExistingFiles)
        names = "*.json *.zip *.md *.markdown *.jsonl *.sqlite3 *.db"
        choice.setNameFilters([self.tr("Chats ({0})").format(names), self.tr("All files (*)")])
        choice.open()

    @Slot()
    def _on_folder_requested(self) -> None:
        choice = self._make_choice(QFileDialog.FileMode.Directory)
        # Those of other programs begin with a dot as a rule.
        choice.setOption(QFileDialog.Option.ShowDirsOnly)
        choice.open()

    def _make_choice(self, mode: QFileDialog.FileMode) -> QFileDialog:
        choice = QFileDialog(self, self.tr("Import chats"))
        choice.setFileMode(mode)
        choice.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        choice.filesSelected.connect(self._on_choice_files_selected)
        return choice

    @Slot("QStringList")
    def _on_choice_files_selected(self, names: list[str]) -> None:
        self.paths_chosen.emit([Path(name) for name in names])

    @Slot(int)
    def _on_place_chosen(self, number: int) -> None:
        self.paths_chosen.emit([self._folders[number]])

    # Qt overrides

    @override
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self._pages.currentWidget() is self._source and dropped_paths(event):
            event.acceptProposedAction()

    @override
    def dropEvent(self, event: QDropEvent) -> None:
        paths = dropped_paths(event)
        if paths:
            event.acceptProposedAction()
            self.paths_chosen.emit(paths)


def dropped_paths(event: QDropEvent) -> list[Path]:
    """Return the files and folders of this computer that are being dropped."""
    return [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
