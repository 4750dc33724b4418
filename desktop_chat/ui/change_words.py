"""What changes to chats are called where they can be undone."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from desktop_chat.domain.undo import Change

_WORDS: Final = {
    Change.CHAT_RENAMED: QT_TRANSLATE_NOOP("Changes", "rename"),
    Change.CHATS_PINNED: QT_TRANSLATE_NOOP("Changes", "pin"),
    Change.CHATS_UNPINNED: QT_TRANSLATE_NOOP("Changes", "unpin"),
    Change.CHATS_MOVED: QT_TRANSLATE_NOOP("Changes", "move"),
    Change.CHATS_ARCHIVED: QT_TRANSLATE_NOOP("Changes", "archive"),
    Change.CHATS_UNARCHIVED: QT_TRANSLATE_NOOP("Changes", "take out of the archive"),
    Change.CHATS_TAGGED: QT_TRANSLATE_NOOP("Changes", "add tag"),
    Change.CHATS_UNTAGGED: QT_TRANSLATE_NOOP("Changes", "remove tag"),
    Change.CHATS_TRASHED: QT_TRANSLATE_NOOP("Changes", "delete"),
    Change.CHATS_RESTORED: QT_TRANSLATE_NOOP("Changes", "restore"),
    Change.CHATS_IMPORTED: QT_TRANSLATE_NOOP("Changes", "import"),
    Change.CHAT_DUPLICATED: QT_TRANSLATE_NOOP("Changes", "duplicate"),
    Change.CHAT_BRANCHED: QT_TRANSLATE_NOOP("Changes", "branch into a new chat"),
    Change.FOLDER_CREATED: QT_TRANSLATE_NOOP("Changes", "new folder"),
    Change.FOLDER_RENAMED: QT_TRANSLATE_NOOP("Changes", "rename folder"),
    Change.FOLDER_MOVED: QT_TRANSLATE_NOOP("Changes", "move folder"),
    Change.FOLDER_DELETED: QT_TRANSLATE_NOOP("Changes", "delete folder"),
    Change.TAG_RENAMED: QT_TRANSLATE_NOOP("Changes", "rename tag"),
    Change.TAG_DELETED: QT_TRANSLATE_NOOP("Changes", "delete tag"),
    Change.MESSAGE_EDITED: QT_TRANSLATE_NOOP("Changes", "edit message"),
    Change.MESSAGES_DELETED: QT_TRANSLATE_NOOP("Changes", "delete messages"),
}


def change_words(code: str) -> str:
    """Return what a change is called, "change" for one that is not known here."""
    found = _WORDS.get(code)  # type: ignore[call-overload]
    return QCoreApplication.translate("Changes", str(found) if found else "change")
