"""Accounts as the services keep, try and use them, against a played server."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from desktop_chat.domain.account import Account, AccountKind, AccountSecrets
from desktop_chat.domain.changes import AccountsChanged
from desktop_chat.domain.errors import (
    AccountNotFoundError,
    InvalidAccountError,
    InvalidServerUrlError,
    NoModelAnywhereError,
    PlainKeyError,
    SecretsUnavailableError,
    ServerUnreachableError,
    UnauthorizedError,
)
from desktop_chat.domain.model_info import ModelRef
from desktop_chat.domain.request import ChatRequest, ChatTurn
from desktop_chat.logs import redact
from desktop_chat.services.background import Worker
from desktop_chat.services.broadcast import Broadcast
from desktop_chat.services.engines.account_secrets import AccountSecretsStore
from desktop_chat.services.engines.accounts import AccountsService
from desktop_chat.services.engines.service import EngineState
from desktop_chat.services.secrets import Secrets
from desktop_chat.storage.accounts import AccountRepository
from desktop_chat.storage.database import open_database
from desktop_chat.storage.secrets import MemorySecretStore
from tests.fakes.engines import FakeChoices, FakeEngine, engine_service
from tests.services.turn_bench import consume
from tests.standin.server import StandIn
from tests.standin.state import ECHO

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

pytestmark = pytest.mark.anyio

KEY = "sk-lm-a-key-of-an-account"
PUBLIC = "http://models.example:8000"


class LockedStore(MemorySecretStore):
    """Counts who asks, and takes nothing while it is locked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0
        self.is_locked = False

    def get(self, name: str) -> str | None:
        self.asked += 1
        return super().get(name)

    def set(self, name: str, value: str) -> None:
        if self.is_locked:
            raise SecretsUnavailableError(detail="it is locked")
        super().set(name, value)


class Bench:
    """An accounts service on a database and a key store of its own."""

    def __init__(self, path: Path) -> None:
        self.db = open_database(path)
        self.writer = Worker("writer")
        self.store = LockedStore()
        self.secrets = Secrets(self.open_store)
        self.broadcast = Broadcast()
        self.changes = 0
        self.broadcast.subscribe(AccountsChanged, self.on_changed)
        self.choices = FakeChoices()
        self.engines = engine_service(FakeEngine(), choices=self.choices)
        self.service = self.made()

    def made(self) -> AccountsService:
        """A service as the next start would make it."""
        store = AccountSecretsStore(self.secrets)
        return AccountsService(
            AccountRepository(self.db), self.writer, store, self.engines, self.broadcast
        )

    def open_store(self) -> LockedStore:
        return self.store

    def on_changed(self, _event: AccountsChanged) -> None:
        self.changes += 1

    def in_database(self) -> str:
        """Every text of the database file, the log beside it included."""
        places = self.db.path.parent.glob("chats.sqlite3*")
        return b"".join(place.read_bytes() for place in places).decode("latin-1")

    async def aclose(self) -> None:
        await self.engines.aclose()
        self.writer.close()
        self.secrets.close()
        self.db.close()


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    made = Bench(tmp_path / "chats.sqlite3")
    yield made
    await made.aclose()


def account(url: str, **more: Any) -> Account:
    return replace(Account(0, "Mine", AccountKind.OTHER, url), **more)


async def test_save_keeps_the_account_and_its_secrets_apart(bench: Bench) -> None:
    entered = account("https://models.example", header_names=("X-Team",))
    stored = await bench.service.save(entered, AccountSecrets(KEY, {"X-Team": "red-and-secret"}))
    assert await bench.service.list() == [stored]
    entry = json.loads(bench.store.get(f"account.{stored.id}") or "")
    assert entry.pop("server") == "https://models.example:443"
    assert entry == {"key": KEY, "headers": {"X-Team": "red-and-secret"}}
    assert KEY not in bench.in_database()
    assert "red-and-secret" not in bench.in_database()
    assert redact(f"{KEY} red-and-secret").count("•••") == 2
    assert bench.changes == 1


async def test_save_without_secrets_keeps_the_stored_ones(bench: Bench) -> None:
    stored = await bench.service.save(account("https://models.example"), AccountSecrets(KEY))
    renamed = await bench.service.save(replace(stored, name="Other"))
    assert renamed.name == "Other"
    assert (await bench.service.secrets(stored.id)).key == KEY
    await bench.service.save(stored, AccountSecrets())
    assert bench.store.get(f"account.{stored.id}") is None


async def test_save_drops_values_of_headers_that_are_not_sent(bench: Bench) -> None:
    secrets = AccountSecrets("", {"x-team": " red ", "X-Old": "blue"})
    stored = await bench.service.save(
        account("https://models.example", header_names=("X-Team",)), secrets
    )
    assert (await bench.service.secrets(stored.id)).headers == {"X-Team": "red"}


