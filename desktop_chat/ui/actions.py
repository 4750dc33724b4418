"""The commands of the window and their shortcuts."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

SHORTCUTS: Final = {
    "chat.new": "Ctrl+N",
    "chat.rename": "F2",
    "chat.search": "Ctrl+Shift+F",
    "reply.regenerate": "Ctrl+R",
    "reply.continue": "Ctrl+Shift+R",
    "composer.focus": "Ctrl+L",
    "find.open": "Ctrl+F",
    "find.next": "F3",
    "find.previous": "Shift+F3",
    "settings.open": "Ctrl+,",
    "view.sidebar": "Ctrl+B",
    "edit.undo": "Ctrl+Z",
    "edit.redo": "Ctrl+Shift+Z",
    "chat.duplicate": "Ctrl+Shift+D",
    "chat.export": "Ctrl+E",
    "chat.print": "Ctrl+P",
    "chat.tree": "Ctrl+T",
    "chat.params": "Ctrl+Shift+P",
    "window.close": "Ctrl+W",
    "app.quit": "Ctrl+Q",
}
"""By action id. Deleting a chat is the Del key of the list alone: elsewhere Del edits text."""

# What menus call the commands that they run; see `ui.commands`.
_TEXTS: Final = {
    "chat.pin": QT_TRANSLATE_NOOP("Actions", "Pin"),
    "chat.rename": QT_TRANSLATE_NOOP("Actions", "Rename"),
    "chat.move": QT_TRANSLATE_NOOP("Actions", "Move to folder…"),
    "chat.tags": QT_TRANSLATE_NOOP("Actions", "Tags…"),
    "chat.archive": QT_TRANSLATE_NOOP("Actions", "Archive"),
    "chat.duplicate": QT_TRANSLATE_NOOP("Actions", "Duplicate"),
    "chat.tree": QT_TRANSLATE_NOOP("Actions", "Show all branches"),
    "chat.params": QT_TRANSLATE_NOOP("Actions", "Parameters…"),
    "chat.export": QT_TRANSLATE_NOOP("Actions", "Export…"),
    "chat.print": QT_TRANSLATE_NOOP("Actions", "Print…"),
    "chat.delete": QT_TRANSLATE_NOOP("Actions", "Delete"),
    "chat.restore": QT_TRANSLATE_NOOP("Actions", "Restore"),
    "chat.delete_for_good": QT_TRANSLATE_NOOP("Actions", "Delete for good…"),
    "folder.new": QT_TRANSLATE_NOOP("Actions", "New folder…"),
    "sort.updated": QT_TRANSLATE_NOOP("Actions", "Sort by last use"),
    "sort.created": QT_TRANSLATE_NOOP("Actions", "Sort by creation"),
    "sort.title": QT_TRANSLATE_NOOP("Actions", "Sort by title"),
    "trash.empty": QT_TRANSLATE_NOOP("Actions", "Empty the trash…"),
    "library.import": QT_TRANSLATE_NOOP("Actions", "Import chats…"),
    "library.export": QT_TRANSLATE_NOOP("Actions", "Export all chats…"),
    "models.open": QT_TRANSLATE_NOOP("Actions", "Models…"),
    "servers.open": QT_TRANSLATE_NOOP("Actions", "Servers…"),
    "library.backups": QT_TRANSLATE_NOOP("Actions", "Backups…"),
    "library.check": QT_TRANSLATE_NOOP("Actions", "Check the database"),
    "help.doctor": QT_TRANSLATE_NOOP("Actions", "Connection doctor…"),
    "edit.undo": QT_TRANSLATE_NOOP("Actions", "Undo"),
    "edit.redo": QT_TRANSLATE_NOOP("Actions", "Redo"),
}

# Menus in the order of their entries; "" is a line between groups.
CHAT_MENU: Final = (
    "chat.rename",
    "chat.pin",
    "chat.move",
    "chat.tags",
    "chat.archive",
    "chat.restore",
    "",
    "chat.duplicate",
    "chat.tree",
    "chat.params",
    "",
    "chat.export",
    "chat.print",
    "",
    "chat.delete",
    "chat.delete_for_good",
)
LIBRARY_MENU: Final = (
    "edit.undo",
    "edit.redo",
    "",
    "folder.new",
    "",
    "sort.updated",
    "sort.created",
    "sort.title",
    "",
    "library.import",
    "library.export",
    "",
    "models.open",
    "servers.open",
    "help.doctor",
    "",
    "library.backups",
    "library.check",
    "trash.empty",
)


def action_text(action_id: str) -> str:
    """Return what menus call a command, in the user's language."""
    return QCoreApplication.translate("Actions", str(_TEXTS[action_id]))
