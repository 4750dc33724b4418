"""The messages of the gallery, page by page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from desktop_chat.domain.chat import ChatId
from desktop_chat.domain.message import Message, MessageId, MessageStatus, Sender
from gallery import texts

if TYPE_CHECKING:
    from collections.abc import Callable

    from desktop_chat.ui.transcript.view import TranscriptView

CHAT = ChatId(1)
CREATED = datetime(2026, 11, 22, 10, 15, tzinfo=UTC)
NUMBERS = {
    "model": "qwen3-8b",
    "completion_tokens": 342,
    "prompt_tokens": 2_158,
    "time_to_first_token_ms": 400,
    "duration_ms": 10_400,
    "finish_reason": "stop",
}


@dataclass(frozen=True, slots=True)
class Page:
    """One picture.

    Attributes:
        width: Of the window, in px at 100 %.
        touch: What a reader does before the picture is taken.
    """

    name: str
    messages: list[Message]
    width: int = 800
    touch: Callable[[TranscriptView], None] | None = None


def pages() -> list[Page]:
    """Return all pages; each call makes new ones."""
    return [
        Page("text", _talk(("Show me all kinds of text.", texts.TEXT))),
        Page("lists", _talk(("And lists and quotes?", texts.LISTS))),
        Page("code", _talk(("Some code, please.", texts.CODE))),
        Page("code-long", _talk(("More code.", texts.CODE_LONG))),
        Page("tables", _talk(("Tables, too.", texts.TABLES))),
        Page("formulas", _talk(("And formulas?", texts.FORMULAS))),
        Page("images", _talk(("Pictures and notes.", texts.IMAGES))),
        Page("scripts", _talk(("כתוב משהו בעברית 🙂", texts.SCRIPTS), (texts.JAPANESE, "はい。"))),
        Page("states", _states(), touch=_unfold_first),
        Page("user", _user()),
        Page("growing", _growing()),
        Page("marked", _talk(("What is marked?", texts.MARKED)), touch=_select),
        Page("found", _talk(("Is the tide found?", texts.MARKED)), touch=_find),
        Page("toolbar", _talk(("Why?", "Because **so**."), ("And?", "That is all.")), touch=_hover),
        Page("keyboard", _talk(("Why?", "Because **so**."), ("And?", "Done.")), touch=_focus),
        Page("narrow", _talk(("A narrow window.", texts.NARROW)), width=420),
    ]


def _message(number: int, sender: Sender, text: str, **more: Any) -> Message:
    return Message(MessageId(number), CHAT, None, sender, text, CREATED, **more)


def _talk(*turns: tuple[str, str]) -> list[Message]:
    made: list[Message] = []
    for question, answer in turns:
        made.append(_message(len(made) + 1, Sender.USER, question))
        made.append(_message(len(made) + 1, Sender.LLM, answer, **NUMBERS))
    return made


def _states() -> list[Message]:
    thought = {"reasoning": texts.REASONING, "reasoning_ms": 12_300, **NUMBERS}
    status = MessageStatus
    llm = Sender.LLM
    unreachable = {
        "status": status.FAILED,
        "error": "The server cannot be reached.",
        "error_code": "server_unreachable",
        "error_fields": {"url": "http://127.0.0.1:1234"},
    }
    return [
        _message(1, Sender.USER, "Think first."),
        _message(2, llm, "The answer, after some thought that is unfolded.", **thought),
        _message(3, llm, "The answer, after some thought that stays folded.", **thought),
        _message(4, llm, "Stopped in the mid", status=status.STOPPED, completion_tokens=12),
        _message(5, llm, "The program ended be", status=status.INTERRUPTED),
        _message(6, llm, "Cut off by the length", finish_reason="length", completion_tokens=4096),
        _message(7, llm, "Some text came before the error.", **unreachable),
        _message(8, llm, "", status=status.FAILED, error="Something odd.", error_code="odd"),
        _message(9, Sender.USER, "Once more?"),
        _message(10, llm, "", **unreachable),
    ]


def _user() -> list[Message]:
    return _talk(
        ("Yes", "A short bubble above."),
        (texts.LONG_QUESTION, "A long bubble above."),
        ("First line\nsecond line\n\n    indented after an empty line", "Several lines above."),
        ("x" * 300, "One long word above."),
        ("**Not** `markdown` <b>nor HTML</b> $x^2$ https://example.org/a", "As it was typed."),
    )


def _growing() -> list[Message]:
    made: list[Message] = []
    for text in texts.HALF_OPEN:
        number = len(made) + 1
        made.append(_message(number, Sender.LLM, text, status=MessageStatus.STREAMING))
    thinking = {"reasoning": "Let me think about", "status": MessageStatus.STREAMING}
    made.append(_message(len(made) + 1, Sender.LLM, "", **thinking))
    made.append(_message(len(made) + 1, Sender.LLM, "", status=MessageStatus.STREAMING))
    return made


def _unfold_first(view: TranscriptView) -> None:
    view.presses.toggle_reasoning(1)


def _select(view: TranscriptView) -> None:
    view.select_all()


def _find(view: TranscriptView) -> None:
    from PySide6.QtWidgets import QLineEdit

    view.finder.open()
    field = view.findChild(QLineEdit)
    assert field is not None
    field.setText("tide")


def _hover(view: TranscriptView) -> None:
    from PySide6.QtCore import QPoint
    from PySide6.QtTest import QTest

    QTest.mouseMove(view.viewport(), QPoint(5, 5))
    QTest.mouseMove(view.viewport(), view.stage.row_rect(1).center())


def _focus(view: TranscriptView) -> None:
    from PySide6.QtCore import Qt

    view.setFocus(Qt.FocusReason.TabFocusReason)
    view.set_current_row(1)
