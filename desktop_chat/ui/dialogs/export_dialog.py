"""What an export shall be: format and details, then how far it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop_chat.ui.dialogs.setting_fields import QuietComboBox
from desktop_chat.ui.sizes import TEXT_INTERFACE, TEXT_STATUS
from desktop_chat.ui.widgets.check_box import CheckBox
from desktop_chat.ui.widgets.label import ElidedLabel, Label

if TYPE_CHECKING:
    from collections.abc import Mapping

    from desktop_chat.ui.theme import Theme

WIDTH = 460
MARGIN = 20
STEPS = 1000
FORMATS = {
    "md": (
        QT_TRANSLATE_NOOP("export", "Markdown"),
        QT_TRANSLATE_NOOP("export", "Each message as it was written, for notes and editors."),
    ),
    "html": (
        QT_TRANSLATE_NOOP("export", "Web page"),
        QT_TRANSLATE_NOOP("export", "One file with everything in it, for any browser."),
    ),
    "pdf": (
        QT_TRANSLATE_NOOP("export", "PDF"),
        QT_TRANSLATE_NOOP("export", "Pages to keep, to send and to print."),
    ),
    "docx": (
        QT_TRANSLATE_NOOP("export", "Word document"),
        QT_TRANSLATE_NOOP("export", "With headings, tables and formulas that can be edited."),
    ),
    "odt": (
        QT_TRANSLATE_NOOP("export", "OpenDocument text"),
        QT_TRANSLATE_NOOP("export", "For LibreOffice and others, with tables and formulas."),
    ),
    "txt": (
        QT_TRANSLATE_NOOP("export", "Plain text"),
        QT_TRANSLATE_NOOP("export", "Words only, without any mark-up."),
    ),
    "json": (
        QT_TRANSLATE_NOOP("export", "Desktop Chat (JSON)"),
        QT_TRANSLATE_NOOP(
            "export", "All branches and details; can be imported again without loss."
        ),
    ),
}


class ExportDialog(QDialog):
    """Asks for a format, then shows how far the export is; decides nothing.

    Args:
        subject: What is exported, in words.
        chosen: The options to begin with: format, thoughts, details.

    Signals:
        export_requested(options: dict): with these options; the place is asked for next.
    """

    export_requested = Signal(object)

    def __init__(
        self, subject: str, chosen: Mapping[str, object], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._subject = ElidedLabel(subject, px=TEXT_INTERFACE, is_strong=True)
        self._format = QuietComboBox()
        self._help = Label(px=TEXT_STATUS, ink="muted")
        self._details = CheckBox(self.tr("Times and models"))
        self._thoughts = CheckBox(self.tr("Thoughts of the model"))
        self._error = Label(px=TEXT_STATUS, ink="error")
        self._progress = QProgressBar()
        self._count = Label(px=TEXT_STATUS, ink="muted")
        self._pages = QStackedWidget()
        self._cancel = QPushButton(self.tr("Cancel"))
        self._export = QPushButton(self.tr("Export…"))
        self._build_ui()
        self._fill(chosen)
        self._format.currentIndexChanged.connect(self._on_format_changed)
        self._export.clicked.connect(self._on_export_clicked)
        self._cancel.clicked.connect(self.reject)
        self._on_format_changed()

    def _build_ui(self) -> None:
        self.setObjectName("exportDialog")
        self.setWindowTitle(self.tr("Export"))
        self._format.setObjectName("exportFormat")
        self._format.setAccessibleName(self.tr("Format"))
        self._details.setObjectName("exportDetails")
        self._thoughts.setObjectName("exportThoughts")
        self._export.setObjectName("exportButton")
        self._export.setDefault(True)
        self._cancel.setObjectName("exportCancelButton")
        self._progress.setObjectName("exportProgress")
        self._progress.setTextVisible(False)
        self._progress.setAccessibleName(self.tr("Progress"))
        for wrapped in (self._help, self._error):
            wrapped.setWordWrap(True)
        self._error.hide()
        self._pages.addWidget(_column(self._format, self._help, self._details, self._thoughts))
        self._pages.addWidget(_column(self._progress, self._count))
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        buttons.addWidget(self._cancel)
        buttons.addWidget(self._export)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(MARGIN, 16, MARGIN, 16)
        layout.setSpacing(14)
        for part in (self._subject, self._pages, self._error):
            layout.addWidget(part)
        layout.addStretch(1)
        layout.addLayout(buttons)

    def _fill(self, chosen: Mapping[str, object]) -> None:
        for value, (name, _) in FORMATS.items():
            self._format.addItem(_tr(name), value)
        self._format.setCurrentIndex(max(0, self._format.findData(chosen.get("format", "md"))))
        self._details.setChecked(bool(chosen.get("details", True)))
        self._thoughts.setChecked(bool(chosen.get("thoughts", False)))
        self._format.setFocus()

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size."""
        for label in (self._subject, self._help, self._error, self._count):
            label.set_theme(theme)
        for box in (self._details, self._thoughts):
            box.set_theme(theme)
        width = min(theme.px(WIDTH), self.screen().availableGeometry().width() - 2 * MARGIN)
        self.setFixedWidth(width)
        self.adjustSize()

    def options(self) -> dict[str, object]:
        """Return what is chosen."""
        return {
            "format": self._format.currentData(),
            "details": self._details.isChecked(),
            "thoughts": self._thoughts.isChecked(),
        }

    def show_progress(self, done: float, total: int) -> None:
        """Show how many chats are written."""
        self._pages.setCurrentIndex(1)
        self._export.hide()
        self._error.hide()
        self._progress.setRange(0, STEPS if total else 0)
        self._progress.setValue(round(done / total * STEPS) if total else 0)
        words = self.tr("%1 of %2 chats").replace("%1", f"{int(done):n}")
        self._count.setText(words.replace("%2", f"{total:n}") if total > 1 else "")

    def show_error(self, text: str) -> None:
        """Say why nothing was written, and let the user choose again."""
        self._pages.setCurrentIndex(0)
        self._export.show()
        self._error.setText(text)
        self._error.show()
        self.adjustSize()

    @Slot()
    def _on_format_changed(self) -> None:
        value = str(self._format.currentData())
        words = _tr(FORMATS[value][1])
        self._help.setText(words)
        self._format.setAccessibleDescription(words)
        # That format always holds all there is.
        is_lossless = value == "json"
        for box in (self._details, self._thoughts):
            box.setEnabled(not is_lossless)

    @Slot()
    def _on_export_clicked(self) -> None:
        self.export_requested.emit(self.options())


def _column(*parts: QWidget) -> QWidget:
    page = QWidget()
    layout = QVBoxLayout(page)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(8)
    layout.setAlignment(Qt.AlignmentFlag.AlignTop)
    for part in parts:
        layout.addWidget(part)
    return page


def _tr(text: object) -> str:
    return QCoreApplication.translate("export", str(text))
