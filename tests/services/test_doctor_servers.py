"""Every way in which a server can be of no use has its cause named, and what helps."""

from __future__ import annotations

import asyncio
import json
import ssl
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
import trustme

from desktop_chat import paths
from desktop_chat.domain.account import Account, AccountKind
from desktop_chat.domain.request import ChatRequest, ChatTurn
from desktop_chat.providers.wire.urls import origin_of
from desktop_chat.services.doctor import DoctorService, Finding, examine
from desktop_chat.services.engines.account_engine import AccountEngine
from desktop_chat.services.engines.account_secrets import AccountSecretsStore
from desktop_chat.services.launch import read_launch
from desktop_chat.services.secrets import Secrets
from desktop_chat.services.settings import TOKEN
from desktop_chat.storage.accounts import AccountRepository
from desktop_chat.storage.chats import ChatRepository
from desktop_chat.storage.database import open_database
from desktop_chat.storage.messages import MessageRepository
from desktop_chat.storage.secrets import MemorySecretStore
from tests.fakes.engines import FakeEngine, engine_service
from tests.services.test_discovery import answering, playing
from tests.services.turn_bench import consume
from tests.standin.server import StandIn
from tests.standin.state import ECHO

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

pytestmark = pytest.mark.anyio

KEY = "sk-lm-key-nobody-may-see"
LM_STUDIO = AccountKind.LM_STUDIO


async def look(url: str, ports: Mapping[int, AccountKind] | None = None) -> Finding:
    """What the doctor says of LM Studio at this address."""
    launch = read_launch({"url": url}, reads_working_directory=False, makes_directory=False)
    found = await examine(launch, ports=ports)
    return next(finding for finding in found if finding.name == "LM Studio")


def port_of(url: str) -> int:
    return urlsplit(url).port or 0


async def test_server_off_is_told_how_to_be_started(refused_url: str) -> None:
    found = await look(refused_url)
    assert (found.code, found.is_ok) == ("server_off", False)
    assert "nothing listens there" in found.detail
    assert "lms server start" in found.advice


async def test_wrong_port_names_the_right_one(standin: StandIn, refused_url: str) -> None:
    found = await look(refused_url, {port_of(standin.url): LM_STUDIO})
    assert found.code == "wrong_port"
    assert standin.url in found.advice


async def test_wrong_port_with_somebody_else_there_names_the_right_one(standin: StandIn) -> None:
    async with answering("<html>Tomcat</html>", header="Content-Type: text/html") as (port, _):
        ports = {port_of(standin.url): LM_STUDIO}
        found = await look(f"http://127.0.0.1:{port}", ports)
    assert found.code == "wrong_port"
    assert "another program answers there" in found.detail
    assert standin.url in found.advice


async def test_other_kind_of_server_at_another_port_is_not_offered_for_it(
    refused_url: str,
) -> None:
    async with answering('{"data":[{"id":"a","owned_by":"vllm"}]}') as (port, _):
        assert (await look(refused_url, {port: LM_STUDIO})).code == "server_off"


@pytest.mark.parametrize(
    ("path", "code"), [("/v1/v1", "doubled_v1"), ("/chats/here", "wrong_path")]
)
async def test_path_too_many_is_taken_out(standin: StandIn, path: str, code: str) -> None:
    found = await look(standin.url + path)
    assert (found.code, found.advice) == (code, f"Enter {standin.url}.")


@pytest.mark.parametrize("path", ["/v1", "/v1/", "/v1/chat/completions"])
async def test_path_that_people_copy_is_fine(standin: StandIn, path: str) -> None:
    assert (await look(standin.url + path)).is_ok


async def test_address_of_ip_6_names_the_one_of_ip_4(standin: StandIn) -> None:
    found = await look(f"http://[::1]:{port_of(standin.url)}")
    assert found.code == "localhost"
    assert standin.url in found.advice


async def test_localhost_works_where_only_ip_4_listens(standin: StandIn) -> None:
    assert (await look(f"http://localhost:{port_of(standin.url)}")).is_ok


async def test_local_network_off_is_named(standin: StandIn) -> None:
    found = await look(f"http://127.0.0.2:{port_of(standin.url)}")
    assert found.code == "lan_off"
    assert "Serve on Local Network" in found.advice
    assert standin.url in found.advice


async def test_unknown_name_is_a_matter_of_spelling() -> None:
    found = await look("http://no-such-name.invalid:1234")
    assert found.code == "unknown_host"
    assert "spelling" in found.advice


async def test_server_that_never_answers_is_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desktop_chat.services.doctor.servers.LOOK_TIMEOUT_S", 0.1)
    async with playing(b"") as (port, _):
        found = await look(f"http://127.0.0.1:{port}")
    assert found.code == "no_answer"


