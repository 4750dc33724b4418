"""The two engines as the services see them, against a played LM Studio."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from desktop_chat.domain.errors import (
    PlainKeyError,
    ProxyAnsweredError,
    ServerUnreachableError,
    UnauthorizedError,
)
from desktop_chat.domain.model_info import EMBEDDED, LM_STUDIO, ModelKind, ModelRef
from desktop_chat.domain.request import ChatRequest, ChatTurn
from desktop_chat.domain.stream import TextDelta
from desktop_chat.providers.embedded import EmbeddedProvider
from desktop_chat.services.broadcast import Broadcast
from desktop_chat.services.engines.engine_accounts import (
    EmbeddedEngine,
    LmStudioEngine,
    StoredChoices,
)
from desktop_chat.services.secrets import Secrets
from desktop_chat.services.settings import TOKEN, SettingSources, SettingsService
from desktop_chat.storage.secrets import MemorySecretStore
from tests.providers.gguf_maker import write_gguf
from tests.services.turn_bench import consume
from tests.standin.server import StandIn
from tests.standin.state import ECHO

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

pytestmark = pytest.mark.anyio

URL = "server.url"


class CountingStore(MemorySecretStore):
    """Counts how often a token was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0

    def get(self, name: str) -> str | None:
        self.asked += 1
        return super().get(name)


class Account:
    """An LM Studio engine with its settings and key store."""

    def __init__(self, url: str, environ: dict[str, str] | None = None) -> None:
        self.store = CountingStore()
        self.secrets = Secrets(self.open_store)
        self.settings = SettingsService(
            SettingSources(environ=environ or {}), {URL: url}, save=_drop, broadcast=Broadcast()
        )
        self.engine = LmStudioEngine(self.settings, self.secrets)

    def open_store(self) -> CountingStore:
        return self.store

    async def ask(self, text: str) -> str:
        request = ChatRequest(ECHO, (ChatTurn("user", text),))
        events = await consume(self.engine.provider.stream(request))
        return "".join(event.text for event in events if isinstance(event, TextDelta))

    async def aclose(self) -> None:
        await self.engine.aclose()
        self.secrets.close()


def _drop(_values: dict[str, Any]) -> None:
    """There is no settings file."""


@pytest.fixture
async def account(standin: StandIn) -> AsyncIterator[Account]:
    made = Account(standin.url)
    yield made
    await made.aclose()


async def test_look_returns_the_models_without_touching_the_key_store(account: Account) -> None:
    models = {model.id: model for model in await account.engine.look()}
    assert models[ECHO].is_loaded
    assert any(model.kind is ModelKind.EMBEDDING for model in models.values())
    assert account.store.asked == 0


async def test_look_refused_fetches_the_token_once_and_keeps_it(
    account: Account, standin: StandIn
) -> None:
    standin.state.token = "sk-lm-the-right-token"
    account.store.set(TOKEN, "sk-lm-the-right-token")
    assert await account.engine.look()
    await account.engine.look()
    assert account.store.asked == 1
    assert standin.log[-1].headers["authorization"] == "Bearer sk-lm-the-right-token"


@pytest.mark.parametrize("stored", [None, "sk-lm-the-wrong-token"])
async def test_look_refused_for_good_is_the_servers_error(
    account: Account, standin: StandIn, stored: str | None
) -> None:
    standin.state.token = "sk-lm-the-right-token"
    if stored:
        account.store.set(TOKEN, stored)
    with pytest.raises(UnauthorizedError):
        await account.engine.look()


async def test_token_from_outside_is_sent_at_once_and_never_replaced(standin: StandIn) -> None:
    standin.state.token = "sk-lm-from-outside"
    account = Account(standin.url, {"LM_STUDIO_API_TOKEN": "sk-lm-from-outside"})
    assert await account.engine.look()
    assert not await account.engine.renew_token()
    assert account.store.asked == 0
    await account.aclose()


async def test_token_changed_in_the_settings_is_fetched_anew(
    account: Account, standin: StandIn
) -> None:
    standin.state.token = "sk-lm-number-one"
    account.store.set(TOKEN, "sk-lm-number-one")
    await account.engine.look()
    standin.state.token = "sk-lm-number-two"
    account.store.set(TOKEN, "sk-lm-number-two")
    account.engine.forget_token()
    assert await account.engine.look()


async def test_turn_after_a_renewed_token_is_answered(account: Account, standin: StandIn) -> None:
    standin.state.token = "sk-lm-the-right-token"
    account.store.set(TOKEN, "sk-lm-the-right-token")
    with pytest.raises(UnauthorizedError):
        await account.ask("one two")
    assert await account.engine.renew_token()
    assert "one two" in await account.ask("one two")


async def test_provider_stays_until_the_address_changes(account: Account, standin: StandIn) -> None:
    first = account.engine.provider
    assert account.engine.provider is first
    async with StandIn() as other:
        account.settings.set(URL, other.url)
        assert account.engine.provider is not first
        await account.ask("to the other")
        assert [r.path for r in other.log] == ["/v1/chat/completions"]
        assert not standin.log
        await account.engine.aclose()


async def test_fixed_address_wins_over_the_settings(account: Account, standin: StandIn) -> None:
    engine = LmStudioEngine(account.settings, account.secrets, "http://127.0.0.1:9")
    assert engine.url == "http://127.0.0.1:9"
    assert account.engine.url == standin.url


