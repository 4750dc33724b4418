"""The status line: what the engine does for the chat shown, else what it is."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject, QTimer, Signal, Slot

from desktop_chat.domain.changes import (
    ReplyEnded,
    ReplyProgressed,
    SavingFailed,
    SavingResumed,
    TurnsLeftOut,
    TurnStarted,
)
from desktop_chat.domain.progress import ReplyProgress, Stage
from desktop_chat.ui.messages import error_action, error_words
from desktop_chat.ui.progress_words import done_words, progress_words

if TYPE_CHECKING:
    from desktop_chat.domain.chat import ChatId
    from desktop_chat.services.broadcast import Broadcast

IDLE, BUSY, WARNING, ERROR = "idle", "busy", "warning", "error"
# A command of `ui.commands`.
SAVE_NOW = "saving.retry"
TICK_MS = 1000
# Reports come twice a second: of fewer tokens the last one tells too little.
LEAST_ESTIMATE = 50


@dataclass(frozen=True, slots=True)
class StatusText:
    """What the status line shows.

    Attributes:
        action: What its button does, with `action_label`.
        fraction: 0 to 1 of what it tells about, None where that has no end that is known.
    """

    text: str
    kind: str = IDLE
    action: str = ""
    action_label: str = ""
    fraction: float | None = None


@dataclass(frozen=True, slots=True)
class _Wait:
    """A reply that is being written.

    Attributes:
        since: When its stage began.
        heard: When the last report came.
    """

    progress: ReplyProgress
    since: float
    heard: float


class StatusController(QObject):
    """Decides which of several things stands in the one line.

    Signals:
        status_changed(StatusText): the line's new content.
    """

    status_changed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._chat_id: ChatId | None = None
        self._waits: dict[ChatId, _Wait] = {}
        # Of the last turn of a chat: how it ended, what was left out, who answered.
        self._done: dict[ChatId, str] = {}
        self._left_out: dict[ChatId, str] = {}
        self._answered_by: dict[ChatId, str] = {}
        self._notice: StatusText | None = None
        self._refusal: StatusText | None = None
        self._saving: StatusText | None = None
        self._work = StatusText("")
        self._engine = StatusText(_tr("Looking for a model…"))
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self.on_tick)
        self._last: StatusText | None = None

    def listen(self, broadcast: Broadcast) -> None:
        """Follow what the services tell."""
        broadcast.subscribe(TurnStarted, self._on_turn_started)
        broadcast.subscribe(ReplyProgressed, self._on_progressed)
        broadcast.subscribe(TurnsLeftOut, self._on_left_out)
        broadcast.subscribe(ReplyEnded, self._on_ended)
        broadcast.subscribe(SavingFailed, self._on_saving_failed)
        broadcast.subscribe(SavingResumed, self._on_saving_resumed)

    @property
    def action(self) -> str:
        """What the button in the line does now."""
        return self._last.action if self._last else ""

    @Slot(object, str)
    def on_chat_shown(self, chat_id: ChatId | None, _title: str) -> None:
        """Tell about this chat from now on."""
        if self._chat_id is not None and chat_id != self._chat_id:
            self._done.pop(self._chat_id, None)
        self._chat_id = chat_id
        self._notice = None
        self._show()

    def set_notice(self, notice: StatusText | None) -> None:
        """Show something until the next turn begins or another chat is shown."""
        self._notice = notice
        self._show()

    def refuse(self, refusal: StatusText) -> None:
        """Say that no model can answer, until the engines tell something new."""
        self._refusal = refusal
        # Why a server cannot be used says more than that there is no model.
        self.set_notice(None if self._engine.kind == ERROR else refusal)

    def set_engine(self, engine: StatusText) -> None:
        """What to show when nothing else happens: who answers, or why nobody does."""
        if engine != self._engine and self._notice is self._refusal:
            self._notice = None
        self._engine = engine
        self._show()

    def set_work(self, work: StatusText) -> None:
        """What goes on beside the replies, with the button that shows it; "" if nothing does."""
        self._work = work
        self._show()

    def _on_turn_started(self, event: TurnStarted) -> None:
        chat_id, now = event.chat.id, time.monotonic()
        for notes in (self._done, self._left_out, self._answered_by):
            notes.pop(chat_id, None)
        self._waits[chat_id] = _Wait(ReplyProgress(Stage.CONNECTING), now, now)
        if not self._timer.isActive():
            self._timer.start()
        if chat_id == self._chat_id:
            self._notice = None
        self._show()

    def _on_progressed(self, event: ReplyProgressed) -> None:
        before = self._waits.get(event.chat_id)
        if before is None:
            return
        now, progress = time.monotonic(), event.progress
        is_same = before.progress.stage is progress.stage is not Stage.RETRYING
        since = before.since if is_same else now
        self._waits[event.chat_id] = _Wait(progress, since, now)
        if progress.answered_by:
            words = _tr("answered by %1").replace("%1", progress.answered_by)
            self._answered_by[event.chat_id] = words
        self._show()

    def _on_left_out(self, event: TurnsLeftOut) -> None:
        self._left_out[event.chat_id] = left_out_text(event.count)
        self._show()

    def _on_ended(self, event: ReplyEnded) -> None:
        chat_id = event.reply.chat_id
        wait = self._waits.pop(chat_id, None)
        if not event.is_discarded:
            self._done[chat_id] = done_words(event.reply, _tokens_of(wait))
        if not self._waits:
            self._timer.stop()
        self._show()

    def _on_saving_failed(self, event: SavingFailed) -> None:
        action, label = error_action(event.error.code) or (SAVE_NOW, _tr("Try again"))
        self._saving = StatusText(error_words(event.error), ERROR, action, label)
        self._show()

    def _on_saving_resumed(self, _event: SavingResumed) -> None:
        # What could not be sent for the same reason has said the same.
        if self._notice and self._saving and self._notice.text == self._saving.text:
            self._notice = None
        self._saving = None
        self._show()

    @Slot()
    def on_tick(self) -> None:
        """Count the time that passed."""
        self._show()

    def _show(self) -> None:
        status = self._current()
        if status != self._last:
            self._last = status
            self.status_changed.emit(status)

    def _current(self) -> StatusText:
        if self._saving is not None:
            return self._saving
        chat_id = self._chat_id
        wait = self._waits.get(chat_id) if chat_id is not None else None
        if wait is not None:
            return self._waiting(wait)
        if self._notice is not None:
            return self._notice
        return self._idle()

    def _waiting(self, wait: _Wait) -> StatusText:
        now = time.monotonic()
        elapsed = now - wait.since
        words = progress_words(wait.progress, elapsed, now - wait.heard)
        fraction = wait.progress.fraction_after(elapsed)
        return StatusText(_joined([words, *self._notes()]), BUSY, fraction=fraction)

    def _idle(self) -> StatusText:
        """Who answers, and what is to be known of the last turn."""
        engine = self._engine
        done = self._done.get(self._chat_id, "") if self._chat_id is not None else ""
        answered_by, left_out = self._notes()
        # A warning comes first, and news before what is known.
        texts = [self._work.text, done, answered_by, engine.text, left_out]
        if engine.kind != IDLE:
            texts = [engine.text, self._work.text, answered_by, left_out]
        if self._work.text and not engine.action:
            engine = replace(self._work, kind=engine.kind)
        return replace(engine, text=_joined(texts))

    def _notes(self) -> tuple[str, str]:
        """Who answered in the place of another, and what was left out; "" for neither."""
        if self._chat_id is None:
            return "", ""
        return self._answered_by.get(self._chat_id, ""), self._left_out.get(self._chat_id, "")


def _joined(texts: list[str]) -> str:
    return " · ".join(text for text in texts if text)


def _tokens_of(wait: _Wait | None) -> int | None:
    """Return the tokens that were written by the last report, if there are enough to tell."""
    if wait is None or wait.progress.stage not in (Stage.THINKING, Stage.WRITING):
        return None
    tokens = wait.progress.tokens or 0
    return tokens if tokens >= LEAST_ESTIMATE else None


def left_out_text(count: int) -> str:
    """Say how many messages of the conversation the model did not get."""
    return QCoreApplication.translate(
        "StatusController", "%n older message(s) left out, the context is full", "", count
    ).replace("(s)", "" if count == 1 else "s")


def _tr(text: str) -> str:
    return QCoreApplication.translate("StatusController", text)
