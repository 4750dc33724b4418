"""A search query as SQL: what FTS5 matches, and the conditions on messages and chats."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from desktop_chat.domain.search.query import FilterName
from desktop_chat.domain.search.words import is_short, words_of
from desktop_chat.storage.times import to_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from desktop_chat.domain.search.query import Filter, SearchQuery, Term
    from desktop_chat.storage.sqlite.reader import SqlReader

# Chats in the trash, and those of an import that is under way.
IS_HIDDEN = "(chat.deleted_at IS NOT NULL OR chat.import_id IS NOT NULL)"
_HIDDEN_CHATS = (
    "SELECT id FROM chat WHERE deleted_at IS NOT NULL"
    " UNION ALL SELECT id FROM chat WHERE import_id IS NOT NULL"
)
_HAS = {
    "code": "(instr(message.content, '```') OR instr(message.content, '~~~'))",
    "reasoning": "coalesce(message.reasoning, '') != ''",
    "attachment": "EXISTS (SELECT 1 FROM attachment WHERE message_id = message.id)",
}


class Condition(NamedTuple):
    """A condition, and the values for its marks."""

    sql: str
    values: tuple[Any, ...]


def match_text(query: SearchQuery) -> str:
    """Return what FTS5 is to match, "" where no word is looked for."""
    wanted = " AND ".join(_phrase(term) for term in query.terms)
    return f"({wanted}){_exclusions(query.excluded)}" if wanted else ""


def _exclusions(terms: Iterable[Term]) -> str:
    return "".join(f" NOT {_phrase(term)}" for term in terms)


def _phrase(term: Term) -> str:
    # Words hold letters, digits and accents only: nothing to escape.
    return f'"{" ".join(term.words)}"{"*" if term.is_prefix else ""}'


def without_broad_prefixes(query: SearchQuery) -> SearchQuery:
    """Return the query for indexes that know no single letter: there it is a whole word."""

    def narrowed(terms: tuple[Term, ...]) -> tuple[Term, ...]:
        return tuple(
            replace(term, is_prefix=term.is_prefix and not is_short(term.words[-1]))
            for term in terms
        )

    return replace(query, terms=narrowed(query.terms), excluded=narrowed(query.excluded))


def chat_condition(db: SqlReader, query: SearchQuery, column: str) -> Condition:
    """Return the condition on the chat whose id is in `column`: folders and tags."""
    parts = [
        _chat_filter(db, one, column)
        for one in query.filters
        if one.name in (FilterName.FOLDER, FilterName.TAG)
    ]
    return _all_of(parts)


def message_condition(db: SqlReader, query: SearchQuery) -> Condition:
    """Return the condition on a message: its chat is not hidden, and all filters are met."""
    parts = [Condition(f"message.chat_id NOT IN ({_HIDDEN_CHATS})", ())]
    parts.append(chat_condition(db, query, "message.chat_id"))
    parts += [
        _message_filter(one)
        for one in query.filters
        if one.name not in (FilterName.FOLDER, FilterName.TAG)
    ]
    if not query.terms:
        sql = "message.id NOT IN (SELECT rowid FROM message_text WHERE message_text MATCH ?)"
        parts += [Condition(sql, (_phrase(term),)) for term in query.excluded]
    return _all_of(parts)


def _all_of(parts: list[Condition]) -> Condition:
    sql = " AND ".join(part.sql for part in parts if part.sql)
    return Condition(sql or "1", tuple(value for part in parts for value in part.values))


def _message_filter(one: Filter) -> Condition:
    condition = _plain_message_filter(one)
    return Condition(f"NOT {condition.sql}", condition.values) if one.is_negated else condition


def _plain_message_filter(one: Filter) -> Condition:
    match one.name:
        case FilterName.FROM:
            return Condition("(message.sender = ?)", (one.value,))
        case FilterName.MODEL:
            return Condition("(instr(lower(coalesce(message.model, '')), ?) > 0)", (one.value,))
        case FilterName.HAS:
            return Condition(f"({_HAS[one.value]})", ())
        case _:
            assert one.moment is not None
            sign = "<" if one.name is FilterName.BEFORE else ">="
            return Condition(f"(message.created_at {sign} ?)", (to_text(one.moment),))


def _chat_filter(db: SqlReader, one: Filter, column: str) -> Condition:
    if one.name is FilterName.FOLDER:
        ids = _folders(db, one.value)
        chats = f"SELECT id FROM chat WHERE folder_id IN ({_marks(ids)})"
    else:
        ids = [row[0] for row in db.sql("SELECT id, name FROM tag") if _begins(row[1], one.value)]
        chats = f"SELECT chat_id FROM chat_tag WHERE tag_id IN ({_marks(ids)})"
    negation = "NOT " if one.is_negated else ""
    return Condition(f"{column} {negation}IN ({chats})", tuple(ids))


def _folders(db: SqlReader, name: str) -> list[int]:
    """Return the folders whose name begins so, with all folders in them."""
    rows = db.sql("SELECT id, parent_id, name FROM folder")
    found = {row[0] for row in rows if _begins(row[2], name)}
    before = -1
    while before != len(found):
        before = len(found)
        found |= {row[0] for row in rows if row[1] in found}
    return sorted(found)


def _begins(name: object, value: str) -> bool:
    return " ".join(words_of(str(name))).startswith(value)


def _marks(ids: list[int]) -> str:
    return ", ".join("?" * len(ids))
