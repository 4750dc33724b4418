"""What is wrong with a chat request, in the eyes of a strict server (scenario 140)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.standin.recorder import RecordedRequest

KNOWN = {
    *("model", "messages", "stream", "stream_options", "temperature", "top_p", "top_k", "min_p"),
    *("repeat_penalty", "max_tokens", "stop", "seed", "response_format", "reasoning_effort"),
}
IMAGES = ("data:image/png;base64,", "data:image/jpeg;base64,")
MESSAGE_KEYS = {"role", "content"}


def fault_of(record: RecordedRequest) -> str | None:
    """The first thing that a careful client would not have sent, None for a clean request."""
    body: dict[str, Any] = record.json
    unknown = sorted(set(body) - KNOWN)
    if unknown:
        return f"unknown keys: {', '.join(unknown)}"
    if _has_null(body):
        return "a null value"
    if record.headers.get("content-length") != str(len(record.body)):
        return "no right Content-Length"
    return _fault_of_messages(body.get("messages", []))


def _has_null(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_has_null(inner) for inner in value.values())
    if isinstance(value, list):
        return any(_has_null(inner) for inner in value)
    return value is None


def _fault_of_messages(messages: list[dict[str, Any]]) -> str | None:
    turns = messages[1:] if messages and messages[0]["role"] == "system" else messages
    for number, message in enumerate(turns):
        if message["role"] != ("assistant" if number % 2 else "user"):
            return "conversation roles must alternate user/assistant/user/assistant/..."
        if set(message) - MESSAGE_KEYS:
            return f"keys of a message: {', '.join(sorted(message))}"
        content = message.get("content")
        if not content or (isinstance(content, str) and not content.strip()):
            return "an empty message"
        for part in content if isinstance(content, list) else []:
            url = (part.get("image_url") or {}).get("url", IMAGES[0])
            if not url.startswith(IMAGES):
                return "an image that is neither PNG nor JPEG as a data URL"
    return None if len(turns) % 2 else "the last message is not the user's"
