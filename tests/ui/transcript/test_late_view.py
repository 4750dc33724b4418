"""Links whose targets come last, in the window: what the reader looks at stays."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint

from desktop_chat.domain.message import MessageId, MessageStatus
from desktop_chat.ui.transcript.text.blocks import ImageBlock, block_text
from desktop_chat.ui.transcript.text.markdown import parse_blocks
from tests.ui.transcript.samples import growing, user

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from desktop_chat.domain.message import Message
    from desktop_chat.ui.transcript.view import TranscriptView

    Show = Callable[[list[Message]], TranscriptView]

PARAGRAPHS = "".join(
    f"Paragraph {number} goes on and on, with words ![pic][r] and more words after it.\n\n"
    for number in range(60)
)
TARGET = "[r]: https://example.org/a.png\n"


def top_words(view: TranscriptView) -> str:
    place = view.stage.place_at(QPoint(view.stage.origin().x(), 1))
    column = view.stage.layout.message(place.row).column(place.part)
    assert column is not None
    return block_text(column.blocks[place.block])[:14]


def grow(view: TranscriptView, qtbot: QtBot, text: str) -> None:
    model = view.model()
    assert model is not None
    model.append_delta(MessageId(2), text)
    model.deltas.flush()
    qtbot.waitUntil(lambda: not view.stage.layout.unfinished())


def end_reply(view: TranscriptView) -> None:
    model = view.model()
    assert model is not None
    model.replace(replace(model.message_at(1), status=MessageStatus.COMPLETE))


def test_targets_that_come_last_move_nothing_under_the_eye(show: Show, qtbot: QtBot) -> None:
    view = show([user(1), growing(2)])
    grow(view, qtbot, PARAGRAPHS)
    view.scroll_to(1200)
    before = top_words(view)
    grow(view, qtbot, TARGET)
    end_reply(view)
    qtbot.waitUntil(lambda: not view.stage.layout.unfinished())
    blocks = view.stage.layout.message(1).body.blocks
    assert sum(isinstance(block, ImageBlock) for block in blocks) == 60
    assert top_words(view) == before


def test_selection_stays_on_its_words_when_targets_come_last(show: Show, qtbot: QtBot) -> None:
    view = show([user(1), growing(2)])
    grow(view, qtbot, PARAGRAPHS)
    view.scroll_to(1200)
    start = view.stage.place_at(QPoint(view.stage.origin().x(), 40))
    view.stage.selection.select(replace(start, offset=0), replace(start, offset=12))
    before = view.selected_text()
    grow(view, qtbot, TARGET)
    end_reply(view)
    qtbot.waitUntil(lambda: not view.stage.layout.unfinished())
    assert before.startswith("Paragraph")
    assert view.selected_text() == before


def test_engine_faster_than_the_window_loses_nothing(show: Show, qtbot: QtBot) -> None:
    text = "".join(f"- item {number} with **bold** and `code`\n" for number in range(1_500))
    view = show([user(1), growing(2)])
    model = view.model()
    assert model is not None
    for at in range(0, len(text), 9_000):
        model.append_delta(MessageId(2), text[at : at + 9_000])
        model.deltas.flush()
    assert view.stage.layout.unfinished() == [1]
    end_reply(view)
    qtbot.waitUntil(lambda: not view.stage.layout.unfinished())
    assert view.stage.layout.message(1).body.blocks == parse_blocks(text)
