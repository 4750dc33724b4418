"""A server that the user entered, as an engine."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from desktop_chat.domain.account import AccountKind, AccountSecrets
from desktop_chat.domain.engine_features import EngineFeatures
from desktop_chat.domain.errors import PlainKeyError, SecretsUnavailableError, UnauthorizedError
from desktop_chat.providers.dialect.model_lists import lm_studio_features
from desktop_chat.providers.registry import make_provider
from desktop_chat.providers.wire.urls import is_private_host, origin_of

if TYPE_CHECKING:
    from desktop_chat.domain.account import Account
    from desktop_chat.domain.model_info import ModelInfo
    from desktop_chat.providers.base import Provider
    from desktop_chat.services.engines.account_secrets import AccountSecretsStore


class AccountEngine:
    """One account's server; another engine is made when the account changes.

    The key store is asked before the first request to a server that is far away or that gets
    headers of the user's; a near one has to ask for a key first, since most want none.
    """

    def __init__(self, account: Account, secrets: AccountSecretsStore) -> None:
        self.account = account
        self._store = secrets
        self._secrets = AccountSecrets()
        self._has_asked = False
        self._provider: Provider | None = None
        # Earlier ones, of which one may still be streaming.
        self._old: list[Provider] = []

    @property
    def label(self) -> str:
        """The user's name for the server."""
        return self.account.name

    @property
    def provider(self) -> Provider:
        """The provider, with what is known of the account's secrets.

        Raises:
            InvalidRequestError: What is stored of the account cannot be used.
            PlainKeyError: A key would go over the internet unprotected.
        """
        if self._provider is None:
            self._provider = self._make_provider()
        return self._provider

    @property
    def features(self) -> EngineFeatures:
        """What the server can do, as far as it is known."""
        if self._provider is not None:
            return self._provider.features
        if self.account.kind is AccountKind.LM_STUDIO:
            return lm_studio_features(None)
        return EngineFeatures()

    async def look(self) -> list[ModelInfo]:
        """Ask the server for its models."""
        await self.prepare()
        try:
            return await self._list_models()
        except UnauthorizedError:
            if self._has_asked or not await self.renew_token():
                raise
            return await self._list_models()

    async def prepare(self) -> None:
        """Fetch what must go with the very first request, if there was no look yet."""
        if not self._has_asked and self._needs_secrets_first():
            await self.renew_token()

    async def renew_token(self) -> bool:
        """Fetch the secrets; return whether there are some that were not used yet."""
        try:
            found = await self._store.get(self.account)
        except SecretsUnavailableError:
            return False  # the settings tell what is wrong with the key store
        self._has_asked = True
        if found == self._secrets:
            return False
        self._secrets = found
        if self._provider is not None:
            self._old.append(self._provider)
            self._provider = None
        return True

    async def _list_models(self) -> list[ModelInfo]:
        if self._provider is None:
            # The first provider of its kind is imported by this, which takes too long for a loop.
            made = await asyncio.to_thread(self._make_provider)
            self._provider = self._provider or made
        return await self._provider.list_models()

    def _make_provider(self) -> Provider:
        check_plain_key(self.account, self._secrets)
        return make_provider(self.account, self._secrets)

    def _needs_secrets_first(self) -> bool:
        return bool(self.account.header_names) or not _is_near(self.account.url)

    async def aclose(self) -> None:
        """Close the connections."""
        if self._provider is not None:
            self._old.append(self._provider)
            self._provider = None
        while self._old:
            await self._old.pop().aclose()


def check_plain_key(account: Account, secrets: AccountSecrets) -> None:
    """Refuse to send secrets over the internet unprotected, unless the user allowed it.

    Raises:
        PlainKeyError: The address is one of http and not of this machine or network.
    """
    origin = origin_of(account.url)
    if account.allows_plain_key or origin is None or origin[0] != "http":
        return
    if (secrets.key or secrets.headers) and not is_private_host(origin[1]):
        raise PlainKeyError(url=account.url)


def _is_near(url: str) -> bool:
    origin = origin_of(url)
    return origin is not None and is_private_host(origin[1])
