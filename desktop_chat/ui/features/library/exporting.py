"""Export in the window: some chats, or all of them, to a file or a folder."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QStandardPaths, Slot
from PySide6.QtWidgets import QFileDialog

from desktop_chat.services.exporting.file_names import safe_name

if TYPE_CHECKING:
    from desktop_chat.domain.chat import ChatId
    from desktop_chat.ui.controllers.exporting import ExportProcess
    from desktop_chat.ui.dialogs.export_dialog import ExportDialog
    from desktop_chat.ui.features.context import FeatureContext

    Chats = tuple[ChatId, ...]

CHATS, LIBRARY, SHOW = "chat.export", "library.export", "export.show"


class ExportFeature(QObject):
    """Asks what shall be written and where, and has another process do it."""

    def __init__(self, context: FeatureContext) -> None:
        super().__init__()
        self._context = context
        self._library = context.reading.chats
        self._data_dir = context.services.db.path.parent
        self._dialog: ExportDialog | None = None
        self._choice: QFileDialog | None = None
        self._process: ExportProcess | None = None
        self._chats: Chats = ()
        self._chosen: dict[str, Any] = {}
        self._written = Path()
        register = context.commands.register
        register(CHATS, self._export_chats, self._describe_chats)
        register(LIBRARY, self._export_library)
        register(SHOW, self._show_written, self._describe_show)

    def _describe_chats(self, chats: Chats) -> str | None:
        return self.tr("Export…") if chats else None

    def _describe_show(self, _chats: Chats) -> str | None:
        return self.tr("Show") if self._written != Path() else None

    def _export_chats(self, chats: Chats) -> None:
        if len(chats) == 1:
            title = self._library.get(chats[0]).title
            self._open(chats, " ".join(title.split()) or self.tr("Untitled"))
        else:
            self._open(chats, self.tr("%1 chats").replace("%1", f"{len(chats):n}"))

    def _export_library(self, _chats: Chats) -> None:
        self._open((), self.tr("All chats"))

    def _open(self, chats: Chats, subject: str) -> None:
        if self._dialog is not None:
            self._dialog.raise_()
            return
        from desktop_chat.ui.dialogs.export_dialog import ExportDialog

        self._chats = chats
        chosen = self._chosen or {"format": "md" if chats else "json"}
        dialog = ExportDialog(subject, chosen, self._context.window)
        dialog.set_theme(self._context.shell.theme)
        dialog.export_requested.connect(self._on_dialog_export_requested)
        dialog.finished.connect(self._on_dialog_finished)
        self._dialog = dialog
        dialog.open()

    @Slot(object)
    def _on_dialog_export_requested(self, options: dict[str, Any]) -> None:
        self._chosen = options
        suffix = str(options["format"])
        is_file = suffix == "json" or len(self._chats) == 1
        choice = QFileDialog(self._dialog, self.tr("Export"), _documents())
        if is_file:
            choice.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
            choice.setNameFilters([f"*.{suffix}"])
            choice.setDefaultSuffix(suffix)
            choice.selectFile(f"{self._file_stem()}.{suffix}")
        else:
            choice.setFileMode(QFileDialog.FileMode.Directory)
            choice.setOption(QFileDialog.Option.ShowDirsOnly)
        choice.fileSelected.connect(self._on_choice_file_selected)
        choice.finished.connect(choice.deleteLater)
        self._choice = choice
        choice.open()

    def _file_stem(self) -> str:
        if len(self._chats) == 1:
            return safe_name(self._library.get(self._chats[0]).title)
        return f"Desktop Chat {date.today().isoformat()}"

    @Slot(str)
    def _on_choice_file_selected(self, name: str) -> None:
        path = Path(name)
        is_file = self._chosen["format"] == "json" or len(self._chats) == 1
        self._start(path if is_file else _new_folder(path))

    def _start(self, path: Path) -> None:
        from desktop_chat.ui.controllers.exporting import ExportProcess

        if self._dialog is None:
            return
        if self._process is None:
            self._process = ExportProcess(self)
            self._process.progressed.connect(self._on_process_progressed)
            self._process.succeeded.connect(self._on_process_succeeded)
            self._process.failed.connect(self._on_process_failed)
        self._dialog.show_progress(0, 0)
        self._process.start(
            {
                **self._chosen,
                "data_dir": str(self._data_dir),
                "chat_ids": list(self._chats),
                "output": str(path),
                # Whoever chose an existing file was asked about it.
                "overwrite": True,
                "is_folder": len(self._chats) != 1,
            }
        )

    @Slot(float, int)
    def _on_process_progressed(self, done: float, total: int) -> None:
        if self._dialog is not None:
            self._dialog.show_progress(done, total)

    @Slot(str)
    def _on_process_succeeded(self, path: str) -> None:
        self._written = Path(path)
        words = self.tr("Exported to %1").replace("%1", path)
        self._context.say(words, action=SHOW, label=self.tr("Show"))
        if self._dialog is not None:
            self._dialog.accept()

    @Slot(str, object, str)
    def _on_process_failed(self, code: str, fields: dict[str, Any], text: str) -> None:
        from desktop_chat.ui.messages import error_text

        if self._dialog is None:
            return
        unknown = self.tr("The export stopped unexpectedly. Try again.")
        self._dialog.show_error(error_text(code, fields, text) or unknown)

    @Slot()
    def _on_dialog_finished(self) -> None:
        if self._process is not None and self._process.is_running:
            self._process.stop()
            self._context.say(self.tr("The export was stopped"))
        if self._dialog is not None:
            self._dialog.deleteLater()
            self._dialog = None

    def _show_written(self, _chats: Chats) -> None:
        from desktop_chat.ui.links import open_own_folder

        folder = self._written if self._written.is_dir() else self._written.parent
        open_own_folder(folder)


def _documents() -> str:
    found = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    return found if found and Path(found).is_dir() else str(Path.home())


def _new_folder(parent: Path) -> Path:
    """Return a folder that is not there yet."""
    name = f"Desktop Chat {date.today().isoformat()}"
    path, number = parent / name, 2
    while path.exists():
        path, number = parent / f"{name} ({number})", number + 1
    return path
