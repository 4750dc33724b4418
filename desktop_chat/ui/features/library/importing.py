"""Import in the window: the dialog, files dropped onto the window, and what a crash has left."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent

from desktop_chat.domain.errors import ChatError

if not TYPE_CHECKING:
    from desktop_chat.overriding import override

if TYPE_CHECKING:
    from typing_extensions import override

    from desktop_chat.domain.chat import ChatId
    from desktop_chat.domain.imported import ImportResult
    from desktop_chat.services.importing.service import Import
    from desktop_chat.ui.dialogs.importing.import_dialog import ImportDialog
    from desktop_chat.ui.features.context import FeatureContext

SHOW, UNDO = "library.import", "edit.undo"
_READ, _RUN = "import-read", "import-run"
SUFFIXES = (".json", ".jsonl", ".zip", ".md", ".markdown", ".sqlite3", ".db")


class ImportFeature(QObject):
    """Takes over chats from files that the user chooses or drops."""

    def __init__(self, context: FeatureContext) -> None:
        super().__init__()
        self._context = context
        self._dialog: ImportDialog | None = None
        self._opened: Import | None = None
        if context.services.db.is_read_only:
            # Nothing can come in; what is registered nowhere is not in the menu.
            return
        context.commands.register(SHOW, self._show)
        window = context.window
        window.setAcceptDrops(True)
        window.installEventFilter(self)
        context.report(self._tidy())

    async def _tidy(self) -> None:
        services, db = self._context.services, self._context.reading.db
        unfinished = db.sql("SELECT 1 FROM import WHERE finished_at IS NULL LIMIT 1")
        if unfinished or _has_left_overs(db.path.parent):
            await services.imports.tidy()

    def _show(self, _chats: tuple[ChatId, ...] = ()) -> None:
        from desktop_chat.services.importing.places import find_places
        from desktop_chat.ui.dialogs.importing.import_dialog import ImportDialog

        if self._dialog is not None:
            self._dialog.raise_()
            return
        dialog = ImportDialog(find_places(), self._context.window)
        dialog.set_theme(self._context.shell.theme)
        dialog.paths_chosen.connect(self._on_dialog_paths_chosen)
        dialog.import_requested.connect(self._on_dialog_import_requested)
        dialog.back_requested.connect(self._on_dialog_back_requested)
        dialog.finished.connect(self._on_dialog_finished)
        self._dialog = dialog
        dialog.open()

    @Slot(object)
    def _on_dialog_paths_chosen(self, paths: list[Path]) -> None:
        self._context.tasks.spawn(self._look_at(paths), key=_READ)

    @Slot()
    def _on_dialog_import_requested(self) -> None:
        self._context.tasks.spawn(self._import(), key=_RUN)

    @Slot()
    def _on_dialog_back_requested(self) -> None:
        self._context.tasks.spawn(self._close_opened(), key=_READ)
        if self._dialog is not None:
            self._dialog.show_source()

    @Slot()
    def _on_dialog_finished(self) -> None:
        if self._dialog is None:
            return
        self._dialog = None
        tasks = self._context.tasks
        if not tasks.cancel(_RUN):
            # A new task of this key ends the one that reads.
            tasks.spawn(self._close_opened(), key=_READ)

    async def _look_at(self, paths: list[Path]) -> None:
        await self._close_opened()
        if self._dialog is None:
            return
        self._dialog.show_reading()
        try:
            services = self._context.services
            opened = await services.imports.open(paths)
            self._opened = opened
            preview = await opened.read(self._set_found)
        except ChatError as error:
            await self._close_opened()
            self._show_failure(error)
            return
        if self._dialog is not None:
            self._dialog.show_preview(preview)

    async def _import(self) -> None:
        opened = self._opened
        if opened is None or self._dialog is None:
            return
        self._dialog.show_importing()
        try:
            result = await opened.run(self._set_progress)
        except ChatError as error:
            self._show_failure(error)
            return
        finally:
            await self._close_opened()
        self._say(result)
        # It closes because all is done: nothing is to be cancelled.
        dialog, self._dialog = self._dialog, None
        if dialog is not None:
            dialog.accept()

    def _set_found(self, chats: int, messages: int) -> None:
        if self._dialog is not None:
            self._dialog.set_found(chats, messages)

    def _set_progress(self, done: int, total: int) -> None:
        if self._dialog is not None:
            self._dialog.set_progress(done, total)

    def _show_failure(self, error: ChatError) -> None:
        from desktop_chat.ui.messages import error_words

        if self._dialog is not None:
            self._dialog.show_source(error_words(error))
        else:
            self._context.say(error_words(error), "error")

    def _say(self, result: ImportResult) -> None:
        from desktop_chat.ui.dialogs.importing.words import result_words

        label = self.tr("Undo") if result.chat_ids else ""
        self._context.say(result_words(result), "idle", UNDO if label else "", label)

    async def _close_opened(self) -> None:
        opened, self._opened = self._opened, None
        if opened is not None:
            await opened.aclose()

    # Qt overrides

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QDropEvent) and event.type() in (
            QEvent.Type.DragEnter,
            QEvent.Type.DragMove,
            QEvent.Type.Drop,
        ):
            return self._take_drop(event)
        return False

    def _take_drop(self, event: QDropEvent) -> bool:
        urls = event.mimeData().urls()
        paths = [Path(url.toLocalFile()) for url in urls if url.isLocalFile()]
        if not paths or not all(_is_taken(path) for path in paths):
            return False
        event.acceptProposedAction()
        if not isinstance(event, QDragEnterEvent) and event.type() == QEvent.Type.Drop:
            self._show()
            self._on_dialog_paths_chosen(paths)
        return True


def _is_taken(path: Path) -> bool:
    # By the name alone: to look at the disk may take as long as a network does.
    return path.suffix.lower() in SUFFIXES or not path.suffix


def _has_left_overs(data_dir: Path) -> bool:
    return any(data_dir.glob("import-*.staging*"))
