"""The sidebar: new chat, search, the list, and the state of the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractItemModel, Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QPalette
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop_chat.ui.actions import SHORTCUTS
from desktop_chat.ui.sidebar.chat_list_view import ChatListView
from desktop_chat.ui.sidebar.engine_footer import EngineFooter
from desktop_chat.ui.sidebar.search_field import SearchField
from desktop_chat.ui.sizes import BUTTON_LARGE, SIDEBAR_MAX, SIDEBAR_MIN
from desktop_chat.ui.widgets.button import Button, ButtonLook

if TYPE_CHECKING:
    from desktop_chat.ui.theme import Theme

MARGIN = 12


class ChatSidebar(QWidget):
    """Shows the chats of a chat list model.

    Signals:
        new_chat_requested()
        chat_selected(chat_id: ChatId)
        rename_requested(chat_id: ChatId, title: str)
        delete_requested(chat_id: ChatId)
        settings_requested()
        search_changed(text: str)
        menu_requested(place: QPoint): the user wants the commands of the whole library.
    """

    new_chat_requested = Signal()
    chat_selected = Signal(object)
    rename_requested = Signal(object, str)
    delete_requested = Signal(object)
    settings_requested = Signal()
    search_changed = Signal(str)
    menu_requested = Signal(object)

    def __init__(
        self, chat_list_model: QAbstractItemModel, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.chat_list = ChatListView(theme)
        self.chat_list.setModel(chat_list_model)
        self._new_chat = Button(
            ButtonLook.PRIMARY, text=self.tr("New chat"), icon_name="plus", height=BUTTON_LARGE
        )
        self._menu_button = Button(ButtonLook.QUIET, icon_name="ellipsis", height=BUTTON_LARGE)
        self.search_field = SearchField(_shortcut_text("chat.search"))
        self._footer = EngineFooter()
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
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(top)
        layout.addWidget(self.chat_list, 1)
        layout.addWidget(self._footer)

    def _connect(self) -> None:
        self._new_chat.clicked.connect(self.new_chat_requested)
        self._menu_button.clicked.connect(self._on_menu_clicked)
        self.search_field.textChanged.connect(self.search_changed)
        self._footer.settings_requested.connect(self.settings_requested)
        self.chat_list.chat_selected.connect(self.chat_selected)
        self.chat_list.rename_requested.connect(self.rename_requested)
        self.chat_list.delete_requested.connect(self.delete_requested)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size."""
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
        ):
            part.set_theme(theme)

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


def _shortcut_text(action_id: str) -> str:
    native = QKeySequence.SequenceFormat.NativeText
    return QKeySequence(SHORTCUTS[action_id]).toString(native)
