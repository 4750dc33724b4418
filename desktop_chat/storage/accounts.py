"""Servers that the user entered; their secrets are in the key store, and not here."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from desktop_chat.domain.account import Account, AccountKind
from desktop_chat.domain.errors import AccountNotFoundError
from desktop_chat.storage.sqlite.rows import clean_text
from desktop_chat.storage.times import Clock, to_text, utc_now

if TYPE_CHECKING:
    from typing import Any

    from desktop_chat.storage.database import Database

_COLUMNS = (
    "name",
    "kind",
    "url",
    "header_names",
    "extra_body",
    "certificate",
    "proxy",
    "allows_plain_key",
    "is_enabled",
)
_SELECT = f"SELECT id, {', '.join(_COLUMNS)} FROM account"
_INSERT = (
    f"INSERT INTO account ({', '.join(_COLUMNS)}, created_at) "
    f"VALUES ({', '.join('?' * (len(_COLUMNS) + 1))}) RETURNING id"
)
_UPDATE = (
    f"UPDATE account SET {', '.join(f'{name} = ?' for name in _COLUMNS)} WHERE id = ? RETURNING id"
)
_KINDS = {kind.value: kind for kind in AccountKind}


class AccountRepository:
    """Keeps the accounts, in the order in which they were entered."""

    def __init__(self, db: Database, clock: Clock = utc_now) -> None:
        self._db = db
        self._clock = clock

    def all(self) -> list[Account]:
        """Return every account, also those that are switched off."""
        return [_account_from(row) for row in self._db.sql(f"{_SELECT} ORDER BY id")]

    def get(self, account_id: int) -> Account:
        """Return one account.

        Raises:
            AccountNotFoundError: There is none of this number.
        """
        rows = self._db.sql(f"{_SELECT} WHERE id = ?", (account_id,))
        if not rows:
            raise AccountNotFoundError(account_id=account_id)
        return _account_from(rows[0])

    def save(self, account: Account) -> Account:
        """Add an account whose id is 0, or change the one of its id; return it as stored.

        Raises:
            AccountNotFoundError: It was removed meanwhile.
        """
        values = _values(account)
        with self._db.atomic():
            if account.id:
                rows = self._db.sql(_UPDATE, (*values, account.id))
            else:
                rows = self._db.sql(_INSERT, (*values, to_text(self._clock())))
        if not rows:
            raise AccountNotFoundError(account_id=account.id)
        return self.get(rows[0][0])

    def remove(self, account_id: int) -> None:
        """Forget an account; its number is never given to another one."""
        with self._db.atomic():
            self._db.sql("DELETE FROM account WHERE id = ?", (account_id,))


def _values(account: Account) -> tuple[Any, ...]:
    names = json.dumps(list(account.header_names), ensure_ascii=False)
    return (
        clean_text(account.name),
        account.kind.value,
        clean_text(account.url),
        clean_text(names) if account.header_names else None,
        clean_text(account.extra_body) or None,
        clean_text(account.certificate) or None,
        clean_text(account.proxy) or None,
        int(account.allows_plain_key),
        int(account.is_enabled),
    )


def _account_from(row: tuple[Any, ...]) -> Account:
    """Return what a row means; what was damaged or misspelt costs that detail only."""
    account_id, name, kind, url, header_names, extra_body, certificate, proxy, plain, enabled = row
    return Account(
        id=int(account_id),
        name=_text(name),
        kind=_KINDS.get(kind, AccountKind.OTHER) if isinstance(kind, str) else AccountKind.OTHER,
        url=_text(url),
        header_names=_names_from(header_names),
        extra_body=_text(extra_body),
        certificate=_text(certificate),
        proxy=_text(proxy),
        # Only a plain yes counts: anything else could send a key unprotected.
        allows_plain_key=plain == 1,
        is_enabled=enabled != 0,
    )


def _names_from(text: object) -> tuple[str, ...]:
    try:
        names = json.loads(_text(text) or "[]")
    except (ValueError, RecursionError):
        return ()
    return tuple(str(name) for name in names) if isinstance(names, list) else ()


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
