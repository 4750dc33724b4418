"""Secrets off the event loop."""

from __future__ import annotations

import asyncio
import threading

import pytest

from desktop_chat.domain.errors import SecretsUnavailableError
from desktop_chat.logs import redact
from desktop_chat.services.secrets import Secrets
from desktop_chat.storage.secrets import MemorySecretStore

pytestmark = pytest.mark.anyio

NAME = "server.api_token"
VALUE = "token-of-this-test-4711"


class Opener:
    """Opens a store, and counts how often."""

    def __init__(self, *stores: MemorySecretStore) -> None:
        self._stores = list(stores)
        self.threads: list[str] = []

    def __call__(self) -> MemorySecretStore:
        self.threads.append(threading.current_thread().name)
        return self._stores.pop(0)


class HangingStore(MemorySecretStore):
    """A key store that waits for a user who is not there."""

    def __init__(self) -> None:
        super().__init__()
        self.go_on = threading.Event()
        self.has_answered = threading.Event()

    def get(self, name: str) -> str | None:
        self.go_on.wait()
        self.has_answered.set()
        return super().get(name)


class BrokenStore(MemorySecretStore):
    def get(self, name: str) -> str | None:
        raise SecretsUnavailableError(detail="it is locked")


async def test_set_then_get_returns_it_and_keeps_it_out_of_logs() -> None:
    secrets = Secrets(Opener(MemorySecretStore()))
    assert await secrets.set(NAME, VALUE) is None
    assert await secrets.get(NAME) == VALUE
    assert VALUE not in redact(f"Bearer {VALUE}; {VALUE}")
    secrets.close()


async def test_get_of_a_token_from_an_earlier_run_is_kept_out_of_logs_too() -> None:
    store = MemorySecretStore()
    store.set(NAME, "token-of-an-earlier-run-4712")
    secrets = Secrets(Opener(store))
    await secrets.get(NAME)
    assert "4712" not in redact("token-of-an-earlier-run-4712")
    secrets.close()


async def test_set_nothing_removes_it() -> None:
    secrets = Secrets(Opener(MemorySecretStore()))
    await secrets.set(NAME, VALUE)
    await secrets.set(NAME, "")
    assert await secrets.get(NAME) is None
    secrets.close()


async def test_set_where_nothing_lasts_says_so() -> None:
    secrets = Secrets(Opener(MemorySecretStore("This session only.")))
    assert await secrets.set(NAME, VALUE) == "This session only."
    assert await secrets.notice() == "This session only."
    secrets.close()


async def test_store_is_opened_once_at_the_first_need_and_in_its_thread() -> None:
    opener = Opener(MemorySecretStore())
    secrets = Secrets(opener)
    assert not opener.threads
    await secrets.get(NAME)
    await secrets.get(NAME)
    assert opener.threads == ["key-store"]
    secrets.close()


async def test_store_that_fails_raises_its_error() -> None:
    secrets = Secrets(Opener(BrokenStore()))
    with pytest.raises(SecretsUnavailableError, match="locked"):
        await secrets.get(NAME)
    secrets.close()


async def test_store_that_hangs_is_left_behind_and_the_next_call_gets_a_new_thread() -> None:
    store = HangingStore()
    secrets = Secrets(Opener(store), limit_s=0.05)
    with pytest.raises(SecretsUnavailableError, match="does not answer"):
        await secrets.get(NAME)
    assert await secrets.notice() is None
    store.go_on.set()
    secrets.close()


@pytest.mark.parametrize("steps", range(8))
async def test_call_cancelled_while_its_answer_comes_is_cancelled(steps: int) -> None:
    store = HangingStore()
    secrets = Secrets(Opener(store))
    asking = asyncio.get_running_loop().create_task(secrets.get(NAME))
    await asyncio.sleep(0)
    store.go_on.set()
    # The answer waits for the loop, which goes on so many steps.
    assert store.has_answered.wait(10)
    for _ in range(steps):
        await asyncio.sleep(0)
    was_done = asking.done()
    asking.cancel()
    await asyncio.wait({asking})
    assert was_done or asking.cancelled()
    secrets.close()


async def test_close_without_use_and_twice_is_fine() -> None:
    secrets = Secrets(Opener(MemorySecretStore()))
    secrets.close()
    await secrets.get(NAME)
    secrets.close()
    secrets.close()
