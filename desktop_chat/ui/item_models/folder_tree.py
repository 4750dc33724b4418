"""The places of the sidebar: all chats, folders, tags, archive and trash, as a tree."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import (
    QAbstractItemModel,
    QByteArray,
    QCoreApplication,
    QMimeData,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
)

from desktop_chat.domain.organisation import FolderId, Place, TagId
from desktop_chat.ui.item_models.roles import FOLDER_MIME

if not TYPE_CHECKING:
    from desktop_chat.overriding import override

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from typing_extensions import override

    from desktop_chat.domain.organisation import Folder, Tag

Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()
ENTRY_ROLE: Final = Qt.ItemDataRole.UserRole + 1


class EntryKind(StrEnum):
    """What an entry of the tree stands for."""

    ALL = "all"
    FOLDER = "folder"
    TAGS = "tags"
    TAG = "tag"
    ARCHIVE = "archive"
    TRASH = "trash"


@dataclass(frozen=True, slots=True)
class Entry:
    """One place.

    Attributes:
        number: Id of the folder or tag, else 0.
    """

    kind: EntryKind
    number: int = 0

    @property
    def folder_id(self) -> FolderId | None:
        """The folder, if it is one."""
        return FolderId(self.number) if self.kind is EntryKind.FOLDER else None

    @property
    def tag_id(self) -> TagId | None:
        """The tag, if it is one."""
        return TagId(self.number) if self.kind is EntryKind.TAG else None

    @property
    def place(self) -> Place:
        """Where its chats stand."""
        places = {EntryKind.ARCHIVE: Place.ARCHIVE, EntryKind.TRASH: Place.TRASH}
        return places.get(self.kind, Place.CHATS)


ALL_CHATS: Final = Entry(EntryKind.ALL)


@dataclass(slots=True, eq=False)
class _Node:
    entry: Entry
    text: str
    parent: int = 0
    row: int = 0
    children: list[int] = field(default_factory=list)


class FolderTreeModel(QAbstractItemModel):
    """Built anew at each change: there are few places, and they change seldom."""

    def __init__(self) -> None:
        super().__init__()
        self._nodes = [_Node(ALL_CHATS, "")]

    def set_places(
        self,
        folders: Sequence[Folder],
        tags: Sequence[Tag],
        *,
        has_archive: bool = False,
        has_trash: bool = False,
    ) -> None:
        """Show these places; without any there is not even "All chats"."""
        self.beginResetModel()
        self._nodes = [_Node(ALL_CHATS, "")]
        if folders or tags or has_archive or has_trash:
            self._add(ALL_CHATS, _tr("All chats"))
        self._add_folders(folders)
        if tags:
            parent = self._add(Entry(EntryKind.TAGS), _tr("Tags"))
            for tag in tags:
                self._add(Entry(EntryKind.TAG, tag.id), tag.name, parent)
        if has_archive:
            self._add(Entry(EntryKind.ARCHIVE), _tr("Archive"))
        if has_trash:
            self._add(Entry(EntryKind.TRASH), _tr("Trash"))
        self.endResetModel()

    def set_folders(self, folders: Sequence[Folder]) -> None:
        """Show folders alone, below an entry for none of them."""
        self.beginResetModel()
        self._nodes = [_Node(ALL_CHATS, "")]
        self._add(ALL_CHATS, _tr("No folder"))
        self._add_folders(folders)
        self.endResetModel()

    def entry(self, index: Index) -> Entry | None:
        """Return what stands at an index."""
        return self._nodes[index.internalId()].entry if index.isValid() else None

    def index_of(self, entry: Entry) -> QModelIndex:
        """Return where a place stands, an invalid index if it is not there."""
        for number, node in enumerate(self._nodes[1:], 1):
            if node.entry == entry:
                return self.createIndex(node.row, 0, number)
        return QModelIndex()

    def entries(self) -> Iterator[Entry]:
        """Yield all places from top to bottom of each level."""
        yield from (node.entry for node in self._nodes[1:])

    def _add_folders(self, folders: Iterable[Folder]) -> None:
        left = list(folders)
        known = {folder.id for folder in left}
        places: dict[int | None, int] = {None: 0}
        while left:
            # A parent comes before its children; one that is nowhere counts as none.
            ready = [each for each in left if each.parent_id in places]
            ready = ready or [each for each in left if each.parent_id not in known] or left[:1]
            for folder in ready:
                parent = places.get(folder.parent_id, 0)
                entry = Entry(EntryKind.FOLDER, folder.id)
                places[folder.id] = self._add(entry, folder.name or _tr("Untitled"), parent)
                left.remove(folder)

    def _add(self, entry: Entry, text: str, parent: int = 0) -> int:
        number = len(self._nodes)
        siblings = self._nodes[parent].children
        self._nodes.append(_Node(entry, text, parent, len(siblings)))
        siblings.append(number)
        return number

    def _node(self, index: Index) -> _Node:
        return self._nodes[index.internalId() if index.isValid() else 0]

    # Qt overrides

    @override
    def index(self, row: int, column: int = 0, parent: Index = ROOT) -> QModelIndex:
        children = self._node(parent).children
        if column or not 0 <= row < len(children):
            return QModelIndex()
        return self.createIndex(row, 0, children[row])

    @override
    def parent(self, index: Index = ROOT) -> QModelIndex:  # type: ignore[override]
        number = self._node(index).parent if index.isValid() else 0
        return self.createIndex(self._nodes[number].row, 0, number) if number else QModelIndex()

    @override
    def rowCount(self, parent: Index = ROOT) -> int:
        return len(self._node(parent).children)

    @override
    def columnCount(self, parent: Index = ROOT) -> int:
        return 1

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        node = self._node(index)
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.AccessibleTextRole:
                return node.text
            case _ if role == ENTRY_ROLE:
                return node.entry
            case _:
                return None

    @override
    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        # Not shown, but read out.
        return _tr("Folders") if role == Qt.ItemDataRole.DisplayRole else None

    @override
    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsDropEnabled
        kind = self._node(index).entry.kind
        if kind is not EntryKind.TAGS:
            flags |= Qt.ItemFlag.ItemIsSelectable
        if kind is EntryKind.FOLDER:
            flags |= Qt.ItemFlag.ItemIsDragEnabled
        return flags

    @override
    def mimeTypes(self) -> list[str]:
        return [FOLDER_MIME]

    @override
    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        mime = QMimeData()
        folders = [self._node(index).entry.folder_id for index in indexes]
        mime.setData(FOLDER_MIME, QByteArray(str(folders[0] if folders else "").encode("ascii")))
        return mime

    @override
    def supportedDragActions(self) -> Qt.DropAction:
        return Qt.DropAction.MoveAction


def _tr(text: str) -> str:
    return QCoreApplication.translate("FolderTree", text)
