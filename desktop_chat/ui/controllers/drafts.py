"""Drafts as the window needs them: at once, wherever they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop_chat.domain.errors import StorageError

if TYPE_CHECKING:
    from desktop_chat.domain.chat import ChatId
    from desktop_chat.services.safekeeping.drafts import DraftsService
    from desktop_chat.storage.drafts import DraftRepository


class StoredDrafts:
    """Reads the drafts of the database, unless newer ones wait to be written."""

    def __init__(self, service: DraftsService, stored: DraftRepository) -> None:
        self._service = service
        self._stored = stored

    def get(self, chat_id: ChatId | None) -> str:
        """Return a draft, "" for none."""
        unsaved = self._service.unsaved(chat_id)
        if unsaved is not None:
            return unsaved
        try:
            return self._stored.get(chat_id)
        except StorageError:
            return ""  # a chat can be read without its draft

    def keep(self, chat_id: ChatId | None, text: str) -> None:
        """Take over what stands in the composer of a chat that is left."""
        self._service.keep(chat_id, text)

    def sent(self, chat_id: ChatId | None, text: str) -> None:
        """Forget a draft that is stored as a message now."""
        self._service.sent(chat_id, text)
