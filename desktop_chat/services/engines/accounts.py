"""Servers that the user entered: kept, changed, tried, and made into engines."""

from __future__ import annotations

import logging
import re
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import urlsplit

from desktop_chat.domain.account import Account, AccountSecrets
from desktop_chat.domain.changes import AccountsChanged
from desktop_chat.domain.errors import (
    AccountNotFoundError,
    ChatError,
    InvalidAccountError,
    InvalidRequestError,
)
from desktop_chat.providers.registry import extra_body_of, make_provider
from desktop_chat.providers.wire.http import checked_token
from desktop_chat.providers.wire.urls import normalise_base_url
from desktop_chat.services.engines.account_engine import AccountEngine, check_plain_key

if TYPE_CHECKING:
    from desktop_chat.domain.model_info import ModelInfo
    from desktop_chat.providers.wire.certificates import FoundCertificate
    from desktop_chat.services.background import Worker
    from desktop_chat.services.broadcast import Broadcast
    from desktop_chat.services.engines.account_secrets import AccountSecretsStore
    from desktop_chat.services.engines.service import EngineService
    from desktop_chat.storage.accounts import AccountRepository

# `list` is one of the methods below.
_Models: TypeAlias = "list[ModelInfo]"

logger = logging.getLogger(__name__)

MAX_NAME_CHARACTERS = 100
# The characters of a header's name by RFC 9110, 5.6.2.
HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
# What belongs to the connection or to the form of the request, and not to the user.
OWN_HEADERS = {"connection", "content-length", "content-type", "host", "transfer-encoding"}
OWN_BODY_KEYS = ("messages", "model", "stream")


class AccountsService:
    """Keeps accounts, and the engines made of those that are switched on.

    Args:
        repository: Used on the writer's thread alone.
        secrets: What the key store holds for accounts.
        engines: Gets an engine for each account.
        broadcast: Told when accounts changed.
    """

    def __init__(
        self,
        repository: AccountRepository,
        writer: Worker,
        secrets: AccountSecretsStore,
        engines: EngineService,
        broadcast: Broadcast,
    ) -> None:
        self._repository = repository
        self._writer = writer
        self._secrets = secrets
        self._engines = engines
        self._broadcast = broadcast
        self._made: dict[str, AccountEngine] = {}

    async def start(self) -> None:
        """Make the engines; without its accounts the program works all the same."""
        try:
            await self._make_engines()
        except ChatError as error:
            logger.error("The servers could not be read: %s", error)

    async def list(self) -> list[Account]:
        """Return all accounts in the order in which they were entered."""
        return await self._writer.run(self._repository.all)

    async def save(self, account: Account, secrets: AccountSecrets | None = None) -> Account:
        """Add an account whose id is 0, or change one.

        Args:
            account: Its name may be empty: then it is called by its address.
            secrets: None keeps those that are stored, unless they are for another server;
                empty ones are forgotten.

        Raises:
            InvalidRequestError: Something in it cannot be used; `InvalidAccountError` names the
                field.
            PlainKeyError: The key would go over the internet unprotected, and the account does
                not allow that.
            SecretsUnavailableError: The key store does not take the secrets.
        """
        account = checked_account(account)
        held = secrets if secrets is not None else await self._stored(account)
        check_secrets(held)
        check_plain_key(account, held)
        if secrets is not None:
            secrets = _needed(account, secrets)
        stored = await self._save(account, secrets)
        await self._make_engines(changed_id=stored.id if secrets is not None else 0)
        self._broadcast.publish(AccountsChanged())
        return stored

    async def remove(self, account_id: int) -> None:
        """Forget an account and its secrets; chats that it answered stay as they are."""
        await self._writer.run(self._repository.remove, account_id)
        try:
            await self._secrets.remove(account_id)
        finally:
            await self._make_engines()
            self._broadcast.publish(AccountsChanged())

    async def test(self, account: Account, secrets: AccountSecrets | None = None) -> _Models:
        """Ask the server of an account, stored or not, for its models.

        Raises:
            InvalidRequestError: Something in the account cannot be used.
            EngineError: What is wrong with the server, or on the way to it.
        """
        account = checked_account(account)
        held = secrets if secrets is not None else await self._stored(account)
        check_secrets(held)
        check_plain_key(account, held)
        provider = make_provider(account, held)
        try:
            return await provider.list_models()
        finally:
            await provider.aclose()

    async def fetch_certificate(self, url: str, proxy: str = "") -> FoundCertificate:
        """Look at the certificate of a server, without sending it anything.

        Raises:
            InvalidServerUrlError: The address cannot be used.
            EngineError: The server cannot be reached, or has no certificate.
        """
        from desktop_chat.providers.wire.certificates import fetch_certificate

        return await fetch_certificate(url, proxy)

    async def secrets(self, account_id: int) -> AccountSecrets:
        """Return what the key store holds for an account, to change a part of it.

        Raises:
            SecretsUnavailableError: The key store does not answer.
        """
        try:
            account = await self._writer.run(self._repository.get, account_id)
        except AccountNotFoundError:
            return AccountSecrets()
        return await self._secrets.get(account)

    async def _stored(self, account: Account) -> AccountSecrets:
        return await self._secrets.get(account) if account.id else AccountSecrets()

    async def _save(self, account: Account, secrets: AccountSecrets | None) -> Account:
        is_new = not account.id
        if not is_new and secrets is not None:
            await self._secrets.set(account, secrets)
        try:
            stored = await self._writer.run(self._repository.save, account)
        except AccountNotFoundError:
            await self._secrets.remove(account.id)
            raise
        if is_new and secrets is not None and (secrets.key or secrets.headers):
            try:
                await self._secrets.set(stored, secrets)
            except ChatError:
                await self._writer.run(self._repository.remove, stored.id)
                raise
        return stored

    async def _make_engines(self, changed_id: int = 0) -> None:
        accounts = [account for account in await self.list() if account.is_enabled]
        made = {}
        for account in accounts:
            engine = self._made.get(account.account_id)
            if engine is None or engine.account != account or account.id == changed_id:
                engine = AccountEngine(account, self._secrets)
            made[account.account_id] = engine
        self._made = made
        self._engines.set_accounts(made)


