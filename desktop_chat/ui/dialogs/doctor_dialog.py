"""What the connection doctor found, with what to do and what went over the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QFont, QTextOption
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop_chat.ui.fonts import code_family
from desktop_chat.ui.sizes import TEXT_INTERFACE, TEXT_STATUS
from desktop_chat.ui.widgets.label import Label
from desktop_chat.ui.widgets.row_delegate import Row
from desktop_chat.ui.widgets.row_list import RowList

if TYPE_CHECKING:
    from collections.abc import Sequence

    from desktop_chat.services.doctor import Finding
    from desktop_chat.ui.theme import Theme

WIDTH = 720
HEIGHT = 640
MARGIN = 20
SELECTABLE = (
    Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
)


class DoctorDialog(QDialog):
    """Lists what was looked at; the first thing that is wrong is chosen at the start.

    Signals:
        check_requested(): everything shall be looked at again.
        copy_requested(): the report shall be put on the clipboard.
    """

    check_requested = Signal()
    copy_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._findings: Sequence[Finding] = ()
        self._summary = Label(px=TEXT_INTERFACE, is_strong=True)
        self._list = RowList()
        self._detail = Label(px=TEXT_INTERFACE)
        self._advice = Label(px=TEXT_INTERFACE, ink="muted")
        self._wire_title = Label(px=TEXT_STATUS, ink="muted")
        self._wire = QPlainTextEdit()
        self._note = Label(px=TEXT_STATUS, ink="muted")
        self._copy = QPushButton(self.tr("Copy report"))
        self._again = QPushButton(self.tr("Check again"))
        self._close = QPushButton(self.tr("Close"))
        self._build_wire()
        self._build_ui()
        self._connect()
        self.set_busy()

    def _build_wire(self) -> None:
        self._wire_title.setText(self.tr("What went over the wire, keys hidden"))
        self._wire.setObjectName("wireText")
        self._wire.setAccessibleName(self.tr("What went over the wire"))
        self._wire.setReadOnly(True)
        # A reply may be one endless word.
        self._wire.setWordWrapMode(QTextOption.WrapMode.WrapAnywhere)

    def _build_ui(self) -> None:
        self.setObjectName("doctorDialog")
        self.setWindowTitle(self.tr("Connection doctor"))
        for label, name in ((self._detail, "findingDetail"), (self._advice, "findingAdvice")):
            label.setObjectName(name)
            label.setWordWrap(True)
            label.setTextInteractionFlags(SELECTABLE)
            label.setCursor(Qt.CursorShape.IBeamCursor)
        self._list.setObjectName("findingList")
        self._list.setAccessibleName(self.tr("Findings"))
        self._summary.setObjectName("doctorSummary")
        self._copy.setObjectName("copyReportButton")
        self._again.setObjectName("checkAgainButton")
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self._copy)
        buttons.addWidget(self._note)
        buttons.addStretch(1)
        buttons.addWidget(self._again)
        buttons.addWidget(self._close)
        self._close.setDefault(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(MARGIN, 16, MARGIN, 16)
        layout.setSpacing(12)
        layout.addWidget(self._summary)
        layout.addWidget(self._list, 2)
        layout.addWidget(self._detail)
        layout.addWidget(self._advice)
        layout.addWidget(self._wire_title)
        layout.addWidget(self._wire, 2)
        layout.addLayout(buttons)

    def _connect(self) -> None:
        self._list.current_row_changed.connect(self._on_list_current_changed)
        self._again.clicked.connect(self.check_requested)
        self._copy.clicked.connect(self.copy_requested)
        self._close.clicked.connect(self.reject)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size."""
        labels = (self._summary, self._detail, self._advice, self._wire_title, self._note)
        for label in labels:
            label.set_theme(theme)
        self._list.set_theme(theme)
        font = QFont(code_family())
        font.setPixelSize(theme.px(TEXT_STATUS))
        self._wire.setFont(font)
        room = self.screen().availableGeometry()
        width = min(theme.px(WIDTH), room.width() - 2 * MARGIN)
        self.resize(width, min(theme.px(HEIGHT), room.height() - 4 * MARGIN))

    def set_busy(self) -> None:
        """Say that everything is being looked at."""
        self._summary.setText(self.tr("Looking at everything…"))
        self._note.clear()
        self._again.setEnabled(False)
        self._copy.setEnabled(False)

    def set_findings(self, findings: Sequence[Finding]) -> None:
        """Show what was found."""
        chosen = self._list.current_row()
        self._findings = findings
        wrong = [place for place, finding in enumerate(findings) if not finding.is_ok]
        self._summary.setText(self._summary_words(len(wrong)))
        self._list.setAccessibleDescription(self._summary.text())
        self._list.set_rows(self._rows(findings))
        if chosen is None:
            self._list.choose(wrong[0] if wrong else 0)
            self._list.setFocus()
        self._on_list_current_changed()
        self._again.setEnabled(True)
        self._copy.setEnabled(True)

    def set_note(self, text: str) -> None:
        """Show a few words beside the buttons."""
        self._note.setText(text)

    def _summary_words(self, count: int) -> str:
        if count == 0:
            return self.tr("Everything is in order.")
        if count == 1:
            return self.tr("One thing is not as it should be.")
        return self.tr("{0} things are not as they should be.").format(count)

    def _rows(self, findings: Sequence[Finding]) -> list[Row]:
        """Return what is wrong, and under it what is well."""
        groups: tuple[list[Row], list[Row]] = ([], [])
        for place, finding in enumerate(findings):
            groups[finding.is_ok].append(self._row(place, finding))
        names = (self.tr("Look here"), self.tr("In order"))
        rows = []
        for name, group in zip(names, groups, strict=True):
            rows += [Row(name, name, is_heading=True), *group] if group else []
        return rows

    def _row(self, place: int, finding: Finding) -> Row:
        name = finding.name[:1].upper() + finding.name[1:]
        detail = " ".join(finding.detail.split())
        if finding.is_ok:
            return Row(place, name, detail)
        if finding.is_needed:
            return Row(place, name, detail, self.tr("prevents replies"), "error", has_dot=True)
        return Row(place, name, detail, self.tr("not in order"), "warning", has_dot=True)

    @Slot()
    def _on_list_current_changed(self) -> None:
        row = self._list.current_row()
        if row is None or not isinstance(row.key, int) or row.key >= len(self._findings):
            return
        finding = self._findings[row.key]
        self._detail.setText(finding.detail)
        self._advice.setText(finding.advice)
        self._advice.setVisible(bool(finding.advice))
        self._wire.setPlainText(finding.exchange)
        self._wire_title.setVisible(bool(finding.exchange))
        self._wire.setVisible(bool(finding.exchange))
