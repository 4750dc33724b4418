"""What the user entered for a server."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from desktop_chat.domain.account import AccountSecrets

if TYPE_CHECKING:
    from collections.abc import Mapping

    from desktop_chat.domain.account import Account


@dataclass(frozen=True, slots=True)
class EnteredServer:
    """A server as the editor has it.

    Attributes:
        key: None leaves the stored one, "" takes it away.
        headers: Values by name; None leaves the stored one.
    """

    account: Account
    key: str | None = field(default=None, repr=False)
    headers: Mapping[str, str | None] = field(default_factory=dict, repr=False)

    def secrets(self, stored: AccountSecrets) -> AccountSecrets:
        """Return the secrets with what was entered in the place of what is stored."""
        headers = {
            name: stored.headers.get(name, "") if value is None else value
            for name, value in self.headers.items()
        }
        return AccountSecrets(stored.key if self.key is None else self.key, headers)
