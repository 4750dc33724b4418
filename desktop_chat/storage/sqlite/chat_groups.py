"""The groups of a list of chats, counted without reading its rows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any

from desktop_chat.domain.organisation import ChatGroup
from desktop_chat.storage.sqlite.chat_lists import (
    has_pinned,
    is_from_index,
    key_of,
    order_by,
    where,
)
from desktop_chat.storage.times import from_text, to_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from desktop_chat.domain.organisation import ChatQuery
    from desktop_chat.storage.sqlite.reader import SqlReader

PINNED = "pinned"
# Before the letters and after those of the alphabets that are written one after the other.
SIGNS = "#"
OTHERS = "…"

_DAYS = 7
_LAST_LETTER = "\u058f"
_EARLIEST = datetime(1970, 2, 1, tzinfo=UTC)


def find_groups(db: SqlReader, query: ChatQuery, now: datetime) -> list[ChatGroup]:
    """Return the groups of a list; see `ChatRepository.groups`."""
    labelled = (_from_index if is_from_index(query) else _from_rows)(db, query, now)
    groups: list[ChatGroup] = []
    start = 0
    for label, count in labelled:
        if count and groups and groups[-1].label == label:
            last = groups.pop()
            groups.append(ChatGroup(label, last.start, last.count + count))
            start += count
        elif count:
            groups.append(ChatGroup(label, start, count))
            start += count
    return groups


def _from_index(db: SqlReader, query: ChatQuery, now: datetime) -> Iterator[tuple[str, int]]:
    rows = _Rows(db, query)
    if has_pinned(query):
        yield PINNED, rows.count_pinned()
    if key_of(query) == "title_key":
        yield from _letters(rows)
    else:
        yield from _times(rows, now)


def _from_rows(db: SqlReader, query: ChatQuery, now: datetime) -> Iterator[tuple[str, int]]:
    condition, parameters = where(query)
    key = key_of(query)
    sql = f"SELECT pinned, {key} FROM chat WHERE {condition} ORDER BY {order_by(query)}"
    label_of = _letter_of if key == "title_key" else _Labels(now).of
    pins = has_pinned(query)
    labels = (
        PINNED if pinned and pins else label_of(value or "")
        for pinned, value in db.sql(sql, parameters)
    )
    for label, group in groupby(labels):
        yield label, sum(1 for _ in group)


class _Rows:
    """Counts parts of a list, and finds where the next one begins."""

    def __init__(self, db: SqlReader, query: ChatQuery) -> None:
        self._db = db
        condition, self._parameters = where(query)
        self._key = key_of(query)
        self._from = f"FROM chat WHERE {condition}"
        self._plain = f"{self._from} AND pinned = 0" if has_pinned(query) else self._from

    def count_pinned(self) -> int:
        return int(self._one(f"SELECT count(*) {self._from} AND pinned > 0"))

    def count(self, condition: str, *values: str) -> int:
        """Return how many have a key for which a condition holds; `?` are the values."""
        return int(self._one(f"SELECT count(*) {self._plain} AND {condition}", *values))

    def next(self, function: str, condition: str, *values: str) -> str | None:
        """Return the least (`min`) or greatest (`max`) key for which a condition holds."""
        found = self._one(f"SELECT {function}({self._key}) {self._plain} AND {condition}", *values)
        return None if found is None else str(found)

    def _one(self, sql: str, *values: str) -> Any:
        return self._db.sql(sql.replace("KEY", self._key), [*self._parameters, *values])[0][0]


def _times(rows: _Rows, now: datetime) -> Iterator[tuple[str, int]]:
    days = _days(now)
    label, start = days[0]
    yield label, rows.count("KEY >= ?", start)
    for label, earlier in days[1:]:
        yield label, rows.count("KEY >= ? AND KEY < ?", earlier, start)
        start = earlier
    while (newest := rows.next("max", "KEY < ?", start)) is not None:
        label, earlier = _month_of(newest)
        if not label:
            yield label, rows.count("KEY < ?", start)
            return
        yield label, rows.count("KEY >= ? AND KEY < ?", earlier, start)
        start = earlier


def _letters(rows: _Rows) -> Iterator[tuple[str, int]]:
    lower = "a"
    yield SIGNS, rows.count("KEY < ?", lower)
    while (found := rows.next("min", "KEY >= ?", lower)) is not None:
        if found[0] > _LAST_LETTER:
            yield OTHERS, rows.count("KEY >= ?", lower)
            return
        lower = chr(ord(found[0]) + 1)
        yield _letter_of(found), rows.count("KEY >= ? AND KEY < ?", found[0], lower)


def _letter_of(key: str) -> str:
    if key < "a":
        return SIGNS
    letter = key[0]
    return letter.upper()[0] if letter.isalpha() and letter <= _LAST_LETTER else OTHERS


def _days(now: datetime) -> list[tuple[str, str]]:
    """Return the last days, latest first: their names, and when they began."""
    today = now.astimezone().date()
    days = [today - timedelta(days=back) for back in range(_DAYS)]
    return [(day.isoformat(), _start_of(day.year, day.month, day.day)) for day in days]


def _month_of(time: str) -> tuple[str, str]:
    """Return a month's name, and when it began; no name for a time that makes no sense."""
    moment = from_text(time)
    if moment < _EARLIEST:
        return "", ""
    local = moment.astimezone()
    start = _start_of(local.year, local.month, 1)
    # Another program's form of a time may stand elsewhere in the order than what it means.
    return (f"{local:%Y-%m}", start) if start <= time else ("", "")


def _start_of(year: int, month: int, day: int) -> str:
    return to_text(datetime(year, month, day).astimezone())


class _Labels:
    """Names the group of each time; for lists whose rows have to be read anyway."""

    def __init__(self, now: datetime) -> None:
        self._days = _days(now)

    def of(self, time: str) -> str:
        for label, start in self._days:
            if time >= start:
                return label
        return _month_of(time)[0]
