"""The status line: what the engine does for the chat shown, else what it is."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QLocale, QObject, QTimer, Signal, Slot

from desktop_chat.domain.changes import (
    ReplyEnded,
    ReplyProgressed,
    SavingFailed,
    SavingResumed,
    TurnsLeftOut,
    TurnStarted,
)
from desktop_chat.ui.messages import error_action, error_words

if TYPE_CHECKING:
    from desktop_chat.domain.chat import ChatId
    from desktop_chat.services.broadcast import Broadcast

IDLE, BUSY, WARNING, ERROR = "idle", "busy", "warning", "error"
# A command of `ui.commands`.
SAVE_NOW = "saving.retry"
TICK_MS = 1000
# Shorter waits are not worth a number that flickers.
SHOW_SECONDS_AFTER = 2


@dataclass(frozen=True, slots=True)
class StatusText:
    """What the status line shows; `action` is what its button does, with its label."""

    text: str
    kind: str = IDLE
    action: str = ""
    action_label: str = ""


@dataclass(frozen=True, slots=True)
class _Phase:
    name: str
    since: float
    done: int | None = None
    total: int | None = None
    left_out: int = 0


class StatusController(QObject):
    """Decides which of several things stands in the one line.

    Signals:
        status_changed(StatusText): the line's new content.
    """

    status_changed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._chat_id: ChatId | None = None
        self._phases: dict[ChatId, _Phase] = {}
        self._notes: dict[ChatId, str] = {}
        self._notice: StatusText | None = None
        self._saving: StatusText | None = None
        self._engine = StatusText(_tr("Looking for a model…"))
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._show)
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
        self._chat_id = chat_id
        self._notice = None
        self._show()

    def set_notice(self, notice: StatusText | None) -> None:
        """Show something until the next turn begins or another chat is shown."""
        self._notice = notice
        self._show()

    def set_engine(self, engine: StatusText) -> None:
        """What to show when nothing else happens: who answers, or why nobody does."""
        self._engine = engine
        self._show()

    def _on_turn_started(self, event: TurnStarted) -> None:
        self._notes.pop(event.chat.id, None)
        self._set_phase(event.chat.id, _Phase("connecting", time.monotonic()))
        if event.chat.id == self._chat_id:
            self._notice = None
        self._show()

    def _on_progressed(self, event: ReplyProgressed) -> None:
        before = self._phases.get(event.chat_id)
        if before is None:
            return
        since = before.since if before.name == event.phase else time.monotonic()
        phase = _Phase(event.phase, since, event.done, event.total, before.left_out)
        self._set_phase(event.chat_id, phase)
        self._show()

    def _on_left_out(self, event: TurnsLeftOut) -> None:
        phase = self._phases.get(event.chat_id)
        if phase is not None:
            self._phases[event.chat_id] = replace(phase, left_out=event.count)
        self._notes[event.chat_id] = left_out_text(event.count)
        self._show()

    def _on_ended(self, event: ReplyEnded) -> None:
        self._phases.pop(event.reply.chat_id, None)
        if not self._phases:
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

    def _set_phase(self, chat_id: ChatId, phase: _Phase) -> None:
        self._phases[chat_id] = phase
        if not self._timer.isActive():
            self._timer.start()

    @Slot()
    def _show(self) -> None:
        status = self._current()
        if status != self._last:
            self._last = status
            self.status_changed.emit(status)

    def _current(self) -> StatusText:
        phase = self._phases.get(self._chat_id) if self._chat_id is not None else None
        if self._saving is not None:
            return self._saving
        if phase is not None:
            return StatusText(_phase_text(phase), BUSY)
        if self._notice is not None:
            return self._notice
        note = self._notes.get(self._chat_id) if self._chat_id is not None else None
        if note:
            return replace(self._engine, text=f"{self._engine.text} · {note}")
        return self._engine


def left_out_text(count: int) -> str:
    """Say how many messages of the conversation the model did not get."""
    return QCoreApplication.translate(
        "StatusController", "%n older message(s) left out, the context is full", "", count
    ).replace("(s)", "" if count == 1 else "s")


def _phase_text(phase: _Phase) -> str:
    seconds = int(time.monotonic() - phase.since)
    parts = [_phase_name(phase)]
    if phase.name == "reading" and phase.total:
        locale = QLocale()
        of = _tr("%1 of %2 tokens")
        of = of.replace("%1", locale.toString(phase.done or 0))
        parts.append(of.replace("%2", locale.toString(phase.total)))
    if phase.name != "writing" and seconds >= SHOW_SECONDS_AFTER:
        parts.append(_elapsed(seconds))
    if phase.left_out:
        parts.append(left_out_text(phase.left_out))
    return " · ".join(parts)


def _phase_name(phase: _Phase) -> str:
    match phase.name:
        case "loading":
            return _tr("Loading the model")
        case "reading" if phase.total:
            percent = round(100 * (phase.done or 0) / phase.total)
            return _tr("Reading the prompt %1 %").replace("%1", str(min(percent, 100)))
        case "reading":
            return _tr("Reading the prompt")
        case "thinking":
            return _tr("Thinking")
        case "writing":
            return _tr("Writing")
        case _:
            return _tr("Waiting for the model")


def _elapsed(seconds: int) -> str:
    return f"{seconds // 60}:{seconds % 60:02d}" if seconds >= 60 else f"{seconds} s"


def _tr(text: str) -> str:
    return QCoreApplication.translate("StatusController", text)
