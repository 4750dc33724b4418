"""The tree of a chat's messages, for a view of it."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QAbstractItemModel,
    QCoreApplication,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)

from desktop_chat.domain.message import Sender

if not TYPE_CHECKING:
    from desktop_chat.overriding import override

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from typing_extensions import override

    from desktop_chat.domain.branches import BranchRow
    from desktop_chat.domain.message import MessageId

    AnyIndex = QModelIndex | QPersistentModelIndex


class BranchRole(IntEnum):
    """What the model tells of a row beside its words (DisplayRole)."""

    ROW = Qt.ItemDataRole.UserRole + 1  # the whole BranchRow
    MESSAGE_ID = Qt.ItemDataRole.UserRole + 2


class BranchTreeModel(QAbstractItemModel):
    """Rows as `domain.branches.arrange` puts them; nothing of it changes.

    Args:
        top: The rows of the top level.
        parent: Owner.
    """

    def __init__(self, top: Sequence[BranchRow], parent: QObject | None = None) -> None:
        super().__init__(parent)
        # Also keeps alive what the indexes point to.
        self._top = list(top)
        self._rows = {row.message.id: row for row in _all_rows(self._top)}

    @property
    def has_branches(self) -> bool:
        """Whether there is more than one path."""
        return any(row.children for row in self._top)

    def index_of(self, message_id: MessageId) -> QModelIndex:
        """Return the index of a message; an invalid one if it is not in the tree."""
        row = self._rows.get(message_id)
        return QModelIndex() if row is None else self.createIndex(row.place, 0, row)

    def last_shown(self) -> QModelIndex:
        """Return the index of the end of the path that is shown."""
        shown = [row for row in self._top if row.is_shown]
        last = shown[-1] if shown else None
        return QModelIndex() if last is None else self.createIndex(last.place, 0, last)

    def branching(self) -> Iterator[QModelIndex]:
        """Yield the rows that have others in their place or after them, outer ones first."""
        for row in self._rows.values():
            if row.children:
                yield self.createIndex(row.place, 0, row)

    def row_at(self, index: AnyIndex) -> BranchRow:
        """Return what an index points to."""
        row: BranchRow = index.internalPointer()
        return row

    def _level(self, parent: AnyIndex) -> Sequence[BranchRow]:
        return self.row_at(parent).children if parent.isValid() else self._top

    # Qt overrides

    @override
    def index(self, row: int, column: int, parent: AnyIndex = QModelIndex()) -> QModelIndex:
        level = self._level(parent)
        if not 0 <= row < len(level) or column != 0:
            return QModelIndex()
        return self.createIndex(row, column, level[row])

    @override
    def parent(self, child: AnyIndex) -> QModelIndex:  # type: ignore[override]
        owner = self.row_at(child).owner if child.isValid() else None
        return QModelIndex() if owner is None else self.createIndex(owner.place, 0, owner)

    @override
    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:
        return len(self._level(parent))

    @override
    def columnCount(self, parent: AnyIndex = QModelIndex()) -> int:
        return 1

    @override
    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        row = self.row_at(index)
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return f"{sender_name(row)}: {words_of(row)}"
            case Qt.ItemDataRole.AccessibleTextRole:
                return _spoken(row)
            case BranchRole.ROW:
                return row
            case BranchRole.MESSAGE_ID:
                return row.message.id
        return None


def sender_name(row: BranchRow) -> str:
    """Return who wrote a message."""
    return {
        Sender.USER: _tr("You"),
        Sender.LLM: _tr("Assistant"),
        Sender.SYSTEM: _tr("System"),
        Sender.TOOL: _tr("Tool"),
    }[row.message.sender]


def words_of(row: BranchRow) -> str:
    """Return the beginning of the text, or words for there being none."""
    return row.message.excerpt or _tr("no text")


def _spoken(row: BranchRow) -> str:
    number, count = row.version
    words = f"{sender_name(row)}: {words_of(row)}"
    if count > 1:
        words += ", " + _tr("version {0} of {1}").format(number, count)
    return f"{words}, {_tr('shown')}" if row.is_shown else words


def _all_rows(rows: Sequence[BranchRow]) -> Iterator[BranchRow]:
    work = list(reversed(rows))
    while work:
        row = work.pop()
        yield row
        work += reversed(row.children)


def _tr(text: str) -> str:
    return QCoreApplication.translate("BranchTree", text)
