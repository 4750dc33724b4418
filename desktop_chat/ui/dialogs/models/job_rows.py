"""What is being loaded and fetched, a line each, with a button that ends it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from desktop_chat.domain.engine_features import DownloadState
from desktop_chat.domain.model_info import EMBEDDED
from desktop_chat.ui.controllers.model_jobs import JobKind
from desktop_chat.ui.dialogs.models.words import progress_words
from desktop_chat.ui.sizes import TEXT_STATUS
from desktop_chat.ui.widgets.label import ElidedLabel, Label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from desktop_chat.ui.controllers.model_jobs import ModelJob
    from desktop_chat.ui.theme import Theme

BAR_WIDTH = 120
# Bytes of a large file would not fit the bar's 32-bit range.
STEPS = 1000


class JobRows(QWidget):
    """A row for each job under way; hidden while there is none.

    Signals:
        cancel_requested(job_id: int): the user wants no more of it.
    """

    cancel_requested = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("modelJobs")
        self._theme: Theme | None = None
        self._rows: dict[int, _JobRow] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size."""
        self._theme = theme
        for row in self._rows.values():
            row.set_theme(theme)

    def set_jobs(self, jobs: Sequence[ModelJob]) -> None:
        """Show these jobs as they stand."""
        ids = {job.id for job in jobs}
        for job_id in [known for known in self._rows if known not in ids]:
            row = self._rows.pop(job_id)
            self._column.removeWidget(row)
            row.deleteLater()
        for job in jobs:
            if job.id not in self._rows:
                self._add(job)
            self._rows[job.id].show_job(job)
        self.setVisible(bool(jobs))

    def _add(self, job: ModelJob) -> None:
        row = _JobRow(job.id)
        row.cancel_requested.connect(self.cancel_requested)
        if self._theme is not None:
            row.set_theme(self._theme)
        self._rows[job.id] = row
        self._column.addWidget(row)


class _JobRow(QWidget):
    """What is done, how far it is, and Cancel.

    Signals:
        cancel_requested(job_id: int)
    """

    cancel_requested = Signal(int)

    def __init__(self, job_id: int) -> None:
        super().__init__()
        self._job_id = job_id
        self._words = ElidedLabel(px=TEXT_STATUS)
        self._bar = QProgressBar()
        self._bar.setObjectName("jobProgress")
        self._bar.setTextVisible(False)
        self._amount = Label(px=TEXT_STATUS, ink="muted")
        self._cancel = QPushButton()
        self._cancel.setObjectName("cancelJobButton")
        self._cancel.clicked.connect(self._on_cancel_clicked)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 0, 0, 0)
        layout.setSpacing(10)
        layout.addWidget(self._words)
        layout.addStretch(1)
        layout.addWidget(self._amount)
        layout.addWidget(self._bar)
        layout.addWidget(self._cancel)

    def set_theme(self, theme: Theme) -> None:
        self._words.set_theme(theme)
        self._amount.set_theme(theme)
        self._bar.setFixedWidth(theme.px(BAR_WIDTH))

    def show_job(self, job: ModelJob) -> None:
        title, amount, share = _title(job), _amount(job), _share(job)
        # A server that loads or fetches goes on with it, whoever waits.
        is_ours = job.account_id == EMBEDDED
        cancel = self.tr("Cancel") if is_ours else self.tr("Stop waiting")
        self._words.setText(title)
        self._words.updateGeometry()
        self._amount.setText(amount)
        self._cancel.setText(cancel)
        self._cancel.setAccessibleName(f"{cancel}: {title}")
        self._cancel.setVisible(job.kind is not JobKind.UNLOAD)
        self._bar.setAccessibleName(title)
        self._bar.setAccessibleDescription(amount)
        # A bar that runs to and fro would promise movement: without a share there is none.
        self._bar.setVisible(share is not None)
        self._bar.setRange(0, STEPS)
        self._bar.setValue(round((share or 0) * STEPS))

    @Slot()
    def _on_cancel_clicked(self) -> None:
        self.cancel_requested.emit(self._job_id)


def jobs_words(jobs: Sequence[ModelJob]) -> str:
    """Return in a few words what is under way and how far; "" if nothing is."""
    parts = []
    for job in jobs:
        share = _share(job)
        percent = "" if share is None else _tr("{0} %").format(int(share * 100))
        parts.append(" ".join(part for part in (_title(job), percent) if part))
    return " · ".join(parts)


def _title(job: ModelJob) -> str:
    words = {
        JobKind.LOAD: _tr("Loading {0}"),
        JobKind.UNLOAD: _tr("Unloading {0}"),
        JobKind.DOWNLOAD: _tr("Fetching {0}"),
    }
    return words[job.kind].format(job.label)


def _amount(job: ModelJob) -> str:
    progress = job.progress
    if progress is None:
        return _tr("{0} s").format(int(job.elapsed_s)) if job.elapsed_s >= 1 else ""
    states = {
        DownloadState.WAITING: _tr("waiting"),
        DownloadState.PAUSED: _tr("paused"),
        DownloadState.CHECKING: _tr("checking the file"),
    }
    said = states.get(progress.state)
    parts = [part for part in (said, progress_words(progress)) if part]
    return " · ".join(parts)


def _share(job: ModelJob) -> float | None:
    if job.progress is None or not job.progress.bytes_total:
        return None
    return min(job.progress.bytes_done / job.progress.bytes_total, 1.0)


def _tr(text: str) -> str:
    return QCoreApplication.translate("models", text)
