"""`desktop-chat search`: find messages and chats, beside whoever holds the data directory."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from desktop_chat import paths
from desktop_chat.commands.status import DONE, fail
from desktop_chat.domain.errors import (
    ChatError,
    DatabaseDamagedError,
    SearchIndexDamagedError,
)
from desktop_chat.domain.search.query import parse_query
from desktop_chat.services import clock
from desktop_chat.services.launch import read_launch
from desktop_chat.storage.database import open_database
from desktop_chat.storage.searching.search import SearchRepository
from desktop_chat.storage.searching.search_index import SearchIndex
from desktop_chat.storage.times import to_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from desktop_chat.domain.search.hit import SearchHit, Snippet
    from desktop_chat.domain.search.query import SearchQuery
    from desktop_chat.storage.database import Database

USAGE = 2
_BOLD, _PLAIN = "\x1b[1m", "\x1b[0m"


def run(options: Mapping[str, Any]) -> int:
    """Print what was found, best first."""
    line = " ".join(options["query"])
    query = parse_query(line, clock.now().astimezone())
    if query.unreadable or not line.strip():
        reason = f"“{query.unreadable[0]}” means nothing" if query.unreadable else "it is empty"
        print(f"desktop-chat: cannot look for this: {reason}. Try --help.", file=sys.stderr)
        return USAGE
    try:
        launch = read_launch(options, reads_working_directory=True, makes_directory=False)
        with open_database(paths.database_path(launch.data_dir), read_only=True) as db:
            hits = _search(db, query, options["limit"])
    except ChatError as error:
        return fail(error)
    if options["json"]:
        print(json.dumps([_as_dict(hit) for hit in hits]))
    else:
        for hit in hits:
            print(_as_text(hit, is_bold=sys.stdout.isatty()))
    return DONE


def _search(db: Database, query: SearchQuery, limit: int) -> list[SearchHit]:
    progress = SearchIndex(db).progress()
    if progress < 1:
        percent = int(progress * 100)
        notice = f"{percent} % of the messages are indexed. The rest follows while a window is open"
        print(f"desktop-chat: {notice}.", file=sys.stderr)
    try:
        return _find(SearchRepository(db), query, limit)
    except DatabaseDamagedError as error:
        raise SearchIndexDamagedError(**error.fields) from error


def _find(search: SearchRepository, query: SearchQuery, limit: int) -> list[SearchHit]:
    """Return chats that are found by their titles alone, then messages."""
    messages = search.hits(search.best(query).ids[:limit], query)
    chats = {hit.chat_id for hit in messages}
    titles = [hit for hit in search.titles(query) if hit.chat_id not in chats]
    # Most of what is asked for are messages, if there are so many.
    room = max(limit - len(messages), (limit + 3) // 4)
    found = [search.with_first_message(hit) for hit in titles[:room]]
    return [*found, *messages][:limit]


def _as_dict(hit: SearchHit) -> dict[str, Any]:
    return {
        "chat_id": hit.chat_id,
        "message_id": hit.message_id,
        "title": hit.title.text,
        "snippet": hit.snippet.text,
        "sender": hit.sender.value if hit.sender else None,
        "created_at": to_text(hit.created_at),
    }


def _as_text(hit: SearchHit, *, is_bold: bool) -> str:
    place = f"{hit.chat_id}/{hit.message_id}" if hit.message_id else str(hit.chat_id)
    sender = f" {hit.sender.value}" if hit.sender else ""
    title = _marked(hit.title, is_bold=is_bold) or "Untitled"
    head = f"{place}  {hit.created_at.astimezone():%Y-%m-%d %H:%M}{sender}  {title}"
    snippet = _marked(hit.snippet, is_bold=is_bold)
    return f"{head}\n    {snippet}" if snippet else head


def _marked(snippet: Snippet, *, is_bold: bool) -> str:
    """Return a snippet for a terminal; snippets hold no control characters."""
    if not is_bold:
        return snippet.text
    text, at = "", 0
    for start, end in snippet.marks:
        text += f"{snippet.text[at:start]}{_BOLD}{snippet.text[start:end]}{_PLAIN}"
        at = end
    return text + snippet.text[at:]
