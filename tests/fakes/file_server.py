"""A web server for large files on 127.0.0.1, written by hand so that it can also behave badly."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.fakes.played_server import PlayedServer
from tests.standin.http import Head, head_bytes, parse_head

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass
class ServedFile:
    """One file and how it is served.

    Attributes:
        cuts: So many bytes are sent before the connection is cut; one entry a request.
        statuses: Answers instead of the file; one entry a request.
        hangs_at: After so many bytes of the body nothing more comes.
        headers: More of them.
        heeds_conditions: Whether it looks at `If-Range`.
        range_total: What it says of the whole size with a part; "" for the truth.
    """

    content: bytes
    etag: str = '"v1"'
    takes_ranges: bool = True
    tells_length: bool = True
    kind: str = "application/octet-stream"
    cuts: list[int] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    hangs_at: int | None = None
    redirects_to: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    heeds_conditions: bool = True
    range_total: str = ""


class FileServer(PlayedServer):
    """`async with FileServer() as server:`; files by path, everything asked in `asked`."""

    def __init__(self) -> None:
        super().__init__()
        self.files: dict[str, ServedFile] = {}
        self.asked: list[Head] = []
        self.hanging = asyncio.Event()

    def add(self, path: str, file: ServedFile) -> str:
        """Serve a file from now on; return its address."""
        self.files[path] = file
        return self.url + path

    @property
    def ranges(self) -> list[str | None]:
        """What was asked for, by the requests' `Range`."""
        return [head.headers.get("range") for head in self.asked]

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = parse_head((await reader.readuntil(b"\r\n\r\n"))[:-4])
        self.asked.append(head)
        file = self.files.get(head.target)
        if file is None:
            writer.write(_empty(404))
        elif file.statuses:
            writer.write(_empty(file.statuses.pop(0), file.headers))
        elif file.redirects_to:
            writer.write(_empty(302, {"Location": file.redirects_to, **file.headers}))
        else:
            await self._send_file(file, _start_of(file, head), reader, writer)
        await writer.drain()

    async def _send_file(
        self,
        file: ServedFile,
        start: int,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        size = len(file.content)
        if start and start >= size:
            writer.write(_empty(416, {"Content-Range": f"bytes */{size}"}))
            return
        body = file.content[start:]
        fields = [("Content-Type", file.kind), ("ETag", file.etag), *file.headers.items()]
        if start:
            fields.append(("Content-Range", f"bytes {start}-{size - 1}/{file.range_total or size}"))
        if file.tells_length:
            fields.append(("Content-Length", str(len(body))))
        writer.write(head_bytes(206 if start else 200, fields))
        # The connection is closed after what is left of it.
        writer.write(body[: file.cuts.pop(0)] if file.cuts else body[: file.hangs_at])
        await writer.drain()
        if file.hangs_at is not None:
            self.hanging.set()
            await reader.read()


def _start_of(file: ServedFile, head: Head) -> int:
    asked = head.headers.get("range")
    if not asked or not file.takes_ranges:
        return 0
    if file.heeds_conditions and head.headers.get("if-range") != file.etag:
        return 0
    return int(asked.removeprefix("bytes=").removesuffix("-"))


def _empty(status: int, headers: Mapping[str, str] | None = None) -> bytes:
    return head_bytes(status, [*(headers or {}).items(), ("Content-Length", "0")])
