"""Where the reader was in each chat."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from desktop_chat.ui.transcript.anchor import Anchor

if TYPE_CHECKING:
    from desktop_chat.domain.chat import ChatId
    from desktop_chat.domain.message import MessageId
    from desktop_chat.ui.item_models.transcript import TranscriptModel

MAX_KEPT = 1000


@dataclass(frozen=True, slots=True)
class Place:
    """A scroll position that outlives its layout; `anchor` counts unless the end is followed.

    Attributes:
        message_id: The message in the anchor's row, which may stand in another one by then.
    """

    anchor: Anchor
    follows_end: bool
    message_id: MessageId | None = None


class Places:
    """The last places, by chat; those not visited for longest are forgotten."""

    def __init__(self) -> None:
        self._places: OrderedDict[ChatId, Place] = OrderedDict()

    def keep(self, model: TranscriptModel, place: Place) -> None:
        """Remember a place in the chat shown; the end needs none, since every chat opens there."""
        chat_id, row = model.chat_id, place.anchor.row
        if chat_id is None:
            return
        self._places.pop(chat_id, None)
        if not place.follows_end and row < model.rowCount():
            self._places[chat_id] = replace(place, message_id=model.message_at(row).id)
        if len(self._places) > MAX_KEPT:
            self._places.popitem(last=False)

    def find(self, model: TranscriptModel) -> Place | None:
        """Return the place in the chat shown, None for its end.

        Messages may have gone since, or another path may be shown.
        """
        place = None if model.chat_id is None else self._places.get(model.chat_id)
        if place is None or place.message_id is None:
            return None
        row = model.find_row(place.message_id)
        if row is None:
            return replace(place, anchor=Anchor(place.anchor.row))
        return replace(place, anchor=replace(place.anchor, row=row))
