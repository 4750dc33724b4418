"""Words for error codes, in the user's language, and the button that helps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from desktop_chat.domain import errors

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from desktop_chat.domain.message import Message

# What a button under a failed reply does.
RETRY = "retry"
CHOOSE_MODEL = "choose-model"
OPEN_SETTINGS = "open-settings"
NEW_CHAT = "new-chat"
# Commands of `ui.commands`.
CHECK = "library.check"
SAVE_AGAIN = "library.save_again"

_RETRY = (RETRY, QT_TRANSLATE_NOOP("errors", "Try again"))
_CHOOSE = (CHOOSE_MODEL, QT_TRANSLATE_NOOP("errors", "Choose a model"))
_SETTINGS = (OPEN_SETTINGS, QT_TRANSLATE_NOOP("errors", "Open settings"))
_NEW_CHAT = (NEW_CHAT, QT_TRANSLATE_NOOP("errors", "New chat"))
_CHECK = (CHECK, QT_TRANSLATE_NOOP("errors", "Check the database"))
_SAVE_AGAIN = (SAVE_AGAIN, QT_TRANSLATE_NOOP("errors", "Save everything again"))

_ACTIONS = {
    errors.ServerUnreachableError.code: _RETRY,
    errors.NotAServerError.code: _SETTINGS,
    errors.WrongPathError.code: _SETTINGS,
    errors.UnauthorizedError.code: _SETTINGS,
    errors.NoModelLoadedError.code: _CHOOSE,
    errors.ModelNotFoundError.code: _CHOOSE,
    errors.ModelChoiceNeededError.code: _CHOOSE,
    errors.InvalidServerUrlError.code: _SETTINGS,
    errors.ContextFullError.code: _NEW_CHAT,
    errors.ConnectionLostError.code: _RETRY,
    errors.EmptyReplyError.code: _RETRY,
    errors.UnreadableReplyError.code: _RETRY,
    errors.ServerBusyError.code: _RETRY,
    errors.EngineFailedError.code: _RETRY,
    errors.EngineError.code: _RETRY,
    errors.ModelFileBrokenError.code: _CHOOSE,
    errors.ModelLoadFailedError.code: _CHOOSE,
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
    """Return what the button under a failed reply does, and its label; None for no button."""
    action = _ACTIONS.get(code)
    return (action[0], QCoreApplication.translate("errors", str(action[1]))) if action else None


def error_text(code: str | None, fields: Mapping[str, Any], fallback: str = "") -> str:
    """Return the sentence for an error; `fallback` for a code of a newer version."""
    error_class = _CLASSES.get(code or "")
    if error_class is None:
        return fallback
    sentence = QCoreApplication.translate("errors", error_class.sentence)
    return errors.worded(sentence, fields)


def error_words(error: errors.ChatError) -> str:
    """Return the sentence for an error that was raised."""
    return error_text(error.code, error.fields, str(error))


def message_error(message: Message) -> str:
    """Return the sentence for a failed reply."""
    return error_text(message.error_code, message.error_fields, message.error or "")
