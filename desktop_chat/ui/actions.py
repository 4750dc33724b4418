"""The commands of the window and their shortcuts."""

from __future__ import annotations

from typing import Final

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
    "window.close": "Ctrl+W",
    "app.quit": "Ctrl+Q",
}
"""By action id. Deleting a chat is the Del key of the list alone: elsewhere Del edits text."""
