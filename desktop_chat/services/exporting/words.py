"""What an exported chat says beside its messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop_chat.services.exporting.file_names import UNTITLED

if TYPE_CHECKING:
    from datetime import datetime

    from desktop_chat.domain.transfer import AttachmentRecord, ChatRecord, MessageRecord

THOUGHTS = "Thoughts"
SYSTEM_PROMPT = "System prompt"
PICTURE = "Picture"
_SENDERS = {"user": "You", "llm": "Assistant", "system": "System", "tool": "Tool"}
_NOTES = {"stopped": "Stopped before its end.", "interrupted": "Interrupted before its end."}
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_UNITS = ("bytes", "kB", "MB", "GB")


def title_of(chat: ChatRecord) -> str:
    """Return a chat's title as one line."""
    return " ".join(chat.title.split()) or UNTITLED


def sender_of(message: MessageRecord) -> str:
    """Return who wrote a message."""
    return _SENDERS.get(message.sender, "System")


def details_of(message: MessageRecord) -> str:
    """Return when a message was written, and by which model."""
    parts = [moment_words(message.created_at)]
    if message.model:
        parts.append(" ".join(message.model.split()))
    return " · ".join(parts)


def note_of(message: MessageRecord) -> str:
    """Return why a message is not complete; "" if it is."""
    if message.status == "failed":
        return " ".join((message.error or "This reply failed.").split())
    return _NOTES.get(message.status, "")


def attachment_words(attachment: AttachmentRecord) -> str:
    """Return the name and the size of an attached file."""
    name = " ".join(attachment.name.split()) or UNTITLED
    return f"Attached: {name} ({_size_words(attachment.size)})"


def moment_words(moment: datetime) -> str:
    """Return a time as people here write it."""
    here = moment.astimezone()
    return f"{here.day} {_MONTHS[here.month - 1]} {here.year}, {here:%H:%M}"


def _size_words(size: float) -> str:
    for unit in _UNITS[:-1]:
        if size < 1000:
            return f"{size:.0f} {unit}"
        size /= 1000
    return f"{size:.0f} {_UNITS[-1]}"