async def test_list_that_hangs_beside_a_good_one_holds_nobody_back(
    standin: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desktop_chat.services.doctor.servers.LOOK_TIMEOUT_S", 0.5)
    standin.play("never", on="/v1/models", times=9)
    async with asyncio.timeout(10):
        assert (await look(standin.url)).is_ok


async def test_something_else_there_is_no_server_of_models() -> None:
    async with playing(b"SSH-2.0-OpenSSH_9.6\r\n") as (port, _):
        found = await look(f"http://127.0.0.1:{port}")
    assert not found.is_ok
    assert found.code in ("not_a_server", "unreadable_reply")


async def test_https_where_none_is_spoken_says_http(standin: StandIn) -> None:
    found = await look(standin.url.replace("http:", "https:"))
    assert found.code == "needs_http"
    assert standin.url in found.advice


async def test_token_needed_and_token_refused_are_two_things(
    standin: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    standin.state.token = KEY
    assert (await look(standin.url)).code == "token_needed"
    monkeypatch.setenv("LM_STUDIO_API_TOKEN", "sk-lm-another-key-of-mine")
    found = await look(standin.url)
    assert found.code == "token_refused"
    assert "another-key" not in str(found) + found.exchange


async def test_nothing_loaded_is_fine_where_models_are_loaded_on_demand(standin: StandIn) -> None:
    standin.state.set_loaded([])
    found = await look(standin.url)
    assert (found.code, found.is_ok) == ("none_loaded", True)
    assert "takes a while" in found.advice


async def test_nothing_loaded_and_loading_on_demand_off_is_named(standin: StandIn) -> None:
    standin.state.set_loaded([])
    standin.state.jit = False
    found = await look(standin.url)
    assert (found.code, found.is_ok) == ("jit_off", False)
    assert "JIT" in found.advice


async def test_loading_on_demand_off_with_a_model_loaded_is_only_told(standin: StandIn) -> None:
    standin.state.jit = False
    found = await look(standin.url)
    assert found.is_ok
    assert "JIT" in found.advice


async def test_no_chat_model_says_how_to_get_one(standin: StandIn) -> None:
    standin.state.models = []
    standin.state.set_loaded([])
    found = await look(standin.url)
    assert (found.code, found.is_ok) == ("no_models", False)


@pytest.mark.parametrize(
    ("status", "header", "body", "code"),
    [
        (502, "Content-Type: text/html", "<html>Bad gateway</html>", "proxy_answered"),
        (301, "Location: https://other.example/", "", "redirected"),
        (403, "Content-Type: text/plain", "Invalid host header", "permission_denied"),
    ],
)
async def test_answer_that_is_none_of_a_server_has_its_cause(
    status: int, header: str, body: str, code: str
) -> None:
    async with answering(body, status, header) as (port, _):
        found = await look(f"http://127.0.0.1:{port}")
    assert (found.code, found.is_ok) == (code, False)
    assert found.advice


def encrypted(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


async def test_certificate_that_nobody_trusts_is_named() -> None:
    async with playing(b"", encrypted(trustme.CA())) as (port, _):
        found = await look(f"https://127.0.0.1:{port}")
    assert found.code == "certificate_untrusted"
    assert "Trust it" in found.advice


async def test_http_where_https_is_spoken_says_https() -> None:
    async with playing(b"", encrypted(trustme.CA())) as (port, _):
        found = await look(f"http://127.0.0.1:{port}")
    assert found.code == "needs_https"
    assert f"https://127.0.0.1:{port}" in found.advice


def server_of(url: str) -> str:
    """How an entry of the key store names the server that it is for."""
    scheme, host, port = origin_of(url) or ("", "", 0)
    return f"{scheme}://{host}:{port}"


class AccountBench:
    """A data directory with servers in it, and a key store."""

    def __init__(self, data_dir: Path, refused_url: str) -> None:
        self.db = open_database(paths.database_path(data_dir))
        self.store = MemorySecretStore()
        self.secrets = Secrets(self.open_store)
        self.refused_url = refused_url

    def open_store(self) -> MemorySecretStore:
        return self.store

    def add(self, url: str, **more: Any) -> Account:
        account = Account(0, "Cluster", AccountKind.OTHER, url, **more)
        return AccountRepository(self.db).save(account)

    def keep(self, stored: Account, key: str, **headers: str) -> None:
        """Put secrets into the key store as the program keeps them."""
        entry = {"server": server_of(stored.url), "key": key, "headers": headers}
        self.store.set(f"account.{stored.id}", json.dumps(entry))

    def doctor(self) -> DoctorService:
        options = {"url": self.refused_url}
        launch = read_launch(options, reads_working_directory=False)
        return DoctorService(launch, secrets=self.secrets, ports={})

    async def found(self, name: str = "Cluster") -> list[Finding]:
        return [one for one in await self.doctor().examine() if one.name == name]

    def close(self) -> None:
        self.secrets.close()
        self.db.close()


@pytest.fixture
def accounts(data_dir: Path, refused_url: str) -> Iterator[AccountBench]:
    data_dir.mkdir(mode=0o700)
    bench = AccountBench(data_dir, refused_url)
    yield bench
    bench.close()


async def test_account_is_looked_at_with_its_key(accounts: AccountBench, standin: StandIn) -> None:
    standin.state.token = KEY
    stored = accounts.add(standin.url)
    accounts.keep(stored, KEY)
    (found,) = await accounts.found()
    assert found.is_ok, found.detail
    assert "chat models" in found.detail


async def test_account_that_is_switched_off_is_left_alone(
    accounts: AccountBench, standin: StandIn
) -> None:
    accounts.add(standin.url, is_enabled=False)
    assert await accounts.found() == []
    assert list(standin.log) == []


async def test_proxy_that_swallows_a_near_server_is_named(
    accounts: AccountBench, standin: StandIn
) -> None:
    accounts.add(standin.url, proxy=accounts.refused_url)
    (found,) = await accounts.found()
    assert found.code == "proxy"
    assert "Take the proxy out" in found.advice


async def test_key_over_plain_http_to_a_public_host_is_named_and_not_sent(
    accounts: AccountBench,
) -> None:
    stored = accounts.add("http://models.example")
    accounts.keep(stored, KEY)
    (found,) = await accounts.found()
    assert found.code == "plain_key"


async def test_row_89_report_shows_the_exchange_and_no_key(
    accounts: AccountBench, standin: StandIn
) -> None:
    standin.state.token = "sk-lm-the-right-one"
    stored = accounts.add(standin.url, header_names=("X-Team",))
    accounts.keep(stored, KEY, **{"X-Team": "red-and-secret"})
    doctor = accounts.doctor()
    report = doctor.report(await doctor.examine())
    assert "GET" in report
    assert "/v1/models" in report
    assert "HTTP 401" in report
    assert KEY not in report
    assert "red-and-secret" not in report


async def test_token_in_the_key_store_is_fetched_only_when_it_is_wanted(
    accounts: AccountBench, standin: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LM_STUDIO_URL", standin.url)
    accounts.refused_url = ""
    standin.state.token = KEY
    accounts.store.set(TOKEN, KEY)
    (found,) = await accounts.found("LM Studio")
    assert found.is_ok, found.detail


REPLIES = [
    ("context_full", "", "context_full", "larger context"),
    ("connection_lost", "So far", "connection_lost", "server's own log"),
    ("engine_failed", "So far", "error_in_stream", "Try it again"),
    ("engine_failed", "", "engine_failed", "Try it again"),
]


@pytest.mark.parametrize(("code", "content", "expected", "advice"), REPLIES)
async def test_last_reply_that_failed_has_its_cause(
    accounts: AccountBench, code: str, content: str, expected: str, advice: str
) -> None:
    chat = ChatRepository(accounts.db).create_chat("One")
    reply = MessageRepository(accounts.db).start_turn(chat.id, "Hi")[1]
    sql = "UPDATE message SET status = 'failed', error = 'It broke.', error_code = ?, content = ?"
    accounts.db.sql(f"{sql} WHERE id = ?", (code, content, reply.id))
    (found,) = await accounts.found("last reply")
    assert (found.code, found.is_ok) == (expected, False)
    assert "It broke." in found.advice
    assert advice in found.advice
    assert ("after it had begun" in found.detail) == bool(content)


async def test_last_reply_that_is_well_is_in_order(accounts: AccountBench) -> None:
    chat = ChatRepository(accounts.db).create_chat("One")
    reply = MessageRepository(accounts.db).start_turn(chat.id, "Hi")[1]
    sql = "UPDATE message SET status = 'complete', finish_reason = 'length' WHERE id = ?"
    accounts.db.sql(sql, (reply.id,))
    (found,) = await accounts.found("last reply")
    assert (found.code, found.is_ok) == ("length", True)


async def test_report_shows_what_the_session_asked_before(
    accounts: AccountBench, standin: StandIn
) -> None:
    stored = accounts.add(standin.url)
    engine = AccountEngine(stored, AccountSecretsStore(accounts.secrets))
    request = ChatRequest(ECHO, (ChatTurn("user", "What went wrong"),))
    await consume(engine.provider.stream(request))
    engines = engine_service(FakeEngine())
    engines.set_accounts({stored.account_id: engine})
    launch = read_launch({"url": accounts.refused_url}, reads_working_directory=False)
    doctor = DoctorService(launch, secrets=accounts.secrets, engines=engines, ports={})
    found = next(one for one in await doctor.examine() if one.name == "Cluster")
    assert "> POST" in found.exchange
    assert "What went wrong" in found.exchange
    await engines.aclose()
