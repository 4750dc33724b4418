"""What services broadcast when something changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from desktop_chat.domain.account import FoundServer
    from desktop_chat.domain.backup import Backup
    from desktop_chat.domain.chat import Chat, ChatId
    from desktop_chat.domain.errors import ChatError
    from desktop_chat.domain.message import Message, MessageId
    from desktop_chat.domain.progress import ReplyProgress


@dataclass(frozen=True, slots=True)
class ChatCreated:
    """A chat was stored for the first time."""

    chat: Chat


@dataclass(frozen=True, slots=True)
class ChatChanged:
    """Title, model or time of a chat changed."""

    chat: Chat


@dataclass(frozen=True, slots=True)
class ChatTrashed:
    """A chat was moved to the trash."""

    chat_id: ChatId


@dataclass(frozen=True, slots=True)
class ChatRestored:
    """A chat came back from the trash."""

    chat: Chat


@dataclass(frozen=True, slots=True)
class ChatsChanged:
    """Several chats changed at once: where they stand, their tags, or whether they are listed.

    Attributes:
        chat_ids: Which; empty where so many changed that lists are read anew.
    """

    chat_ids: tuple[ChatId, ...] = ()


@dataclass(frozen=True, slots=True)
class FoldersChanged:
    """Folders or tags were made, renamed, moved or deleted."""


@dataclass(frozen=True, slots=True)
class PathChanged:
    """The path of a chat leads elsewhere now: messages were removed, put back, or undone."""

    chat_id: ChatId


@dataclass(frozen=True, slots=True)
class UndoChanged:
    """What can be undone or done again is another change now.

    Attributes:
        undo: Code of the change that Ctrl+Z takes back (see `domain.undo`); None for none.
        redo: Code of the change that Ctrl+Shift+Z does again.
    """

    undo: str | None
    redo: str | None


@dataclass(frozen=True, slots=True)
class TurnStarted:
    """The user's message is stored and a reply is awaited.

    Attributes:
        user_message: None when a reply is tried again or continued.
        replaced_id: The reply whose place on the path the new one takes, if there is one.
    """

    chat: Chat
    user_message: Message | None
    reply: Message
    replaced_id: MessageId | None = None


@dataclass(frozen=True, slots=True)
class VersionShown:
    """The path of a chat leads through another version of a message now.

    Attributes:
        message: The version that is shown.
    """

    chat_id: ChatId
    message: Message


@dataclass(frozen=True, slots=True)
class TurnsLeftOut:
    """The conversation does not fit: so many of its oldest messages were not sent."""

    chat_id: ChatId
    count: int


@dataclass(frozen=True, slots=True)
class ReplyEnded:
    """A reply has its final state; `is_discarded` when it was stopped before any text.

    In the place of a discarded one the path shows again what it showed before.
    """

    reply: Message
    is_discarded: bool = False


@dataclass(frozen=True, slots=True)
class SavingFailed:
    """Something could not be saved; its text is kept in memory and tried again."""

    error: ChatError


@dataclass(frozen=True, slots=True)
class SavingResumed:
    """Everything that could not be saved before is saved now."""


@dataclass(frozen=True, slots=True)
class BackupMade:
    """There is a new backup."""

    backup: Backup


@dataclass(frozen=True, slots=True)
class BackupFailed:
    """The backup of the day could not be made; it is tried again, and not told again."""

    error: ChatError


@dataclass(frozen=True, slots=True)
class SearchIndexGrew:
    """More messages can be found now.

    Attributes:
        progress: Part of the messages that can be found, from 0 to 1.
    """

    progress: float


@dataclass(frozen=True, slots=True)
class DamageFound:
    """A check of the database found damage.

    Attributes:
        findings: A line for each thing that is wrong.
        is_mendable: Whether only indexes are wrong, which can be made anew.
    """

    findings: tuple[str, ...]
    is_mendable: bool


@dataclass(frozen=True, slots=True)
class EnginesChanged:
    """The state or the models of an engine changed."""


@dataclass(frozen=True, slots=True)
class SettingChanged:
    """A setting has a new value."""

    key: str


@dataclass(frozen=True, slots=True)
class ReplyGrew:
    """A reply that is being written has more text or more reasoning."""

    chat_id: ChatId
    message_id: MessageId
    text: str = ""
    reasoning: str = ""


@dataclass(frozen=True, slots=True)
class ReplyProgressed:
    """A reply is at another stage, or further in the same."""

    chat_id: ChatId
    progress: ReplyProgress


@dataclass(frozen=True, slots=True)
class AccountsChanged:
    """Servers were added, changed or removed."""


@dataclass(frozen=True, slots=True)
class ServersFound:
    """Servers on this machine that are not in use yet; they are only offered.

    Attributes:
        servers: All that are there now, also those told before.
    """

    servers: tuple[FoundServer, ...]


@dataclass(frozen=True, slots=True)
class PresetsChanged:
    """Presets were made, changed or deleted."""
