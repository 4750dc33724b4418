"""From the kind of an account to the provider that speaks with it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from desktop_chat.domain.account import Account, AccountKind, AccountSecrets
from desktop_chat.domain.errors import InvalidAccountError
from desktop_chat.providers.wire.access import ServerAccess

if TYPE_CHECKING:
    from desktop_chat.providers.lm_studio import LMStudioAPIProvider
    from desktop_chat.providers.openai_compatible import OpenAICompatibleProvider


def access_of(account: Account, secrets: AccountSecrets) -> ServerAccess:
    """Return how the server of an account is reached.

    Raises:
        InvalidAccountError: What was entered cannot be used.
    """
    return ServerAccess(
        headers={name: secrets.headers.get(name, "") for name in account.header_names},
        extra_body=extra_body_of(account.extra_body),
        certificate=account.certificate,
        proxy=account.proxy,
        allows_plain_key=account.allows_plain_key,
    )


def make_provider(
    account: Account, secrets: AccountSecrets
) -> OpenAICompatibleProvider | LMStudioAPIProvider:
    """Make the provider for an account.

    Without the user's consent it sends no key over http to a public host: each request then
    raises `PlainKeyError`.

    Raises:
        InvalidServerUrlError, InvalidRequestError: What was entered cannot be used.
    """
    access = access_of(account, secrets)
    # Not needed before the first turn.
    if account.kind is AccountKind.LM_STUDIO:
        from desktop_chat.providers.lm_studio import LMStudioAPIProvider

        return LMStudioAPIProvider(account.url, api_token=secrets.key or None, access=access)
    from desktop_chat.providers.openai_compatible import OpenAICompatibleProvider

    return OpenAICompatibleProvider(
        account.url, secrets.key or None, kind=account.kind, access=access
    )


def extra_body_of(text: str) -> dict[str, Any]:
    """Read the JSON object that is added to each chat request; "" is an empty one.

    Raises:
        InvalidAccountError: It is no JSON object.
    """
    if not text.strip():
        return {}
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise InvalidAccountError(field="extra_body", detail="the extra body is no JSON object")
    return value
