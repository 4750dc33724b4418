"""What listens on this machine is recognised and offered, and nothing else is done with it."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from desktop_chat.domain.account import Account, AccountKind, FoundServer
from desktop_chat.domain.changes import ServersFound
from desktop_chat.domain.errors import ServerUnreachableError
from desktop_chat.domain.model_info import LM_STUDIO
from desktop_chat.providers.local_servers import KNOWN_PORTS, find_server
from desktop_chat.services.broadcast import Broadcast
from desktop_chat.services.engines.discovery import SETTING, DiscoveryService
from desktop_chat.services.settings import SettingSources, SettingsService
from tests.fakes.engines import FakeEngine, chat_model, engine_service
from tests.standin.roles import ROLES
from tests.standin.server import StandIn

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Mapping

    from desktop_chat.services.engines.service import EngineService

pytestmark = pytest.mark.anyio

OTHER = AccountKind.OTHER
LOADING = '{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}'
OLLAMA = '{"object":"list","data":[{"id":"a:latest","object":"model","owned_by":"library"}]}'
VLLM = '{"object":"list","data":[{"id":"a","owned_by":"vllm"},{"id":"b","owned_by":"vllm"}]}'


class Played:
    """A server that says the same to everybody, or nothing at all."""

    def __init__(self, reply: bytes) -> None:
        self.reply = reply
        self.asked: list[bytes] = []
        self.open = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open += 1
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            self.asked.append(await reader.readuntil(b"\r\n\r\n"))
            writer.write(self.reply)
            if not self.reply:
                await reader.read()
        with contextlib.suppress(ConnectionError):
            writer.close()
            await writer.wait_closed()
        self.open -= 1


@contextlib.asynccontextmanager
async def playing(
    reply: bytes, tls: ssl.SSLContext | None = None
) -> AsyncIterator[tuple[int, list[bytes]]]:
    """The port of such a server, and the heads of what it was asked."""
    played = Played(reply)
    async with await asyncio.start_server(played.serve, "127.0.0.1", 0, ssl=tls) as server:
        yield server.sockets[0].getsockname()[1], played.asked
        while played.open:
            await asyncio.sleep(0.001)


def answering(
    body: str, status: int = 200, header: str = "X-A: b"
) -> contextlib.AbstractAsyncContextManager[tuple[int, list[bytes]]]:
    data = body.encode()
    head = f"HTTP/1.1 {status} Fine\r\n{header}\r\nContent-Length: {len(data)}\r\n\r\n"
    return playing(head.encode() + data)


@pytest.mark.parametrize(
    ("body", "status", "header", "kind", "count"),
    [
        (OLLAMA, 200, "X-A: b", AccountKind.OLLAMA, 1),
        (VLLM, 200, "Server: uvicorn", AccountKind.VLLM, 2),
        ('{"data":[]}', 200, "Server: llama.cpp", AccountKind.LLAMA_SERVER, 0),
        ('{"data":null,"object":"list"}', 200, "X-A: b", OTHER, 0),
        (LOADING, 503, "Server: llama.cpp", AccountKind.LLAMA_SERVER, None),
        ('{"error":{"message":"Missing API key"}}', 401, "X-A: b", OTHER, None),
        ("Invalid host header", 403, "Content-Type: text/plain", OTHER, None),
    ],
)
async def test_server_of_models_is_recognised_by_what_it_says(
    body: str, status: int, header: str, kind: AccountKind, count: int | None
) -> None:
    async with answering(body, status, header) as (port, _):
        found = await find_server(port, OTHER)
    assert found is not None
    assert (found.kind, found.model_count) == (kind, count)
    assert found.url == f"http://127.0.0.1:{port}"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("<html>Tomcat</html>", 200),
        ('{"hello":"world"}', 200),
        ("[1]", 200),
        ('{"error":"Unexpected endpoint or method. (GET /v1/models)"}', 200),
        ("who are you", 401),
        ("not here", 404),
        ("down", 503),
    ],
)
async def test_other_web_server_is_not_taken_for_one(body: str, status: int) -> None:
    async with answering(body, status) as (port, _):
        assert await find_server(port, OTHER) is None


async def test_server_that_never_answers_is_given_up() -> None:
    async with playing(b"") as (port, _):
        assert await find_server(port, OTHER, timeout_s=0.05) is None


async def test_asking_is_one_get_to_loopback_without_any_key() -> None:
    async with answering(OLLAMA) as (port, asked):
        await find_server(port, OTHER)
    assert len(asked) == 1
    assert asked[0].startswith(b"GET /v1/models HTTP/1.1\r\n")
    assert b"authorization" not in asked[0].lower()


def test_known_ports_are_those_of_the_field() -> None:
    assert set(KNOWN_PORTS) == {1234, 11434, 8080, 8000, 1337, 5001, 4891}


class KnownAccounts:
    """The accounts that there are."""

    def __init__(self, *urls: str) -> None:
        self.urls = urls

    async def list(self) -> list[Account]:
        return [Account(1, "Known", OTHER, url) for url in self.urls]


def _drop(_values: dict[str, Any]) -> None:
    """There is no settings file."""


class Bench:
    """A discovery that looks at some ports only."""

    def __init__(
        self,
        ports: Mapping[int, AccountKind],
        *urls: str,
        engines: EngineService | None = None,
        setting: str = "on",
        lm_studio: str = "http://127.0.0.1:1",
    ) -> None:
        self.broadcast = Broadcast()
        self.told: list[tuple[FoundServer, ...]] = []
        self.broadcast.subscribe(ServersFound, self.on_found)
        sources = SettingSources(environ={"DESKTOP_CHAT_DISCOVERY": setting})
        settings = SettingsService(
            sources, {"server.url": lm_studio}, save=_drop, broadcast=self.broadcast
        )
        assert settings.value(SETTING) == setting
        absent = FakeEngine(error=ServerUnreachableError(url="u"))
        self.engines = engines or engine_service(absent)
        self.service = DiscoveryService(
            settings,
            self.engines,
            KnownAccounts(*urls),  # type: ignore[arg-type]
            self.broadcast,
            ports=ports,
        )

    def on_found(self, event: ServersFound) -> None:
        self.told.append(event.servers)


async def test_search_offers_what_is_there_and_uses_nothing() -> None:
    async with answering(VLLM) as (port, _), answering("<html>") as (other, _):
        bench = Bench({port: OTHER, other: OTHER, 1: OTHER})
        found = await bench.service.search()
    assert [(one.kind, one.name) for one in found] == [(AccountKind.VLLM, "vLLM")]
    assert bench.told == [found]
    assert bench.service.found == found
    assert list(bench.engines.accounts) == []


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
async def test_search_leaves_out_what_is_in_use(host: str) -> None:
    async with answering(OLLAMA) as (port, asked):
        bench = Bench({port: OTHER}, f"http://{host}:{port}/v1")
        assert await bench.service.search() == ()
        assert await Bench({port: OTHER}, lm_studio=f"{host}:{port}").service.search() == ()
    assert asked == []


async def test_search_finds_a_server_of_the_same_port_elsewhere_in_use() -> None:
    async with answering(OLLAMA) as (port, _):
        bench = Bench({port: OTHER}, f"http://192.168.1.9:{port}")
        assert len(await bench.service.search()) == 1


async def test_start_searches_once_if_lm_studio_does_not_answer() -> None:
    async with answering(OLLAMA) as (port, asked):
        bench = Bench({port: OTHER})
        await bench.engines.refresh()
        await bench.service.search_at_start()
    assert len(asked) == 1
    assert len(bench.told[0]) == 1


async def test_start_with_lm_studio_there_searches_nothing() -> None:
    engines = engine_service(FakeEngine(chat_model("a")))
    await engines.refresh()
    assert engines.status(LM_STUDIO).models
    async with answering(OLLAMA) as (port, asked):
        await Bench({port: OTHER}, engines=engines).service.search_at_start()
    assert asked == []


async def test_start_with_the_search_switched_off_asks_nobody() -> None:
    async with answering(OLLAMA) as (port, asked):
        bench = Bench({port: OTHER}, setting="off")
        await bench.engines.refresh()
        await bench.service.search_at_start()
    assert asked == []
    assert bench.told == []


async def test_played_lm_studio_is_found_as_such(standin: StandIn) -> None:
    found = await find_server(urlsplit(standin.url).port or 0, OTHER)
    assert found is not None
    assert (found.kind, found.name) == (AccountKind.LM_STUDIO, "LM Studio")


@pytest.mark.parametrize("role", sorted(ROLES))
async def test_scenario_143_each_played_server_is_found(role: str) -> None:
    async with StandIn(role=role) as server:
        port = urlsplit(server.url).port or 0
        found = await find_server(port, KNOWN_PORTS.get(ROLES[role].port, OTHER))
    assert found is not None
    # A gateway says nothing of itself, and has no port of its own here.
    if role != "litellm":
        assert found.kind == AccountKind(role)
