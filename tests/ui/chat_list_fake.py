"""A chat list model without services."""

from __future__ import annotations

from PySide6.QtGui import QStandardItem, QStandardItemModel

from desktop_chat.ui.item_models.roles import ChatRole

CHATS = [
    (1, "Garden irrigation", "Pinned", "", ""),
    (2, "Tides and why they lag", "Today", "10:58", "writing"),
    (3, "Traducir el manual", "", "10:50", "unread"),
    (4, "A very long title that cannot fit into a row of the sidebar", "Yesterday", "", ""),
]


def chat_item(chat_id: int, title: str, group: str = "", time: str = "", activity: str = ""):
    item = QStandardItem(title)
    item.setData(chat_id, ChatRole.CHAT_ID)
    item.setData(group, ChatRole.GROUP)
    item.setData(time, ChatRole.TIME)
    item.setData(activity, ChatRole.ACTIVITY)
    return item


def fake_chat_list() -> QStandardItemModel:
    model = QStandardItemModel()
    for chat in CHATS:
        model.appendRow(chat_item(*chat))
    return model
