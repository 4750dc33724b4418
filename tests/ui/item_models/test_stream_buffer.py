from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from desktop_chat.ui.item_models.stream_buffer import StreamBuffer

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


class Seen:
    """Takes the batches of a buffer."""

    def __init__(self, buffer: StreamBuffer) -> None:
        self.batches: list[tuple[str, str]] = []
        buffer.flushed.connect(self.take)

    def take(self, text: str, reasoning: str) -> None:
        self.batches.append((text, reasoning))


@pytest.fixture
def buffer(qapp: object) -> StreamBuffer:
    return StreamBuffer()


def test_push_after_idle_is_handed_on_at_once(buffer: StreamBuffer) -> None:
    seen = Seen(buffer)
    buffer.push("a")
    assert seen.batches == [("a", "")]


def test_push_within_a_frame_is_batched(buffer: StreamBuffer, qtbot: QtBot) -> None:
    seen = Seen(buffer)
    for letter in "abc":
        buffer.push(letter)
    buffer.push("", "why")
    assert seen.batches == [("a", "")]
    qtbot.waitUntil(lambda: len(seen.batches) == 2)
    assert seen.batches[1] == ("bc", "why")


def test_flush_loses_nothing(buffer: StreamBuffer) -> None:
    seen = Seen(buffer)
    buffer.push("a")
    buffer.push("b")
    buffer.flush()
    buffer.flush()
    assert seen.batches == [("a", ""), ("b", "")]


def test_clear_drops_what_waits(buffer: StreamBuffer) -> None:
    seen = Seen(buffer)
    buffer.push("a")
    buffer.push("b")
    buffer.clear()
    buffer.push("c")
    assert seen.batches == [("a", ""), ("c", "")]


def test_push_after_an_idle_frame_is_at_once_again(buffer: StreamBuffer, qtbot: QtBot) -> None:
    seen = Seen(buffer)
    buffer.push("a")
    qtbot.waitUntil(lambda: not buffer.is_waiting)
    buffer.push("b")
    assert seen.batches == [("a", ""), ("b", "")]
