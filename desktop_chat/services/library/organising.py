"""Chats put in order: pinned, moved, archived, tagged, renamed, deleted; all can be undone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop_chat.domain.undo import Change
from desktop_chat.storage.chats import ChatRepository
from desktop_chat.storage.organising.chat_plans import ChatPlans
from desktop_chat.storage.organising.folders import FolderRepository
from desktop_chat.storage.organising.tags import TagRepository

if TYPE_CHECKING:
    from collections.abc import Sequence

    from desktop_chat.domain.chat import ChatId
    from desktop_chat.domain.organisation import Folder, FolderId, Tag, TagId
    from desktop_chat.services.library.undoing import UndoingService
    from desktop_chat.storage.database import Database
    from desktop_chat.storage.undo.undo_log import Plan

MAX_TITLE = 200
MAX_NAME = 100


class OrganisingService:
    """Changes to one or many chats, to folders and tags.

    Each call is one change to undo, and is told by broadcasts: `ChatChanged`, `ChatTrashed` or
    `ChatRestored` where it is one chat's, `ChatsChanged` otherwise, `FoldersChanged` for folders
    and tags. Chats that are not there are passed over.
    """

    def __init__(self, db: Database, undoing: UndoingService) -> None:
        self._undoing = undoing
        self._plans = ChatPlans(db, ChatRepository(db))
        self._folders = FolderRepository(db)
        self._tags = TagRepository(db)

    async def rename(self, chat_id: ChatId, title: str) -> None:
        """Give a chat the user's title; an empty one is ignored.

        Raises:
            ChatNotFoundError: There is no such chat.
        """
        if one_line := _one_line(title, MAX_TITLE):
            await self._undoing.perform(Change.CHAT_RENAMED, self._plans.rename, chat_id, one_line)

    async def pin(self, chat_ids: Sequence[ChatId], *, is_pinned: bool = True) -> None:
        """Let chats stand first in their list, or not."""
        change = Change.CHATS_PINNED if is_pinned else Change.CHATS_UNPINNED
        await self._undoing.perform(change, self._plans.pin, chat_ids, is_pinned=is_pinned)

    async def move(self, chat_ids: Sequence[ChatId], folder_id: FolderId | None) -> None:
        """Put chats into a folder, or with None into none.

        Raises:
            FolderNotFoundError: There is no such folder.
        """
        await self._undoing.perform(Change.CHATS_MOVED, self._plan_move, chat_ids, folder_id)

    async def archive(self, chat_ids: Sequence[ChatId], *, is_archived: bool = True) -> None:
        """Put chats away, or bring them back into the list."""
        change = Change.CHATS_ARCHIVED if is_archived else Change.CHATS_UNARCHIVED
        await self._undoing.perform(change, self._plans.archive, chat_ids, is_archived=is_archived)

    async def trash(self, chat_ids: Sequence[ChatId]) -> None:
        """Move chats to the trash."""
        await self._undoing.perform(Change.CHATS_TRASHED, self._plans.trash, chat_ids)

    async def restore(self, chat_ids: Sequence[ChatId]) -> None:
        """Take chats out of the trash."""
        await self._undoing.perform(Change.CHATS_RESTORED, self._plans.restore, chat_ids)

    async def tag(self, chat_ids: Sequence[ChatId], name: str) -> Tag | None:
        """Mark chats with a word, and return it as a tag; one that is empty is ignored."""
        word = _one_line(name, MAX_NAME)
        if not word:
            return None
        tag: Tag = await self._undoing.perform(
            Change.CHATS_TAGGED, self._tags.plan_tag, chat_ids, word
        )
        return tag

    async def untag(self, chat_ids: Sequence[ChatId], tag_id: TagId) -> None:
        """Take a tag off chats; one that no chat has any more is deleted.

        Raises:
            TagNotFoundError: There is no such tag.
        """
        await self._undoing.perform(Change.CHATS_UNTAGGED, self._tags.plan_untag, chat_ids, tag_id)

    async def rename_tag(self, tag_id: TagId, name: str) -> None:
        """Give a tag another name; an empty one is ignored.

        Raises:
            TagNotFoundError: There is no such tag.
        """
        if word := _one_line(name, MAX_NAME):
            await self._undoing.perform(Change.TAG_RENAMED, self._tags.plan_rename, tag_id, word)

    async def delete_tag(self, tag_id: TagId) -> None:
        """Delete a tag; its chats stay.

        Raises:
            TagNotFoundError: There is no such tag.
        """
        await self._undoing.perform(Change.TAG_DELETED, self._tags.plan_delete, tag_id)

    async def create_folder(self, name: str, parent_id: FolderId | None = None) -> Folder | None:
        """Make a folder, in another one or at the top; without a name there is none.

        Raises:
            FolderNotFoundError: There is no folder `parent_id`.
        """
        word = _one_line(name, MAX_NAME)
        if not word:
            return None
        folder: Folder = await self._undoing.perform(
            Change.FOLDER_CREATED, self._folders.plan_create, word, parent_id
        )
        return folder

    async def rename_folder(self, folder_id: FolderId, name: str) -> None:
        """Give a folder another name; an empty one is ignored.

        Raises:
            FolderNotFoundError: There is no such folder.
        """
        if word := _one_line(name, MAX_NAME):
            await self._undoing.perform(
                Change.FOLDER_RENAMED, self._folders.plan_rename, folder_id, word
            )

    async def move_folder(self, folder_id: FolderId, parent_id: FolderId | None) -> None:
        """Put a folder into another one, or at the top; never into itself or one in it.

        Raises:
            FolderNotFoundError: One of them is not there.
        """
        await self._undoing.perform(
            Change.FOLDER_MOVED, self._folders.plan_move, folder_id, parent_id
        )

    async def delete_folder(self, folder_id: FolderId) -> None:
        """Delete a folder; its chats and folders move up to where it stood.

        Raises:
            FolderNotFoundError: There is no such folder.
        """
        await self._undoing.perform(Change.FOLDER_DELETED, self._folders.plan_delete, folder_id)

    def _plan_move(self, chat_ids: Sequence[ChatId], folder_id: FolderId | None) -> Plan:
        if folder_id is not None:
            self._folders.get(folder_id)
        return self._plans.move(chat_ids, folder_id)


def _one_line(text: str, most: int) -> str:
    return " ".join(text.split())[:most]