async def test_look_where_nothing_listens_is_unreachable(refused_url: str) -> None:
    account = Account(refused_url)
    with pytest.raises(ServerUnreachableError):
        await account.engine.look()
    await account.aclose()


async def test_look_at_a_proxy_says_so(account: Account, standin: StandIn) -> None:
    standin.play("html-502", on="*", times=9)
    with pytest.raises(ProxyAnsweredError) as caught:
        await account.engine.look()
    assert standin.url in str(caught.value)


@pytest.mark.parametrize("source", ["option", "request"])
async def test_token_of_the_key_store_is_not_for_an_address_of_one_run(
    account: Account, standin: StandIn, source: str
) -> None:
    account.store.set(TOKEN, "sk-lm-of-the-other-server")
    account.settings.set(URL, "http://127.0.0.1:9")
    settings = account.settings
    if source == "option":
        sources = SettingSources(options={"url": standin.url})
        stored = {URL: "http://127.0.0.1:9"}
        settings = SettingsService(sources, stored, save=_drop, broadcast=Broadcast())
    standin.state.token = "sk-lm-of-the-other-server"
    url = standin.url if source == "request" else ""
    engine = LmStudioEngine(settings, account.secrets, url)
    with pytest.raises(UnauthorizedError):
        await engine.look()
    assert not await engine.renew_token()
    assert account.store.asked == 0
    assert not any("authorization" in asked.headers for asked in standin.log)
    await engine.aclose()


async def test_token_is_not_sent_to_the_address_of_a_later_setting(
    account: Account, standin: StandIn
) -> None:
    standin.state.token = "sk-lm-the-right-token"
    account.store.set(TOKEN, "sk-lm-the-right-token")
    await account.engine.look()
    async with StandIn() as other:
        account.settings.set(URL, other.url)
        await account.engine.look()
        assert "authorization" not in other.log[0].headers


async def test_token_is_for_the_server_at_which_it_was_entered(
    account: Account, standin: StandIn
) -> None:
    account.store.set(TOKEN, "sk-lm-the-right-token")
    account.engine.forget_token()
    async with StandIn() as other:
        other.state.token = "sk-lm-the-right-token"
        account.settings.set(URL, other.url)
        with pytest.raises(UnauthorizedError):
            await account.engine.look()
        assert not any("authorization" in asked.headers for asked in other.log)
        account.engine.forget_token()
        assert await account.engine.look()


async def test_token_of_which_nothing_says_whose_it_is_stays_with_the_old_address(
    account: Account, standin: StandIn
) -> None:
    account.store.set(TOKEN, "sk-lm-the-right-token")
    account.engine.keep_token_here()
    async with StandIn() as other:
        other.state.token = "sk-lm-the-right-token"
        account.settings.set(URL, other.url)
        with pytest.raises(UnauthorizedError):
            await account.engine.look()
    standin.state.token = "sk-lm-the-right-token"
    account.settings.set(URL, standin.url)
    assert await account.engine.look()


async def test_row_43_token_over_plain_http_to_a_public_host_is_not_sent() -> None:
    public = Account("http://models.example:1234", {"LM_STUDIO_API_TOKEN": "sk-lm-of-mine"})
    with pytest.raises(PlainKeyError):
        await public.engine.look()
    with pytest.raises(PlainKeyError):
        await public.ask("Hi")
    await public.aclose()


# The embedded engine and what was chosen


async def test_embedded_chosen_file_that_is_gone_is_not_offered(
    account: Account, tmp_path: Path
) -> None:
    account.settings.set(EmbeddedEngine.FILES, str(tmp_path / "gone.gguf"))
    engine = EmbeddedEngine(
        EmbeddedProvider([tmp_path], engine_command=["false"]), account.settings
    )
    assert await engine.look() == []
    assert not await engine.renew_token()
    await engine.aclose()


async def test_embedded_chosen_path_that_is_odd_keeps_no_model_away(
    account: Account, tmp_path: Path
) -> None:
    write_gguf(tmp_path / "tiny.gguf")
    (tmp_path / "loop.gguf").symlink_to(tmp_path / "loop.gguf")
    odd = [str(tmp_path / "loop.gguf"), "a\0b", "/" + "x" * 300]
    account.settings.set(EmbeddedEngine.FILES, "\n".join(odd))
    provider = EmbeddedProvider([tmp_path], engine_command=["false"])
    engine = EmbeddedEngine(provider, account.settings)
    assert [model.name for model in await engine.look()] == ["tiny"]
    await engine.aclose()


async def test_choices_are_remembered_with_colons_and_all(account: Account) -> None:
    choices = StoredChoices(account.settings)
    assert choices.last_choice() is None
    for ref in (ModelRef(LM_STUDIO, "a:2"), ModelRef(EMBEDDED, "C:\\m\\x.gguf")):
        choices.remember(ref)
        assert choices.last_choice() == ref


async def test_choices_model_asked_for_now_wins_over_the_settings(account: Account) -> None:
    account.settings.set("server.model", "stored")
    assert StoredChoices(account.settings).asked_model() == "stored"
    assert StoredChoices(account.settings, "now").asked_model() == "now"
