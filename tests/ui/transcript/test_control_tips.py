from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QApplication, QToolTip

from desktop_chat.ui.transcript.layouts.hits import BODY
from tests.ui.transcript.samples import reply, user

if TYPE_CHECKING:
    from collections.abc import Callable

    from desktop_chat.domain.message import Message
    from desktop_chat.ui.transcript.view import TranscriptView


def tip_at(view: TranscriptView, point: QPoint) -> str:
    event = QHelpEvent(QEvent.Type.ToolTip, point, view.viewport().mapToGlobal(point))
    QApplication.sendEvent(view.viewport(), event)
    return QToolTip.text()


def test_tip_of_an_image_names_its_host(show: Callable[[list[Message]], TranscriptView]) -> None:
    view = show([user(1), reply(2, "![a](https://example.org/a.png)")])
    message = view.stage.layout.message(1)
    (control,) = message.body.layout(0).controls()
    origin = view.stage.row_rect(1).topLeft() + message.column_origin(BODY)
    at = origin + message.body.origin(0) + control.rect.center()
    assert tip_at(view, at) == "Load image from example.org"


def test_tip_of_text_is_none(show: Callable[[list[Message]], TranscriptView]) -> None:
    view = show([user(1), reply(2, "Only words")])
    assert tip_at(view, QPoint(60, 100)) == ""
