"""Jan's threads: folders with `thread.json` and `messages.jsonl`, one message a line."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any

from desktop_chat.domain.imported import FoundChat, Source
from desktop_chat.domain.message import Sender
from desktop_chat.services.importing.assembling import ROLES, Found, Node, assemble
from desktop_chat.services.importing.failures import TooLargeError, UnreadableError
from desktop_chat.services.importing.json_stream import decode_json
from desktop_chat.services.importing.limits import (
    ELEMENT_CHARS,
    FILE_BYTES,
    MB,
    MESSAGES_OF_CHAT,
)
from desktop_chat.services.importing.values import (
    fields_of,
    items_of,
    optional_text,
    text_of,
    time_of,
    title_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

THREAD, MESSAGES = "thread.json", "messages.jsonl"
_STATUSES = {"error": "failed", "stopped": "stopped", "pending": "interrupted"}
_THINK, _END_THINK = "<think>", "</think>"


def is_thread(value: dict[str, Any]) -> bool:
    """Whether a JSON object is what `thread.json` holds."""
    return value.get("object") == "thread" or (
        isinstance(value.get("assistants"), list) and "created" in value
    )


def read_lines(file: IO[bytes]) -> Iterator[dict[str, Any]]:
    """Yield the messages of a `messages.jsonl`.

    Raises:
        UnreadableError: A line is no JSON.
        TooLargeError: A line, or all of it, is over the limits.
    """
    rest = b""
    count = size = 0
    while data := file.read(1 << 18):
        size += len(data)
        *lines, rest = (rest + data).split(b"\n")
        for line in lines:
            if line.strip():
                count += 1
                yield _line(line)
        if len(rest) > ELEMENT_CHARS or size > FILE_BYTES or count > MESSAGES_OF_CHAT:
            raise TooLargeError(f"a line of it is larger than {ELEMENT_CHARS // MB} MB")
    if rest.strip():
        yield _line(rest)


def read_chat(
    thread: dict[str, Any], messages: list[dict[str, Any]], modified_at: float = 0
) -> FoundChat | None:
    """Return the chat of a thread; None if nothing was said in it."""
    assistant = next(map(fields_of, items_of(thread.get("assistants"))), {})
    metadata = fields_of(thread.get("metadata"))
    model = fields_of(assistant.get("model")) or fields_of(thread.get("model"))
    nodes: list[Node] = []
    for place, message in enumerate(messages):
        before = nodes[-1].key if nodes else None
        nodes.append(_node(message, place, before, optional_text(model.get("id"))))
    key = next((text_of(m.get("thread_id")) for m in messages if m.get("thread_id")), "")
    found = Found(
        source=Source.JAN,
        key=text_of(thread.get("id")) or key,
        title=title_of(thread.get("title")) or title_of(metadata.get("title")),
        nodes=nodes,
        created_at=time_of(thread.get("created")),
        updated_at=time_of(thread.get("updated")),
        modified_at=modified_at,
        details={
            "system_prompt": text_of(assistant.get("instructions")),
            "is_pinned": metadata.get("is_favorite") is True,
        },
    )
    return assemble(found)


def _line(line: bytes) -> dict[str, Any]:
    try:
        text = line.decode("utf-8-sig")
    except UnicodeError:
        raise UnreadableError("its characters are not encoded as UTF-8") from None
    return fields_of(decode_json(text))


def _node(message: dict[str, Any], place: int, before: Any, model: str | None) -> Node:
    sender = ROLES.get(text_of(message.get("role")))
    items = [fields_of(item) for item in items_of(message.get("content"))]
    content = _texts(items, "text")
    reasoning = _texts(items, "reasoning")
    details: dict[str, Any] = {}
    if sender is Sender.LLM:
        if content.startswith(_THINK) and _END_THINK in content:
            reasoning, _, content = content.removeprefix(_THINK).partition(_END_THINK)
        own = fields_of(fields_of(message.get("metadata")).get("model"))
        details["model"] = optional_text(own.get("id")) or model
        details["status"] = _STATUSES.get(text_of(message.get("status")), "complete")
    if reasoning.strip():
        details["reasoning"] = reasoning.strip()
    content = content.strip() if "reasoning" in details else content
    says = content or reasoning.strip()
    created_at = time_of(message.get("created_at"))
    return Node(place, before, sender if says else None, content, created_at, details)


def _texts(items: list[dict[str, Any]], kind: str) -> str:
    texts = (fields_of(item.get("text")).get("value") for item in items if item.get("type") == kind)
    return "\n\n".join(text for text in map(text_of, texts) if text)
