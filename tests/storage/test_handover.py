"""Work handed to the process that holds the data directory."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import stat
import tempfile
import threading
from functools import partial

import pytest

from desktop_chat.domain.errors import (
    ChatError,
    ChatNotFoundError,
    DataDirectoryInUseError,
    MessageTooLongError,
    StorageError,
)
from desktop_chat.storage import handover_address
from desktop_chat.storage.handover import HandoverServer, ask_holder, raise_window
from desktop_chat.storage.handover_address import find_address, publish, socket_path
from desktop_chat.storage.lock import DataDirectoryLock

pytestmark = pytest.mark.anyio


class Handler:
    """Repeats what is asked, or does what the request names."""

    def __init__(self) -> None:
        self.requests: list[dict] = []
        self.waiting = asyncio.Event()
        self.ended = asyncio.Event()

    async def __call__(self, request):
        self.requests.append(request)
        try:
            for number in range(request.get("repeat", 0)):
                yield {"number": number, "text": request.get("text", "")}
            if request.get("do") == "fail":
                raise ChatNotFoundError(chat_id=7)
            if request.get("do") == "stop":
                yield {"text": "so f"}
                task = asyncio.current_task()
                assert task is not None
                task.cancel()
                await asyncio.Event().wait()
            if request.get("do") == "wait":
                yield {"waiting": True}
                self.waiting.set()
                await asyncio.Event().wait()
        finally:
            self.ended.set()


@pytest.fixture
def held(data_dir):
    with DataDirectoryLock(data_dir):
        yield data_dir


@contextlib.asynccontextmanager
async def serving(data_dir, handler, **options):
    server = HandoverServer(data_dir, handler, **options)
    await server.start()
    try:
        yield server
    finally:
        await server.aclose()


def collect(data_dir, request, **options):
    return list(ask_holder(data_dir, request, **options))


async def ask(data_dir, request, **options):
    return await asyncio.to_thread(partial(collect, data_dir, request, **options))


@pytest.mark.parametrize("over_tcp", [False, True])
async def test_request_is_answered_line_by_line(held, over_tcp):
    handler = Handler()
    text = "ü\u2028\n\ud800" * 1000
    async with serving(held, handler, over_tcp=over_tcp):
        answers = await ask(held, {"do": "repeat", "repeat": 3, "text": text})
    assert answers == [{"number": number, "text": text} for number in range(3)]
    assert handler.requests[0]["text"] == text
    assert handler.ended.is_set()


async def test_two_requests_run_side_by_side(held):
    handler = Handler()
    leave = threading.Event()
    async with serving(held, handler), asyncio.TaskGroup() as group:
        client = group.create_task(asyncio.to_thread(first_answer, held, leave))
        await handler.waiting.wait()
        assert await ask(held, {"repeat": 1}) == [{"number": 0, "text": ""}]
        leave.set()
        assert await client == {"waiting": True}


def first_answer(data_dir, leave=None):
    """Ask for work without end, and go away after the first answer."""
    with contextlib.closing(ask_holder(data_dir, {"do": "wait"})) as answers:
        answer = next(answers)
        if leave is not None:
            leave.wait()
        return answer


async def test_error_of_the_domain_arrives_as_it_was(held):
    async with serving(held, Handler()):
        with pytest.raises(ChatNotFoundError) as caught:
            await ask(held, {"do": "fail"})
    assert caught.value.fields == {"chat_id": 7}


async def test_client_that_goes_away_ends_the_work(held):
    handler = Handler()
    async with serving(held, handler):
        assert await asyncio.to_thread(first_answer, held) == {"waiting": True}
        await handler.ended.wait()


async def test_work_stopped_by_the_holder_is_told_and_ends(held):
    handler = Handler()
    async with serving(held, handler):
        text, stopped = await ask(held, {"do": "stop"})
    assert text == {"text": "so f"}
    assert stopped == {"error": "The reply was stopped in the window.", "code": "stopped"}
    assert handler.ended.is_set()


async def test_closing_server_ends_the_work_and_tells_the_client(held):
    handler = Handler()

    async def be_told():
        with pytest.raises(StorageError, match="ended before"):
            await ask(held, {"do": "wait"})

    async with asyncio.TaskGroup() as group:
        async with serving(held, handler):
            group.create_task(be_told())
            await handler.waiting.wait()
        assert handler.ended.is_set()
    assert [path.name for path in held.iterdir()] == ["lock"]


def test_nobody_answers_names_the_holder(held):
    with pytest.raises(DataDirectoryInUseError):
        collect(held, {}, timeout_s=0.1)
    assert raise_window(held, timeout_s=0.1) is False


def test_holder_that_hangs_is_not_waited_for(held):
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(socket_path(held)))
        listening.listen()
        publish(held, handover_address.Address(path=str(socket_path(held))))
        with pytest.raises(DataDirectoryInUseError):
            collect(held, {}, timeout_s=0.1)


async def test_client_waits_for_a_holder_that_has_just_started(held):
    asked = threading.Event()

    def ask_early():
        answers = ask_holder(held, {"repeat": 1}, timeout_s=60)
        asked.set()
        return list(answers)

    async with asyncio.TaskGroup() as group:
        client = group.create_task(asyncio.to_thread(ask_early))
        await asyncio.to_thread(asked.wait)
        async with serving(held, Handler()):
            assert len(await client) == 1


async def test_raise_window_reaches_the_holder(held):
    handler = Handler()
    async with serving(held, handler):
        assert await asyncio.to_thread(raise_window, held)
    assert handler.requests == [{"do": "raise"}]


async def test_socket_left_by_a_killed_holder_is_replaced(held):
    with socket.socket(socket.AF_UNIX) as stale:
        stale.bind(str(socket_path(held)))
    async with serving(held, Handler()):
        assert len(await ask(held, {"repeat": 2})) == 2


async def test_socket_and_address_are_private(held):
    async with serving(held, Handler()):
        for path in (socket_path(held), held / "handover"):
            assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_long_directory_gets_its_socket_elsewhere(tmp_path, monkeypatch):
    with tempfile.TemporaryDirectory(prefix="run") as run:
        monkeypatch.setenv("XDG_RUNTIME_DIR", run)
        long = tmp_path / ("d" * 120)
        with DataDirectoryLock(long):
            async with serving(long, Handler()):
                path = socket_path(long)
                assert str(path.parent.parent) == run
                assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
                assert len(await ask(long, {"repeat": 1})) == 1
            assert not path.exists()


async def test_request_over_the_limit_is_refused_by_the_client(held):
    async with serving(held, Handler()):
        with pytest.raises(MessageTooLongError):
            await ask(held, {"text": "x" * (17 * 1024 * 1024)})


@pytest.mark.parametrize(
    "line",
    [
        b"\n",
        b"{broken\n",
        b'{"request": {}}\n',
        b'{"token": "wrong", "request": {}}\n',
        b'{"token": 1, "request": []}\n',
        b"x" * 100_000 + b"\n",
    ],
)
async def test_line_that_is_no_request_is_not_answered(held, line):
    handler = Handler()
    async with serving(held, handler, over_tcp=True):
        reader, writer = await asyncio.open_connection("127.0.0.1", find_address(held).port)
        writer.write(line)
        assert await reader.read() == b""
        writer.close()
        await writer.wait_closed()
    assert handler.requests == []


def test_address_that_cannot_be_read_counts_as_none(held):
    for content in (b"", b"[]", b"{broken", json.dumps({"host": "evil"}).encode()):
        (held / "handover").write_bytes(content)
        with pytest.raises(ConnectionRefusedError):
            find_address(held)


async def test_unknown_error_keeps_its_sentence(held):
    class NewError(ChatError):
        code = "new"
        sentence = "Something new: {detail}."

    async def handler(request):
        raise NewError(detail="x")
        yield request

    async with serving(held, handler):
        with pytest.raises(NewError, match="Something new: x"):
            await ask(held, {})


def test_address_shows_no_token():
    assert "secret" not in repr(handover_address.Address(port=1, token="secret"))
