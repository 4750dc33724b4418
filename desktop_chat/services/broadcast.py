"""A typed observer: services tell what changed, whoever listens hears it."""

from __future__ import annotations

import weakref
from collections import defaultdict
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

E = TypeVar("E")


class Broadcast:
    """Delivers each published event to the subscribers of its class, at once and in order.

    Subscribers are bound methods and are held weakly: a listener that is gone is forgotten.
    """

    def __init__(self) -> None:
        self._listeners: dict[type, list[weakref.WeakMethod[Any]]] = defaultdict(list)

    def subscribe(self, event_class: type[E], listener: Callable[[E], None]) -> None:
        """Call `listener` for every event of exactly this class.

        Raises:
            TypeError: `listener` is no bound method. A function or lambda would be kept alive
                by nobody, or keep its owner alive for ever.
        """
        if not hasattr(listener, "__self__"):
            raise TypeError("subscribe a bound method")
        self._listeners[event_class].append(weakref.WeakMethod(listener))

    def publish(self, event: object) -> None:
        """Call the listeners of the event's class."""
        listeners = self._listeners.get(type(event), [])
        for reference in list(listeners):
            listener = reference()
            if listener is None:
                # A delivery inside this one may have removed it already.
                with suppress(ValueError):
                    listeners.remove(reference)
            else:
                listener(event)
