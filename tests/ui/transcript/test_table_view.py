"""Tables in the window: in their place, scrolled without a jump, selected like text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from desktop_chat.domain.message import MessageId
from desktop_chat.ui.transcript.layouts.hits import BODY, Part
from desktop_chat.ui.transcript.layouts.table_layout import TableLayout
from desktop_chat.ui.transcript.text.blocks import TableBlock
from tests.ui.transcript.samples import growing, reply, user
from tests.ui.transcript.tables import LONG

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from desktop_chat.domain.message import Message
    from desktop_chat.ui.transcript.view import TranscriptView

    Show = Callable[[list[Message]], TranscriptView]

HEAD = "| Day | High tide | Delay |\n|---|:-:|--:|\n"
TIDES = HEAD + "| Monday | 06:10 | – |\n| Tuesday | 07:00 | 50 min |\n"


def rows(count: int) -> str:
    """Return rows of several heights."""
    return "".join(f"| Day {n} | {n} | {LONG * (n % 4)} |\n" for n in range(count))


def table_of(view: TranscriptView, row: int = 1) -> tuple[TableLayout, QPoint]:
    """Return the first table of a message, and where it stands in the window."""
    message = view.stage.layout.message(row)
    body = message.body
    block = next(at for at, one in enumerate(body.blocks) if isinstance(one, TableBlock))
    layout = body.layout(block)
    assert isinstance(layout, TableLayout)
    origin = view.stage.row_rect(row).topLeft() + message.column_origin(BODY)
    return layout, origin + body.origin(block)


@pytest.mark.parametrize("before", ["", "1. ", "> ", "- > "])
def test_table_stands_where_its_text_stands(show: Show, before: str) -> None:
    indent = "" if not before else (">" if before == "> " else " " * before.index(" ") + " ")
    lines = TIDES.splitlines()
    if before == "- > ":
        indent = "  > "
    text = "\n".join([before + lines[0], *(f"{indent}{line}" for line in lines[1:])])
    view = show([user(1), reply(2, text)])
    layout, at = table_of(view)
    assert layout.height == 3 * 35
    assert at.x() >= view.stage.row_rect(1).left()
    view.grab()


def test_drag_across_cells_selects_their_text(show: Show) -> None:
    view = show([user(1), reply(2, TIDES)])
    layout, at = table_of(view)
    QTest.mousePress(view.viewport(), Qt.MouseButton.LeftButton, pos=at + QPoint(1, 52))
    QTest.mouseMove(view.viewport(), at + QPoint(40, 87))
    end = at + QPoint(layout.natural_width - 29, 87)
    QTest.mouseMove(view.viewport(), end)
    QTest.mouseRelease(view.viewport(), Qt.MouseButton.LeftButton, pos=end)
    selected = view.stage.selection.text(view.stage.layout)
    assert selected == "Monday\t06:10\t–\nTuesday\t07:00\t50 min"


def test_sign_in_the_header_row_is_a_control(show: Show) -> None:
    view = show([user(1), reply(2, TIDES)])
    layout, at = table_of(view)
    (control,) = layout.controls()
    _, hit = view.stage.hit(at + control.rect.center())
    assert hit.part is Part.CONTROL
    assert hit.control == control


def test_line_stays_while_rows_above_are_measured(show: Show) -> None:
    view = show([user(1), reply(2, HEAD + rows(300))])
    view.scroll_to(view.stage.layout.height // 2)
    place = view.stage.place_at(QPoint(60, 0))
    for _ in range(12):
        layout, at = table_of(view)
        y = at.y() + layout.y_of(place.offset)
        view.scroll_by(-60)
        layout, at = table_of(view)
        assert at.y() + layout.y_of(place.offset) == y + 60


def test_line_stays_when_the_width_changes(show: Show) -> None:
    view = show([user(1), reply(2, HEAD + rows(200))])
    view.scroll_to(view.stage.layout.height // 2)
    before = view.stage.place_at(QPoint(60, 2)).offset
    view.resize(600, 600)
    view.resize(800, 600)
    assert view.stage.place_at(QPoint(60, 2)).offset == before


def test_end_is_followed_while_a_table_is_written(show: Show, qtbot: QtBot) -> None:
    view = show([user(1), growing(2)])
    model = view.model()
    assert model is not None
    text = "Here:\n\n" + HEAD + rows(60)
    for start in range(0, len(text), 97):
        model.append_delta(MessageId(2), text[start : start + 97], "")
        qtbot.wait(1)
        assert view.stage.position.top + view.stage.window >= view.stage.layout.height - 1
    layout, _ = table_of(view)
    assert len(layout._rows) in (60, 61)


def test_streamed_table_looks_as_one_that_was_there(show: Show, qtbot: QtBot) -> None:
    text = "Here:\n\n" + HEAD + rows(8) + "\nEnd.\n"
    view, other = show([user(1), growing(2)]), show([user(1), growing(2, text)])
    model = view.model()
    assert model is not None
    for start in range(0, len(text), 7):
        model.append_delta(MessageId(2), text[start : start + 7], "")
        qtbot.wait(1)
    for one in (view, other):
        one.scroll_to(0)
    qtbot.waitUntil(lambda: view.stage.layout.height == other.stage.layout.height)
    assert table_of(view)[0].height == table_of(other)[0].height
    assert table_of(view)[1] == table_of(other)[1]


def test_copied_table_is_marked_for_a_moment(show: Show) -> None:
    view = show([user(1), reply(2, TIDES)])
    layout, at = table_of(view)
    (control,) = layout.controls()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=at + control.rect.center())
    assert layout._state.is_copied
