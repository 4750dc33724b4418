"""What the chat shown is read from: chats, their messages page by page, and drafts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from desktop_chat.domain.chat import Chat, ChatId
    from desktop_chat.domain.message import Message, MessageId


class StoredChats(Protocol):
    """Reads one chat."""

    def get(self, chat_id: ChatId) -> Chat:
        """Return a chat; raises ChatNotFoundError."""
        ...


class StoredPages(Protocol):
    """Reads messages: the active path by position, and how many versions each has."""

    def length(self, chat_id: ChatId) -> int:
        """Return the number of messages on the active path."""
        ...

    def tail(self, chat_id: ChatId, count: int) -> list[Message]:
        """Return the last `count` messages, oldest first."""
        ...

    def page(self, chat_id: ChatId, start: int, count: int) -> list[Message]:
        """Return `count` messages from position `start`."""
        ...

    def version(self, message_id: MessageId) -> tuple[int, int]:
        """Return which of how many versions of a message this one is; counted from 1."""
        ...

    def place_of(self, chat_id: ChatId, message_id: MessageId) -> int | None:
        """Return the position of a message on the active path; None if it is not on it."""
        ...

    def forget(self, chat_id: ChatId) -> None:
        """The path of a chat may have lost messages amid it."""
        ...


class Stored(Protocol):
    """What the GUI thread reads by itself, in well under a frame."""

    @property
    def chats(self) -> StoredChats:
        """The chats."""
        ...

    @property
    def pages(self) -> StoredPages:
        """Their messages, page by page."""
        ...


class Drafts(Protocol):
    """Keeps what was typed and not sent, by chat; None is the one that is not stored yet."""

    def get(self, chat_id: ChatId | None) -> str:
        """Return a draft, "" for none."""
        ...

    def keep(self, chat_id: ChatId | None, text: str) -> None:
        """Take over what stands in the composer of a chat that is left."""
        ...

    def sent(self, chat_id: ChatId | None, text: str) -> None:
        """Forget a draft that is stored as a message now."""
        ...


class MemoryDrafts:
    """Drafts that last as long as the program."""

    def __init__(self) -> None:
        self._texts: dict[ChatId | None, str] = {}

    def get(self, chat_id: ChatId | None) -> str:
        """Return a draft, "" for none."""
        return self._texts.get(chat_id, "")

    def keep(self, chat_id: ChatId | None, text: str) -> None:
        """Take over a draft."""
        self._texts[chat_id] = text

    def sent(self, chat_id: ChatId | None, text: str) -> None:
        """Forget a draft that was sent."""
        if self._texts.get(chat_id) == text:
            del self._texts[chat_id]
