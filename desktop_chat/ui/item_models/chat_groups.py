"""The groups of a chat list: the words above them, and at which rows they begin."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QLocale

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from desktop_chat.domain.chat import ChatSummary
    from desktop_chat.domain.organisation import ChatGroup

PINNED = "pinned"
LAST_DAYS = 7


@dataclass(slots=True)
class _Group:
    text: str
    start: int
    count: int


class ChatGroups:
    """Groups in the order of their rows; days are named as seen from `today`."""

    def __init__(self, today: date) -> None:
        self.today = today
        self._groups: list[_Group] = []

    def set_stored(self, groups: Iterable[ChatGroup]) -> None:
        """Take groups as they are stored; those of one name become one."""
        self._groups = []
        for group in groups:
            self._extend(self.words(group.label), group.count)

    def set_chats(self, chats: Iterable[ChatSummary]) -> None:
        """Take the groups of these chats, by their last use."""
        self._groups = []
        for chat in chats:
            self._extend(self.text_of(chat), 1)

    def text_of(self, chat: ChatSummary) -> str:
        """Return the name of a chat's group in a list by last use."""
        if chat.is_pinned:
            return self.words(PINNED)
        return self.words(chat.updated_at.astimezone().date().isoformat())

    def words(self, label: str) -> str:
        """Return what the list shows for a stored label."""
        if label == PINNED:
            return _tr("Pinned")
        try:
            day = date.fromisoformat(label if len(label) > len("2026-11") else f"{label}-01")
        except ValueError:
            return label
        days = (self.today - day).days
        if len(label) > len("2026-11") and days <= LAST_DAYS:
            return _tr("Today") if days <= 0 else _tr("Yesterday") if days == 1 else _last_days()
        month = QLocale().standaloneMonthName(day.month)
        return month if day.year == self.today.year else f"{month} {day.year}"

    def starts(self) -> Sequence[int]:
        """Return the rows that have a name above them, in their order."""
        return [group.start for group in self._groups if group.text]

    def text_at(self, row: int) -> str:
        """Return the name above a row, "" if it belongs to the group of the row before."""
        group = self._group_at(row)
        return group.text if group is not None and group.start == row else ""

    def insert(self, row: int, text: str) -> bool:
        """Count a row more; returns False if no group of this name can stand there."""
        for number, group in enumerate(self._groups):
            if group.text == text and group.start <= row <= group.start + group.count:
                group.count += 1
                self._shift(number + 1, 1)
                return True
        number = sum(1 for group in self._groups if group.start + group.count <= row)
        if number < len(self._groups) and self._groups[number].start != row:
            return False
        self._groups.insert(number, _Group(text, row, 1))
        self._shift(number + 1, 1)
        return True

    def remove(self, row: int) -> None:
        """Count a row less."""
        group = self._group_at(row)
        if group is None:
            return
        number = self._groups.index(group)
        group.count -= 1
        self._shift(number + 1, -1)
        if not group.count:
            del self._groups[number]

    def _extend(self, text: str, count: int) -> None:
        last = self._groups[-1] if self._groups else None
        if last is not None and last.text == text:
            last.count += count
        else:
            start = last.start + last.count if last is not None else 0
            self._groups.append(_Group(text, start, count))

    def _group_at(self, row: int) -> _Group | None:
        number = bisect_right(self._groups, row, key=_start) - 1
        return self._groups[number] if number >= 0 else None

    def _shift(self, number: int, by: int) -> None:
        for group in self._groups[number:]:
            group.start += by


def _start(group: _Group) -> int:
    return group.start


def _last_days() -> str:
    return _tr("Previous 7 days")


def _tr(text: str) -> str:
    return QCoreApplication.translate("ChatListModel", text)
