"""Claude's export: `conversations.json`, a list of chats, each with a flat `chat_messages`.

Newer files name for each message the one before it, and so hold branches; in older ones each
message follows the last. Blocks of `content` are `text`, `thinking`, `tool_use`, `tool_result`.
"""

from __future__ import annotations

from typing import Any

from desktop_chat.domain.imported import FoundChat, Source
from desktop_chat.domain.message import Sender
from desktop_chat.services.importing.assembling import ROLES, Found, Node, assemble, attachment
from desktop_chat.services.importing.values import (
    fields_of,
    items_of,
    optional_text,
    text_of,
    time_of,
    title_of,
    whole,
)

# Stands for "no message before this one".
_ROOT = "00000000-0000-4000-8000-000000000000"


def is_chat(value: dict[str, Any]) -> bool:
    """Whether a JSON object is such a chat."""
    return isinstance(value.get("chat_messages"), list)


def read_chat(value: dict[str, Any], modified_at: float = 0) -> FoundChat | None:
    """Return the chat of a JSON object; None if nothing was said in it."""
    nodes: list[Node] = []
    for place, item in enumerate(value["chat_messages"]):
        nodes.append(_node(fields_of(item), place, nodes[-1].key if nodes else None))
    found = Found(
        source=Source.CLAUDE,
        key=text_of(value.get("uuid")),
        title=title_of(value.get("name")),
        nodes=nodes,
        active=optional_text(value.get("current_leaf_message_uuid")),
        created_at=time_of(value.get("created_at")),
        updated_at=time_of(value.get("updated_at")),
        modified_at=modified_at,
    )
    return assemble(found)


def _node(item: dict[str, Any], place: int, before: Any) -> Node:
    content, reasoning = _texts(item)
    files = _files(item)
    parent = item.get("parent_message_uuid")
    details: dict[str, Any] = {}
    if reasoning:
        details["reasoning"] = reasoning
    if files:
        details["attachments"] = files
    sender = ROLES.get(text_of(item.get("sender")))
    if sender is Sender.LLM:
        details["model"] = optional_text(item.get("model"))
    return Node(
        key=optional_text(item.get("uuid")) or place,
        parent=(None if parent == _ROOT else parent) if isinstance(parent, str) else before,
        sender=sender if content or reasoning or files else None,
        content=content,
        created_at=time_of(item.get("created_at")),
        details=details,
    )


def _texts(item: dict[str, Any]) -> tuple[str, str]:
    """Return what a message says, and what was thought."""
    blocks = [fields_of(block) for block in items_of(item.get("content"))]
    said = [text_of(block.get("text")) for block in blocks if block.get("type") == "text"]
    thought = [text_of(b.get("thinking")) for b in blocks if b.get("type") == "thinking"]
    content = "\n\n".join(text for text in said if text)
    return content or text_of(item.get("text")), "\n\n".join(text for text in thought if text)


def _files(item: dict[str, Any]) -> tuple[Any, ...]:
    found = []
    for value in items_of(item.get("attachments")):
        fields = fields_of(value)
        text = text_of(fields.get("extracted_content"))
        name = title_of(fields.get("file_name"))
        if name or text:
            kind = title_of(fields.get("file_type"))
            found.append(attachment(name, text, kind, whole(fields.get("file_size"))))
    for value in items_of(item.get("files")):
        name = title_of(fields_of(value).get("file_name"))
        if name:
            found.append(attachment(name, ""))
    return tuple(found)
