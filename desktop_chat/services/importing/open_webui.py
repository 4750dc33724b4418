"""Open WebUI's export: a list of chats; `chat.history.messages` is a tree by ids.

Thinking stands in the text as `<details type="reasoning">`, quoted line by line.
"""

from __future__ import annotations

import html
import re
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

_OPENING = re.compile(r'<details\b[^>]*\btype="(reasoning|tool_calls|code_interpreter)"[^>]*>')
_CLOSING = "</details>"
_SUMMARY = re.compile(r"\s*<summary>[^<]*</summary>\n?")
_DURATION = re.compile(r'\bduration="(\d{1,6})"')


def is_chat(value: dict[str, Any]) -> bool:
    """Whether a JSON object is such a chat, with what stands around it or without."""
    chat = fields_of(value.get("chat")) or value
    return isinstance(fields_of(chat.get("history")).get("messages"), dict)


def read_chat(value: dict[str, Any], modified_at: float = 0) -> FoundChat | None:
    """Return the chat of a JSON object; None if nothing was said in it."""
    chat = fields_of(value.get("chat")) or value
    history = fields_of(chat.get("history"))
    messages = fields_of(history.get("messages"))
    updated_at = time_of(value.get("updated_at"))
    tags = items_of(fields_of(value.get("meta")).get("tags")) or items_of(chat.get("tags"))
    found = Found(
        source=Source.OPEN_WEBUI,
        key=text_of(value.get("id")) or text_of(chat.get("id")),
        title=title_of(value.get("title")) or title_of(chat.get("title")),
        nodes=[_node(key, fields_of(message)) for key, message in messages.items()],
        active=text_of(history.get("currentId")),
        created_at=time_of(value.get("created_at")) or time_of(chat.get("timestamp")),
        updated_at=updated_at,
        modified_at=modified_at,
        details={
            "system_prompt": text_of(chat.get("system"))
            or text_of(fields_of(chat.get("params")).get("system")),
            "is_pinned": value.get("pinned") is True,
            "archived_at": updated_at if value.get("archived") is True else None,
            "tags": tuple(dict.fromkeys(filter(None, map(_tag_name, tags)))),
        },
    )
    return assemble(found)


def _node(key: str, message: dict[str, Any]) -> Node:
    sender = ROLES.get(text_of(message.get("role")))
    details: dict[str, Any] = {}
    content = text_of(message.get("content"))
    if sender is Sender.LLM:
        content = _split_off_thinking(content, details)
        details["model"] = optional_text(message.get("model"))
        usage = fields_of(message.get("usage"))
        details["prompt_tokens"] = whole(usage.get("prompt_tokens"))
        details["completion_tokens"] = whole(usage.get("completion_tokens"))
        error = message.get("error")
        if error:
            said = error if isinstance(error, str) else fields_of(error).get("content")
            details["status"], details["error"] = "failed", text_of(said)
    files = tuple(filter(None, map(_file, items_of(message.get("files")))))
    if files:
        details["attachments"] = files
    says = content or files or details.get("reasoning") or details.get("error")
    parent = optional_text(message.get("parentId"))
    created_at = time_of(message.get("timestamp"))
    return Node(key, parent, sender if says else None, content, created_at, details)


def _split_off_thinking(content: str, details: dict[str, Any]) -> str:
    """Return a reply without the blocks that are no reply; what was thought goes to `details`."""
    said: list[str] = []
    thought: list[str] = []
    place = 0
    while found := _OPENING.search(content, place):
        said.append(content[place : found.start()])
        end = content.find(_CLOSING, found.end())
        end = len(content) if end < 0 else end
        if found[1] == "reasoning":
            thought.append(_unquoted(content[found.end() : end]))
            duration = _DURATION.search(found[0])
            if duration:
                details["reasoning_ms"] = int(duration[1]) * 1000
        place = end + len(_CLOSING)
    said.append(content[place:])
    if thought:
        details["reasoning"] = "\n\n".join(thought)
    return "".join(said).strip() if len(said) > 1 else content


def _unquoted(block: str) -> str:
    found = _SUMMARY.match(block)
    lines = block[found.end() if found else 0 :].strip().split("\n")
    bare = (line.removeprefix("> ").removeprefix(">") for line in lines)
    return html.unescape("\n".join(bare)).strip()


def _file(value: object) -> Any:
    fields = fields_of(value)
    file = fields_of(fields.get("file"))
    name = title_of(fields.get("name")) or title_of(file.get("filename"))
    text = text_of(fields_of(file.get("data")).get("content"))
    return attachment(name, text, title_of(fields.get("type"))) if name or text else None


def _tag_name(tag: object) -> str:
    return title_of(tag) or title_of(fields_of(tag).get("name"))
