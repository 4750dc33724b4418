from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QImage, QPainter

from desktop_chat.ui.theme import load_theme
from desktop_chat.ui.transcript.layouts.image_layout import ImageLayout
from desktop_chat.ui.transcript.layouts.image_store import ImageStore
from desktop_chat.ui.transcript.layouts.look import Look
from desktop_chat.ui.transcript.layouts.marked import NOTHING, Marked
from desktop_chat.ui.transcript.text.blocks import ImageBlock, TextBlock, block_text
from tests.ui.transcript.pictures import data_address, picture_bytes
from tests.ui.transcript.test_image_address import NEVER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

A = "https://example.org/a.png"


@pytest.fixture
def store(qtbot: QtBot) -> Iterator[ImageStore]:
    made = ImageStore()
    yield made
    made.close()


@pytest.fixture
def look(store: ImageStore) -> Look:
    return Look(load_theme("light"), None, store)


def picture_of(layout: ImageLayout, marked: Marked = NOTHING, ratio: float = 1) -> QImage:
    """Return what a layout paints."""
    width, height = round(layout.natural_width * ratio), round(layout.height * ratio)
    size = QImage(width, height, QImage.Format.Format_RGB32)
    size.setDevicePixelRatio(ratio)
    size.fill("white")
    painter = QPainter(size)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    layout.paint(painter, 0, 0, QRect(0, 0, 2000, 2000), marked)
    painter.end()
    return size


def loaded(qtbot: QtBot, store: ImageStore, data: bytes) -> None:
    store.load(A)
    with qtbot.waitSignal(store.ready):
        store.take(A, data)


@pytest.mark.parametrize(
    ("address", "label"),
    [(A, "Load image from example.org"), ("http://127.0.0.1/x", "Load image from 127.0.0.1")],
)
def test_web_image_offers_to_load_it_from_its_host(look: Look, address: str, label: str) -> None:
    (control,) = ImageLayout(ImageBlock(address), look, 744).controls()
    assert (control.action, control.label) == ("load", label)


def test_data_image_offers_to_show_it(look: Look) -> None:
    (control,) = ImageLayout(ImageBlock(data_address()), look, 744).controls()
    assert (control.action, control.label) == ("load", "Show image")


@pytest.mark.parametrize("address", NEVER)
def test_other_image_offers_nothing(look: Look, address: str) -> None:
    layout = ImageLayout(ImageBlock(address, "label"), look, 744)
    assert layout.controls() == ()
    assert not layout.press("load")
    assert not layout.is_waiting
    picture_of(layout)


@pytest.mark.parametrize("width", [40, 120, 340, 744])
@pytest.mark.parametrize("address", [A, "file:///x"])
def test_box_keeps_its_button_inside(look: Look, width: int, address: str) -> None:
    layout = ImageLayout(ImageBlock(address, "label " * 90), look, width)
    assert layout.natural_width <= width
    box = QRect(0, 0, max(width, 140), layout.height)
    assert all(box.contains(control.rect) for control in layout.controls())
    picture_of(layout)


def test_press_asks_and_waits(look: Look, store: ImageStore) -> None:
    asked: list[str] = []
    store.requested.connect(asked.append)
    layout = ImageLayout(ImageBlock(A), look, 744)
    assert layout.press("load")
    assert asked == [A]
    assert layout.is_waiting
    assert layout.controls() == ()
    assert not layout.press("copy")


def test_renew_after_the_picture_came_shows_it(qtbot: QtBot, look: Look, store: ImageStore) -> None:
    layout = ImageLayout(ImageBlock(A), look, 744)
    loaded(qtbot, store, picture_bytes(400, 200))
    assert layout.renew()
    assert (layout.natural_width, layout.height) == (400, 200)
    assert layout.controls() == ()
    assert not layout.is_waiting
    assert picture_of(layout).pixelColor(200, 100).name() == "#ff0000"
    assert picture_of(layout, ratio=2).pixelColor(0, 0).name() == "#ffffff"


@pytest.mark.parametrize(
    ("width", "height", "shown"), [(1488, 400, (744, 200)), (300, 2000, (72, 480)), (1, 1, (1, 1))]
)
def test_large_picture_is_scaled_to_the_column(
    qtbot: QtBot, look: Look, store: ImageStore, width: int, height: int, shown: tuple[int, int]
) -> None:
    loaded(qtbot, store, picture_bytes(width, height))
    layout = ImageLayout(ImageBlock(A), look, 744)
    assert (layout.natural_width, layout.height) == shown
    picture_of(layout)


def test_error_is_shown_with_another_try(look: Look, store: ImageStore) -> None:
    layout = ImageLayout(ImageBlock(A), look, 744)
    before = layout.height
    layout.press("load")
    store.fail(A, "example.org could not be reached.")
    layout.renew()
    assert layout.height > before
    assert layout.is_waiting
    assert layout.controls()[0].action == "load"
    assert picture_of(layout) != picture_of(ImageLayout(ImageBlock(A), Look(look.theme), 744))


def test_picture_stays_when_the_store_forgets_it(
    qtbot: QtBot, look: Look, store: ImageStore
) -> None:
    loaded(qtbot, store, picture_bytes())
    layout = ImageLayout(ImageBlock(A), look, 744)
    store._pictures.clear()
    layout.renew()
    assert layout.height == 20


def test_image_is_one_letter_for_pointing(look: Look) -> None:
    block = ImageBlock(A, "label")
    layout = ImageLayout(block, look, 744)
    assert layout.offset_at(5, 5) == 0
    assert layout.offset_at(layout.natural_width, 5) == len(block_text(block))
    assert layout.offset_at(500, -1) == layout.y_of(9) == 0
    assert layout.rects(3, 3) == []
    assert layout.rects(0, 3)[0].height() == layout.height


def test_selected_image_looks_selected(qtbot: QtBot, look: Look, store: ImageStore) -> None:
    layout = ImageLayout(ImageBlock(A), look, 744)
    assert picture_of(layout) != picture_of(layout, Marked((0, 3)))
    loaded(qtbot, store, picture_bytes())
    layout.renew()
    assert picture_of(layout) != picture_of(layout, Marked((0, 3)))


def test_grow_takes_the_same_image_only(look: Look) -> None:
    layout = ImageLayout(ImageBlock(A), look, 744)
    assert layout.grow(ImageBlock(A)) == layout.height
    assert layout.grow(ImageBlock(A + "x")) is None
    assert layout.grow(TextBlock("x")) is None
