"""What tests ask of a provider, and HTTP replies by hand."""

from __future__ import annotations

import json
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from desktop_chat.domain.errors import ChatError
from desktop_chat.domain.request import ChatRequest, ChatTurn
from desktop_chat.domain.stream import ReasoningDelta, StreamEvent, TextDelta

if TYPE_CHECKING:
    from desktop_chat.providers.base import Provider


def ask(model_id: str = "scn/echo", text: str = "hi there") -> ChatRequest:
    return ChatRequest(model_id, (ChatTurn("user", text),))


async def events_of(provider: Provider, request: ChatRequest) -> list[StreamEvent]:
    async with aclosing(provider.stream(request)) as events:
        return [event async for event in events]


async def events_and_error(
    provider: Provider, request: ChatRequest
) -> tuple[list[StreamEvent], ChatError | None]:
    events: list[StreamEvent] = []
    try:
        async with aclosing(provider.stream(request)) as stream:
            async for event in stream:
                events.append(event)
    except ChatError as error:
        return events, error
    return events, None


def text_of(events: list[StreamEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


def reasoning_of(events: list[StreamEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, ReasoningDelta))


def http_reply(status: int, body: bytes, content_type: str = "application/json") -> bytes:
    head = f"HTTP/1.1 {status} X\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\n"
    return head.encode() + b"\r\n" + body


def json_reply(status: int, value: Any) -> bytes:
    return http_reply(status, json.dumps(value).encode())


def sse_reply(*payloads: Any) -> bytes:
    """A stream without length: it ends with the connection."""
    frames = [p if isinstance(p, str) else json.dumps(p) for p in payloads]
    body = "".join(f"data: {frame}\n\n" for frame in frames)
    return f"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n{body}".encode()


def delta(content: Any, finish: str | None = None, **more: Any) -> dict[str, Any]:
    choice = {"index": 0, "delta": {"content": content, **more}, "finish_reason": finish}
    return {"id": "c", "model": "m", "choices": [choice]}
