"""What a search found, as data: no markup, since the texts are foreign."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from desktop_chat.domain.chat import ChatId
    from desktop_chat.domain.message import MessageId, Sender
    from desktop_chat.domain.search.query import SearchQuery

Range = tuple[int, int]

PAGE = 15
"""So many hits are read at once: about twice what a window shows."""


@dataclass(frozen=True, slots=True)
class Snippet:
    """A stretch of a text around what was found.

    Attributes:
        text: One line; an ellipsis stands where the text goes on.
        marks: Where the words that were looked for stand in `text`.
    """

    text: str = ""
    marks: tuple[Range, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A message that was found, or a chat whose title was.

    Attributes:
        message_id: None where the title was found.
        title: The chat's, with what was found in it.
        sender: Who wrote the message; None where the title was found.
        created_at: When the message was written, or the chat last used.
        words: What to look for in the message to come to the place; "" if there is none.
        is_reasoning: Whether the place is in what the model thought.
    """

    chat_id: ChatId
    message_id: MessageId | None
    title: Snippet
    snippet: Snippet
    sender: Sender | None
    created_at: datetime
    words: str = ""
    is_reasoning: bool = False


@dataclass(frozen=True, slots=True)
class Location:
    """Where a message stands in its chat.

    Attributes:
        row: Its place on the path, from 0.
        leaf_id: Last message of the path that leads through it; None if that path is shown.
    """

    chat_id: ChatId
    row: int
    leaf_id: MessageId | None = None


@dataclass(frozen=True, slots=True)
class SearchResults:
    """What one search found.

    Attributes:
        text: The line that was typed.
        query: What it means.
        titles: Chats whose titles were found.
        ids: The messages that were found, best first.
        hits: What is shown of the first `page` of them; some may be gone.
        is_cut: Only the newest matches were ranked; there are more.
        progress: Part of the messages that can be found, from 0 to 1; below 1 while the index is
            being made.
    """

    text: str
    query: SearchQuery
    titles: tuple[SearchHit, ...] = ()
    ids: tuple[int, ...] = ()
    hits: tuple[SearchHit, ...] = ()
    is_cut: bool = False
    progress: float = 1.0
    page: int = PAGE
