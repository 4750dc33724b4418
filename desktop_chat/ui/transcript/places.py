"""Where the reader was in each chat."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable

    from desktop_chat.ui.transcript.anchor import Anchor

MAX_KEPT = 1000


@dataclass(frozen=True, slots=True)
class Place:
    """A scroll position that outlives its layout; `anchor` counts unless the end is followed."""

    anchor: Anchor
    follows_end: bool


class Places:
    """The last places, by chat; those not visited for longest are forgotten."""

    def __init__(self) -> None:
        self._places: OrderedDict[Hashable, Place] = OrderedDict()

    def keep(self, chat_id: Hashable, place: Place) -> None:
        """Remember a place; the end needs none, since every chat opens there."""
        self._places.pop(chat_id, None)
        if not place.follows_end:
            self._places[chat_id] = place
        if len(self._places) > MAX_KEPT:
            self._places.popitem(last=False)

    def find(self, chat_id: Hashable) -> Place | None:
        """Return the place of a chat, None for its end."""
        return self._places.get(chat_id)
