"""What a search found, as rows: chats by their titles, then messages, read page by page."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QAbstractListModel,
    QCoreApplication,
    QLocale,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from desktop_chat.domain.message import Sender

if not TYPE_CHECKING:
    from desktop_chat.overriding import override

if TYPE_CHECKING:
    from collections.abc import Sequence

    from typing_extensions import override

    from desktop_chat.domain.search.hit import SearchHit, SearchResults

Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()
# Where messages were found too, more titles would hide them.
FIRST_TITLES = 5


class SearchRole(IntEnum):
    """Roles of the results; the display role is the title or the snippet."""

    # The SearchHit, None for the row that shows the other titles.
    HIT = Qt.ItemDataRole.UserRole + 1
    # Label to paint above this row, or "".
    GROUP = Qt.ItemDataRole.UserRole + 2


class SearchResultsModel(QAbstractListModel):
    """The rows of one search.

    Signals:
        more_requested(int): the hits from this number on are wanted, for `append`.
    """

    more_requested = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._titles: list[SearchHit] = []
        self._hidden_titles: list[SearchHit] = []
        self._hits: list[SearchHit] = []
        # So many of the messages found were asked for; some of them may be gone.
        self._asked = 0
        self._total = 0
        self._is_waiting = False

    def set_results(self, results: SearchResults | None) -> None:
        """Show what a search found; None for nothing."""
        self.beginResetModel()
        titles = list(results.titles) if results else []
        self._hits = list(results.hits) if results else []
        shown = FIRST_TITLES if self._hits and len(titles) > FIRST_TITLES + 1 else len(titles)
        self._titles, self._hidden_titles = titles[:shown], titles[shown:]
        self._total = len(results.ids) if results else 0
        self._asked = min(results.page if results else 0, self._total)
        self._is_waiting = False
        self.endResetModel()

    def append(self, hits: Sequence[SearchHit], count: int) -> None:
        """Add the hits that were asked for; `count` of them were."""
        self._is_waiting = False
        self._asked += count
        if hits:
            first = self.rowCount()
            self.beginInsertRows(ROOT, first, first + len(hits) - 1)
            self._hits += hits
            self.endInsertRows()

    def show_all_titles(self) -> None:
        """Show the titles that were left out at first."""
        first = len(self._titles)
        hidden, self._hidden_titles = self._hidden_titles, []
        if hidden:
            # The row that stood for them becomes the first one of them.
            self._titles.append(hidden[0])
            index = self.index(first)
            self.dataChanged.emit(index, index)
            self.beginInsertRows(ROOT, first + 1, first + len(hidden) - 1)
            self._titles += hidden[1:]
            self.endInsertRows()

    def hit_at(self, row: int) -> SearchHit | None:
        """Return what a row shows; None for the row that stands for further titles."""
        titles = len(self._titles)
        if row < titles:
            return self._titles[row]
        row -= titles + self._extra
        return self._hits[row] if row >= 0 else None

    @property
    def _extra(self) -> int:
        return 1 if self._hidden_titles else 0

    def _text(self, row: int) -> str:
        hit = self.hit_at(row)
        if hit is None:
            count = QLocale().toString(len(self._hidden_titles))
            return _tr("Show {0} more chats").format(count)
        return hit.snippet.text if hit.message_id is not None else hit.title.text or _untitled()

    def _accessible_text(self, row: int) -> str:
        hit = self.hit_at(row)
        if hit is None or hit.message_id is None:
            return self._text(row)
        sender = _tr("You") if hit.sender is Sender.USER else _tr("Assistant")
        return f"{hit.title.text or _untitled()}: {sender}: {hit.snippet.text}"

    def _group(self, row: int) -> str:
        if row == 0 and self._titles:
            return _tr("Chats")
        return _tr("Messages") if row == len(self._titles) + self._extra else ""

    # Qt overrides

    @override
    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._titles) + self._extra + len(self._hits)

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._text(index.row())
            case Qt.ItemDataRole.AccessibleTextRole:
                return self._accessible_text(index.row())
            case SearchRole.HIT:
                return self.hit_at(index.row())
            case SearchRole.GROUP:
                return self._group(index.row())
        return None

    @override
    def canFetchMore(self, parent: Index) -> bool:
        return not parent.isValid() and not self._is_waiting and self._asked < self._total

    @override
    def fetchMore(self, parent: Index) -> None:
        if self.canFetchMore(parent):
            self._is_waiting = True
            self.more_requested.emit(self._asked)


def _untitled() -> str:
    return _tr("Untitled")


def _tr(text: str) -> str:
    return QCoreApplication.translate("SearchResultsModel", text)
