"""How long a model has been thinking, in words, and while it does."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QModelIndex, QObject, Qt, QTimer, Signal, Slot

from desktop_chat.ui.item_models.transcript import TranscriptRole

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from desktop_chat.ui.item_models.transcript import TranscriptModel

SECOND = 1000


def _tr(text: str) -> str:
    return QCoreApplication.translate("Transcript", text)


def thought_words(duration_ms: int | None) -> str:
    """Return the line over a reasoning that has ended; None where nobody measured it."""
    if duration_ms is None:
        return _tr("Thought")
    if duration_ms < SECOND:
        return _tr("Thought for less than a second")
    return _tr("Thought for {duration}").format(duration=duration_words(duration_ms))


def thinking_words(duration_ms: int | None) -> str:
    """Return the line over a reasoning that goes on."""
    if duration_ms is None or duration_ms < SECOND:
        return _tr("Thinking…")
    return _tr("Thinking… {duration}").format(duration=duration_words(duration_ms))


def duration_words(duration_ms: int) -> str:
    """Return whole seconds, minutes and hours: `12 s`, `1 min 5 s`, `2 min`."""
    minutes, seconds = divmod(duration_ms // SECOND, 60)
    hours, minutes = divmod(minutes, 60)
    parts = (
        (hours, _tr("{count} h")),
        (minutes, _tr("{count} min")),
        (seconds, _tr("{count} s")),
    )
    words = [words.format(count=count) for count, words in parts if count]
    return " ".join(words) or _tr("{count} s").format(count=0)


class ThinkingClock(QObject):
    """Counts the time that the growing reply's model thinks, for the line over its reasoning.

    The time that is stored is measured where the reply arrives; this one is what the reader sees
    until then.

    Args:
        clock: Seconds that only go up.

    Attributes:
        row: Row of the reply that grows, -1 without one.

    Signals:
        ticked(): another second has gone by.
    """

    ticked = Signal()

    def __init__(self, parent: QObject, *, clock: Callable[[], float] = monotonic) -> None:
        super().__init__(parent)
        self._clock = clock
        self._model: TranscriptModel | None = None
        self.row = -1
        self._spent_ms: float | None = None
        self._since: float | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._on_timer_timeout)

    def watch(self, model: TranscriptModel | None) -> None:
        """Follow the growing reply of a model."""
        if self._model is not None:
            self._model.modelReset.disconnect(self._on_model_changed)
            self._model.rowsInserted.disconnect(self._on_model_changed)
            self._model.dataChanged.disconnect(self._on_model_data_changed)
            self._model.delta_appended.disconnect(self._on_model_delta_appended)
        self._model = model
        if model is not None:
            model.modelReset.connect(self._on_model_changed)
            model.rowsInserted.connect(self._on_model_changed)
            model.dataChanged.connect(self._on_model_data_changed)
            model.delta_appended.connect(self._on_model_delta_appended)
        self._on_model_changed()

    @property
    def is_running(self) -> bool:
        """Whether the model thinks now."""
        return self._since is not None

    def elapsed_ms(self) -> int | None:
        """Return how long the growing reply was thought about; None before it was."""
        if self._spent_ms is None:
            return None
        running = 0.0 if self._since is None else self._clock() - self._since
        return round(self._spent_ms + running * SECOND)

    def _begin(self) -> None:
        if self._since is None:
            self._spent_ms = self._spent_ms or 0.0
            self._since = self._clock()
            self._wait()

    def _end(self) -> None:
        if self._since is not None and self._spent_ms is not None:
            self._spent_ms += (self._clock() - self._since) * SECOND
            self._since = None
        self._timer.stop()

    def _wait(self) -> None:
        """Wake up when the next second is full."""
        self._timer.start(SECOND - (self.elapsed_ms() or 0) % SECOND)

    @Slot()
    def _on_timer_timeout(self) -> None:
        self.ticked.emit()
        self._wait()

    @Slot()
    def _on_model_changed(self) -> None:
        self._end()
        self.row, self._spent_ms = -1, None
        last = self._model.rowCount() - 1 if self._model is not None else -1
        if last < 0 or self._model is None or not self._model.is_streaming(last):
            return
        self.row = last
        message = self._model.message_at(last)
        if message.reasoning:
            self._spent_ms = float(message.reasoning_ms or 0)
        if message.reasoning and not message.content:
            self._begin()

    @Slot(QModelIndex, QModelIndex, list)
    def _on_model_data_changed(
        self, _first: QModelIndex, _last: QModelIndex, roles: Sequence[int]
    ) -> None:
        if TranscriptRole.MESSAGE in roles:
            self._on_model_changed()

    @Slot(int, str, str)
    def _on_model_delta_appended(self, row: int, text: str, reasoning: str) -> None:
        if row != self.row:
            return
        if reasoning:
            self._begin()
        if text:
            self._end()
