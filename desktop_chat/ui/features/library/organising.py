"""Chats put in order: renamed, pinned, archived, deleted and brought back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Slot

from desktop_chat.domain.changes import ChatsChanged, TurnStarted
from desktop_chat.domain.organisation import Place
from desktop_chat.ui.actions import CHAT_MENU, action_text
from desktop_chat.ui.features.library.telling import Telling
from desktop_chat.ui.menus import CommandMenu

if TYPE_CHECKING:
    from desktop_chat.domain.chat import ChatId
    from desktop_chat.ui.features.context import FeatureContext

    Chats = tuple[ChatId, ...]


class OrganisingFeature(QObject):
    """The commands of the chats that are selected in the list, or of the one shown.

    What they are called goes by the first of the chats: there can be 100 000 of them.
    """

    def __init__(self, context: FeatureContext) -> None:
        super().__init__()
        self._context = context
        self._organising = context.services.organising
        self._list = context.controllers.chats
        self._sidebar = context.window.sidebar
        self._telling = Telling(context)
        self._renamed: ChatId | None = None
        self._register()
        sidebar = self._sidebar
        sidebar.rename_requested.connect(self._on_rename_requested)
        sidebar.delete_requested.connect(self._on_delete_requested)
        sidebar.chat_menu_requested.connect(self._on_chat_menu_requested)
        context.services.broadcast.subscribe(ChatsChanged, self._on_chats_changed)
        context.services.broadcast.subscribe(TurnStarted, self._on_turn_started)

    def _register(self) -> None:
        register = self._context.commands.register
        register("chat.rename", self._rename, self._describe_rename)
        register("chat.pin", self._pin, self._describe_pin)
        register("chat.archive", self._archive, self._describe_archive)
        register("chat.delete", self._delete, self._describe_delete)
        register("chat.restore", self._restore, self._describe_restore)

    # What the commands are called now

    def _describe_rename(self, chats: Chats) -> str | None:
        chat = self._telling.first(chats) if len(chats) == 1 else None
        is_kept = chat is not None and chat.deleted_at is None
        return action_text("chat.rename") if is_kept else None

    def _describe_pin(self, chats: Chats) -> str | None:
        chat = self._telling.first(chats)
        if chat is None or chat.deleted_at is not None or chat.archived_at is not None:
            return None
        return self.tr("Unpin") if chat.is_pinned else action_text("chat.pin")

    def _describe_archive(self, chats: Chats) -> str | None:
        chat = self._telling.first(chats)
        if chat is None or chat.deleted_at is not None:
            return None
        is_archived = chat.archived_at is not None
        return self.tr("Take out of the archive") if is_archived else action_text("chat.archive")

    def _describe_delete(self, chats: Chats) -> str | None:
        chat = self._telling.first(chats)
        is_kept = chat is not None and chat.deleted_at is None
        return action_text("chat.delete") if is_kept else None

    def _describe_restore(self, chats: Chats) -> str | None:
        chat = self._telling.first(chats)
        is_deleted = chat is not None and chat.deleted_at is not None
        return action_text("chat.restore") if is_deleted else None

    # The commands

    def _rename(self, chats: Chats) -> None:
        from desktop_chat.ui.dialogs.name_dialog import NameDialog

        chat = self._telling.first(chats)
        window = self._context.window
        if chat is None or (window.sidebar_width() and window.sidebar.rename_chat(chat.id)):
            return
        self._renamed = chat.id
        dialog = NameDialog(self.tr("Rename chat"), self.tr("Title"), chat.title, window)
        dialog.set_theme(self._context.shell.theme)
        dialog.named.connect(self._on_dialog_named)
        dialog.open()

    @Slot(str)
    def _on_dialog_named(self, title: str) -> None:
        if self._renamed is not None:
            self._on_rename_requested(self._renamed, title)

    def _pin(self, chats: Chats) -> None:
        chat = self._telling.first(chats)
        is_pinned = chat is None or not chat.is_pinned
        if is_pinned:
            one, several = self.tr("%1 is pinned"), self.tr("%1 are pinned")
        else:
            one, several = self.tr("%1 is no longer pinned"), self.tr("%1 are no longer pinned")
        work = self._organising.pin(chats, is_pinned=is_pinned)
        self._telling.change_chats(work, chats, one, several)

    def _archive(self, chats: Chats) -> None:
        chat = self._telling.first(chats)
        is_archived = chat is None or chat.archived_at is None
        if is_archived:
            one, several = self.tr("%1 was archived"), self.tr("%1 were archived")
        else:
            one = self.tr("%1 was taken out of the archive")
            several = self.tr("%1 were taken out of the archive")
        work = self._organising.archive(chats, is_archived=is_archived)
        self._telling.change_chats(work, chats, one, several)

    def _delete(self, chats: Chats) -> None:
        one = self.tr("%1 was moved to the trash")
        several = self.tr("%1 were moved to the trash")
        self._telling.change_chats(self._organising.trash(chats), chats, one, several)

    def _restore(self, chats: Chats) -> None:
        one, several = self.tr("%1 was restored"), self.tr("%1 were restored")
        self._telling.change_chats(self._organising.restore(chats), chats, one, several)

    # What the sidebar asks for

    @Slot(object, str)
    def _on_rename_requested(self, chat_id: ChatId, title: str) -> None:
        self._context.report(self._organising.rename(chat_id, title))

    @Slot(object)
    def _on_delete_requested(self, chats: Chats) -> None:
        self._context.report(self._run_delete_key(chats))

    async def _run_delete_key(self, chats: Chats) -> None:
        """Delete, or in the trash delete for good, which asks first."""
        found = await self._chosen(chats)
        is_trash = self._list.query.place is Place.TRASH
        command = "chat.delete_for_good" if is_trash else "chat.delete"
        self._context.commands.run(command, found)

    @Slot(object, object)
    def _on_chat_menu_requested(self, chats: Chats, place: QPoint) -> None:
        if chats:
            self._open_menu(chats, place)
        else:
            self._context.report(self._open_menu_of_many(place))

    async def _open_menu_of_many(self, place: QPoint) -> None:
        self._open_menu(await self._chosen(()), place)

    def _open_menu(self, chats: Chats, place: QPoint) -> None:
        menu = CommandMenu(self._context.commands, CHAT_MENU, chats, self._context.window)
        menu.open_at(place)

    async def _chosen(self, chats: Chats) -> Chats:
        """Return these chats, or without any all that are selected, however many."""
        if chats:
            return chats
        rows = self._sidebar.selected_rows()
        return await self._list.ids(rows)

    # What services tell

    def _on_chats_changed(self, event: ChatsChanged) -> None:
        """Nobody could see a reply in a chat of the trash any more, or stop it."""
        if self._list.query.place is Place.TRASH:
            return
        shown = self._context.chat.chat_id
        chat_service = self._context.services.chat
        for chat_id in {*chat_service.live_chats, *(() if shown is None else (shown,))}:
            chat = self._telling.first((chat_id,))
            if (event.chat_ids and chat_id not in event.chat_ids) or chat is None:
                continue
            if chat.deleted_at is not None:
                chat_service.stop(chat_id)
                if chat_id == shown:
                    self._context.chat.new_chat()

    def _on_turn_started(self, event: TurnStarted) -> None:
        """Whoever writes in a chat of the trash wants it back."""
        if event.chat.deleted_at is not None:
            self._restore((event.chat.id,))
