"""What stands on the screen before anything works: the window, then its panes and the chats."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

from PySide6.QtCore import QByteArray, QEvent, QEventLoop, QObject, QTimer, Slot
from PySide6.QtWidgets import QDialog

from desktop_chat.ui.application import make_application
from desktop_chat.ui.main_window import MainWindow
from desktop_chat.ui.theme import THEME_NAMES, apply_theme, load_theme, theme_name

if not TYPE_CHECKING:
    from desktop_chat.overriding import override

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType

    from typing_extensions import override

    from desktop_chat.domain.chat import ChatSummary
    from desktop_chat.ui.item_models.chat_list import ChatListModel
    from desktop_chat.ui.item_models.transcript import TranscriptModel
    from desktop_chat.ui.theme import Theme

# A window that nobody exposes (minimized, on another desktop) must not hold up the start.
PAINT_DEADLINE_MS = 1000
DARK_BELOW = 128


@runtime_checkable
class Themed(Protocol):
    """What has colours and text size of its own."""

    def set_theme(self, theme: Theme) -> None:
        """Take them from a theme."""
        ...


class Shell(QObject):
    """The window without its services.

    It is made in steps, so that each is seen as soon as it can be: outlines, panes and chats,
    transcript.

    Attributes:
        app: The application object.
        window: The window; it shows outlines until `build`.
        chat_list: The chats of the sidebar; there after `build`.
        transcript: The messages of the chat shown; there after `build`.
        early_text: What the user sent before anything could take it, else "".
        is_close_requested: The user closed the window before anything could end.
    """

    chat_list: ChatListModel
    transcript: TranscriptModel

    def __init__(self, *, theme: str, text_size: int, geometry: str = "") -> None:
        super().__init__()
        self.app = make_application()
        self.early_text = ""
        self.is_close_requested = False
        self._theme_choice = theme
        self._text_size = text_size
        self.theme = load_theme(self._first_theme_name(), text_size)
        self.window = MainWindow(self.theme)
        self.window.close_requested.connect(self._on_close_requested)
        self._restore(geometry)

    def show_and_paint(self) -> None:
        """Show the window and return when it has been painted."""
        first_paint = _FirstPaint()
        self.window.installEventFilter(first_paint)
        self.window.show()
        deadline = QTimer(self)
        deadline.setSingleShot(True)
        deadline.timeout.connect(first_paint.give_up)
        deadline.start(PAINT_DEADLINE_MS)
        while not first_paint.is_over:
            self.app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
        deadline.stop()
        self.window.removeEventFilter(first_paint)

    def build(self, chats: Sequence[ChatSummary]) -> None:
        """Fill the window with its panes and these chats, and put the keyboard into the composer.

        What was typed since the first paint is still waiting and arrives there.
        """
        from desktop_chat.ui.item_models.chat_list import ChatListModel

        self.theme = load_theme(theme_name(self._theme_choice), self._text_size)
        apply_theme(self.app, self.theme, self._text_size)
        # The window is older than the font and would keep the one it was made with.
        self.window.setFont(self.app.font())
        self.chat_list = ChatListModel()
        self.chat_list.set_chats(chats)
        self.window.build(self.chat_list)
        self.window.composer.focus_input()
        self.window.composer.send_requested.connect(self._on_early_send_requested)
        self.app.processEvents()
        self._add_transcript()
        self.app.styleHints().colorSchemeChanged.connect(self._on_color_scheme_changed)

    def _add_transcript(self) -> None:
        """Put the transcript into its place; it starts empty, under the welcome."""
        # Slow to import, and not seen at first.
        from desktop_chat.ui.item_models.transcript import TranscriptModel
        from desktop_chat.ui.messages import message_action
        from desktop_chat.ui.transcript.view import TranscriptView

        self.transcript = TranscriptModel(self)
        view = TranscriptView(theme=self.theme)
        view.set_message_actions(message_action)
        view.set_model(self.transcript)
        self.window.set_transcript(view)

    def set_appearance(self, theme: str, text_size: int) -> None:
        """Change colours and text size of the whole window."""
        self._theme_choice, self._text_size = theme, text_size
        self.theme = load_theme(theme_name(theme), text_size)
        apply_theme(self.app, self.theme, text_size)
        self.window.setFont(self.app.font())
        self.window.set_theme(self.theme)
        for dialog in self.window.findChildren(QDialog):
            # Those of Qt itself, as for files, take it from the application.
            if isinstance(dialog, Themed):
                dialog.set_theme(self.theme)

    def geometry(self) -> str:
        """Return the window's place and size in a form that can be stored."""
        saved: QByteArray = self.window.saveGeometry().toBase64()
        return bytes(saved.data()).decode("ascii")

    def _restore(self, geometry: str) -> None:
        if geometry:
            self.window.restoreGeometry(QByteArray.fromBase64(geometry.encode("ascii", "ignore")))

    def _first_theme_name(self) -> str:
        """Tell dark from light by Qt's own palette: to ask for the scheme takes 25 ms."""
        if self._theme_choice in THEME_NAMES:
            return self._theme_choice
        is_dark = self.app.palette().window().color().lightness() < DARK_BELOW
        return "dark" if is_dark else "light"

    def hand_over(self) -> str:
        """Stop keeping what the user sends; return what was sent until now."""
        self.window.composer.send_requested.disconnect(self._on_early_send_requested)
        return self.early_text

    def end_early(self, _number: int, _frame: FrameType | None) -> None:
        """Take note, as a signal handler, that the program shall end."""
        self.is_close_requested = True

    @Slot()
    def _on_close_requested(self) -> None:
        self.is_close_requested = True

    @Slot(str)
    def _on_early_send_requested(self, text: str) -> None:
        self.early_text = text

    @Slot()
    def _on_color_scheme_changed(self) -> None:
        if self._theme_choice == "system":
            self.set_appearance(self._theme_choice, self._text_size)


class _FirstPaint(QObject):
    """Notices the window's first paint."""

    def __init__(self) -> None:
        super().__init__()
        self.is_over = False

    @Slot()
    def give_up(self) -> None:
        """Stop waiting."""
        self.is_over = True

    # Qt overrides

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            self.is_over = True
        return False
