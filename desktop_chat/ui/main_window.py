"""The window: places the panels and holds the commands; decides nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QMainWindow

from desktop_chat.ui.sizes import (
    CARD,
    SIDEBAR_WIDTH,
    WINDOW_HEIGHT,
    WINDOW_MIN_HEIGHT,
    WINDOW_MIN_WIDTH,
    WINDOW_WIDTH,
)
from desktop_chat.ui.theme import style_sheet

if not TYPE_CHECKING:
    from desktop_chat.overriding import override

if TYPE_CHECKING:
    from PySide6.QtGui import QCloseEvent, QKeyEvent, QPaintEvent
    from typing_extensions import override

    from desktop_chat.ui.composer.composer import Composer
    from desktop_chat.ui.composer.status_line import StatusLine
    from desktop_chat.ui.header.chat_header import ChatHeader
    from desktop_chat.ui.item_models.chat_list import ChatListModel
    from desktop_chat.ui.panes import Command, Panes
    from desktop_chat.ui.sidebar.chat_sidebar import ChatSidebar
    from desktop_chat.ui.theme import Theme
    from desktop_chat.ui.transcript.view import TranscriptView
    from desktop_chat.ui.transcript.welcome import Welcome

TITLE = "Desktop Chat"


class MainWindow(QMainWindow):
    """Sidebar on the left; header, transcript and composer on the right.

    It shows the outlines of its panes at once; `build` fills them in. Until then it has nothing
    else, since importing the panes takes longer than a bare window takes to appear.

    Signals:
        close_requested(): the user wants to leave; the window stays until `finish_close`.
        new_chat_requested()
        settings_requested()
        command_requested(action_id: str): a shortcut of `ui.commands` was pressed.
    """

    close_requested = Signal()
    new_chat_requested = Signal()
    settings_requested = Signal()
    command_requested = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._may_close = False
        self._panes: Panes | None = None
        self._transcript: TranscriptView | None = None
        self.setObjectName("mainWindow")
        self.setAccessibleName(TITLE)
        self.setWindowTitle(TITLE)
        self.resize(WINDOW_WIDTH, WINDOW_HEIGHT)
        self.setMinimumSize(WINDOW_MIN_WIDTH, WINDOW_MIN_HEIGHT)

    def build(self, chat_list_model: ChatListModel) -> None:
        """Fill the window; the transcript comes by `set_transcript`."""
        from desktop_chat.ui.panes import SHORTCUT_COMMANDS, Panes, add_actions, add_shortcuts

        panes = Panes(chat_list_model, self._theme)
        self._panes = panes
        self.setCentralWidget(panes.splitter)
        panes.set_tab_order()
        add_actions(self, self._commands())
        add_shortcuts(self, SHORTCUT_COMMANDS, self.command_requested)
        panes.sidebar.new_chat_requested.connect(self.new_chat_requested)
        panes.sidebar.settings_requested.connect(self.settings_requested)
        panes.header.sidebar_requested.connect(self.toggle_sidebar)
        panes.composer.streaming_changed.connect(panes.status_line.set_stoppable)
        panes.splitter.splitterMoved.connect(self._on_splitter_moved)
        self._take_sizes(self._theme)
        self.setStyleSheet(style_sheet(self._theme))

    def _commands(self) -> list[Command]:
        return [
            ("chat.new", self.tr("New chat"), self.new_chat_requested.emit),
            ("settings.open", self.tr("Settings"), self.settings_requested.emit),
            ("chat.search", self.tr("Search chats"), self.search_chats),
            ("chat.rename", self.tr("Rename chat"), self.sidebar.rename_selected),
            ("reply.regenerate", self.tr("Regenerate the last reply"), self.regenerate_last),
            ("reply.continue", self.tr("Continue the last reply"), self.continue_last),
            ("composer.focus", self.tr("Write"), self.composer.focus_input),
            ("find.open", self.tr("Find in this chat"), self.find_in_chat),
            ("find.next", self.tr("Find next"), self.find_next),
            ("find.previous", self.tr("Find previous"), self.find_previous),
            ("view.sidebar", self.tr("Show or fold the chats"), self.toggle_sidebar),
            ("window.close", self.tr("Close"), self.close),
            ("app.quit", self.tr("Quit"), self.close),
        ]

    @property
    def panes(self) -> Panes:
        """What `build` made."""
        assert self._panes is not None
        return self._panes

    @property
    def sidebar(self) -> ChatSidebar:
        """The chats."""
        return self.panes.sidebar

    @property
    def header(self) -> ChatHeader:
        """The bar with title, model and context."""
        return self.panes.header

    @property
    def welcome(self) -> Welcome:
        """What stands in an empty transcript."""
        return self.panes.welcome

    @property
    def composer(self) -> Composer:
        """Where one types."""
        return self.panes.composer

    @property
    def status_line(self) -> StatusLine:
        """What the engine does."""
        return self.panes.status_line

    @property
    def transcript(self) -> TranscriptView:
        """The view of the conversation, once it was set."""
        assert self._transcript is not None
        return self._transcript

    def set_transcript(self, transcript: TranscriptView) -> None:
        """Take over the view of the conversation.

        It may come late: the window starts with the welcome.
        """
        self._transcript = transcript
        transcript.set_theme(self._theme)
        self.panes.place_transcript(transcript)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size."""
        # First: a new style sheet gives every widget the palette back that it had under the old.
        self.setStyleSheet(style_sheet(theme))
        self.panes.set_theme(theme)
        if self._transcript is not None:
            self._transcript.set_theme(theme)
        self._take_sizes(theme)

    def _take_sizes(self, theme: Theme) -> None:
        self._theme = theme
        self.panes.foot.setMaximumWidth(theme.px(CARD))

    def set_chat_title(self, title: str) -> None:
        """Name the chat shown, in the header and for the desktop's list of windows."""
        self.header.set_title(title)
        self.setWindowTitle(f"{title[:80]} – {TITLE}" if title else TITLE)

    def show_welcome(self, is_shown: bool) -> None:
        """Lay the welcome over the transcript, or take it away."""
        self.welcome.setVisible(is_shown)
        if is_shown:
            self.welcome.raise_()

    def sidebar_width(self) -> int:
        """Return the width of the sidebar, 0 while it is folded."""
        return self.panes.splitter.sizes()[0]

    def set_sidebar_width(self, width: int) -> None:
        """Set the width of the sidebar, 0 to fold it."""
        self.panes.splitter.setSizes([width, max(self.width() - width, 1)])
        self.header.set_sidebar_folded(width == 0)

    @Slot()
    def toggle_sidebar(self) -> None:
        """Fold the sidebar, or bring it back."""
        self.set_sidebar_width(0 if self.sidebar_width() else SIDEBAR_WIDTH)

    def raise_to_front(self) -> None:
        """Show the window over the others; another start of the program asks for it."""
        from PySide6.QtCore import Qt

        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    def finish_close(self) -> None:
        """Close for good, after `close_requested`."""
        self._may_close = True
        self.close()

    @Slot()
    def search_chats(self) -> None:
        """Put the keyboard into the search field."""
        if not self.sidebar_width():
            self.toggle_sidebar()
        self.sidebar.focus_search()

    @Slot()
    def find_in_chat(self) -> None:
        """Find text in the chat shown."""
        if self._transcript is not None:
            self._transcript.finder.open()

    @Slot()
    def find_next(self) -> None:
        """Go to the next place found in the chat shown."""
        if self._transcript is not None:
            self._transcript.finder.find_next()

    @Slot()
    def find_previous(self) -> None:
        """Go to the place found before."""
        if self._transcript is not None:
            self._transcript.finder.find_previous()

    @Slot()
    def regenerate_last(self) -> None:
        """Have the last reply written once more, where that is possible."""
        if self._transcript is not None:
            self._transcript.commands.regenerate_last()

    @Slot()
    def continue_last(self) -> None:
        """Have the last reply go on, where it was cut short."""
        if self._transcript is not None:
            self._transcript.commands.continue_last()

    @Slot()
    def _on_splitter_moved(self) -> None:
        self.header.set_sidebar_folded(not self.sidebar_width())

    # Qt overrides

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        if self._panes is None:
            from desktop_chat.ui.outlines import paint_outlines

            paint_outlines(self, self._theme)
        else:
            super().paintEvent(event)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        from PySide6.QtCore import Qt

        # Keys that the focused widget does not use arrive here.
        is_escape = event.key() == Qt.Key.Key_Escape
        if is_escape and self._panes is not None and self.composer.is_streaming:
            self.composer.stop_requested.emit()
        else:
            super().keyPressEvent(event)

    @override
    def closeEvent(self, event: QCloseEvent) -> None:
        if self._may_close:
            event.accept()
        else:
            event.ignore()
            self.close_requested.emit()
