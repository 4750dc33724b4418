"""Accounts in the database: what goes in comes out, and what is damaged costs little."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from desktop_chat.domain.account import Account, AccountKind
from desktop_chat.domain.errors import AccountNotFoundError
from desktop_chat.storage.accounts import AccountRepository
from desktop_chat.storage.database import open_database

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from desktop_chat.storage.database import Database

FULL = Account(
    id=0,
    name="Cluster",
    kind=AccountKind.VLLM,
    url="https://models.example/v1",
    header_names=("X-Team", "X-Place"),
    extra_body='{"cache_prompt": true}',
    certificate="-----BEGIN CERTIFICATE-----",
    proxy="http://127.0.0.1:3128",
    allows_plain_key=True,
    is_enabled=False,
)
PLAIN = Account(0, "Near", AccountKind.OLLAMA, "127.0.0.1:11434")


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with open_database(tmp_path / "chats.sqlite3") as opened:
        yield opened


@pytest.mark.parametrize("account", [FULL, PLAIN])
def test_save_then_read_gives_every_field_back(db: Database, account: Account) -> None:
    stored = AccountRepository(db).save(account)
    assert stored.id > 0
    assert replace(stored, id=0) == account
    assert AccountRepository(db).all() == [stored]
    assert AccountRepository(db).get(stored.id) == stored


def test_save_known_account_changes_it_alone(db: Database) -> None:
    accounts = AccountRepository(db)
    first, second = accounts.save(PLAIN), accounts.save(FULL)
    changed = accounts.save(replace(first, name="Nearer", is_enabled=False))
    assert accounts.all() == [changed, second]


def test_number_of_a_removed_account_is_never_given_again(db: Database) -> None:
    accounts = AccountRepository(db)
    removed = accounts.save(PLAIN)
    accounts.remove(removed.id)
    assert accounts.all() == []
    assert accounts.save(PLAIN).id > removed.id


def test_removed_account_is_not_found_and_not_brought_back(db: Database) -> None:
    accounts = AccountRepository(db)
    removed = accounts.save(PLAIN)
    accounts.remove(removed.id)
    with pytest.raises(AccountNotFoundError):
        accounts.get(removed.id)
    with pytest.raises(AccountNotFoundError):
        accounts.save(removed)
    assert accounts.all() == []


@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [
        ("kind", "kind-of-a-newer-version", {"kind": AccountKind.OTHER}),
        ("header_names", "[broken", {"header_names": ()}),
        ("header_names", '{"a": 1}', {"header_names": ()}),
        ("extra_body", b"\xff", {"extra_body": ""}),
        ("allows_plain_key", "yes", {"allows_plain_key": False}),
    ],
)
def test_damaged_column_costs_that_detail_only(
    db: Database, column: str, value: object, expected: dict[str, Any]
) -> None:
    stored = AccountRepository(db).save(FULL)
    db.sql(f"UPDATE account SET {column} = ?", (value,))
    assert AccountRepository(db).all() == [replace(stored, **expected)]


def test_text_with_half_a_surrogate_pair_is_kept_readable(db: Database) -> None:
    stored = AccountRepository(db).save(replace(PLAIN, name="A\ud83d\x00B"))
    assert stored.name == "A\ufffd\ufffdB"
