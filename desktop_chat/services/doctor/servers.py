"""Looks at one server: whether it answers, what it has, and what keeps it from answering."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from desktop_chat.domain.account import AccountKind, AccountSecrets
from desktop_chat.domain.errors import ChatError, ServerUnreachableError, UnauthorizedError
from desktop_chat.domain.model_info import ModelKind
from desktop_chat.providers.registry import make_provider
from desktop_chat.services.doctor.causes import CauseFinder
from desktop_chat.services.doctor.finding import Finding, exchange_text
from desktop_chat.services.engines.account_engine import check_plain_key

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from desktop_chat.domain.account import Account
    from desktop_chat.domain.exchange import Exchange
    from desktop_chat.domain.model_info import ModelInfo
    from desktop_chat.providers.base import Provider

# Whoever looks at the doctor waits for it.
LOOK_TIMEOUT_S = 10.0
# The newest say what is wrong now.
MAX_ASKED, MAX_LOOKS = 2, 2
LOAD = "Load one in LM Studio, or switch on there that models are loaded when asked for (JIT)."


@dataclass(frozen=True, slots=True)
class Server:
    """A server to look at.

    Attributes:
        secrets: What it is asked with at first.
        more_secrets: Fetches them from the key store; called if the server wants a key.
        exchanges: What went over the wire in this session before.
    """

    account: Account
    secrets: AccountSecrets = field(default_factory=AccountSecrets)
    more_secrets: Callable[[], Awaitable[AccountSecrets]] | None = None
    exchanges: Sequence[Exchange] = ()

    @property
    def name(self) -> str:
        """What it is called."""
        return self.account.name


async def look_at_server(
    server: Server, ports: Mapping[int, AccountKind]
) -> tuple[Finding, list[ModelInfo]]:
    """Ask a server for its models, and find out why if that fails.

    Args:
        server: Nothing about it is changed, and no model is loaded.
        ports: Where other servers of this machine are looked for.
    """
    try:
        check_plain_key(server.account, server.secrets)
        provider = make_provider(server.account, server.secrets)
    except ChatError as error:
        return Finding(server.name, False, server.account.url, str(error), code=error.code), []
    try:
        models = await _listed(server, provider)
        note = await _on_demand_note(server, provider, models)
    except UnauthorizedError as error:
        if server.more_secrets is not None:
            secrets = await _fetched(server.more_secrets)
            if secrets not in (server.secrets, AccountSecrets()):
                better = replace(server, secrets=secrets, more_secrets=None)
                return await look_at_server(better, ports)
        return await _failed(server, provider, error, ports), []
    except ChatError as error:
        return await _failed(server, provider, error, ports), []
    else:
        wire = exchange_text(_newest(server, provider))
        return _working(server, models, note, wire)
    finally:
        await provider.aclose()


def _newest(server: Server, provider: Provider) -> list[Exchange]:
    """Return what was asked of the model in this session, and what the doctor asked just now."""
    asked = [exchange for exchange in server.exchanges if exchange.method == "POST"]
    return [*asked[-MAX_ASKED:], *list(provider.exchanges)[-MAX_LOOKS:]]


async def _listed(server: Server, provider: Provider) -> list[ModelInfo]:
    try:
        async with asyncio.timeout(LOOK_TIMEOUT_S):
            return await provider.list_models()
    except TimeoutError as error:
        raise ServerUnreachableError(url=server.account.url) from error


async def _fetched(fetch: Callable[[], Awaitable[AccountSecrets]]) -> AccountSecrets:
    try:
        return await fetch()
    except ChatError:
        return AccountSecrets()  # the key store has a finding of its own


async def _failed(
    server: Server, provider: Provider, error: ChatError, ports: Mapping[int, AccountKind]
) -> Finding:
    cause = await CauseFinder(server.account, server.secrets, ports).find(error)
    wire = exchange_text(_newest(server, provider))
    return Finding(server.name, False, cause.detail, cause.advice, code=cause.code, exchange=wire)


def _working(
    server: Server, models: list[ModelInfo], note: str, wire: str
) -> tuple[Finding, list[ModelInfo]]:
    url = server.account.url
    usable = [m for m in models if m.kind is not ModelKind.EMBEDDING]
    if not usable:
        is_lm_studio = server.account.kind is AccountKind.LM_STUDIO
        advice = "Get a chat model in LM Studio." if is_lm_studio else "Give it a chat model."
        detail = f"{url} has no chat model"
        return Finding(server.name, False, detail, advice, code="no_models", exchange=wire), []
    detail = f"{url}, {len(usable)} chat models"
    if any(m.is_loaded is not None for m in usable):
        loaded = [m.name for m in usable if m.is_loaded]
        detail += f", loaded: {', '.join(loaded) or 'none'}"
        if not loaded and note:
            advice = f"No model is loaded, and none is loaded when asked for. {LOAD}"
            return Finding(
                server.name, False, detail, advice, code="jit_off", exchange=wire
            ), usable
        if not loaded:
            advice = "The first message has a model loaded, which takes a while."
            found = Finding(server.name, True, detail, advice, code="none_loaded", exchange=wire)
            return found, usable
    return Finding(server.name, True, detail, note, exchange=wire), usable


async def _on_demand_note(server: Server, provider: Provider, models: list[ModelInfo]) -> str:
    """Tell if LM Studio loads no models by itself: then `/v1` lists the loaded ones alone."""
    if server.account.kind is not AccountKind.LM_STUDIO or not provider.features.can_load:
        return ""
    bare = make_provider(replace(server.account, kind=AccountKind.OTHER), server.secrets)
    try:
        listed = {model.id for model in await _listed(server, bare)}
    except ChatError:
        return ""
    finally:
        await bare.aclose()
    missing = [m for m in models if m.kind is ModelKind.CHAT and m.id not in listed]
    waiting = [m for m in missing if not m.is_loaded]
    if not waiting:
        return ""
    return "Only models that are loaded there can answer: loading on demand (JIT) is off."
