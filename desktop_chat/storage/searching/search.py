"""Finds messages and chats by their words, through the index that triggers keep."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from desktop_chat.domain.chat import ChatId
from desktop_chat.domain.message import MessageId, Sender
from desktop_chat.domain.search.hit import Location, SearchHit, Snippet
from desktop_chat.domain.search.query import SearchQuery
from desktop_chat.domain.search.snippets import count_terms, make_snippet, mark_title
from desktop_chat.storage.searching.search_sql import (
    IS_HIDDEN,
    chat_condition,
    match_text,
    message_condition,
    without_broad_prefixes,
)
from desktop_chat.storage.sqlite.message_tree import find_leaf, leaf_below, walk_up
from desktop_chat.storage.times import from_text

if TYPE_CHECKING:
    from desktop_chat.storage.database import Database

# So many of the newest matches are ranked among themselves: ranking all takes a second or more.
NEWEST = 2000
MOST_TITLES = 100
_MOST_ATTACHMENTS = 200

_NEWEST = f"""
SELECT id, score FROM (
    SELECT rowid AS id, rank AS score FROM message_text WHERE message_text MATCH ?
    ORDER BY rowid DESC LIMIT {NEWEST}
) ORDER BY score, id DESC
"""
_BEST = f"""
SELECT rowid, rank FROM message_text WHERE message_text MATCH ? ORDER BY rank LIMIT {NEWEST}
"""
# CROSS JOIN keeps the index first: its order needs no sorting.
_NEWEST_WHERE = f"""
SELECT id, score FROM (
    SELECT message_text.rowid AS id, message_text.rank AS score
    FROM message_text CROSS JOIN message ON message.id = message_text.rowid
    WHERE message_text MATCH ? AND {{condition}} ORDER BY message_text.rowid DESC LIMIT {NEWEST}
) ORDER BY score, id DESC
"""
_BEST_WHERE = f"""
SELECT message_text.rowid, message_text.rank
FROM message_text CROSS JOIN message ON message.id = message_text.rowid
WHERE message_text MATCH ? AND {{condition}} ORDER BY message_text.rank LIMIT {NEWEST}
"""
_WITHOUT_WORDS = f"""
SELECT message.id, 0 FROM message WHERE {{condition}} ORDER BY message.id DESC LIMIT {NEWEST}
"""
_ATTACHMENTS = f"""
SELECT message.id, attachment_text.rank FROM attachment_text
CROSS JOIN attachment ON attachment.id = attachment_text.rowid
CROSS JOIN message ON message.id = attachment.message_id
WHERE attachment_text MATCH ? AND {{condition}}
ORDER BY attachment_text.rowid DESC LIMIT {_MOST_ATTACHMENTS}
"""
_TITLES = f"""
SELECT chat.id, CAST(chat.title AS BLOB), chat.updated_at
FROM chat_title CROSS JOIN chat ON chat.id = chat_title.rowid
WHERE chat_title MATCH ? AND NOT {IS_HIDDEN} AND {{condition}}
ORDER BY chat.updated_at DESC, chat.id DESC LIMIT {MOST_TITLES}
"""
# As bytes: a text that is no UTF-8 costs itself, not the search.
_HIT = f"""
SELECT chat.id, CAST(chat.title AS BLOB), message.sender, message.created_at,
    CAST(message.content AS BLOB), CAST(message.reasoning AS BLOB)
