"""Keys and header values of accounts, each account's in one entry of the key store."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from desktop_chat.domain.account import AccountSecrets
from desktop_chat.logs import register_secret
from desktop_chat.providers.wire.urls import origin_of

if TYPE_CHECKING:
    from desktop_chat.domain.account import Account
    from desktop_chat.services.secrets import Secrets


class AccountSecretsStore:
    """Finds what the key store holds for an account.

    An entry names the server that it is for, and no other one gets it: neither after the
    address was changed, nor if another data directory has an account of the same number.

    Each method raises `SecretsUnavailableError` when the key store does not answer.
    """

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets

    async def get(self, account: Account) -> AccountSecrets:
        """Return an account's secrets; empty ones if none are kept for its server."""
        text = await self._secrets.get(_name(account.id))
        found = _secrets_from(text or "", _server(account))
        keep_out_of_logs(found)
        return found

    async def set(self, account: Account, secrets: AccountSecrets) -> str | None:
        """Keep an account's secrets.

        Returns:
            A sentence for the user when they last for this session only, else None.
        """
        keep_out_of_logs(secrets)
        text = ""
        if secrets.key or secrets.headers:
            entry = {"key": secrets.key, "headers": dict(secrets.headers)}
            text = json.dumps({"server": _server(account), **entry})
        return await self._secrets.set(_name(account.id), text)

    async def remove(self, account_id: int) -> None:
        """Forget an account's secrets."""
        await self._secrets.set(_name(account_id), "")


def keep_out_of_logs(secrets: AccountSecrets) -> None:
    """Have no log show any of these."""
    for value in (secrets.key, *secrets.headers.values()):
        register_secret(value)


def _name(account_id: int) -> str:
    return f"account.{account_id}"


def is_same_server(url: str, other: str) -> bool:
    """Whether two addresses have the same scheme, host and port."""
    return origin_of(url) is not None and origin_of(url) == origin_of(other)


def _server(account: Account) -> str:
    origin = origin_of(account.url)
    return f"{origin[0]}://{origin[1]}:{origin[2]}" if origin is not None else ""


def _secrets_from(text: str, server: str) -> AccountSecrets:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return AccountSecrets()
    if not isinstance(found, dict) or not server or found.get("server") != server:
        return AccountSecrets()
    headers = found.get("headers")
    pairs = headers.items() if isinstance(headers, dict) else ()
    return AccountSecrets(
        key=str(found.get("key") or ""),
        headers={str(name): str(value) for name, value in pairs},
    )
