"""From the bytes of a reply to its JSON chunks, whatever form the server chose."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from desktop_chat.domain.errors import (
    EmptyReplyError,
    EngineError,
    EngineFailedError,
    NotAServerError,
    UnreadableReplyError,
)
from desktop_chat.providers.dialect.sse import BOM, SseDecoder, SseEvent
from desktop_chat.providers.wire.failures import error_text
from desktop_chat.providers.wire.json_reply import DECODER, decode_json

if TYPE_CHECKING:
    from desktop_chat.providers.wire.failures import Failures

logger = logging.getLogger(__name__)

Chunk = dict[str, Any]

MAX_REPLY_BYTES = 32 * 1024 * 1024
MAX_BAD_EVENTS = 20
# What some servers put in every chunk to say that there is no finish reason yet.
NO_REASON = (None, "", "null")


class ChunkDecoder:
    """Decodes one reply of the /v1 dialect: an event stream, or one JSON body.

    The form is known by its first byte, since servers send either one, whatever was asked for
    and under any content type.

    Attributes:
        error: What the server reported, or what makes the rest unreadable; the chunks before
            it are good.
        is_done: The end mark arrived; what follows is not read.
        has_finish: A finish reason arrived, or a JSON body, which is complete by itself.
        is_json: The reply is one JSON body.
    """

    def __init__(self, failures: Failures) -> None:
        self.error: EngineError | None = None
        self.is_done = False
        self.has_finish = False
        self.is_json = False
        self._failures = failures
        self._sse = SseDecoder()
        self._head: bytes | None = b""
        self._body = bytearray()
        self._bad_events = 0
        self._first_bad = ""
        self._has_chunk = False
        self._has_seen_line = False

    def feed(self, data: bytes) -> list[Chunk]:
        """Return the chunks that `data` completes."""
        if self._head is not None:
            data = self._read_head(data)
        if self.is_json:
            self._body += data
            if len(self._body) > MAX_REPLY_BYTES:
                self.error = UnreadableReplyError(detail="It is longer than 32 MB.")
            elif not self._has_seen_line and b"\n" in data:
                self._see_first_line()
            return []
        plain = self._read_plain(data)
        if plain is not None:
            return plain
        chunks = self._read_events(self._sse.feed(data))
        if self._sse.is_overflowed and self.error is None and not self.is_done:
            self.error = UnreadableReplyError(detail="One part of it is longer than 4 MB.")
        return chunks

    def flush(self) -> list[Chunk]:
        """Return the last chunks at the end of the connection."""
        if self.is_json:
            return self._read_body()
        chunks = self._read_events(self._sse.feed(self._head or b""))
        chunks += self._read_events(self._sse.flush())
        if self._first_bad and not self._has_chunk and self.error is None:
            self.error = UnreadableReplyError(detail=self._failures.detail(self._first_bad))
        return chunks

    def _read_head(self, data: bytes) -> bytes:
        head = (self._head or b"") + data
        start = head.removeprefix(BOM).lstrip()
        if not start or BOM.startswith(head):
            self._head = head[-1024:]
            return b""
        self._head = None
        self.is_json = start[:1] in (b"{", b"[")
        if start[:1] == b"<":
            self.error = NotAServerError(url=self._failures.url, detail="It sends a web page.")
        return head

    def _read_plain(self, data: bytes) -> list[Chunk] | None:
        """Decode all at one go, if it looks like what servers usually send."""
        if self.is_done or self.error is not None:
            return None
        found = self._sse.plain_objects(data)
        if found is None:
            return None
        objects, count, rest = found
        try:
            chunks: list[Chunk] = decode_json(f"[{objects.decode('utf-8', 'replace')}]")
        except (ValueError, RecursionError):
            return None
        if len(chunks) != count or not all(map(_is_usual, chunks)):
            return None
        self._sse.skip_to(rest)
        self._has_chunk = True
        for index, chunk in enumerate(chunks):
            if chunk["choices"][0].get("finish_reason") is not None:
                self._see_finish(chunk)
                if self.error is not None:
                    return chunks[: index + 1]
        return chunks

    def _read_events(self, events: list[SseEvent]) -> list[Chunk]:
        chunks: list[Chunk] = []
        for event, data in events:
            if self.is_done or self.error is not None:
                break
            if data[:1] == "[" and data.strip() == "[DONE]":
                self.is_done = True
                break
            try:
                chunk = decode_json(data)
            except (ValueError, RecursionError):
                self._read_bad_event(event, data)
                continue
            if event == "error":
                is_object = isinstance(chunk, dict)
                self.error = self._failures.of_payload(chunk if is_object else {"error": data})
            elif chunk.__class__ is not dict:
                self._read_bad_event(event, data)
            elif ("choices" not in chunk or "error" in chunk) and error_text(chunk) is not None:
                self.error = self._failures.of_payload(chunk)
            else:
                self._has_chunk = True
                chunks.append(chunk)
                self._see_finish(chunk)
        return chunks

    def _read_bad_event(self, event: str, data: str) -> None:
        if event == "error":
            self.error = self._failures.of_payload({"error": data})
            return
        is_sentence = " " in data and data.lstrip()[:1] not in ("{", "[", '"')
        if is_sentence and not self._has_chunk:
            # Words where the reply should begin: some servers then leave the connection open.
            self.error = UnreadableReplyError(detail=self._failures.detail(data[:4096]))
            return
        self._bad_events += 1
        self._first_bad = self._first_bad or data[:4096]
        logger.info("Skipped an unreadable event of %d characters", len(data))
        if self._bad_events > MAX_BAD_EVENTS:
            self.error = UnreadableReplyError(detail=self._failures.detail(self._first_bad))

    def _see_finish(self, chunk: Chunk) -> None:
        choice = first_choice(chunk)
        if choice is not None:
            reason = choice.get("finish_reason")
            if reason in NO_REASON:
                return
            if reason == "error":
                self.error = EngineFailedError(detail="it ended the reply with an error")
            self.has_finish = True

    def _see_first_line(self) -> None:
        """Notice a reply of one JSON object in each line, which may go on for minutes."""
        self._has_seen_line = True
        try:
            first = decode_json(self._body.partition(b"\n")[0].decode("utf-8", "replace"))
        except (ValueError, RecursionError):
            return
        if first_choice(first) is None and (reason := _guess(first)):
            self.error = UnreadableReplyError(detail=reason)

    def _read_body(self) -> list[Chunk]:
        text = bytes(self._body).removeprefix(BOM).decode("utf-8", "replace").lstrip()
        try:
            # Some gateways append an end mark to the body.
            end = DECODER.raw_decode(text)[1]
            body = decode_json(text[:end])
        except (ValueError, RecursionError):
            self.error = UnreadableReplyError(detail="")
            return []
        if error_text(body) is not None:
            self.error = self._failures.of_payload(body, 200)
            return []
        if first_choice(body) is None:
            is_empty = isinstance(body, dict) and "choices" in body
            self.error = (
                EmptyReplyError() if is_empty else UnreadableReplyError(detail=_guess(body))
            )
            return []
        self.is_done = self.has_finish = True
        chunks: list[Chunk] = [body]
        self._see_finish(body)
        return chunks


def _is_usual(chunk: object) -> bool:
    if chunk.__class__ is not dict or "error" in chunk:
        return False
    choices = chunk.get("choices")
    return choices.__class__ is list and len(choices) == 1 and choices[0].__class__ is dict


def first_choice(chunk: object) -> Chunk | None:
    """Return the choice of index 0, if the chunk has one."""
    choices = chunk.get("choices") if isinstance(chunk, dict) else None
    if not isinstance(choices, list):
        return None
    for choice in choices:
        if choice.__class__ is dict and choice.get("index", 0) in (0, None):
            return choice
    return None


def _guess(body: object) -> str:
    if isinstance(body, dict) and "done" in body:
        return "This looks like Ollama's own protocol; use the address without /api."
    return ""
