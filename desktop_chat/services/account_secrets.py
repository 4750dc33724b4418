"""Keys and header values of accounts, each account's in one entry of the key store."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from desktop_chat.domain.account import AccountSecrets
from desktop_chat.logs import register_secret

if TYPE_CHECKING:
    from desktop_chat.services.secrets import Secrets


class AccountSecretsStore:
    """Finds what the key store holds for an account.

    Each method raises `SecretsUnavailableError` when the key store does not answer.
    """

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets

    async def get(self, account_id: int) -> AccountSecrets:
        """Return an account's secrets; empty ones if none are kept."""
        text = await self._secrets.get(_name(account_id))
        found = _secrets_from(text or "")
        keep_out_of_logs(found)
        return found

    async def set(self, account_id: int, secrets: AccountSecrets) -> str | None:
        """Keep an account's secrets.

        Returns:
            A sentence for the user when they last for this session only, else None.
        """
        keep_out_of_logs(secrets)
        text = ""
        if secrets.key or secrets.headers:
            text = json.dumps({"key": secrets.key, "headers": dict(secrets.headers)})
        return await self._secrets.set(_name(account_id), text)

    async def remove(self, account_id: int) -> None:
        """Forget an account's secrets."""
        await self._secrets.set(_name(account_id), "")


def keep_out_of_logs(secrets: AccountSecrets) -> None:
    """Have no log show any of these."""
    for value in (secrets.key, *secrets.headers.values()):
        register_secret(value)


def _name(account_id: int) -> str:
    return f"account.{account_id}"


def _secrets_from(text: str) -> AccountSecrets:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return AccountSecrets()
    if not isinstance(found, dict):
        return AccountSecrets()
    headers = found.get("headers")
    pairs = headers.items() if isinstance(headers, dict) else ()
    return AccountSecrets(
        key=str(found.get("key") or ""),
        headers={str(name): str(value) for name, value in pairs},
    )
