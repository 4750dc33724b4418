"""Words for error codes, in the user's language, and the buttons that help."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from desktop_chat.domain import errors
from desktop_chat.domain.message import MessageStatus, Sender

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from desktop_chat.domain.message import Message

# What a button under a reply does.
RETRY = "retry"
CONTINUE = "continue"
USE_AS_ANSWER = "use-as-answer"
CHOOSE_MODEL = "choose-model"
OPEN_SETTINGS = "open-settings"
NEW_CHAT = "new-chat"
# Commands of `ui.commands`.
CHECK = "library.check"
SAVE_AGAIN = "library.save_again"
SERVER = "reply.server_settings"
SERVERS = "servers.open"
MODELS = "models.open"
PARAMS = "chat.params"
DOCTOR = "help.doctor"

_RETRY = (RETRY, QT_TRANSLATE_NOOP("errors", "Try again"))
_CONTINUE = (CONTINUE, QT_TRANSLATE_NOOP("errors", "Continue"))
_USE_AS_ANSWER = (USE_AS_ANSWER, QT_TRANSLATE_NOOP("errors", "Use as answer"))
_CHOOSE = (CHOOSE_MODEL, QT_TRANSLATE_NOOP("errors", "Choose a model"))
_LOAD = (MODELS, QT_TRANSLATE_NOOP("errors", "Load a model"))
_MODELS = (MODELS, QT_TRANSLATE_NOOP("errors", "Show the models"))
_ADDRESS = (SERVER, QT_TRANSLATE_NOOP("errors", "Change the address"))
_TOKEN = (SERVER, QT_TRANSLATE_NOOP("errors", "Enter the token"))
_SERVERS = (SERVERS, QT_TRANSLATE_NOOP("errors", "Server settings"))
_TRUST = (SERVERS, QT_TRANSLATE_NOOP("errors", "Look at the certificate"))
_PARAMS = (PARAMS, QT_TRANSLATE_NOOP("errors", "Change the parameters"))
_DOCTOR = (DOCTOR, QT_TRANSLATE_NOOP("errors", "Find the cause"))
_NEW_CHAT = (NEW_CHAT, QT_TRANSLATE_NOOP("errors", "New chat"))
_CHECK = (CHECK, QT_TRANSLATE_NOOP("errors", "Check the database"))
_SAVE_AGAIN = (SAVE_AGAIN, QT_TRANSLATE_NOOP("errors", "Save everything again"))

_ACTIONS = {
    errors.ServerUnreachableError.code: _RETRY,
    errors.NotAServerError.code: _ADDRESS,
    errors.WrongPathError.code: _ADDRESS,
    errors.RedirectedError.code: _ADDRESS,
    errors.InvalidServerUrlError.code: _ADDRESS,
    errors.InvalidAccountError.code: _SERVERS,
    errors.UnauthorizedError.code: _TOKEN,
    errors.PermissionDeniedError.code: _DOCTOR,
    errors.ProxyAnsweredError.code: _DOCTOR,
    errors.CertificateError.code: _TRUST,
    errors.CertificateChangedError.code: _TRUST,
    errors.PlainKeyError.code: _SERVERS,
    errors.NoModelLoadedError.code: _LOAD,
    errors.OutOfMemoryError.code: _MODELS,
    errors.NoModelAnywhereError.code: _MODELS,
    errors.ModelNotFoundError.code: _CHOOSE,
    errors.ModelChoiceNeededError.code: _CHOOSE,
    errors.AccountNotFoundError.code: _CHOOSE,
    errors.ImageRefusedError.code: _CHOOSE,
    errors.TemplateFailedError.code: _CHOOSE,
    errors.ModelFileBrokenError.code: _CHOOSE,
    errors.ModelLoadFailedError.code: _CHOOSE,
    errors.ParameterRefusedError.code: _PARAMS,
    errors.InvalidParamsError.code: _PARAMS,
    errors.ContextFullError.code: _NEW_CHAT,
    errors.ThoughtOnlyError.code: _USE_AS_ANSWER,
    errors.ToolRequestedError.code: _RETRY,
    errors.ModelCrashedError.code: _RETRY,
    errors.ModelUnloadedError.code: _RETRY,
    errors.ConnectionLostError.code: _RETRY,
    errors.EmptyReplyError.code: _RETRY,
    errors.UnreadableReplyError.code: _RETRY,
    errors.ServerBusyError.code: _RETRY,
    errors.EngineFailedError.code: _RETRY,
    errors.EngineError.code: _RETRY,
    errors.EngineCrashedError.code: _RETRY,
    errors.DatabaseDamagedError.code: _CHECK,
    errors.MessageUnreadableError.code: _CHECK,
    errors.DatabaseReplacedError.code: _SAVE_AGAIN,
    errors.ChatError.code: _RETRY,
}


def _error_classes(base: type[errors.ChatError]) -> dict[str, type[errors.ChatError]]:
    found = {base.code: base}
    for child in base.__subclasses__():
        found |= _error_classes(child)
    return found


_CLASSES = _error_classes(errors.ChatError)


def error_action(code: str) -> tuple[str, str] | None:
    """Return what the button about an error does, and its label; None for no button."""
    return _translated(_ACTIONS.get(code))


def message_action(message: Message) -> tuple[str, str] | None:
    """Return what the button under a reply does, and its label; None for no button."""
    if message.status is MessageStatus.FAILED:
        # What the sentence says; to go on with the text there is Continue in the toolbar.
        return _translated(_ACTIONS.get(message.error_code or ""))
    is_cut = message.status is MessageStatus.COMPLETE and message.finish_reason == "length"
    return _translated(_CONTINUE) if is_cut and message.sender is Sender.LLM else None


def _translated(action: tuple[str, object] | None) -> tuple[str, str] | None:
    return (action[0], QCoreApplication.translate("errors", str(action[1]))) if action else None


def error_text(code: str | None, fields: Mapping[str, Any], fallback: str = "") -> str:
    """Return the sentence for an error; `fallback` for a code of a newer version."""
    error_class = _CLASSES.get(code or "")
    if error_class is None:
        return fallback
    sentence = QCoreApplication.translate("errors", error_class.sentence_for(fields))
    return errors.worded(sentence, fields)


def error_words(error: errors.ChatError) -> str:
    """Return the sentence for an error that was raised."""
    return error_text(error.code, error.fields, str(error))


def message_error(message: Message) -> str:
    """Return the sentence for a failed reply."""
    return error_text(message.error_code, message.error_fields, message.error or "")
