"""Images in the window: nothing is opened by showing a message, everything asked for by a click."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from desktop_chat.domain.message import MessageId
from desktop_chat.services.remote_images import RemoteImages
from desktop_chat.services.tasks import TaskScope
from desktop_chat.ui.controllers.images import ImagesController
from desktop_chat.ui.transcript.layouts.hits import BODY
from desktop_chat.ui.transcript.text.blocks import ImageBlock
from tests.fakes.image_server import ImageServer, image_reply
from tests.ui.controllers.signal_log import SignalLog
from tests.ui.transcript.pictures import SVG, data_address, picture_bytes
from tests.ui.transcript.samples import growing, reply, user
from tests.ui.waiting import until

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Iterator

    from pytestqt.qtbot import QtBot

    from desktop_chat.domain.message import Message
    from desktop_chat.ui.transcript.view import TranscriptView

    Show = Callable[[list[Message]], TranscriptView]

TARGET = "http://127.0.0.1:9/leak.png?secret"
LOCAL = "/etc/hostname"
PAYLOADS = [
    f"![a]({TARGET})",
    f"![a][r]\n\n[r]: {TARGET}",
    f"![a]\n\n[a]: {TARGET} 'title'",
    f"[![a]({TARGET})]({TARGET})",
    f"<img src={TARGET}>",
    f'<img src="{TARGET}" srcset="{TARGET} 2x">',
    f"<style>@import url({TARGET});</style>",
    f'<link rel="stylesheet" href="{TARGET}">',
    f'<table background="{TARGET}"><tr><td style="background:url({TARGET})">x</td></tr></table>',
    f"<body background={TARGET}><video src={TARGET} autoplay></video>",
    f"![a](file://{LOCAL}) ![b]({LOCAL}) ![c](../../../../../../../..{LOCAL})",
    r"![a](\\host\share\a.png) ![b](//127.0.0.1:9/a.png) ![c](file://127.0.0.1/share/a.png)",
    f"| a |\n|---|\n| ![a]({TARGET}) |",
    f"> - # ![a]({TARGET})\n",
    f"![a]({data_address()}) ![b](data:image/svg+xml;base64,PHN2Zz4=)",
    f"<svg><image href='{TARGET}'/></svg>",
    f"```mermaid\ngraph TD; A[<img src={TARGET}>]\n```",
]
_watching: list[list[str]] = []


def _watch(event: str, args: tuple[object, ...]) -> None:
    if not _watching:
        return
    if event.startswith("socket.") or (event == "open" and str(args[0]) == LOCAL):
        _watching[-1].append(f"{event} {args}")


sys.addaudithook(_watch)


@pytest.fixture
def opened() -> object:
    """What was opened, of sockets and of the file in the payloads."""
    seen: list[str] = []
    _watching.append(seen)
    yield seen
    _watching.remove(seen)


def images_of(view: TranscriptView, row: int = 1) -> list[int]:
    body = view.stage.layout.message(row).body
    return [at for at, block in enumerate(body.blocks) if isinstance(block, ImageBlock)]


def control_at(view: TranscriptView, row: int = 1, block: int | None = None) -> QPoint:
    """Return the middle of an image's control in the window."""
    message = view.stage.layout.message(row)
    at = images_of(view, row)[0] if block is None else block
    (control,) = message.body.layout(at).controls()
    origin = view.stage.row_rect(row).topLeft() + message.column_origin(BODY)
    return origin + message.body.origin(at) + control.rect.center()


def click(view: TranscriptView) -> None:
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=control_at(view))


def window_y(view: TranscriptView, block: int) -> int:
    message = view.stage.layout.message(1)
    return view.stage.row_rect(1).top() + message.body_top + message.body.origin(block).y()


def height_of(view: TranscriptView) -> int:
    return view.stage.layout.message(1).body.layout(images_of(view)[0]).height


@pytest.mark.parametrize("payload", PAYLOADS)
def test_shown_payload_opens_nothing(
    qtbot: QtBot, show: Show, opened: list[str], payload: str
) -> None:
    view = show([user(1), reply(2, payload)])
    asked: list[str] = []
    view.image_requested.connect(asked.append)
    view.scroll_to(0)
    view.grab()
    qtbot.wait(20)
    assert asked == []
    assert opened == []
    assert view.images._worker is None


def test_payloads_while_streaming_open_nothing(qtbot: QtBot, show: Show, opened: list[str]) -> None:
    view = show([user(1), growing(2)])
    model = view.model()
    assert model is not None
    for letter in "\n\n".join(PAYLOADS[:6]):
        model.append_delta(MessageId(2), letter, "")
        view.grab(view.viewport().rect().adjusted(0, 0, 0, -590))
    assert opened == []
    assert view.images._worker is None


def test_click_on_data_shows_the_picture(qtbot: QtBot, show: Show, opened: list[str]) -> None:
    view = show([user(1), reply(2, f"![a]({data_address(picture_bytes(300, 200))})")])
    with qtbot.waitSignal(view.images.ready):
        click(view)
    assert height_of(view) == 200
    assert opened == []


@pytest.fixture
def server(qloop: asyncio.Runner) -> Iterator[ImageServer]:
    made = ImageServer()
    qloop.run(made.__aenter__())
    yield made
    qloop.run(made.__aexit__())


def click_and_wait(qloop: asyncio.Runner, view: TranscriptView) -> None:
    """Click on the image of a message, and wait for what comes."""

    async def scenario() -> None:
        tasks = TaskScope()
        images = ImagesController(RemoteImages(), tasks)
        view.image_requested.connect(images.load)
        images.loaded.connect(view.images.take)
        images.failed.connect(view.images.fail)
        ready = SignalLog(view.images, "ready")
        click(view)
        await until(lambda: ready["ready"])
        await tasks.aclose()

    qloop.run(scenario())


def test_click_loads_and_shows_the_picture(
    show: Show, qloop: asyncio.Runner, server: ImageServer
) -> None:
    address = server.add("/a.png", image_reply(picture_bytes(300, 250)))
    view = show([user(1), reply(2, f"![a]({address})")])
    click_and_wait(qloop, view)
    assert height_of(view) == 250
    assert len(server.asked) == 1


MISSING = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"


@pytest.mark.parametrize(
    "answer",
    [image_reply(SVG, "image/svg+xml"), image_reply(SVG), image_reply(b""), MISSING],
    ids=["svg", "svg as png", "nothing", "missing"],
)
def test_click_on_what_is_no_picture_says_so(
    show: Show, qloop: asyncio.Runner, server: ImageServer, answer: bytes
) -> None:
    view = show([user(1), reply(2, f"![a]({server.add('/a.png', answer)})")])
    click_and_wait(qloop, view)
    layout = view.stage.layout.message(1).body.layout(images_of(view)[0])
    assert [control.action for control in layout.controls()] == ["load"]
    assert layout.height < 200


def test_picture_that_comes_above_the_window_moves_nothing(qtbot: QtBot, show: Show) -> None:
    lines = "\n\n".join(f"Line {n}" for n in range(100))
    view = show([user(1), reply(2, f"![a]({data_address(picture_bytes(300, 400))})\n\n{lines}")])
    view.scroll_to(0)
    view.stage.layout.message(1).body.press(0, "load")
    view.scroll_to(1500)
    before = window_y(view, block=45)
    with qtbot.waitSignal(view.images.ready):
        pass
    assert height_of(view) == 400
    assert window_y(view, block=45) == before
