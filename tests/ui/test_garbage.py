"""Garbage is collected by looks, and what lasts is looked at only at rest."""

from __future__ import annotations

import gc
import weakref
from typing import TYPE_CHECKING

import pytest

from desktop_chat.ui.garbage import (
    FULL_EVERY_LOOKS,
    LOOKS_UNTIL_LASTING,
    GuiCollector,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


class Knot:
    """Holds itself, so that only a collection ends it."""

    def __init__(self) -> None:
        self.me = self


@pytest.fixture
def collector(qapp: object) -> Iterator[GuiCollector]:
    gc.collect()
    made = GuiCollector()
    made.start()
    yield made
    made.stop()
    gc.collect()


def work(rounds: int, collector: GuiCollector) -> None:
    """Allocate much, as parsing does, with a look after each round."""
    for _ in range(rounds):
        kept = [[number] for number in range(2 * gc.get_threshold()[0])]
        collector.collect_if_due()
        del kept


def test_knot_is_untied_at_the_next_look(collector: GuiCollector) -> None:
    watched = weakref.ref(Knot())
    assert watched() is not None
    work(1, collector)
    assert watched() is None


def test_what_lasts_is_not_looked_at_while_the_program_works(collector: GuiCollector) -> None:
    knot = Knot()
    work(2 * LOOKS_UNTIL_LASTING + 2, collector)
    watched = weakref.ref(knot)
    del knot
    work(3 * LOOKS_UNTIL_LASTING, collector)
    assert watched() is not None


def test_all_is_looked_at_once_the_program_rests(collector: GuiCollector) -> None:
    knot = Knot()
    work(2 * LOOKS_UNTIL_LASTING + 2, collector)
    watched = weakref.ref(knot)
    del knot
    for _ in range(FULL_EVERY_LOOKS):
        collector.collect_if_due()
    assert watched() is None
