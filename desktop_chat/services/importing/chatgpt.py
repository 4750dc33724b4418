"""ChatGPT's export: `conversations.json`, a list of chats, each a tree of nodes by their ids.

A node holds `message`, `parent` and `children`; the first one has no message. What the user does
not see there is left out: tools' traffic, empty system messages, context made of settings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from desktop_chat.domain.imported import FoundChat, Source
from desktop_chat.domain.message import Sender
from desktop_chat.services.importing.assembling import ROLES, Found, Node, assemble
from desktop_chat.services.importing.values import (
    fields_of,
    items_of,
    optional_text,
    text_of,
    time_of,
    title_of,
)

if TYPE_CHECKING:
    from collections.abc import Hashable

_THINKING = ("thoughts", "reasoning_recap")
_PICTURES = ("image_asset_pointer", "audio_asset_pointer", "video_container_asset_pointer")
# From a reply back to what was thought for it; calls of tools may stand in between.
_STEPS_BACK = 100


def is_chat(value: dict[str, Any]) -> bool:
    """Whether a JSON object is such a chat."""
    return isinstance(value.get("mapping"), dict)


def read_chat(value: dict[str, Any], modified_at: float = 0) -> FoundChat | None:
    """Return the chat of a JSON object; None if nothing was said in it."""
    nodes = [_node(key, fields_of(node)) for key, node in value["mapping"].items()]
    _move_thoughts(nodes)
    found = Found(
        source=Source.CHATGPT,
        key=text_of(value.get("conversation_id")) or text_of(value.get("id")),
        title=title_of(value.get("title")),
        nodes=nodes,
        active=text_of(value.get("current_node")),
        created_at=time_of(value.get("create_time")),
        updated_at=time_of(value.get("update_time")),
        modified_at=modified_at,
    )
    return assemble(found)


def _node(key: str, node: dict[str, Any]) -> Node:
    message = fields_of(node.get("message"))
    author = fields_of(message.get("author"))
    content = fields_of(message.get("content"))
    sender = ROLES.get(text_of(author.get("role")))
    text, reasoning = _texts(content)
    metadata = fields_of(message.get("metadata"))
    if not _is_seen(message, metadata, sender) or not (text or reasoning):
        sender = None
    details: dict[str, Any] = {}
    if reasoning:
        details["reasoning"] = reasoning
    if sender is Sender.LLM:
        details["model"] = optional_text(metadata.get("model_slug"))
        if text_of(message.get("status")) == "in_progress":
            details["status"] = "interrupted"
    return Node(
        key=key,
        parent=optional_text(node.get("parent")),
        sender=sender,
        content=text,
        created_at=time_of(message.get("create_time")),
        details=details,
    )


def _is_seen(message: dict[str, Any], metadata: dict[str, Any], sender: Sender | None) -> bool:
    if sender not in (Sender.USER, Sender.LLM, Sender.SYSTEM):
        return False
    if metadata.get("is_visually_hidden_from_conversation") is True:
        return False
    # What the model says to its tools; `final` and no channel are for the user.
    recipient = message.get("recipient")
    return recipient in (None, "all") and message.get("weight") != 0


def _texts(content: dict[str, Any]) -> tuple[str, str]:
    """Return what a message says, and what was thought."""
    kind = text_of(content.get("content_type"))
    if kind in _THINKING:
        thoughts = [_thought(fields_of(item)) for item in items_of(content.get("thoughts"))]
        return "", "\n\n".join(thought for thought in thoughts if thought)
    if kind == "user_editable_context":
        return "", ""
    if kind in ("code", "execution_output"):
        text = text_of(content.get("text"))
        language = text_of(content.get("language"))
        language = "" if language == "unknown" else language
        return (f"```{language}\n{text}\n```" if text else ""), ""
    parts = [_part(part) for part in items_of(content.get("parts"))]
    text = "\n\n".join(part for part in parts if part)
    return text or text_of(content.get("text")), ""


def _thought(item: dict[str, Any]) -> str:
    summary, content = text_of(item.get("summary")), text_of(item.get("content"))
    return f"**{summary}**\n\n{content}" if summary and content else summary or content


def _part(part: object) -> str:
    if isinstance(part, str):
        return text_of(part)
    fields = fields_of(part)
    kind = fields.get("content_type")
    if kind == "audio_transcription":
        return text_of(fields.get("text"))
    # Nothing is fetched, and the export's pictures are not among what is stored.
    return "[image]" if kind in _PICTURES else ""


def _move_thoughts(nodes: list[Node]) -> None:
    """Put thoughts, which stand in messages of their own, into the reply that follows them."""
    by_key = {node.key: node for node in nodes}
    thoughts = {node.key for node in nodes if _is_thought(node)}
    moved: set[Hashable] = set()
    for node in nodes:
        if node.sender is not Sender.LLM or node.key in thoughts:
            continue
        found = []
        before = by_key.get(node.parent)
        for _ in range(_STEPS_BACK):
            if before is None or (before.sender and before.key not in thoughts):
                break
            if before.key in thoughts:
                found.append(before.details["reasoning"])
                moved.add(before.key)
            before = by_key.get(before.parent)
        if found:
            node.details["reasoning"] = "\n\n".join(reversed(found))
    for key in moved:
        by_key[key].sender = None


def _is_thought(node: Node) -> bool:
    return node.sender is Sender.LLM and not node.content and "reasoning" in node.details
