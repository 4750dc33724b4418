"""The panes of the window and their places."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from desktop_chat.ui.actions import SHORTCUTS, action_text
from desktop_chat.ui.composer.composer import Composer
from desktop_chat.ui.composer.status_line import StatusLine
from desktop_chat.ui.header.chat_header import ChatHeader
from desktop_chat.ui.sidebar.chat_sidebar import ChatSidebar
from desktop_chat.ui.sizes import SIDEBAR_MIN, SIDEBAR_WIDTH, WINDOW_MIN_WIDTH, WINDOW_WIDTH
from desktop_chat.ui.transcript.welcome import Welcome
from desktop_chat.ui.widgets.thin_splitter import ThinSplitter

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtCore import SignalInstance

    from desktop_chat.ui.composer.edit_card import EditCard
    from desktop_chat.ui.item_models.chat_list import ChatListModel
    from desktop_chat.ui.theme import Theme

    # Action id, text and what it does.
    Command = tuple[str, str, Callable[[], object]]

MARGIN = 20
# Commands of `ui.commands` that have a shortcut everywhere in the window.
SHORTCUT_COMMANDS = (
    "edit.undo",
    "edit.redo",
    "chat.duplicate",
    "chat.export",
    "chat.print",
    "chat.tree",
    "chat.params",
)


class Panes:
    """Sidebar, header, welcome, composer and status line in one splitter.

    Attributes:
        splitter: Holds them all; the window's central widget.
        foot: Composer and status line, centred in the right pane.
    """

    def __init__(self, chat_list_model: ChatListModel, theme: Theme) -> None:
        self.sidebar = ChatSidebar(chat_list_model, theme)
        self.header = ChatHeader(theme)
        self.welcome = Welcome(theme)
        self.composer = Composer(theme)
        self.status_line = StatusLine(theme)
        self.foot = QWidget()
        self._foot = QVBoxLayout(self.foot)
        self._editor: EditCard | None = None
        self._conversation = QGridLayout()
        self.splitter = ThinSplitter()
        self.splitter.addWidget(self.sidebar)
        self.splitter.addWidget(self._right_pane())
        self.splitter.setStretchFactor(1, 1)
        self.splitter.setCollapsible(1, False)
        self.splitter.setSizes([SIDEBAR_WIDTH, WINDOW_WIDTH - SIDEBAR_WIDTH])

    def _right_pane(self) -> QWidget:
        self._conversation.setContentsMargins(0, 0, 0, 0)
        self._conversation.addWidget(self.welcome, 0, 0)
        foot = self._foot
        foot.setContentsMargins(0, 0, 0, 0)
        foot.setSpacing(0)
        foot.addWidget(self.composer)
        foot.addWidget(self.status_line)
        centred = QHBoxLayout()
        centred.setContentsMargins(MARGIN, 4, MARGIN, 0)
        centred.addStretch(1)
        # The factor lets the column take all room up to its widest, before the sides get any.
        centred.addWidget(self.foot, 1000)
        centred.addStretch(1)
        pane = QWidget()
        pane.setObjectName("chatPane")
        pane.setMinimumWidth(WINDOW_MIN_WIDTH - SIDEBAR_MIN)
        layout = QVBoxLayout(pane)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.header)
        self._column = layout
        layout.addLayout(self._conversation, 1)
        layout.addLayout(centred)
        return pane

    def set_editor(self, editor: EditCard) -> None:
        """Give what edits a sent message a place beside the composer; it is hidden at first."""
        self._editor = editor
        editor.hide()
        self._foot.insertWidget(0, editor)
        QWidget.setTabOrder(self.composer.prompt, editor.prompt)

    def show_editor(self, is_shown: bool) -> None:
        """Show the editor in the composer's place, or the composer again."""
        if self._editor is not None:
            self._editor.setVisible(is_shown)
            self.composer.setVisible(not is_shown)

    def set_tab_order(self) -> None:
        """Lead the Tab key through the panes; they must be in a window by now."""
        chain = [
            self.sidebar.search_field,
            self.sidebar.chat_list,
            self.sidebar.settings_button,
            *self.header.tab_stops,
            self.welcome,
            self.composer.prompt,
        ]
        for before, after in pairwise(chain):
            QWidget.setTabOrder(before, after)

    def place_banner(self, banner: QWidget) -> None:
        """Put what has to be seen all the time under the header."""
        self._column.insertWidget(1, banner)

    def place_transcript(self, transcript: QWidget) -> None:
        """Put the view of the conversation into its place.

        The welcome lies over it, so that a screen reader finds the transcript at all times.
        """
        self._conversation.addWidget(transcript, 0, 0)
        self.welcome.raise_()
        QWidget.setTabOrder(self.header.tab_stops[-1], transcript)
        QWidget.setTabOrder(transcript, self.welcome)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size."""
        for part in (self.sidebar, self.header, self.welcome, self.composer, self.status_line):
            part.set_theme(theme)
        if self._editor is not None:
            self._editor.set_theme(theme)


def add_actions(window: QWidget, commands: Sequence[Command]) -> None:
    """Give the window its commands, each with its shortcut."""
    for action_id, text, slot in commands:
        action = QAction(text, window)
        action.setObjectName(action_id)
        action.setShortcut(QKeySequence(SHORTCUTS[action_id]))
        action.triggered.connect(slot)
        window.addAction(action)


def add_shortcuts(window: QWidget, action_ids: Sequence[str], requested: SignalInstance) -> None:
    """Have `requested` tell the id of each of these commands when its shortcut is pressed."""
    for action_id in action_ids:
        action = _CommandAction(action_id, window)
        action.command_requested.connect(requested)
        window.addAction(action)


class _CommandAction(QAction):
    """An action that knows its id."""

    command_requested = Signal(str)

    def __init__(self, action_id: str, parent: QWidget) -> None:
        super().__init__(action_text(action_id), parent)
        self.setObjectName(action_id)
        self.setShortcut(QKeySequence(SHORTCUTS[action_id]))
        self.triggered.connect(self._on_triggered)

    @Slot()
    def _on_triggered(self) -> None:
        self.command_requested.emit(self.objectName())