FROM message JOIN chat ON chat.id = message.chat_id WHERE message.id = ? AND NOT {IS_HIDDEN}
"""
_FILES = "SELECT name || char(10) || text FROM attachment WHERE message_id = ? ORDER BY id"
_SENDERS = {sender.value: sender for sender in Sender}


@dataclass(frozen=True, slots=True)
class Ranking:
    """Which messages match, best first.

    Attributes:
        is_cut: There are more matches than were ranked.
    """

    ids: tuple[int, ...] = ()
    is_cut: bool = False


class SearchRepository:
    """Searches; it only reads, and a search may take seconds. Not for the window's own thread."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def titles(self, query: SearchQuery) -> list[SearchHit]:
        """Return chats whose titles hold all words, the latest used first."""
        if not query.searches_titles:
            return []
        condition = chat_condition(self._db, query, "chat.id")
        sql = _TITLES.format(condition=condition.sql)
        rows = self._db.sql(sql, (match_text(query), *condition.values))
        return [_title_hit(row, query) for row in rows]

    def newest(self, query: SearchQuery) -> Ranking:
        """Rank the newest matches among themselves: what is shown at once."""
        return self._rank(query, _NEWEST, _NEWEST_WHERE)

    def best(self, query: SearchQuery) -> Ranking:
        """Rank all matches; this may take seconds."""
        return self._rank(query, _BEST, _BEST_WHERE)

    def hits(self, ids: tuple[int, ...], query: SearchQuery) -> list[SearchHit]:
        """Return what is shown of some matches, in their order; hidden ones are left out."""
        found = (self._hit(message_id, query) for message_id in ids)
        return [hit for hit in found if hit is not None]

    def locate(self, message_id: int) -> Location | None:
        """Return where a message stands; None if it is gone."""
        rows = self._db.sql("SELECT chat_id FROM message WHERE id = ?", (message_id,))
        if not rows:
            return None
        chat_id = ChatId(rows[0][0])
        shown = find_leaf(self._db, chat_id)
        path = [] if shown is None else walk_up(self._db, chat_id, shown)
        if message_id in path:
            return Location(chat_id, path.index(message_id))
        leaf = leaf_below(self._db, chat_id, message_id)
        row = walk_up(self._db, chat_id, message_id).index(message_id)
        return Location(chat_id, row, MessageId(leaf))

    def with_first_message(self, hit: SearchHit) -> SearchHit:
        """Return a chat that was found by its title together with its first message, if any."""
        sql = "SELECT min(id) FROM message WHERE chat_id = ?"
        first = self._db.sql(sql, (hit.chat_id,))[0][0]
        found = None if first is None else self._hit(first, SearchQuery())
        return hit if found is None else replace(found, title=hit.title)

    def _rank(self, query: SearchQuery, quick: str, filtered: str) -> Ranking:
        if not query.searches_messages:
            return Ranking()
        query = without_broad_prefixes(query)
        match = match_text(query)
        if query.filters or self._hides_much():
            condition = message_condition(self._db, query)
            sql = (filtered if match else _WITHOUT_WORDS).format(condition=condition.sql)
            values = (match, *condition.values) if match else condition.values
            rows = self._db.sql(sql, values)
        else:
            # Hidden ones are few, and left out when they come to be shown: asking for the chat of
            # two thousand messages takes longer than to rank them.
            rows = self._db.sql(quick, (match,))
        is_cut = len(rows) == NEWEST
        if match:
            rows = _merged(rows, self._attachments(query, match))
        return Ranking(tuple(dict.fromkeys(row[0] for row in rows)), is_cut)

    def _hides_much(self) -> bool:
        """Whether so much is hidden that little could be left of the newest matches."""
        sql = "SELECT EXISTS (SELECT 1 FROM chat WHERE import_id IS NOT NULL)"
        sql += ", (SELECT count(*) FROM chat WHERE deleted_at IS NOT NULL) > ?"
        return any(self._db.sql(sql, (_FEW_CHATS,))[0])

    def _attachments(self, query: SearchQuery, match: str) -> list[tuple[Any, ...]]:
        condition = message_condition(self._db, query)
        sql = _ATTACHMENTS.format(condition=condition.sql)
        return self._db.sql(sql, (match, *condition.values))

    def _hit(self, message_id: int, query: SearchQuery) -> SearchHit | None:
        rows = self._db.sql(_HIT, (message_id,))
        if not rows:
            return None
        chat_id, title, sender, created_at, content, reasoning = rows[0]
        texts = (_text_from(content), _text_from(reasoning))
        snippet, words, is_reasoning = self._snippet(message_id, texts, query)
        return SearchHit(
            ChatId(chat_id),
            MessageId(message_id),
            mark_title(_text_from(title), query.terms),
            snippet,
            _SENDERS.get(sender, Sender.SYSTEM),
            from_text(created_at),
            words,
            is_reasoning,
        )

    def _snippet(
        self, message_id: int, texts: tuple[str, str], query: SearchQuery
    ) -> tuple[Snippet, str, bool]:
        """Return what the text shows of a match, else the reasoning, else an attachment."""
        content, reasoning = texts
        shown = count_terms(content, query.terms)
        if reasoning and count_terms(reasoning, query.terms) > shown:
            return *make_snippet(reasoning, query.terms), True
        snippet, words = make_snippet(content, query.terms)
        if snippet.marks or not query.terms:
            return snippet, words, False
        for (text,) in self._db.sql(_FILES, (message_id,)):
            in_file, _words = make_snippet(_text_from(text), query.terms)
            if in_file.marks:
                # It stands in a file, not in the conversation.
                return in_file, "", False
        return snippet, "", False


_FEW_CHATS = 50


def _merged(
    messages: list[tuple[Any, ...]], attachments: list[tuple[Any, ...]]
) -> list[tuple[Any, ...]]:
    if not attachments:
        return messages
    return sorted((*messages, *attachments), key=lambda row: (row[1], -row[0]))


def _title_hit(row: tuple[Any, ...], query: SearchQuery) -> SearchHit:
    chat_id, title, updated_at = row
    marked = mark_title(_text_from(title), query.terms)
    return SearchHit(ChatId(chat_id), None, marked, Snippet(), None, from_text(updated_at))


def _text_from(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    return "" if value is None else str(value)
