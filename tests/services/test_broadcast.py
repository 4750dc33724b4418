"""The typed observer."""

from __future__ import annotations

import functools
import gc
from typing import Any

import pytest

from desktop_chat.domain.changes import EnginesChanged, SettingChanged
from desktop_chat.services.broadcast import Broadcast


class Listener:
    def __init__(self) -> None:
        self.heard: list[object] = []

    def on_event(self, event: object) -> None:
        self.heard.append(event)


class Repeater:
    """Publishes something else from inside a delivery."""

    def __init__(self, broadcast: Broadcast) -> None:
        self._broadcast = broadcast

    def on_event(self, _event: object) -> None:
        self._broadcast.publish(SettingChanged("nested"))


def test_publish_reaches_listeners_of_that_class_only() -> None:
    broadcast, one, other = Broadcast(), Listener(), Listener()
    broadcast.subscribe(SettingChanged, one.on_event)
    broadcast.subscribe(EnginesChanged, other.on_event)
    event = SettingChanged("a")
    broadcast.publish(event)
    assert one.heard == [event]
    assert other.heard == []


def test_publish_without_listeners_is_fine() -> None:
    Broadcast().publish(EnginesChanged())


def test_publish_keeps_the_order_of_subscription() -> None:
    broadcast, order = Broadcast(), Listener()
    first, second = Listener(), Listener()
    first.heard = second.heard = order.heard
    broadcast.subscribe(SettingChanged, first.on_event)
    broadcast.subscribe(SettingChanged, second.on_event)
    broadcast.publish(SettingChanged("a"))
    assert len(order.heard) == 2


def test_listener_that_is_gone_is_forgotten() -> None:
    broadcast, kept, gone = Broadcast(), Listener(), Listener()
    broadcast.subscribe(SettingChanged, gone.on_event)
    broadcast.subscribe(SettingChanged, kept.on_event)
    heard = gone.heard
    del gone
    gc.collect()
    broadcast.publish(SettingChanged("a"))
    broadcast.publish(SettingChanged("b"))
    assert heard == []
    assert len(kept.heard) == 2


def test_listener_gone_during_a_nested_delivery_does_no_harm() -> None:
    broadcast = Broadcast()
    gone, repeater, kept = Listener(), Repeater(broadcast), Listener()
    broadcast.subscribe(EnginesChanged, repeater.on_event)
    broadcast.subscribe(SettingChanged, gone.on_event)
    broadcast.subscribe(SettingChanged, kept.on_event)
    del gone
    gc.collect()
    broadcast.publish(EnginesChanged())
    assert kept.heard == [SettingChanged("nested")]


class Recursive:
    """Publishes the same kind again, once, from inside a delivery."""

    def __init__(self, broadcast: Broadcast) -> None:
        self._broadcast = broadcast
        self.victim: Listener | None = Listener()

    def on_event(self, event: SettingChanged) -> None:
        if event.key == "outer":
            self.victim = None
            gc.collect()
            self._broadcast.publish(SettingChanged("inner"))


def test_listener_found_gone_twice_does_no_harm() -> None:
    broadcast = Broadcast()
    recursive = Recursive(broadcast)
    assert recursive.victim is not None
    broadcast.subscribe(SettingChanged, recursive.on_event)
    broadcast.subscribe(SettingChanged, recursive.victim.on_event)
    broadcast.publish(SettingChanged("outer"))


def nothing(_event: object) -> None:
    """A function that nobody keeps alive."""


@pytest.mark.parametrize(
    "listener", [lambda _event: None, nothing, functools.partial(nothing, 1), print, Listener()]
)
def test_subscribe_anything_but_a_bound_method_is_refused(listener: Any) -> None:
    with pytest.raises(TypeError):
        Broadcast().subscribe(SettingChanged, listener)
