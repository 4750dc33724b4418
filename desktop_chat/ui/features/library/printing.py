"""Printing in the window: another process lays the pages out, this one shows and prints them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QLocale, QObject, QTemporaryDir, Slot
from PySide6.QtWidgets import QDialog

if TYPE_CHECKING:
    from PySide6.QtPrintSupport import QPrintDialog, QPrinter

    from desktop_chat.domain.chat import ChatId
    from desktop_chat.ui.controllers.exporting import ExportProcess
    from desktop_chat.ui.dialogs.print_dialog import PrintDialog
    from desktop_chat.ui.features.context import FeatureContext
    from desktop_chat.ui.printing.printing import Printing

    Chats = tuple[ChatId, ...]

PRINT = "chat.print"
# Less cuts the words of its buttons off.
PRINTER_WIDTH = 520


class PrintFeature(QObject):
    """Prints a chat after a preview."""

    def __init__(self, context: FeatureContext) -> None:
        super().__init__()
        self._context = context
        self._library = context.reading.chats
        self._data_dir = context.services.db.path.parent
        self._chat_id = 0
        self._count = 0
        self._folder: QTemporaryDir | None = None
        self._dialog: PrintDialog | None = None
        self._process: ExportProcess | None = None
        self._choice: QPrintDialog | None = None
        self._printer: QPrinter | None = None
        self._printing: Printing | None = None
        context.commands.register(PRINT, self._open, self._describe)

    def _describe(self, chats: Chats) -> str | None:
        return self.tr("Print…") if len(chats) == 1 else None

    def _open(self, chats: Chats) -> None:
        if self._dialog is not None:
            self._dialog.raise_()
            return
        from desktop_chat.ui.dialogs.print_dialog import PrintDialog

        self._chat_id = chats[0]
        title = " ".join(self._library.get(chats[0]).title.split())
        dialog = PrintDialog(title[:80], _paper(), self._context.window)
        dialog.set_theme(self._context.shell.theme)
        dialog.changed.connect(self._on_dialog_changed)
        dialog.print_requested.connect(self._on_dialog_print_requested)
        dialog.finished.connect(self._on_dialog_finished)
        self._dialog = dialog
        dialog.open()
        self._lay_out()

    def _lay_out(self) -> None:
        from desktop_chat.ui.controllers.exporting import ExportProcess
        from desktop_chat.ui.printing.page_look import PageLook

        if self._dialog is None:
            return
        if self._process is None:
            self._process = ExportProcess(self)
            self._process.paged.connect(self._on_process_paged)
            self._process.succeeded.connect(self._on_process_succeeded)
            self._process.failed.connect(self._on_process_failed)
        self._process.stop()
        # A folder of its own for each layout: the process before may write a page yet.
        self._folder, self._count = QTemporaryDir(), 0
        options = self._dialog.options()
        look = PageLook(str(options["paper"]), is_landscape=bool(options["is_landscape"]))
        self._dialog.set_complete(is_complete=False)
        self._dialog.view.begin(Path(self._folder.path()), look.size)
        self._process.start(
            {
                **options,
                "format": "pages",
                "data_dir": str(self._data_dir),
                "chat_ids": [self._chat_id],
                "output": self._folder.path(),
            }
        )

    @Slot()
    def _on_dialog_changed(self) -> None:
        self._lay_out()

    @Slot(int)
    def _on_process_paged(self, count: int) -> None:
        self._count = count
        if self._dialog is not None:
            self._dialog.set_count(count)

    @Slot(str)
    def _on_process_succeeded(self, _path: str) -> None:
        if self._dialog is not None:
            self._dialog.set_complete(is_complete=True)

    @Slot(str, object, str)
    def _on_process_failed(self, code: str, fields: dict[str, Any], text: str) -> None:
        from desktop_chat.ui.messages import error_text

        if self._dialog is not None:
            unknown = self.tr("The pages could not be laid out")
            self._dialog.show_error(error_text(code, fields, text) or unknown)

    @Slot()
    def _on_dialog_print_requested(self) -> None:
        from PySide6.QtPrintSupport import QPrintDialog

        from desktop_chat.ui.printing.printing import make_printer

        if self._dialog is None:
            return
        options = self._dialog.options()
        is_landscape = bool(options["is_landscape"])
        self._printer = make_printer(str(options["paper"]), is_landscape=is_landscape)
        self._printer.setFromTo(1, self._count)
        choice = QPrintDialog(self._printer, self._dialog)
        choice.setMinimumWidth(PRINTER_WIDTH)
        choice.setOption(QPrintDialog.PrintDialogOption.PrintPageRange)
        choice.accepted.connect(self._on_choice_accepted)
        choice.finished.connect(choice.deleteLater)
        self._choice = choice
        # Its own `open` wants a slot in the manner of old.
        QDialog.open(choice)

    @Slot()
    def _on_choice_accepted(self) -> None:
        from desktop_chat.ui.printing.printing import Printing

        if self._printer is None or self._folder is None:
            return
        printing = Printing(self._printer, Path(self._folder.path()), self._count, self)
        printing.page_begun.connect(self._on_printing_page_begun)
        printing.ended.connect(self._on_printing_ended)
        self._printing = printing
        printing.start()

    @Slot(int)
    def _on_printing_page_begun(self, number: int) -> None:
        if self._dialog is not None:
            self._dialog.show_printing(number)

    @Slot(bool)
    def _on_printing_ended(self, is_printed: bool) -> None:
        if is_printed:
            self._context.say(self.tr("Sent to the printer"))
            if self._dialog is not None:
                self._dialog.accept()
        elif self._dialog is not None:
            self._dialog.set_complete(is_complete=True)
            self._dialog.show_error(self.tr("The printer does not take the pages"))

    @Slot()
    def _on_dialog_finished(self) -> None:
        if self._printing is not None:
            self._printing.stop()
        if self._process is not None:
            self._process.stop()
        if self._dialog is not None:
            self._dialog.deleteLater()
        self._dialog = self._printing = self._printer = self._choice = self._folder = None


def _paper() -> str:
    """Return the paper that is usual here."""
    is_metric = QLocale().measurementSystem() == QLocale.MeasurementSystem.MetricSystem
    return "a4" if is_metric else "letter"
