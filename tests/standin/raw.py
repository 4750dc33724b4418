"""A client that sees the bytes: no library between the test and the socket."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.standin.server import StandIn

CHAT = "/v1/chat/completions"


@dataclass(slots=True)
class RawAnswer:
    """What came back.

    Attributes:
        reads: The bytes as they arrived, one item per read.
        ended: "whole" by length or terminator, else "FIN" or "RST".
    """

    reads: list[bytes] = field(default_factory=list)
    ended: str = ""

    @property
    def data(self) -> bytes:
        """All bytes."""
        return b"".join(self.reads)

    @property
    def status(self) -> int:
        """The status code."""
        return int(self.data[9:12])

    @property
    def headers(self) -> dict[str, str]:
        """Header fields by lower-case name."""
        lines = self.data.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
        return {name.lower(): value for name, value in (line.split(": ", 1) for line in lines[1:])}

    @property
    def raw_body(self) -> bytes:
        """The body with its chunk sizes."""
        return self.data.partition(b"\r\n\r\n")[2]

    @property
    def chunks(self) -> list[bytes]:
        """The HTTP chunks received in full, the terminator not among them."""
        found, rest = [], self.raw_body
        while b"\r\n" in rest:
            size_line, _, rest = rest.partition(b"\r\n")
            size = int(size_line, 16)
            if size == 0 or len(rest) < size:
                break
            found.append(rest[:size])
            rest = rest[size + 2 :]
        return found

    @property
    def body(self) -> bytes:
        """The body without chunk sizes."""
        is_chunked = self.headers.get("transfer-encoding") == "chunked"
        return b"".join(self.chunks) if is_chunked else self.raw_body

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    @property
    def frames(self) -> list[str]:
        """The data of well-formed frames: one `data: ` line each."""
        frames = self.body.decode().split("\n\n")
        assert frames.pop() == ""
        return [frame.removeprefix("data: ") for frame in frames]

    @property
    def payloads(self) -> list[Any]:
        """The JSON of well-formed frames, `[DONE]` left out."""
        return [json.loads(frame) for frame in self.frames if frame != "[DONE]"]

    def deltas(self, name: str = "content") -> str:
        """The text in well-formed frames."""
        choices = [choice for payload in self.payloads for choice in payload.get("choices", [])]
        return "".join(choice["delta"].get(name, "") for choice in choices)

    @property
    def finish_reasons(self) -> list[Any]:
        """The finish reasons that came, none of them null."""
        choices = [choice for payload in self.payloads for choice in payload.get("choices", [])]
        return [c["finish_reason"] for c in choices if c["finish_reason"] is not None]

    @property
    def is_whole(self) -> bool:
        """Whether the body has reached its proper end."""
        if b"\r\n\r\n" not in self.data:
            return False
        headers = self.headers
        if headers.get("transfer-encoding") == "chunked":
            return self.raw_body.endswith(b"0\r\n\r\n")
        return len(self.raw_body) >= int(headers.get("content-length", 0))


class RawClient:
    """One TCP connection to the stand-in."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def send(self, method: str, target: str, body: Any = None, **headers: str) -> None:
        """Send a request."""
        data = b"" if body is None else json.dumps(body).encode()
        lines = [f"{method} {target} HTTP/1.1", "Host: standin", f"Content-Length: {len(data)}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        self.writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + data)
        await self.writer.drain()

    async def read(self, until: bytes | None = None, more_of: RawAnswer | None = None) -> RawAnswer:
        """Read an answer to its end, or until these bytes have come; or read on in `more_of`."""
        answer = more_of or RawAnswer()
        async with asyncio.timeout(20):
            while not answer.is_whole and (until is None or until not in answer.data):
                try:
                    data = await self.reader.read(65536)
                except ConnectionResetError:
                    answer.ended = "RST"
                    return answer
                if not data:
                    answer.ended = "FIN"
                    return answer
                answer.reads.append(data)
        answer.ended = "whole" if answer.is_whole else ""
        return answer

    async def request(
        self, method: str, target: str, body: Any = None, **headers: str
    ) -> RawAnswer:
        """Send a request and read its answer."""
        await self.send(method, target, body, **headers)
        return await self.read()


@asynccontextmanager
async def connected(server: StandIn) -> AsyncIterator[RawClient]:
    """Open a connection, and close it in the end."""
    reader, writer = await asyncio.open_connection(server.host, server.port)
    try:
        yield RawClient(reader, writer)
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


def chat(model: str = "standin/echo", text: str = "one two", **more: Any) -> dict[str, Any]:
    """The body of a chat request."""
    messages = [{"role": "user", "content": text}]
    return {"model": model, "messages": messages, "stream": True, **more}


async def post(
    server: StandIn, body: dict[str, Any], path: str = CHAT, **headers: str
) -> RawAnswer:
    """POST on a connection of its own."""
    async with connected(server) as client:
        return await client.request("POST", path, body, **headers)


async def play(server: StandIn, name: str, **args: Any) -> RawAnswer:
    """Play a scenario on a stream request."""
    server.play(name, **args)
    return await post(server, chat())


async def get(server: StandIn, path: str, **headers: str) -> RawAnswer:
    """GET on a connection of its own."""
    async with connected(server) as client:
        return await client.request("GET", path, **headers)
