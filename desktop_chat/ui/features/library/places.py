"""The places of the sidebar: which chats the list shows, in which order, and where new ones go."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from desktop_chat.domain.changes import (
    ChatChanged,
    ChatCreated,
    ChatRestored,
    ChatsChanged,
    ChatTrashed,
    FoldersChanged,
)
from desktop_chat.domain.organisation import ChatOrder, ChatQuery, Place
from desktop_chat.ui.item_models.folder_tree import ALL_CHATS, Entry, EntryKind, FolderTreeModel

if TYPE_CHECKING:
    from desktop_chat.domain.chat import ChatId
    from desktop_chat.ui.features.context import FeatureContext

    Chats = tuple[ChatId, ...]

ORDER_SETTING = "chats.order"


class PlacesFeature(QObject):
    """Keeps the tree of places as it is stored, and has the list show what is chosen there.

    Attributes:
        tree: The view of the places.
    """

    def __init__(self, context: FeatureContext) -> None:
        super().__init__()
        self._context = context
        self._sidebar = context.window.sidebar
        self._stored = context.reading.chats
        self._settings = context.services.settings
        self._chats = context.controllers.chats
        self._folders = context.reading.folders
        self._tags = context.reading.tags
        self._places = FolderTreeModel()
        self._known: object = None
        self._new_chats: set[ChatId] = set()
        self._was_new = True
        self.tree = self._sidebar.show_folders(self._places)
        self.tree.place_chosen.connect(self.show_place)
        self._chats.query_changed.connect(self._on_query_changed)
        context.chat.chat_shown.connect(self._on_chat_shown)
        self._listen()
        self._register()
        self._take_order()
        self.refresh()

    def _register(self) -> None:
        register = self._context.commands.register
        register("sort.updated", self._sort_by_use, is_on=self._is_by_use)
        register("sort.created", self._sort_by_creation, is_on=self._is_by_creation)
        register("sort.title", self._sort_by_title, is_on=self._is_by_title)

    def _listen(self) -> None:
        broadcast = self._context.services.broadcast
        broadcast.subscribe(FoldersChanged, self._on_changed)
        broadcast.subscribe(ChatsChanged, self._on_changed)
        broadcast.subscribe(ChatTrashed, self._on_changed)
        broadcast.subscribe(ChatRestored, self._on_changed)
        broadcast.subscribe(ChatChanged, self._on_changed)
        broadcast.subscribe(ChatCreated, self._on_chat_created)

    # The tree

    def refresh(self) -> None:
        """Read the places anew."""
        folders, tags = self._folders.all(), self._tags.all()
        has_archive, has_trash = self._has_chats(Place.ARCHIVE), self._has_chats(Place.TRASH)
        known = (folders, tags, has_archive, has_trash)
        if known == self._known:
            return
        self._known = known
        self._places.set_places(folders, tags, has_archive=has_archive, has_trash=has_trash)
        if not self._places.index_of(self._entry()).isValid():
            self.show_place(ALL_CHATS)

    def _has_chats(self, place: Place) -> bool:
        # The one that is shown stays, or it would go under the user's hands.
        is_shown = self._chats.query.place is place
        return is_shown or bool(self._stored.page(ChatQuery(place=place), 0, 1))

    def _entry(self) -> Entry:
        return entry_of(self._chats.query)

    @Slot(object)
    def show_place(self, entry: Entry) -> None:
        """Show the chats of a place."""
        query = ChatQuery(
            place=entry.place,
            folder_id=entry.folder_id,
            tag_id=entry.tag_id,
            order=self._chats.query.order,
        )
        if query != self._chats.query:
            self._chats.show_list(query)
            self._sidebar.show_top()

    @Slot(object)
    def _on_query_changed(self, query: ChatQuery) -> None:
        self.tree.choose(entry_of(query))
        self._sidebar.set_trash_shown(query.place is Place.TRASH)
        self._sidebar.set_empty_text(self._empty_text(query))
        self.refresh()

    def _empty_text(self, query: ChatQuery) -> str:
        if query.folder_id is not None:
            return self.tr("No chats in this folder. Drag some here, or begin a new one.")
        if query.tag_id is not None:
            return self.tr("No chats with this tag.")
        if query.place is Place.TRASH:
            return self.tr("The trash is empty.")
        return self.tr("The archive is empty.") if query.place is Place.ARCHIVE else ""

    def _on_changed(self, _event: object) -> None:
        self.refresh()

    # The order

    def _take_order(self) -> None:
        value = str(self._settings.value(ORDER_SETTING))
        self._chats.show_list(replace(self._chats.query, order=ChatOrder(value)))

    def _sort(self, order: ChatOrder) -> None:
        self._settings.set(ORDER_SETTING, order.value)
        self._chats.show_list(replace(self._chats.query, order=order))

    def _sort_by_use(self, _chats: Chats) -> None:
        self._sort(ChatOrder.UPDATED)

    def _sort_by_creation(self, _chats: Chats) -> None:
        self._sort(ChatOrder.CREATED)

    def _sort_by_title(self, _chats: Chats) -> None:
        self._sort(ChatOrder.TITLE)

    def _is_by_use(self) -> bool:
        return self._chats.query.order is ChatOrder.UPDATED

    def _is_by_creation(self) -> bool:
        return self._chats.query.order is ChatOrder.CREATED

    def _is_by_title(self) -> bool:
        return self._chats.query.order is ChatOrder.TITLE

    # A chat that is begun while a folder is shown belongs there

    def _on_chat_created(self, event: ChatCreated) -> None:
        if event.chat.folder_id is None:
            self._new_chats.add(event.chat.id)

    @Slot(object, str)
    def _on_chat_shown(self, chat_id: ChatId | None, _title: str) -> None:
        folder_id = self._chats.query.folder_id
        is_begun_here = self._was_new and chat_id in self._new_chats
        self._was_new = chat_id is None
        self._new_chats.clear()
        if is_begun_here and chat_id is not None and folder_id is not None:
            organising = self._context.services.organising
            self._context.report(organising.move((chat_id,), folder_id))


def entry_of(query: ChatQuery) -> Entry:
    """Return the place whose chats a query asks for."""
    if query.folder_id is not None:
        return Entry(EntryKind.FOLDER, query.folder_id)
    if query.tag_id is not None:
        return Entry(EntryKind.TAG, query.tag_id)
    kinds = {Place.ARCHIVE: EntryKind.ARCHIVE, Place.TRASH: EntryKind.TRASH}
    return Entry(kinds.get(query.place, EntryKind.ALL))
