"""`python -m gallery.camera THEME TEXT_SIZE STYLE FOLDER [PAGE]…`: take pictures in one style."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEventLoop, QTimer

from desktop_chat.ui.application import make_application
from desktop_chat.ui.item_models.transcript import TranscriptModel
from desktop_chat.ui.messages import message_action
from desktop_chat.ui.theme import apply_theme, load_theme, style_sheet
from desktop_chat.ui.transcript.view import TranscriptView
from gallery.pages import CHAT, Page, pages

if TYPE_CHECKING:
    from PySide6.QtGui import QPixmap

    from desktop_chat.domain.chat import ChatId
    from desktop_chat.domain.message import Message, MessageId
    from desktop_chat.ui.theme import Theme

FIRST_HEIGHT = 600
# Qt paints no further down than this in one picture.
MOST = 16_000
LOOK_AGAIN_MS = 100
STILL_LOOKS = 3
PATIENCE_S = 15.0


class Messages:
    """A `MessageSource` over a list."""

    def __init__(self, messages: list[Message]) -> None:
        self._messages = messages

    def length(self, chat_id: ChatId) -> int:
        """Return how many there are."""
        return len(self._messages)

    def place_of(self, chat_id: ChatId, message_id: MessageId) -> int | None:
        """Return the position of a message."""
        ids = [message.id for message in self._messages]
        return ids.index(message_id) if message_id in ids else None

    def tail(self, chat_id: ChatId, count: int) -> list[Message]:
        """Return the last ones."""
        return self._messages[-count:]

    def page(self, chat_id: ChatId, start: int, count: int) -> list[Message]:
        """Return some of them."""
        return self._messages[start : start + count]


def photograph(page: Page, theme: Theme) -> QPixmap:
    """Show a page at its full height and return the picture once nothing moves any more."""
    view = TranscriptView(theme=theme)
    view.setStyleSheet(style_sheet(theme))
    model = TranscriptModel(view)
    model.set_chat(CHAT, Messages(page.messages))
    view.set_message_actions(message_action)
    view.set_model(model)
    width = page.width * theme.text_size // 100
    view.resize(width, FIRST_HEIGHT)
    view.show()
    _wait_until_still(view)
    if page.touch is not None:
        page.touch(view)
    # More of it is measured as it comes into view.
    for _ in range(2):
        view.resize(width, min(MOST, view.stage.layout.height))
        picture = _wait_until_still(view)
    view.close()
    return picture


def _wait_until_still(view: TranscriptView) -> QPixmap:
    """Let the view draw what it draws later, and return what it then shows."""
    deadline = time.monotonic() + PATIENCE_S
    still = 0
    seen = view.grab()
    while still < STILL_LOOKS and time.monotonic() < deadline:
        loop = QEventLoop()
        QTimer.singleShot(LOOK_AGAIN_MS, loop.quit)
        loop.exec()
        now = view.grab()
        still = still + 1 if now.toImage() == seen.toImage() else 0
        seen = now
    return seen


def main(theme_name: str, text_size: str, style: str, folder: str, *wanted: str) -> int:
    """Take the pictures of all pages, or of those that are named."""
    app = make_application()
    theme = apply_theme(app, load_theme(theme_name), int(text_size))
    for number, page in enumerate(pages(), 1):
        if wanted and page.name not in wanted:
            continue
        path = Path(folder) / f"{number:02}-{page.name}-{style}.png"
        if not photograph(page, theme).save(str(path)):
            sys.stderr.write(f"{path} could not be written\n")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
