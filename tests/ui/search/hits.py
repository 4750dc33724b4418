"""Made-up results of a search."""

from __future__ import annotations

from datetime import UTC, datetime

from desktop_chat.domain.chat import ChatId
from desktop_chat.domain.message import MessageId, Sender
from desktop_chat.domain.search.hit import PAGE, SearchHit, SearchResults, Snippet
from desktop_chat.domain.search.query import parse_query

NOW = datetime(2026, 11, 22, 10, 15, tzinfo=UTC)


def title_hit(number: int, title: str = "") -> SearchHit:
    shown = Snippet(title or f"Chat {number}", ((0, 4),))
    return SearchHit(ChatId(number), None, shown, Snippet(), None, NOW)


def message_hit(number: int, text: str = "", sender: Sender = Sender.USER) -> SearchHit:
    snippet = Snippet(text or f"text {number}", ((0, 4),))
    return SearchHit(
        ChatId(1), MessageId(number), Snippet("Weather"), snippet, sender, NOW, words="text"
    )


def results(titles: int = 0, messages: int = 0, line: str = "text ", **more) -> SearchResults:
    """So many of each; the first page of the messages is read."""
    ids = tuple(range(1, messages + 1))
    return SearchResults(
        line,
        parse_query(line, NOW),
        tuple(title_hit(1000 + number) for number in range(titles)),
        ids,
        tuple(message_hit(number) for number in ids[:PAGE]),
        **more,
    )
