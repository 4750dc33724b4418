"""From the bytes of a native reply to its events, whatever form the server chose."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from desktop_chat.domain.errors import UnreadableReplyError
from desktop_chat.providers.dialect.chunks import MAX_BAD_EVENTS, MAX_REPLY_BYTES, ChunkDecoder
from desktop_chat.providers.dialect.sse import BOM, SseDecoder
from desktop_chat.providers.wire.json_reply import decode_json

if TYPE_CHECKING:
    from collections.abc import Iterable

    from desktop_chat.domain.errors import EngineError
    from desktop_chat.providers.dialect.chunks import Chunk
    from desktop_chat.providers.dialect.reply_stream import ReplyDecoder
    from desktop_chat.providers.dialect.sse import SseEvent
    from desktop_chat.providers.wire.failures import Failures

logger = logging.getLogger(__name__)

CHAT_END = "chat.end"


class NativeDecoder:
    """Decodes what answers at `/api/v1/chat`: native events, or what belongs to `/v1`.

    The first event tells which it is. A native reply that came whole is one `chat.end`.

    Attributes:
        error: What the server reported, or what makes the rest unreadable.
        is_done: The last event arrived; what follows is not read.
        has_finish: The same.
    """

    def __init__(self, failures: Failures) -> None:
        self.error: EngineError | None = None
        self.is_done = False
        self.has_finish = False
        self._failures = failures
        self._head = bytearray()
        self._first_events = SseDecoder()
        self._chosen: ReplyDecoder | None = None

    def feed(self, data: bytes) -> list[Chunk]:
        """Return the events that `data` completes."""
        if self._chosen is None:
            self._head += data
            self._chosen = self._choose(data)
            if self._chosen is None and len(self._head) > MAX_REPLY_BYTES:
                self.error = UnreadableReplyError(detail="It is longer than 32 MB.")
            data = bytes(self._head) if self._chosen is not None else b""
        return self._told(self._chosen.feed(data)) if self._chosen is not None else []

    def flush(self) -> list[Chunk]:
        """Return the last events at the end of the connection."""
        rest: list[Chunk] = []
        if self._chosen is None:
            self._chosen = self._choose(b"", is_last=True) or ChunkDecoder(self._failures)
            rest = self._chosen.feed(bytes(self._head))
        return self._told(rest + self._chosen.flush())

    def _told(self, chunks: list[Chunk]) -> list[Chunk]:
        if (chosen := self._chosen) is not None:
            self.error, self.is_done = chosen.error, chosen.is_done
            self.has_finish = chosen.has_finish
        return chunks

    def _choose(self, data: bytes, *, is_last: bool = False) -> ReplyDecoder | None:
        if bytes(self._head[:64]).removeprefix(BOM).lstrip()[:1] in (b"{", b"[", b"<"):
            return self._choose_for_body(is_last=is_last)
        events = self._first_events.flush() if is_last else self._first_events.feed(data)
        if self._first_events.is_overflowed:
            return ChunkDecoder(self._failures)
        for event, text in events:
            if _is_native(event, _parsed(text)):
                return NativeEvents(self._failures)
            return ChunkDecoder(self._failures)
        return None

    def _choose_for_body(self, *, is_last: bool) -> ReplyDecoder | None:
        if not is_last and len(self._head) <= MAX_REPLY_BYTES:
            return None
        body = _parsed(bytes(self._head).removeprefix(BOM).decode("utf-8", "replace"))
        if isinstance(body, dict) and isinstance(body.get("output"), list):
            return WholeReply(body)
        return ChunkDecoder(self._failures)


class NativeEvents:
    """Decodes the native event stream; see `NativeDecoder` for the attributes."""

    def __init__(self, failures: Failures) -> None:
        self.error: EngineError | None = None
        self.is_done = False
        self.has_finish = False
        self._failures = failures
        self._sse = SseDecoder()
        self._bad_events = 0

    def feed(self, data: bytes) -> list[Chunk]:
        """Return the events that `data` completes."""
        return self._read(self._sse.feed(data))

    def flush(self) -> list[Chunk]:
        """Return the last events at the end of the connection."""
        return self._read(self._sse.flush())

    def _read(self, events: Iterable[SseEvent]) -> list[Chunk]:
        chunks: list[Chunk] = []
        for name, text in events:
            if self.is_done or self.error is not None:
                break
            if text.strip() == "[DONE]":
                self.is_done = self.has_finish = True
                break
            chunk = _parsed(text)
            is_object = isinstance(chunk, dict)
            if "error" in (name, _kind_of(chunk)) or (is_object and chunk.get("error")):
                # What follows an error holds only what was sent before.
                payload = chunk if is_object else {"error": text}
                self.error = self._failures.of_payload(payload)
            elif is_object:
                chunk.setdefault("type", name)
                self.is_done = self.has_finish = chunk["type"] == CHAT_END
                chunks.append(chunk)
            else:
                self._skip(text)
        if self._sse.is_overflowed and self.error is None and not self.is_done:
            self.error = UnreadableReplyError(detail="One part of it is longer than 4 MB.")
        return chunks

    def _skip(self, text: str) -> None:
        self._bad_events += 1
        logger.info("Skipped an unreadable event of %d characters", len(text))
        if self._bad_events > MAX_BAD_EVENTS:
            self.error = UnreadableReplyError(detail=self._failures.detail(text[:4096]))


class WholeReply:
    """A native reply that came as one JSON body; see `NativeDecoder` for the attributes."""

    def __init__(self, body: Chunk) -> None:
        self.error: EngineError | None = None
        self.is_done = True
        self.has_finish = True
        self._body = body

    def feed(self, _data: bytes) -> list[Chunk]:
        """Return the one event that it is."""
        return [{"type": CHAT_END, "result": self._body}]

    def flush(self) -> list[Chunk]:
        """Return nothing more."""
        return []


def _parsed(text: str) -> Any:
    try:
        return decode_json(text)
    except (ValueError, RecursionError):
        return None


def _kind_of(chunk: object) -> object:
    return chunk.get("type") if isinstance(chunk, dict) else None


def _is_native(event: str, chunk: object) -> bool:
    """Native events have a type with a dot, as `chat.start`; an error may be of either API."""
    kind = _kind_of(chunk) or event
    is_v1 = isinstance(chunk, dict) and "choices" in chunk
    return not is_v1 and isinstance(kind, str) and ("." in kind or kind == "error")
