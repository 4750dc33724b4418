"""The commands of a message that its menus offer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from desktop_chat.domain.message import Sender
from desktop_chat.ui.transcript.toolbar.message_toolbar import EDIT, REGENERATE

if TYPE_CHECKING:
    from desktop_chat.domain.message import Message

BRANCH = "branch"
TREE = "tree"
DELETE = "delete"
DELETE_FOLLOWING = "delete-following"


def entries_for(message: Message, *, is_last: bool, is_busy: bool) -> list[tuple[str, str]]:
    """Return command and label of each entry.

    Args:
        message: The message.
        is_last: Nothing follows it.
        is_busy: A reply is being written in this chat: then its messages stay as they are.
    """
    entries = [(BRANCH, _tr("Branch into a new chat")), (TREE, _tr("Show all branches"))]
    if is_busy:
        return entries
    entries.append((DELETE, _tr("Delete message")))
    if not is_last:
        entries.append((DELETE_FOLLOWING, _tr("Delete what follows")))
    if message.sender is Sender.USER:
        return [(EDIT, _tr("Edit")), *entries]
    if message.sender is Sender.LLM:
        return [(REGENERATE, _tr("Regenerate")), *entries]
    return entries


def _tr(text: str) -> str:
    return QCoreApplication.translate("Transcript", text)