def checked_account(account: Account) -> Account:
    """Return an account as it can be stored and used.

    Raises:
        InvalidServerUrlError: Its address cannot be used.
        InvalidAccountError: Another field cannot be used.
    """
    url = account.url.strip()
    base_url = normalise_base_url(url)
    name = " ".join(account.name.split())[:MAX_NAME_CHARACTERS]
    names = tuple(checked_header_name(one) for one in account.header_names)
    if len({one.lower() for one in names}) < len(names):
        raise InvalidAccountError(field="headers", detail="a header is there twice")
    extra_body = account.extra_body.strip()
    for key in OWN_BODY_KEYS:
        if key in extra_body_of(extra_body):
            detail = f"“{key}” in the extra body is set by the program"
            raise InvalidAccountError(field="extra_body", detail=detail)
    return replace(
        account,
        name=name or urlsplit(base_url).netloc,
        url=url,
        header_names=names,
        extra_body=extra_body,
        certificate=_checked_certificate(account.certificate),
        proxy=_checked_proxy(account.proxy),
    )


def check_secrets(secrets: AccountSecrets) -> None:
    """Refuse what no header can carry.

    Raises:
        InvalidAccountError: The key or the value of a header cannot be sent.
    """
    try:
        checked_token(secrets.key)
    except InvalidRequestError as error:
        raise InvalidAccountError(field="key", detail=error.fields["detail"]) from None
    for name, value in secrets.headers.items():
        checked_header_name(name)
        if not value.isascii() or not value.isprintable():
            detail = f"the header “{name}” holds a character that cannot be sent"
            raise InvalidAccountError(field="headers", detail=detail)


def checked_header_name(name: str) -> str:
    """Return the name of a header that the user may add.

    Raises:
        InvalidAccountError: It is no such name.
    """
    name = name.strip()
    if not HEADER_NAME.fullmatch(name):
        raise InvalidAccountError(field="headers", detail=f"“{name}” is no name of a header")
    if name.lower() in OWN_HEADERS:
        detail = f"the header “{name}” is set by the program"
        raise InvalidAccountError(field="headers", detail=detail)
    return name


def _needed(account: Account, secrets: AccountSecrets) -> AccountSecrets:
    """Return the secrets without those of headers that are not sent any more."""
    values = {name.lower(): value.strip() for name, value in secrets.headers.items()}
    headers = {
        name: values[name.lower()] for name in account.header_names if values.get(name.lower())
    }
    return AccountSecrets(secrets.key.strip(), headers)


def _checked_certificate(pem: str) -> str:
    if not pem.strip():
        return ""
    from desktop_chat.providers.wire.certificates import fingerprint_of

    fingerprint_of(pem)
    return pem.strip()


def _checked_proxy(text: str) -> str:
    proxy = text.strip()
    if not proxy:
        return ""
    proxy = proxy if "://" in proxy else f"http://{proxy}"
    try:
        parts = urlsplit(proxy)
        is_usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        is_usable = False
    if not is_usable:
        detail = "the proxy is no address such as http://127.0.0.1:3128"
        raise InvalidAccountError(field="proxy", detail=detail)
    if parts.username is not None or parts.password is not None:
        # The address is not kept as a secret is.
        detail = "user name and password do not belong into the proxy's address"
        raise InvalidAccountError(field="proxy", detail=detail)
    return proxy