async def test_save_key_store_that_refuses_leaves_no_account_without_its_key(bench: Bench) -> None:
    bench.store.is_locked = True
    with pytest.raises(SecretsUnavailableError):
        await bench.service.save(account("https://models.example"), AccountSecrets(KEY))
    assert await bench.service.list() == []


async def test_remove_takes_the_secrets_and_the_engine_with_it(bench: Bench) -> None:
    stored = await bench.service.save(account("https://models.example"), AccountSecrets(KEY))
    assert bench.engines.status(stored.account_id).state is EngineState.CHECKING
    await bench.service.remove(stored.id)
    assert await bench.service.list() == []
    assert bench.store.get(f"account.{stored.id}") is None
    assert bench.engines.status(stored.account_id).state is EngineState.ABSENT
    assert stored.account_id not in bench.engines.accounts


async def test_save_removed_meanwhile_is_told(bench: Bench) -> None:
    stored = await bench.service.save(account("https://models.example"))
    await bench.service.remove(stored.id)
    with pytest.raises(AccountNotFoundError):
        await bench.service.save(stored, AccountSecrets(KEY))
    assert bench.store.get(f"account.{stored.id}") is None


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"header_names": ("X Team",)}, "headers"),
        ({"header_names": ("X-A\r\nHost",)}, "headers"),
        ({"header_names": ("content-length",)}, "headers"),
        ({"header_names": ("X-A", "x-a")}, "headers"),
        ({"extra_body": "[1]"}, "extra_body"),
        ({"extra_body": '{"messages": []}'}, "extra_body"),
        ({"certificate": "no certificate"}, "certificate"),
        ({"proxy": "socks5://127.0.0.1:1080"}, "proxy"),
        ({"proxy": "http://127.0.0.1:99999"}, "proxy"),
        ({"proxy": "http://user:word@127.0.0.1:3128"}, "proxy"),
    ],
)
async def test_save_unusable_field_is_named(
    bench: Bench, fields: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidAccountError) as caught:
        await bench.service.save(account("https://models.example", **fields))
    assert caught.value.fields["field"] == field
    assert "word@" not in str(caught.value)
    assert await bench.service.list() == []


@pytest.mark.parametrize("secrets", [AccountSecrets("kéy"), AccountSecrets("", {"X-A": "a\nb"})])
async def test_save_secret_that_no_header_can_carry_is_refused(
    bench: Bench, secrets: AccountSecrets
) -> None:
    with pytest.raises(InvalidAccountError):
        await bench.service.save(account("https://models.example", header_names=("X-A",)), secrets)


async def test_save_bad_address_is_refused(bench: Bench) -> None:
    with pytest.raises(InvalidServerUrlError):
        await bench.service.save(account("ftp://models.example"))


async def test_save_without_a_name_is_called_by_its_address(bench: Bench) -> None:
    stored = await bench.service.save(account("https://models.example:8443/v1", name="  "))
    assert stored.name == "models.example:8443"


async def test_row_43_key_over_plain_http_to_a_public_host_has_to_be_allowed(bench: Bench) -> None:
    with pytest.raises(PlainKeyError):
        await bench.service.save(account(PUBLIC), AccountSecrets(KEY))
    with pytest.raises(PlainKeyError):
        await bench.service.test(account(PUBLIC), AccountSecrets(KEY))
    named = account(PUBLIC, header_names=("X-Key",))
    with pytest.raises(PlainKeyError):
        await bench.service.save(named, AccountSecrets("", {"X-Key": KEY}))
    assert await bench.service.list() == []
    allowed = account(PUBLIC, allows_plain_key=True)
    stored = await bench.service.save(allowed, AccountSecrets(KEY))
    with pytest.raises(PlainKeyError):
        await bench.service.save(replace(stored, allows_plain_key=False))


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8000", "http://192.168.1.7:1234", "https://models.example"]
)
async def test_row_43_key_to_a_near_or_encrypted_host_asks_nothing(bench: Bench, url: str) -> None:
    assert (await bench.service.save(account(url), AccountSecrets(KEY))).id


async def test_test_lists_the_models_and_stores_nothing(bench: Bench, standin: StandIn) -> None:
    models = await bench.service.test(account(standin.url), AccountSecrets())
    assert ECHO in {model.id for model in models}
    assert await bench.service.list() == []
    assert bench.changes == 0


async def test_test_without_secrets_uses_the_stored_ones(bench: Bench, standin: StandIn) -> None:
    standin.state.token = KEY
    with pytest.raises(UnauthorizedError):
        await bench.service.test(account(standin.url))
    stored = await bench.service.save(account(standin.url), AccountSecrets(KEY))
    assert await bench.service.test(stored)


async def test_test_refused_is_the_servers_error(bench: Bench, refused_url: str) -> None:
    with pytest.raises(ServerUnreachableError):
        await bench.service.test(account(refused_url))


