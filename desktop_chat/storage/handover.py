"""Work handed to the process that holds the data directory.

One request a connection, as one line of JSON; the answer is a line that accepts it, a line for
each event, and a last one, which is the end or an error.
"""

from __future__ import annotations

import json
import os
import sys
import time
from contextlib import aclosing, suppress
from typing import TYPE_CHECKING, Any

from desktop_chat.domain.errors import (
    ChatError,
    DataDirectoryInUseError,
    MessageTooLongError,
    StorageError,
)
from desktop_chat.storage.handover_address import (
    Address,
    address_file,
    connect,
    find_address,
    publish,
    socket_path,
)
from desktop_chat.storage.lock import holder_pid

if TYPE_CHECKING:
    import asyncio
    from collections.abc import AsyncGenerator, Callable, Generator
    from pathlib import Path

    Handler = Callable[[dict[str, Any]], AsyncGenerator[dict[str, Any], None]]

_LINE_LIMIT = 16 * 1024 * 1024
_REQUEST_LIMIT_S = 10.0
_RETRY_S = 0.05
_STOPPED = {"error": "The reply was stopped in the window.", "code": "stopped"}


class HandoverServer:
    """Answers other processes; made by the holder of the lock, and by nobody else.

    Args:
        data_dir: The directory held.
        handler: Does what a request asks for. When the client goes away, or the server is
            closed, the task that consumes its generator is cancelled.
        over_tcp: Whether to listen on a port, protected by a token, as Windows needs it.
    """

    def __init__(
        self, data_dir: Path, handler: Handler, *, over_tcp: bool = sys.platform == "win32"
    ) -> None:
        self._data_dir = data_dir
        self._handler = handler
        self._over_tcp = over_tcp
        self._server: asyncio.Server | None = None
        self._address = Address()
        self._conversations: dict[asyncio.Task[Any], asyncio.StreamWriter] = {}

    async def start(self) -> None:
        """Listen, and publish where.

        Raises:
            StorageError: That is not possible here.
        """
        try:
            self._server = await (self._listen_tcp() if self._over_tcp else self._listen_unix())
            publish(self._data_dir, self._address)
        except OSError as error:
            await self.aclose()
            raise StorageError(path=str(self._data_dir), detail=str(error)) from error

    async def aclose(self) -> None:
        """Stop listening, and end the conversations that still run."""
        import asyncio

        if self._server is None:
            return
        address_file(self._data_dir).unlink(missing_ok=True)
        self._server.close()
        running = dict(self._conversations)
        for writer in running.values():
            # As if the client had gone away. Python 3.11 reports streams' tasks that are
            # cancelled as errors.
            writer.transport.abort()
        if running:
            await asyncio.wait(running)
        await self._server.wait_closed()
        self._server = None
        if self._address.path:
            with suppress(FileNotFoundError):
                os.unlink(self._address.path)  # noqa: PTH108 - the address is a text

    async def _listen_unix(self) -> asyncio.Server:
        import asyncio

        path = socket_path(self._data_dir)
        # What lies there was left by a holder that was killed: the lock is ours now.
        path.unlink(missing_ok=True)
        server = await asyncio.start_unix_server(self._converse, path, limit=_LINE_LIMIT)
        path.chmod(0o600)
        self._address = Address(path=str(path))
        return server

    async def _listen_tcp(self) -> asyncio.Server:
        import asyncio
        import secrets

        server = await asyncio.start_server(self._converse, "127.0.0.1", 0, limit=_LINE_LIMIT)
        port = server.sockets[0].getsockname()[1]
        self._address = Address(port=port, token=secrets.token_urlsafe(32))
        return server

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        import asyncio

        conversation = asyncio.current_task()
        assert conversation is not None
        self._conversations[conversation] = writer
        try:
            request = await self._read_request(reader)
            if request is not None:
                await self._send(writer, {"accepted": os.getpid()})
                await self._answer_while_there(request, reader, writer)
        finally:
            del self._conversations[conversation]
            writer.close()

    async def _read_request(self, reader: asyncio.StreamReader) -> dict[str, Any] | None:
        """Return the request; None if what comes is none, or lacks the token."""
        import asyncio
        import hmac

        try:
            async with asyncio.timeout(_REQUEST_LIMIT_S):
                message = json.loads(await reader.readline())
            token, request = message["token"], message["request"]
        # A line that is too long is a ValueError as well.
        except (ValueError, RecursionError, KeyError, TypeError, OSError):
            return None
        is_allowed = hmac.compare_digest(str(token).encode(), self._address.token.encode())
        return request if is_allowed and isinstance(request, dict) else None

    async def _answer_while_there(
        self,
        request: dict[str, Any],
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        import asyncio

        async with asyncio.TaskGroup() as group:
            answer = group.create_task(self._answer(request, writer))
            gone = group.create_task(_until_gone(reader))
            await asyncio.wait((answer, gone), return_when=asyncio.FIRST_COMPLETED)
            # Cancelled by nobody here: the work was stopped where it runs.
            if answer.cancelled() and not gone.done():
                await self._send(writer, {"event": _STOPPED})
                await self._send(writer, {"end": True})
            answer.cancel()
            gone.cancel()

    async def _answer(self, request: dict[str, Any], writer: asyncio.StreamWriter) -> None:
        try:
            async with aclosing(self._handler(request)) as events:
                async for event in events:
                    await self._send(writer, {"event": event})
        except ChatError as error:
            await self._send(writer, {"error": _described(error)})
        else:
            await self._send(writer, {"end": True})

    async def _send(self, writer: asyncio.StreamWriter, line: dict[str, Any]) -> None:
        # Whether the client is still there is found out by reading.
        with suppress(ConnectionError):
            writer.write(json.dumps(line, default=str).encode() + b"\n")
            await writer.drain()


def ask_holder(
    data_dir: Path, request: dict[str, Any], *, timeout_s: float = 5.0
) -> Generator[dict[str, Any], None, None]:
    """Hand a request to the holder and yield what comes back; closing the generator ends it.

    The holder has `timeout_s` to accept the request; its work takes as long as it takes.

    Raises:
        DataDirectoryInUseError: The holder does not answer.
        MessageTooLongError: The request is too large.
        StorageError: The holder ended before it had finished.
        ChatError: What the holder raised.
    """
    connection, replies = _start_conversation(data_dir, request, timeout_s)
    with connection, replies:
        while True:
            line = _read_line(replies)
            if line is None:
                detail = "the program that was at work there ended before it had finished"
                raise StorageError(path=str(data_dir), detail=detail)
            if "error" in line:
                raise _error_from(line["error"], data_dir)
            if "event" not in line:
                return
            yield line["event"]


def raise_window(data_dir: Path, *, timeout_s: float = 5.0) -> bool:
    """Ask the holder to show its window; return whether it did."""
    try:
        for _ in ask_holder(data_dir, {"do": "raise"}, timeout_s=timeout_s):
            pass
    except ChatError:
        return False
    return True


def _start_conversation(data_dir: Path, request: dict[str, Any], timeout_s: float) -> Any:
    """Return a connection on which the holder accepted the request, and the lines it sends."""
    deadline = time.monotonic() + timeout_s
    while True:
        left = deadline - time.monotonic()
        try:
            return _try_conversation(data_dir, request, max(left, _RETRY_S))
        except OSError:
            # A holder that has just started has its lock before it listens.
            if left <= 0:
                pid = holder_pid(data_dir) or "?"
                raise DataDirectoryInUseError(path=str(data_dir), pid=pid) from None
        time.sleep(_RETRY_S)


def _try_conversation(data_dir: Path, request: dict[str, Any], timeout_s: float) -> Any:
    address = find_address(data_dir)
    line = json.dumps({"token": address.token, "request": request}).encode() + b"\n"
    if len(line) > _LINE_LIMIT:
        limit_mb = _LINE_LIMIT // 1024**2
        raise MessageTooLongError(size_mb=round(len(line) / 1024**2, 1), limit_mb=limit_mb)
    connection = connect(address, timeout_s)
    try:
        connection.sendall(line)
        replies = connection.makefile("rb")
        accepted = _read_line(replies)
        if accepted is None or "accepted" not in accepted:
            replies.close()
            raise ConnectionResetError("the request was not accepted")
    except BaseException:
        connection.close()
        raise
    connection.settimeout(None)
    return connection, replies


def _read_line(replies: Any) -> dict[str, Any] | None:
    """Return the next line; None when the holder went away."""
    try:
        line: bytes = replies.readline(_LINE_LIMIT)
    except ConnectionError:
        return None
    if not line.endswith(b"\n"):
        return None
    message: dict[str, Any] = json.loads(line)
    return message


async def _until_gone(reader: asyncio.StreamReader) -> None:
    # A client has nothing more to say: whatever comes now ends the conversation.
    with suppress(ConnectionError):
        await reader.read(1)


def _described(error: ChatError) -> dict[str, Any]:
    return {"code": error.code, "fields": error.fields, "text": str(error)}


def _error_from(described: dict[str, Any], data_dir: Path) -> ChatError:
    """Return the error that the holder raised, as it was there."""
    kinds = [ChatError]
    for kind in kinds:
        if kind.code == described["code"]:
            return kind(**described["fields"])
        kinds.extend(kind.__subclasses__())
    return StorageError(path=str(data_dir), detail=described["text"])
