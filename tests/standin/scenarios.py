"""The registry of scenarios: name → how it is played."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from tests.standin.exchange import Exchange
from tests.standin.state import State

if TYPE_CHECKING:
    from collections.abc import Coroutine

Play = Callable[[Exchange], Awaitable[None]]
Switch = Callable[..., None]
Event = Callable[..., "Coroutine[Any, Any, None]"]

PREFIX = "scn/"


@dataclass(frozen=True, slots=True)
class Scenario:
    """A way to answer one request.

    Attributes:
        times: How many requests it answers when it is played.
        survives_close: Whether it goes on after the client closed.
    """

    name: str
    play: Play
    times: int = 1
    survives_close: bool = False


SCENARIOS: dict[str, Scenario] = {}
SWITCHES: dict[str, Switch] = {}
EVENTS: dict[str, Event] = {}


def scenario(*names: str, times: int = 1, survives_close: bool = False) -> Callable[[Play], Play]:
    """Register a function under one or more names."""

    def register(play: Play) -> Play:
        for name in names:
            assert name not in SCENARIOS, name
            SCENARIOS[name] = Scenario(name, play, times, survives_close)
        return play

    return register


def switch(*names: str) -> Callable[[Switch], Switch]:
    """Register a scenario that changes the state for good instead of answering one request."""

    def register(change: Switch) -> Switch:
        for name in names:
            SWITCHES[name] = change
        return change

    return register


def event(*names: str) -> Callable[[Event], Event]:
    """Register something that befalls the whole server: it gets the server and arguments."""

    def register(happen: Event) -> Event:
        for name in names:
            EVENTS[name] = happen
        return happen

    return register


def apply_switch(name: str, state: State, args: dict[str, Any]) -> bool:
    """Change the state as the switch of this name says; False if there is none."""
    if name not in SWITCHES:
        return False
    SWITCHES[name](state, **args)
    return True


def parse_spec(spec: str) -> tuple[str, dict[str, Any]]:
    """Split `name?tokens=5&rate=200`; numbers become numbers."""
    name, _, query = spec.partition("?")
    args = {key: _value(text) for key, text in parse_qsl(query, keep_blank_values=True)}
    return name.removeprefix(PREFIX), args


def _value(text: str) -> Any:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