async def test_engine_of_a_stored_account_lists_and_answers(bench: Bench, standin: StandIn) -> None:
    standin.state.token = KEY
    stored = await bench.service.save(account(standin.url), AccountSecrets(KEY))
    await bench.engines.refresh(stored.account_id)
    status = bench.engines.status(stored.account_id)
    assert (status.state, status.name) == (EngineState.READY, "Mine")
    assert ECHO in {model.id for model in status.models}
    assert standin.log[-1].headers["authorization"] == f"Bearer {KEY}"


async def test_near_server_without_a_key_never_opens_the_key_store(
    bench: Bench, standin: StandIn
) -> None:
    stored = await bench.service.save(account(standin.url), AccountSecrets())
    asked = bench.store.asked
    await bench.engines.refresh(stored.account_id)
    assert bench.engines.status(stored.account_id).state is EngineState.READY
    assert bench.store.asked == asked


async def test_headers_of_an_account_are_sent_from_the_first_request_on(
    bench: Bench, standin: StandIn
) -> None:
    entered = account(standin.url, header_names=("X-Team",))
    stored = await bench.service.save(entered, AccountSecrets("", {"X-Team": "red"}))
    await bench.engines.refresh(stored.account_id)
    assert {seen.headers.get("x-team") for seen in standin.log} == {"red"}


async def test_start_makes_the_engines_of_enabled_accounts(bench: Bench) -> None:
    first = await bench.service.save(account("https://a.example"))
    await bench.service.save(account("https://b.example", is_enabled=False))
    await bench.made().start()
    assert list(bench.engines.accounts) == [first.account_id]


async def test_save_other_account_leaves_the_engine_of_this_one(bench: Bench) -> None:
    first = await bench.service.save(account("https://a.example"))
    engine = bench.engines.accounts[first.account_id]
    second = await bench.service.save(account("https://b.example"))
    assert bench.engines.accounts[first.account_id] is engine
    await bench.service.save(replace(first, name="New"))
    assert bench.engines.accounts[first.account_id] is not engine
    assert list(bench.engines.accounts) == [first.account_id, second.account_id]


async def test_account_answers_by_default_only_if_it_was_chosen_last(
    bench: Bench, standin: StandIn
) -> None:
    await bench.engines.refresh()
    stored = await bench.service.save(account(standin.url))
    await bench.engines.refresh(stored.account_id)
    with pytest.raises(NoModelAnywhereError):
        bench.engines.default_ref()
    bench.choices.last = ModelRef(stored.account_id, ECHO)
    assert bench.engines.default_ref() == ModelRef(stored.account_id, ECHO)


@pytest.mark.parametrize("expected_logs", [["The servers could not be read"]])
async def test_start_with_a_damaged_table_goes_on_without_accounts(bench: Bench) -> None:
    bench.db.sql("DROP TABLE account")
    await bench.service.start()
    assert bench.engines.accounts == {}


async def test_key_of_an_old_address_never_goes_to_a_new_one(
    bench: Bench, standin: StandIn
) -> None:
    entered = account(standin.url, header_names=("X-Team",))
    stored = await bench.service.save(entered, AccountSecrets(KEY, {"X-Team": "red"}))
    async with StandIn() as other:
        other.state.token = KEY
        moved = replace(stored, url=other.url)
        with pytest.raises(UnauthorizedError):
            await bench.service.test(moved)
        await bench.service.save(moved)
        await bench.engines.refresh(stored.account_id)
        assert bench.engines.status(stored.account_id).state is not EngineState.READY
        assert other.log
        for seen in other.log:
            assert not seen.headers.keys() & {"authorization", "x-team"}
    assert await bench.service.secrets(stored.id) == AccountSecrets()


async def test_key_of_another_data_directory_is_not_used(bench: Bench, standin: StandIn) -> None:
    standin.state.token = KEY
    entry = {"server": "https://models.example:443", "key": KEY, "headers": {}}
    bench.store.set("account.1", json.dumps(entry))
    stored = await bench.service.save(account(standin.url))
    assert stored.id == 1
    await bench.engines.refresh(stored.account_id)
    assert not any("authorization" in seen.headers for seen in standin.log)


async def test_headers_go_with_a_request_before_the_first_look(
    bench: Bench, standin: StandIn
) -> None:
    entered = account(standin.url, header_names=("X-Team",))
    stored = await bench.service.save(entered, AccountSecrets("", {"X-Team": "red"}))
    await bench.made().start()
    await bench.engines.prepare(stored.account_id)
    request = ChatRequest(ECHO, (ChatTurn("user", "Hi"),))
    await consume(bench.engines.provider(stored.account_id).stream(request))
    assert [seen.headers.get("x-team") for seen in standin.log] == ["red"]
