"""LM Studio's chats: `~/.lmstudio/conversations/**/*.conversation.json`, one chat a file.

`messages` is one path; each message has `versions`, of which `currentlySelected` is shown. A
user's version is `singleStep` with `content`; a reply's is `multiStep` with `steps`, among which
are blocks of text and of thinking. Folders on the disk are the folders of the chats.
"""

from __future__ import annotations

from typing import Any

from desktop_chat.domain.imported import FoundChat, Source
from desktop_chat.domain.message import Sender
from desktop_chat.services.importing.assembling import ROLES, Found, Node, assemble, attachment
from desktop_chat.services.importing.values import (
    fields_of,
    items_of,
    milliseconds,
    optional_text,
    text_of,
    time_of,
    title_of,
    whole,
)

_FINISHED = {"eosFound": "stop", "stopStringFound": "stop", "maxPredictedTokensReached": "length"}
_STATUSES = {"userStopped": "stopped", "failed": "failed"}


def is_chat(value: dict[str, Any]) -> bool:
    """Whether a JSON object is such a chat."""
    messages = value.get("messages")
    if not isinstance(messages, list):
        return False
    return any("versions" in fields_of(message) for message in messages) or (
        not messages and "usePerChatPredictionConfig" in value
    )


def read_chat(
    value: dict[str, Any],
    name: str = "",
    folder: tuple[str, ...] = (),
    modified_at: float = 0,
) -> FoundChat | None:
    """Return the chat of a JSON object; None if nothing was said in it.

    Args:
        value: The file's content.
        name: The file's name, by which LM Studio knows the chat.
        folder: The folders it lies in.
        modified_at: When it was written, for chats that know no time.
    """
    nodes, active = _nodes(items_of(value.get("messages")))
    model = optional_text(fields_of(value.get("lastUsedModel")).get("identifier"))
    found = Found(
        source=Source.LM_STUDIO,
        key=name,
        title=title_of(value.get("name")),
        nodes=nodes,
        active=active,
        created_at=time_of(value.get("createdAt")),
        updated_at=_last_time(value),
        modified_at=modified_at,
        folder=folder,
        details={
            "system_prompt": _system_prompt(value),
            "is_pinned": value.get("pinned") is True,
            "model": model,
            "account": "lm-studio" if model else None,
        },
    )
    return assemble(found)


def _nodes(messages: list[Any]) -> tuple[list[Node], Any]:
    nodes: list[Node] = []
    before = None
    for place, message in enumerate(messages):
        fields = fields_of(message)
        versions = items_of(fields.get("versions"))
        shown = whole(fields.get("currentlySelected")) or 0
        shown = shown if 0 <= shown < len(versions) else len(versions) - 1
        for number, version in enumerate(versions):
            nodes.append(_node(fields_of(version), (place, number), before))
        if versions:
            before = (place, shown)
    return nodes, before


def _node(version: dict[str, Any], key: tuple[int, int], parent: Any) -> Node:
    sender = ROLES.get(text_of(version.get("role")))
    details: dict[str, Any] = {}
    if isinstance(version.get("steps"), list):
        content = _read_steps(version, details)
    else:
        content = _text_of_items(version.get("content"))
    files = tuple(
        attachment(title_of(item.get("fileIdentifier")), "", size=whole(item.get("sizeBytes")))
        for item in map(fields_of, items_of(version.get("content")))
        if item.get("type") == "file" and title_of(item.get("fileIdentifier"))
    )
    if files:
        details["attachments"] = files
    is_empty = not (content or files or details.get("reasoning"))
    return Node(key, parent, None if is_empty else sender, content, details=details)


def _read_steps(version: dict[str, Any], details: dict[str, Any]) -> str:
    said: list[str] = []
    thought: list[str] = []
    for step in map(fields_of, items_of(version.get("steps"))):
        if step.get("type") != "contentBlock":
            continue
        style = fields_of(step.get("style"))
        text = _text_of_items(step.get("content"))
        (thought if style.get("type") == "thinking" else said).append(text)
        _read_statistics(fields_of(step.get("genInfo")), details)
    if any(thought):
        details["reasoning"] = "\n\n".join(text.strip() for text in thought if text.strip())
    sender = fields_of(version.get("senderInfo")).get("senderName")
    if not details.get("model") and ROLES.get(text_of(version.get("role"))) is Sender.LLM:
        details["model"] = optional_text(sender)
    return "\n\n".join(text for text in said if text)


def _read_statistics(info: dict[str, Any], details: dict[str, Any]) -> None:
    if not info:
        return
    numbers = fields_of(info.get("stats"))
    reason = text_of(numbers.get("stopReason"))
    details["model"] = optional_text(info.get("identifier"))
    details["finish_reason"] = _FINISHED.get(reason)
    details["status"] = _STATUSES.get(reason, "complete")
    details["prompt_tokens"] = whole(numbers.get("promptTokensCount"))
    details["completion_tokens"] = whole(numbers.get("predictedTokensCount"))
    details["time_to_first_token_ms"] = milliseconds(numbers.get("timeToFirstTokenSec"))
    details["duration_ms"] = milliseconds(numbers.get("totalTimeSec"))


def _text_of_items(content: object) -> str:
    if isinstance(content, str):
        return text_of(content)
    items = (fields_of(item) for item in items_of(content))
    return "".join(text_of(item.get("text")) for item in items if item.get("type") == "text")


def _system_prompt(value: dict[str, Any]) -> str:
    fields = items_of(fields_of(value.get("perChatPredictionConfig")).get("fields"))
    for item in map(fields_of, fields):
        if item.get("key") == "llm.prediction.systemPrompt":
            return text_of(item.get("value"))
    return text_of(value.get("systemPrompt"))


def _last_time(value: dict[str, Any]) -> Any:
    times = (time_of(value.get(f"{who}LastMessagedAt")) for who in ("user", "assistant"))
    return max((moment for moment in times if moment), default=None)
