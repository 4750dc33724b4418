"""One request being answered: what a scenario is given to play with."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.standin import http
from tests.standin.chunks import DONE, ChatChunks, event, usage_of, v0_extras, words_of
from tests.standin.state import ECHO

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.standin.recorder import RecordedRequest
    from tests.standin.server import StandIn
    from tests.standin.state import Instance, State


class ModelUnloadedError(Exception):
    """The model that is answering was taken out of memory."""


class Pace:
    """Keeps to a rate on the monotonic clock, so that late wake-ups do not add up."""

    def __init__(self, rate: float | None) -> None:
        self._gap_s = 1 / rate if rate else 0.0
        self._due = time.monotonic()

    async def wait(self) -> None:
        """Wait until the next token is due."""
        late_s = time.monotonic() - self._due
        await asyncio.sleep(max(0.0, -late_s) if self._gap_s else 0)
        self._due += self._gap_s


@dataclass(slots=True)
class Reply:
    """What a well-behaved answer says.

    Attributes:
        pieces: The tokens of the content.
        reasoning: The tokens of the thought before it, sent in `reasoning_field`.
        finish_reason: None sends no finish chunk.
    """

    pieces: Sequence[str]
    reasoning: Sequence[str] = ()
    reasoning_field: str = "reasoning_content"
    finish_reason: str | None = "stop"
    has_done: bool = True
    has_usage: bool = True
    role_always: bool = False


@dataclass(eq=False, slots=True)
class Exchange:
    """The request, the connection and the switches.

    Attributes:
        instance: The loaded model that answers, None while a scenario plays one.
        model: The id that the answer carries.
        by_model_id: Whether the scenario was asked for as `scn/<name>`.
        survives_close: Whether the scenario goes on after the client has closed.
    """

    record: RecordedRequest
    wire: http.Wire
    state: State
    server: StandIn
    instance: Instance | None = None
    model: str = ECHO
    by_model_id: bool = False
    survives_close: bool = False
    args: dict[str, Any] = field(default_factory=dict)

    @property
    def body(self) -> dict[str, Any]:
        """The JSON object of the request, {} if it has none."""
        value = self.record.json
        return value if isinstance(value, dict) else {}

    @property
    def wants_stream(self) -> bool:
        """Whether the client asked for a stream."""
        return self.body.get("stream") is True

    @property
    def wants_usage(self) -> bool:
        """Whether the client asked for usage in the stream."""
        options = self.body.get("stream_options")
        return isinstance(options, dict) and options.get("include_usage") is True

    async def sleep(self, seconds: float) -> None:
        """Wait as long as the scenario says, divided by the speed."""
        await asyncio.sleep(seconds / self.state.speed)

    async def forever(self) -> None:
        """Wait until the client or the stand-in gives up."""
        await self.wire.gone.wait()
        raise http.ClientGoneError

    # Sending

    async def send(self, data: bytes) -> None:
        """Send bytes in one write."""
        if self.record.status is None and data.startswith(b"HTTP/1.1 "):
            self.record.status = int(data[9:12])
        await self.wire.write(data)
        self.record.bytes_sent += len(data)
        self.record.writes += 1

    async def send_json(self, status: int, value: Any, *, indent: int = 2) -> None:
        """Answer with JSON, whole."""
        await self.send(http.json_reply(status, value, indent=indent, cors=self.state.cors))
        self.record.complete = True

    async def send_body(
        self, status: int, body: bytes, content_type: str, *more: tuple[str, str]
    ) -> None:
        """Answer with any body, whole, and with more header fields."""
        cors = self.state.cors
        await self.send(http.body_reply(status, body, content_type, cors=cors, more=more))
        self.record.complete = True

    async def start_stream(self) -> None:
        """Send the head of an event stream."""
        await self.send(http.stream_head(cors=self.state.cors))

    async def send_frame(self, payload: Any) -> None:
        """Send one frame as one chunk: an object as good JSON, bytes as they are."""
        await self.send(http.chunk(payload if isinstance(payload, bytes) else event(payload)))

    async def end_stream(self) -> None:
        """Send the end of a chunked body."""
        await self.send(http.LAST_CHUNK)
        self.record.complete = True

    async def cut(self) -> None:
        """Close with FIN, mid-answer."""
        self.wire.cut()

    async def reset(self) -> None:
        """Close with RST, after what was sent had time to arrive."""
        await asyncio.sleep(0.05)
        self.wire.reset()

    # Answers

    def last_user_text(self) -> str:
        """The text of the last user message."""
        messages = self.body.get("messages")
        for message in reversed(messages if isinstance(messages, list) else []):
            if isinstance(message, dict) and message.get("role") == "user":
                return text_of(message.get("content"))
        return ""

    def prompt_tokens(self) -> int:
        """A plain count of words in all messages."""
        messages = self.body.get("messages")
        found = messages if isinstance(messages, list) else []
        texts = [text_of(m.get("content")) for m in found if isinstance(m, dict)]
        return sum(len(text.split()) + 4 for text in texts)

    def echo(self) -> list[str]:
        """The tokens of the honest answer, or those of the argument `text`."""
        return words_of(str(self.args.get("text", f"Echo: {self.last_user_text()}")))

    def chunks(self, *, role_always: bool = False) -> ChatChunks:
        """Start the chunks of one reply."""
        return ChatChunks(self.model, role_always=role_always)

    def pace(self) -> Pace:
        """Start the clock of one reply: the argument `rate`, else the state's."""
        rate = self.args.get("rate", self.state.rate)
        return Pace(float(rate) if rate else None)

    def usage(self, reply: Reply) -> dict[str, Any]:
        """The usage of a reply."""
        thought = len(reply.reasoning)
        return usage_of(self.prompt_tokens(), thought + len(reply.pieces), thought)

    async def answer(self, reply: Reply) -> None:
        """Answer well, as a stream or whole, as the client asked."""
        if self.wants_stream:
            await self.stream(reply)
            return
        made = self.chunks().whole(
            "".join(reply.pieces),
            "".join(reply.reasoning),
            reply.finish_reason or "stop",
            self.usage(reply),
        )
        if self.record.path.startswith("/api/v0/"):
            made |= v0_extras(len(reply.pieces))
        await self.send_json(200, made)

    async def stream(self, reply: Reply) -> None:
        """Stream a reply to its proper end."""
        chunks = self.chunks(role_always=reply.role_always)
        await self.start_stream()
        pace = self.pace()
        for token in reply.reasoning:
            await self.send_token(chunks.piece(token, reply.reasoning_field), pace)
        for token in reply.pieces:
            await self.send_token(chunks.piece(token), pace)
        if reply.finish_reason is not None:
            await self.send_frame(chunks.finish(reply.finish_reason))
        if self.wants_usage and reply.has_usage:
            await self.send_frame(chunks.usage(self.usage(reply)))
        if reply.has_done:
            await self.send_frame(DONE)
        await self.end_stream()

    async def send_token(self, payload: Any, pace: Pace) -> None:
        """Send one piece of text when it is due, if its model is still there."""
        await pace.wait()
        if self.instance is not None and not self.state.has(self.instance):
            raise ModelUnloadedError
        await self.send_frame(payload)
        self.record.tokens_sent += 1


def text_of(content: Any) -> str:
    """The text of a message's content, be it a string or a list of parts."""
    if isinstance(content, list):
        return "".join(str(p.get("text", "")) for p in content if isinstance(p, dict))
    return content if isinstance(content, str) else ""
