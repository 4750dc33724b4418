from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from desktop_chat.ui.transcript.layouts.image_store import MAX_ERRORS, ImageStore
from tests.ui.transcript.pictures import SVG, data_address, picture_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytestqt.qtbot import QtBot

A = "https://example.org/a.png"


@pytest.fixture
def store(qtbot: QtBot) -> Iterator[ImageStore]:
    made = ImageStore(max_bytes=3 * 40 * 20 * 4)
    yield made
    made.close()


@pytest.fixture
def loaded(qtbot: QtBot, store: ImageStore) -> Callable[[str, bytes], None]:
    """Return a function that waits until bytes for an address were decoded."""

    def load(address: str, data: bytes) -> None:
        store.load(address)
        with qtbot.waitSignal(store.ready):
            store.take(address, data)

    return load


def test_load_asks_for_the_address_once(qtbot: QtBot, store: ImageStore) -> None:
    asked: list[str] = []
    store.requested.connect(asked.append)
    store.load(A)
    store.load(A)
    assert asked == [A]
    assert store.is_awaited(A)


def test_take_decodes_the_picture(store: ImageStore, loaded: Callable[[str, bytes], None]) -> None:
    loaded(A, picture_bytes())
    assert store.picture(A) is not None
    assert not store.is_awaited(A)


def test_take_of_what_nobody_asked_for_is_ignored(store: ImageStore) -> None:
    store.take(A, picture_bytes())
    assert store._worker is None


def test_take_of_no_picture_fails_in_words(
    store: ImageStore, loaded: Callable[[str, bytes], None]
) -> None:
    loaded(A, SVG)
    assert store.picture(A) is None
    assert "kind" in store.error(A)


def test_load_data_needs_no_server(qtbot: QtBot, store: ImageStore) -> None:
    asked: list[str] = []
    store.requested.connect(asked.append)
    with qtbot.waitSignal(store.ready):
        store.load(data_address())
    assert store.picture(data_address()) is not None
    assert asked == []


def test_fail_keeps_the_sentence_until_the_next_try(store: ImageStore) -> None:
    store.load(A)
    store.fail(A, "No.")
    assert store.error(A) == "No."
    assert not store.is_awaited(A)
    store.load(A)
    assert store.error(A) == ""


def test_pictures_beyond_the_bound_are_forgotten_oldest_first(
    store: ImageStore, loaded: Callable[[str, bytes], None]
) -> None:
    for number in range(4):
        loaded(f"{A}?{number}", picture_bytes())
        store.picture(f"{A}?0")
    kept = [number for number in range(4) if store.picture(f"{A}?{number}") is not None]
    assert kept == [0, 2, 3]


def test_errors_are_bounded(store: ImageStore) -> None:
    for number in range(MAX_ERRORS + 1):
        store.fail(str(number), "No.")
    assert store.error("0") == ""
    assert store.error("1") == "No."
