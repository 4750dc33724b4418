"""Who answers: the picker's choices, the engine's state, and what is offered when none is there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject, Signal, Slot

from desktop_chat.domain.changes import EnginesChanged, SettingChanged
from desktop_chat.domain.errors import ChatError, ModelChoiceNeededError, NoModelAnywhereError
from desktop_chat.domain.model_info import EMBEDDED, LM_STUDIO, ModelRef
from desktop_chat.services.engines.service import EngineState
from desktop_chat.ui.controllers.status import ERROR, IDLE, WARNING, StatusText
from desktop_chat.ui.messages import error_words

if TYPE_CHECKING:
    from desktop_chat.services.broadcast import Broadcast
    from desktop_chat.services.engines.service import EngineService, EngineStatus

USE_LM_STUDIO = "use-lm-studio"
CHOOSE_MODEL = "choose-model"
OPEN_SETTINGS = "open-settings"


@dataclass(frozen=True, slots=True)
class EngineFooter:
    """The engine at the foot of the sidebar: its name and its state in words."""

    name: str
    state: str
    is_ok: bool
    is_checking: bool = False


class EnginesController(QObject):
    """Turns what the engines say into what the window shows.

    Signals:
        engines_changed(): the picker's choices changed; see `statuses`.
        current_changed(ModelRef | None, str): the model that answers in the chat shown, and
            its name, or what to show instead.
        context_changed(int): tokens that fit that model's context; -1 when nobody knows.
        footer_changed(EngineFooter): the engine at the foot of the sidebar.
        status_changed(StatusText): the engine's line for the status line.
        welcome_changed(str, str): what the empty transcript shows: "ready", "no_model" or
            "checking", and the model's name, or why LM Studio, which answers, is of no use.
    """

    engines_changed = Signal()
    current_changed = Signal(object, str)
    context_changed = Signal(int)
    footer_changed = Signal(object)
    status_changed = Signal(object)
    welcome_changed = Signal(str, str)

    def __init__(self, engines: EngineService, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engines = engines
        self._chat_ref: ModelRef | None = None
        self._current: ModelRef | None = None
        self._kept: ModelRef | None = None

    def listen(self, broadcast: Broadcast) -> None:
        """Follow what the services tell."""
        broadcast.subscribe(EnginesChanged, self._on_engines_changed)
        broadcast.subscribe(SettingChanged, self._on_setting_changed)

    @property
    def statuses(self) -> tuple[EngineStatus, ...]:
        """All engines with their models, in order of preference."""
        return self._engines.statuses

    @property
    def current(self) -> ModelRef | None:
        """The model that answers in the chat shown."""
        return self._current

    @property
    def offered(self) -> ModelRef | None:
        """The model of LM Studio that is offered instead of the embedded one, if any."""
        if self._current is None or self._current.account_id != EMBEDDED:
            return None
        status = self._engines.status(LM_STUDIO)
        if status.state is not EngineState.READY:
            return None
        loaded = [m for m in status.models if m.is_loaded] or list(status.models)
        return ModelRef(LM_STUDIO, loaded[0].id) if len(loaded) == 1 else None

    @Slot(object)
    def on_model_changed(self, model_ref: ModelRef | None) -> None:
        """The chat shown has this model; None lets the default answer."""
        self._chat_ref = model_ref
        self._kept = None
        self.update()

    def remember_choice(self, model_ref: ModelRef) -> None:
        """Keep the user's choice for chats to come."""
        self._engines.remember_choice(model_ref)

    @Slot()
    def update(self) -> None:
        """Work out who answers and tell the window."""
        error: ChatError | None = None
        try:
            self._current = self._chat_ref or self._default_ref()
        except ChatError as caught:
            self._current, error = None, caught
        self.current_changed.emit(self._current, self._current_label(error))
        self.context_changed.emit(self._context_length())
        self.footer_changed.emit(self._footer())
        self.status_changed.emit(self._status(error))
        self._tell_welcome(error)

    def _default_ref(self) -> ModelRef:
        """The default, but a new chat keeps the embedded engine: LM Studio is offered then."""
        if self._kept is None or self._engines.model_info(self._kept) is None:
            ref = self._engines.default_ref()
            self._kept = ref if ref.account_id == EMBEDDED else None
            return ref
        return self._kept

    def _on_engines_changed(self, _event: EnginesChanged) -> None:
        self.engines_changed.emit()
        self.update()

    def _on_setting_changed(self, event: SettingChanged) -> None:
        if event.key.startswith("server."):
            self._kept = None
            self._engines.look_now()

    def _is_checking(self) -> bool:
        return any(s.state is EngineState.CHECKING for s in self._engines.statuses)

    def _name(self, ref: ModelRef) -> str:
        info = self._engines.model_info(ref)
        return info.name if info else ref.label

    def _current_label(self, error: ChatError | None) -> str:
        if self._current is not None:
            return self._name(self._current)
        if self._is_checking():
            return _tr("Looking for models…")
        if isinstance(error, NoModelAnywhereError):
            return _tr("No model")
        return _tr("Choose a model")

    def _context_length(self) -> int:
        info = self._engines.model_info(self._current) if self._current else None
        return info.context_length if info and info.context_length else -1

    def _footer(self) -> EngineFooter:
        if self._current is not None:
            status = self._engines.status(self._current.account_id)
        else:
            status = self._engines.statuses[0]
        return EngineFooter(
            status.name,
            _state_words(status),
            is_ok=status.state is EngineState.READY,
            is_checking=status.state is EngineState.CHECKING,
        )

    def _status(self, error: ChatError | None) -> StatusText:
        if self._current is not None:
            return self._answering(self._current)
        if self._is_checking():
            return StatusText(_tr("Looking for a model…"))
        if isinstance(error, ModelChoiceNeededError):
            text = _tr("Several models are there. Choose one.")
            return StatusText(text, WARNING, CHOOSE_MODEL, _tr("Choose"))
        lm_studio = self._engines.status(LM_STUDIO)
        if lm_studio.state is EngineState.WRONG and lm_studio.error is not None:
            return StatusText(error_words(lm_studio.error), ERROR, OPEN_SETTINGS, _tr("Settings"))
        if isinstance(error, NoModelAnywhereError):
            return StatusText(_tr("No model yet"), WARNING)
        return StatusText(error_words(error) if error else "", ERROR, CHOOSE_MODEL, _tr("Choose"))

    def _answering(self, ref: ModelRef) -> StatusText:
        status = self._engines.status(ref.account_id)
        if status.state not in (EngineState.READY, EngineState.CHECKING):
            text = f"{status.name} · {_state_words(status)}"
            return StatusText(text, WARNING, CHOOSE_MODEL, _tr("Choose another model"))
        if status.state is EngineState.READY and self._engines.model_info(ref) is None:
            text = _tr("%1 does not have %2 now").replace("%1", status.name)
            text = text.replace("%2", ref.label)
            return StatusText(text, WARNING, CHOOSE_MODEL, _tr("Choose another model"))
        text = _tr("%1 answers with %2").replace("%1", status.name)
        text = text.replace("%2", self._name(ref))
        if self.offered is not None:
            offer = _tr("LM Studio is there now")
            return StatusText(f"{text} · {offer}", IDLE, USE_LM_STUDIO, _tr("Use LM Studio"))
        lm_studio = self._engines.status(LM_STUDIO)
        if ref.account_id == EMBEDDED and lm_studio.error and lm_studio.state is EngineState.WRONG:
            reason = error_words(lm_studio.error)
            return StatusText(f"{text} · {reason}", WARNING, OPEN_SETTINGS, _tr("Settings"))
        return StatusText(text)

    def _tell_welcome(self, error: ChatError | None) -> None:
        if self._current is not None:
            self.welcome_changed.emit("ready", self._name(self._current))
        elif self._is_checking():
            self.welcome_changed.emit("checking", "")
        elif isinstance(error, NoModelAnywhereError):
            lm_studio = self._engines.status(LM_STUDIO)
            error = lm_studio.error if lm_studio.state is EngineState.WRONG else None
            self.welcome_changed.emit("no_model", error_words(error) if error else "")
        else:
            self.welcome_changed.emit("ready", "")


def _state_words(status: EngineStatus) -> str:
    match status.state:
        case EngineState.CHECKING:
            return _tr("looking…")
        case EngineState.READY:
            return _tr("connected") if status.account_id == LM_STUDIO else _tr("ready")
        case EngineState.EMPTY:
            return _tr("no model")
        case EngineState.ABSENT:
            return _tr("not running")
        case _:
            return _tr("not usable")


def _tr(text: str) -> str:
    return QCoreApplication.translate("EnginesController", text)
