"""Words and buttons for every error."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QObject, QTranslator

from desktop_chat.domain import errors
from desktop_chat.domain.errors import ChatError, ModelNotFoundError, NoModelAnywhereError
from desktop_chat.domain.message import MessageStatus, Sender
from desktop_chat.ui import messages as words
from desktop_chat.ui.messages import (
    error_action,
    error_text,
    error_words,
    message_action,
    message_error,
)
from tests.domain.samples import message
from tests.domain.test_errors import ALL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtWidgets import QApplication

    from desktop_chat.domain.message import Message

pytestmark = pytest.mark.usefixtures("qapp")

ACTIONS = (
    words.RETRY,
    words.CHOOSE_MODEL,
    words.NEW_CHAT,
    words.USE_AS_ANSWER,
    words.SERVER,
    words.SERVERS,
    words.MODELS,
    words.PARAMS,
    words.DOCTOR,
)


class Marking(QTranslator):
    """Puts a mark before every sentence about an error that it is asked for."""

    def translate(
        self, context: str, source: str, disambiguation: str | None = None, n: int = -1
    ) -> str:
        return f"¡{source}" if context == "errors" else ""

    def isEmpty(self) -> bool:  # noqa: N802
        return False


@pytest.fixture
def translator(qapp: QApplication) -> Iterator[QObject]:
    made = Marking(qapp)
    qapp.installTranslator(made)
    yield made
    qapp.removeTranslator(made)


@pytest.mark.parametrize("kind", ALL)
def test_error_words_are_the_sentence_itself_in_english(kind: type[ChatError]) -> None:
    assert error_words(kind()) == str(kind())


@pytest.mark.usefixtures("translator")
@pytest.mark.parametrize("kind", ALL)
def test_error_words_of_every_code_can_be_translated(kind: type[ChatError]) -> None:
    fields = {"url": "u", "model": "m", "detail": "d"}
    assert error_text(kind.code, fields).startswith("¡")


# What helps where there is no model at all is in the empty transcript.
HELPED = [k for k in ALL if issubclass(k, errors.EngineError) and k is not NoModelAnywhereError]


@pytest.mark.parametrize("kind", HELPED)
def test_every_engine_error_has_a_button_that_helps(kind: type[ChatError]) -> None:
    action = error_action(kind.code)
    assert action is not None
    assert action[0] in ACTIONS
    assert action[1]


@pytest.mark.parametrize(
    ("kind", "action"),
    [
        (errors.UnauthorizedError, words.SERVER),
        (errors.InvalidServerUrlError, words.SERVER),
        (errors.NotAServerError, words.SERVER),
        (errors.NoModelLoadedError, words.MODELS),
        (errors.CertificateChangedError, words.SERVERS),
        (errors.ParameterRefusedError, words.PARAMS),
        (errors.ProxyAnsweredError, words.DOCTOR),
        (errors.ThoughtOnlyError, words.USE_AS_ANSWER),
        (errors.ModelNotFoundError, words.CHOOSE_MODEL),
        (errors.ModelChoiceNeededError, words.CHOOSE_MODEL),
        (errors.ContextFullError, words.NEW_CHAT),
        (errors.ConnectionLostError, words.RETRY),
        (errors.EngineCrashedError, words.RETRY),
    ],
)
def test_button_is_the_one_that_the_sentence_names(kind: type[ChatError], action: str) -> None:
    found = error_action(kind.code)
    assert found is not None
    assert found[0] == action


@pytest.mark.parametrize("code", ["empty_message", "disk_full", "of-a-newer-version", ""])
def test_errors_that_no_button_helps_have_none(code: str) -> None:
    assert error_action(code) is None


def test_code_of_a_newer_version_falls_back_to_the_stored_sentence() -> None:
    assert error_text("of-a-newer-version", {}, "Stored words.") == "Stored words."
    assert error_text(None, {}, "Stored words.") == "Stored words."


def test_message_error_uses_the_stored_fields() -> None:
    error = ModelNotFoundError(model="{detail}", detail="x")
    failed = message(
        Sender.LLM,
        "",
        status=MessageStatus.FAILED,
        error="old words",
        error_code=error.code,
        error_fields=error.fields,
    )
    assert message_error(failed) == "The model “{detail}” is not there. Choose another model."


def _reply(content: str, error: ChatError | None = None, finish_reason: str = "stop") -> Message:
    status = MessageStatus.FAILED if error else MessageStatus.COMPLETE
    code = error.code if error else None
    return message(Sender.LLM, content, status=status, error_code=code, finish_reason=finish_reason)


@pytest.mark.parametrize(
    ("reply", "action"),
    [
        (_reply("", errors.ConnectionLostError()), words.RETRY),
        (_reply("Half a", errors.ConnectionLostError()), words.RETRY),
        (_reply("Half a", errors.ModelCrashedError()), words.RETRY),
        (_reply("Half a", errors.ContextFullError()), words.NEW_CHAT),
        (_reply("", errors.ThoughtOnlyError()), words.USE_AS_ANSWER),
        (_reply("Half a", finish_reason="length"), words.CONTINUE),
    ],
)
def test_reply_that_was_cut_has_the_button_that_goes_on(reply: Message, action: str) -> None:
    found = message_action(reply)
    assert found is not None
    assert found[0] == action


def test_reply_that_is_complete_has_no_button() -> None:
    assert message_action(_reply("All of it")) is None
    assert message_action(message(Sender.USER, "Hi", finish_reason="length")) is None
