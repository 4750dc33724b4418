"""The sidebar: new chat, search, the list, and the state of the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QPalette
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop_chat.ui.actions import SHORTCUTS
from desktop_chat.ui.sidebar.chat_list_view import ChatListView
from desktop_chat.ui.sidebar.engine_footer import EngineFooter
from desktop_chat.ui.sidebar.search_field import SearchField
from desktop_chat.ui.sizes import BUTTON_LARGE, SIDEBAR_MAX, SIDEBAR_MIN
from desktop_chat.ui.widgets.button import Button, ButtonLook

if not TYPE_CHECKING:
    from desktop_chat.overriding import override

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent
    from typing_extensions import override

    from desktop_chat.domain.chat import ChatId
    from desktop_chat.ui.item_models.chat_list import ChatListModel
    from desktop_chat.ui.item_models.folder_tree import FolderTreeModel
    from desktop_chat.ui.search.search_pane import SearchPane
    from desktop_chat.ui.sidebar.folder_tree_view import FolderTreeView
    from desktop_chat.ui.sidebar.trash_bar import TrashBar
    from desktop_chat.ui.theme import Theme

MARGIN = 12
TREE_SHARE = 0.4
"""The tree of places takes no more of the sidebar's height."""


class ChatSidebar(QWidget):
    """Shows the chats of a chat list model.

    Signals:
        new_chat_requested()
        chat_selected(chat_id: ChatId)
        rename_requested(chat_id: ChatId, title: str)
        delete_requested(chats: tuple[ChatId, ...]): the user wants these in the trash.
        chat_menu_requested(chats: tuple[ChatId, ...], place: QPoint): the user wants the
            commands of these chats.
        empty_trash_requested(): the user wants the trash emptied.
        settings_requested()
        search_changed(text: str)
        menu_requested(place: QPoint): the user wants the commands of the whole library.
    """

    new_chat_requested = Signal()
    chat_selected = Signal(object)
    rename_requested = Signal(object, str)
    delete_requested = Signal(object)
    chat_menu_requested = Signal(object, object)
    empty_trash_requested = Signal()
    settings_requested = Signal()
    search_changed = Signal(str)
    menu_requested = Signal(object)

    def __init__(
        self, chat_list_model: ChatListModel, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.chat_list = ChatListView(theme)
        self.chat_list.set_chats(chat_list_model)
        self._theme = theme
        self._folders: FolderTreeView | None = None
        self._trash_bar: TrashBar | None = None
        self._results: SearchPane | None = None
        # Everything that gives way while something is looked for.
        self._lists = QWidget()
        self._column = QVBoxLayout(self._lists)
        self._new_chat = Button(
            ButtonLook.PRIMARY, text=self.tr("New chat"), icon_name="plus", height=BUTTON_LARGE
        )
        self._menu_button = Button(ButtonLook.QUIET, icon_name="ellipsis", height=BUTTON_LARGE)
        self.search_field = SearchField(_shortcut_text("chat.search"))
        self._footer = EngineFooter()
        self.settings_button = self._footer.settings_button
        self._build_ui()
        self._connect()
        self.set_theme(theme)

    def _build_ui(self) -> None:
        self.setObjectName("sidebar")
        self.setMinimumWidth(SIDEBAR_MIN)
        self.setMaximumWidth(SIDEBAR_MAX)
        self.setAutoFillBackground(True)
        self._new_chat.setObjectName("newChatButton")
        self._new_chat.setAccessibleName(self.tr("New chat"))
        self._new_chat.setToolTip(f"{self.tr('New chat')} ({_shortcut_text('chat.new')})")
        self._menu_button.setObjectName("libraryMenuButton")
        self._menu_button.setAccessibleName(self.tr("All chats"))
        self._menu_button.setToolTip(self.tr("Import, export, backups and more"))
        settings = _shortcut_text("settings.open")
        self._footer.set_gear_tooltip(f"{self.tr('Settings')} ({settings})")
        top = QVBoxLayout()
        top.setContentsMargins(MARGIN, MARGIN, MARGIN, 0)
        top.setSpacing(8)
        first = QHBoxLayout()
        first.setSpacing(4)
        first.addWidget(self._new_chat, 1)
        first.addWidget(self._menu_button)
        top.addLayout(first)
        top.addWidget(self.search_field)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        self._column.addWidget(self.chat_list, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(top)
        layout.addWidget(self._lists, 1)
        layout.addWidget(self._footer)

    def _connect(self) -> None:
        self._new_chat.clicked.connect(self.new_chat_requested)
        self._menu_button.clicked.connect(self._on_menu_clicked)
        self.search_field.textChanged.connect(self.search_changed)
        self._footer.settings_requested.connect(self.settings_requested)
        self.chat_list.chat_selected.connect(self.chat_selected)
        self.chat_list.rename_requested.connect(self.rename_requested)
        self.chat_list.delete_requested.connect(self.delete_requested)
        self.chat_list.menu_requested.connect(self.chat_menu_requested)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size."""
        self._theme = theme
        palette = self.palette()
        for role in (QPalette.ColorRole.Window, QPalette.ColorRole.Base):
            palette.setColor(role, theme.sidebar)
        self.setPalette(palette)
        for part in (
            self._new_chat,
            self._menu_button,
            self.search_field,
            self.chat_list,
            self._footer,
            self._folders,
            self._trash_bar,
            self._results,
        ):
            if part is not None:
                part.set_theme(theme)

    def show_folders(self, places: FolderTreeModel) -> FolderTreeView:
        """Put a tree of places above the chats; it is hidden while it is empty."""
        from desktop_chat.ui.sidebar.folder_tree_view import FolderTreeView

        tree = FolderTreeView(places, self._theme)
        tree.set_room(self._room())
        self._folders = tree
        self._column.insertWidget(self._column.indexOf(self.chat_list), tree)
        QWidget.setTabOrder(self.search_field, tree)
        QWidget.setTabOrder(tree, self.chat_list)
        return tree

    def set_trash_shown(self, is_shown: bool) -> None:
        """Show the line above the chats of the trash, or take it away."""
        from desktop_chat.ui.sidebar.trash_bar import TrashBar

        if self._trash_bar is None and is_shown:
            self._trash_bar = TrashBar()
            self._trash_bar.set_theme(self._theme)
            self._trash_bar.empty_requested.connect(self.empty_trash_requested)
            self._column.insertWidget(self._column.indexOf(self.chat_list), self._trash_bar)
        if self._trash_bar is not None:
            self._trash_bar.setVisible(is_shown)

    def set_results(self, results: SearchPane | None) -> None:
        """Show what a search found in the place of the chats, or with None the chats again."""
        if results is not None and results is not self._results:
            self._results = results
            layout = self.layout()
            assert isinstance(layout, QVBoxLayout)
            layout.insertWidget(layout.indexOf(self._lists), results, 1)
        if self._results is not None:
            self._results.setVisible(results is not None)
        self._lists.setVisible(results is None)

    def set_empty_text(self, text: str) -> None:
        """Say in the place of the chats why there are none, where there are none."""
        self.chat_list.set_empty_text(text)

    def show_top(self) -> None:
        """Scroll the chats to the first one."""
        self.chat_list.scrollToTop()

    def _room(self) -> int:
        return round(self.height() * TREE_SHARE)

    def selected_chats(self) -> tuple[ChatId, ...]:
        """Return the chats that are selected in the list, if they are not too many to be read."""
        return self.chat_list.selected_chats()

    def chats_under_keyboard(self) -> tuple[ChatId, ...]:
        """Return the selected chats while the keyboard is in the list, none otherwise."""
        return self.selected_chats() if self.chat_list.hasFocus() else ()

    def selected_rows(self) -> list[tuple[int, int]]:
        """Return the parts of the list that are selected, by their first row and their length."""
        return self.chat_list.selected_rows()

    def rename_chat(self, chat_id: ChatId) -> bool:
        """Open a chat's title for editing; returns False if it was not found in the list."""
        return self.chat_list.rename_chat(chat_id)

    @Slot()
    def _on_menu_clicked(self) -> None:
        button = self._menu_button
        self.menu_requested.emit(button.mapToGlobal(button.rect().bottomLeft()))

    def select_chat(self, chat_id: object) -> None:
        """Mark a chat as the one shown, or none with None; emits nothing."""
        self.chat_list.select_chat(chat_id)

    def set_engine_state(self, text: str, is_ok: bool, kind: str = "idle") -> None:
        """Say at the foot which engine answers and how it is.

        Args:
            text: The engine's name and its state as `LM Studio · connected`.
            is_ok: Whether it can answer; its dot is then in the accent.
            kind: Otherwise the colour of its dot: `warning`, `error`, or anything else for grey.
        """
        self._footer.set_state(text, is_ok=is_ok, kind=kind)

    def focus_search(self) -> None:
        """Put the keyboard into the search field."""
        self.search_field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search_field.selectAll()

    def rename_selected(self) -> None:
        """Open the title of the marked chat for editing."""
        self.chat_list.rename_selected()

    # Qt overrides

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._folders is not None:
            self._folders.set_room(self._room())


def _shortcut_text(action_id: str) -> str:
    native = QKeySequence.SequenceFormat.NativeText
    return QKeySequence(SHORTCUTS[action_id]).toString(native)
