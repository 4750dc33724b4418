"""Connections below the HTTP library."""

from __future__ import annotations

import httpcore
import pytest

from desktop_chat.providers.wire.network import (
    MAX_INTERIM_REPLIES,
    MAX_PRELUDE_BYTES,
    UNPACED_READS,
    PacedStream,
)

pytestmark = pytest.mark.anyio

HINT = b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
HEAD = b"HTTP/1.1 200 OK\r\n\r\n"


class Played(httpcore.AsyncNetworkStream):
    """Gives the pieces it has, then the end."""

    def __init__(self, *pieces: bytes) -> None:
        self._pieces = list(pieces)

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._pieces.pop(0) if self._pieces else b""


async def read_all(*pieces: bytes) -> bytes:
    stream = PacedStream(Played(*pieces))
    body = b""
    while data := await stream.read(65536):
        body += data
    return body


@pytest.mark.parametrize("size", [1, 7, 10_000])
async def test_read_gives_all_however_it_is_cut(size):
    data = HINT * 3 + HEAD + b"HTTP/1.1 100 in the body is nothing special\r\n\r\n" * 200
    pieces = [data[at : at + size] for at in range(0, min(len(data), 40 * size), size)]
    assert await read_all(*pieces) == b"".join(pieces)


@pytest.mark.parametrize("size", [13, 10_000])
async def test_read_too_many_interim_replies_raises(size):
    data = HINT * (MAX_INTERIM_REPLIES + 1)
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    stream = PacedStream(Played(*pieces))
    stream._reads = -len(pieces)  # no pauses, whatever the size

    async def read_on() -> None:
        for _ in pieces:
            await stream.read(65536)

    with pytest.raises(httpcore.RemoteProtocolError):
        await read_on()


async def test_read_interim_reply_without_an_end_raises():
    piece = b"X: " + b"y" * 60_000
    with pytest.raises(httpcore.RemoteProtocolError):
        await read_all(b"HTTP/1.1 103 Early\r\n", *[piece] * (MAX_PRELUDE_BYTES // 60_000 + 1))


async def test_read_paces_only_after_the_first_words():
    stream = PacedStream(Played(*[HEAD, *[b"x"] * UNPACED_READS]))
    for _ in range(UNPACED_READS - 1):
        await stream.read(1)
        assert stream._next_read == 0.0
    await stream.read(1)
    assert stream._next_read > 0.0


async def test_read_does_not_pace_what_comes_in_bulk():
    stream = PacedStream(Played(*[HEAD, *[b"x" * 10_000] * 40]))
    for _ in range(40):
        await stream.read(65536)
    assert stream._next_read == 0.0


@pytest.mark.parametrize("pieces", [(b"SSH-2.0-OpenSSH_9\r\n",), (b"H", b"TTQ"), (b"\x15\x03",)])
async def test_read_of_another_protocol_raises_at_once(pieces):
    with pytest.raises(httpcore.RemoteProtocolError, match="illegal"):
        await read_all(*pieces)
