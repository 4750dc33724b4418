"""Models that are being loaded, unloaded and fetched; it goes on while no dialog shows it."""

from __future__ import annotations

import contextlib
import itertools
import time
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from desktop_chat.domain.errors import ChatError

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from typing import Any

    from desktop_chat.domain.engine_features import DownloadProgress, LoadOptions
    from desktop_chat.domain.model_info import ModelRef
    from desktop_chat.services.engines.models import ModelsService
    from desktop_chat.services.tasks import TaskScope

TICK_MS = 1000


class JobKind(StrEnum):
    """What is being done."""

    LOAD = "load"
    UNLOAD = "unload"
    DOWNLOAD = "download"


@dataclass(frozen=True, slots=True)
class ModelJob:
    """One thing under way.

    Attributes:
        name: The model's name, or what is being fetched.
        account_id: The engine.
        elapsed_s: Since it began.
        progress: Of a download; None before the first report, and of what is no download.
    """

    id: int
    kind: JobKind
    name: str
    account_id: str
    started: float
    elapsed_s: float = 0.0
    progress: DownloadProgress | None = None

    @property
    def label(self) -> str:
        """The name as people know it: of an address the file."""
        if "://" not in self.name:
            return self.name
        return self.name.partition("?")[0].rstrip("/").rsplit("/", 1)[-1] or self.name


class ModelJobs(QObject):
    """Has the service work, and tells how far it is.

    Signals:
        changed(): something began, went on, or ended; see `jobs`.
        done(ModelJob): it ended well; of a download, `progress` holds what came of it.
        failed(ModelJob, ChatError): it ended otherwise. One that is given up tells nothing.
    """

    changed = Signal()
    done = Signal(object)
    failed = Signal(object, object)

    def __init__(
        self, models: ModelsService, tasks: TaskScope, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._models = models
        self._tasks = tasks
        self._numbers = itertools.count(1)
        self._jobs: dict[int, ModelJob] = {}
        # Loading tells nothing while it runs: the time that passes is all there is to show.
        self._tick = QTimer(self)
        self._tick.setInterval(TICK_MS)
        self._tick.timeout.connect(self._on_tick)

    @property
    def jobs(self) -> tuple[ModelJob, ...]:
        """What is under way, the oldest first."""
        return tuple(self._jobs.values())

    def is_busy_with(self, name: str, account_id: str) -> bool:
        """Whether something is under way with this model already."""
        return any(job.name == name and job.account_id == account_id for job in self.jobs)

    def load(self, ref: ModelRef, options: LoadOptions) -> None:
        """Load a model."""
        job = self._job(JobKind.LOAD, ref.label, ref.account_id)
        self._start(job, self._models.load(ref, options))

    def unload(self, ref: ModelRef, instance_id: str) -> None:
        """Take a model out of memory."""
        job = self._job(JobKind.UNLOAD, ref.label, ref.account_id)
        self._start(job, self._models.unload(ref, instance_id))

    def download(self, account_id: str, source: str, checksum: str = "") -> None:
        """Fetch a model."""
        job = self._job(JobKind.DOWNLOAD, source, account_id)
        self._start(job, self._fetch(job, checksum))

    @Slot(int)
    def cancel(self, job_id: int) -> None:
        """Give something up, or stop waiting for it where the server goes on with it."""
        self._tasks.cancel((self, job_id))

    def _start(self, job: ModelJob, work: Coroutine[Any, Any, object]) -> None:
        self._tasks.spawn(self._run(job.id, work), key=(self, job.id))

    def _job(self, kind: JobKind, name: str, account_id: str) -> ModelJob:
        job = ModelJob(next(self._numbers), kind, name, account_id, time.monotonic())
        self._jobs[job.id] = job
        self._tick.start()
        self.changed.emit()
        return job

    async def _run(self, job_id: int, work: Coroutine[Any, Any, object]) -> None:
        error: ChatError | None = None
        is_done = False
        try:
            await work
            is_done = True
        except ChatError as caught:
            error = caught
        finally:
            job = self._jobs.pop(job_id)
            if not self._jobs:
                self._tick.stop()
            self.changed.emit()
        if error is not None:
            self.failed.emit(job, error)
        elif is_done:
            self.done.emit(job)

    async def _fetch(self, job: ModelJob, checksum: str) -> None:
        reports = self._models.download(job.account_id, job.name, checksum)
        async with contextlib.aclosing(reports) as progresses:
            async for progress in progresses:
                self._jobs[job.id] = replace(self._jobs[job.id], progress=progress)
                self.changed.emit()

    @Slot()
    def _on_tick(self) -> None:
        now = time.monotonic()
        for job in self.jobs:
            self._jobs[job.id] = replace(job, elapsed_s=now - job.started)
        self.changed.emit()
