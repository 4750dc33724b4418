"""Tokens go to a key store that can be trusted, or stay in memory."""

from __future__ import annotations

import threading

import pytest
from keyring.errors import KeyringLocked, PasswordDeleteError, PasswordSetError

from desktop_chat.domain.errors import SecretsUnavailableError
from desktop_chat.storage.secrets import (
    FallbackSecretStore,
    KeyringSecretStore,
    MemorySecretStore,
    open_secret_store,
)

TOKEN = "lm-studio-token-canary"


class Backend:
    """A key store like the ones on Linux."""

    priority = 5.0

    def __init__(self) -> None:
        self.values: dict[tuple[str, str], str] = {}

    def get_password(self, service, name):
        return self.values.get((service, name))

    def set_password(self, service, name, value):
        self.values[service, name] = value

    def delete_password(self, service, name):
        if self.values.pop((service, name), None) is None:
            raise PasswordDeleteError("not found")


Backend.__module__ = "keyring.backends.SecretService"


class Locked(Backend):
    def get_password(self, service, name):
        raise KeyringLocked(f"locked, while keeping {TOKEN}")

    def set_password(self, service, name, value):
        raise KeyringLocked("locked")

    delete_password = get_password


class Refusing(Backend):
    def set_password(self, service, name, value):
        raise PasswordSetError(f"refused {value}")


class WrongValue(Backend):
    def get_password(self, service, name):
        return "something else"


class Forgetful(Backend):
    def get_password(self, service, name):
        return None


class Hanging(Backend):
    def __init__(self):
        super().__init__()
        self.released = threading.Event()

    def get_password(self, service, name):
        self.released.wait()
        return super().get_password(service, name)


class Plaintext(Backend):
    pass


class Null(Backend):
    pass


class Fail(Backend):
    priority = 0


class Chain:
    priority = 10

    def __init__(self, *backends):
        self.backends = backends


for trusted in (Locked, Refusing, WrongValue, Forgetful, Hanging):
    trusted.__module__ = Backend.__module__
Plaintext.__module__ = "keyrings.alt.file"
Null.__module__ = "keyring.backends.null"
Fail.__module__ = "keyring.backends.fail"
Chain.__module__ = "keyring.backends.chainer"


def store_on(backend, **options):
    return KeyringSecretStore(lambda: backend, **options)


def test_trusted_store_keeps_and_forgets():
    backend = Backend()
    store = store_on(backend)
    store.set("token", TOKEN)
    assert store.get("token") == TOKEN
    assert list(backend.values.values()) == [TOKEN], "the trial was left behind"
    store.delete("token")
    store.delete("token")
    assert store.get("token") is None
    assert store.is_persistent


@pytest.mark.parametrize(
    ("backend", "words"),
    [
        (Plaintext(), "keyrings.alt.file"),
        (Null(), "keyring.backends.null"),
        (Fail(), "has none"),
        (Locked(), "locked"),
        (Refusing(), "PasswordSetError"),
        (WrongValue(), "give back"),
        (Forgetful(), "give back"),
        (Chain(Plaintext()), "chainer"),
        (Chain(), "chainer"),
    ],
)
def test_store_that_cannot_be_trusted_is_refused_and_named(backend, words):
    store = store_on(backend)
    with pytest.raises(SecretsUnavailableError, match=words) as caught:
        store.set("token", TOKEN)
    assert TOKEN not in str(caught.value)
    assert TOKEN not in getattr(backend, "values", {}).values()


def test_trusted_store_in_a_chain_is_taken_alone():
    safe, readable = Backend(), Plaintext()
    store_on(Chain(readable, safe)).set("token", TOKEN)
    assert TOKEN in safe.values.values()
    assert readable.values == {}


def test_store_that_hangs_is_left_after_the_limit_and_taken_up_again():
    backend = Hanging()
    store = store_on(backend, limit_s=0.02)
    with pytest.raises(SecretsUnavailableError, match="no answer within"):
        store.get("token")
    with pytest.raises(SecretsUnavailableError, match="still"):
        store.get("token")
    backend.released.set()
    assert store._running is not None
    store._running.join()
    store = store_on(backend)
    assert store.get("token") is None


def test_refused_token_lasts_for_the_session_and_the_user_is_told():
    store = FallbackSecretStore(store_on(Locked()), MemorySecretStore())
    assert store.is_persistent
    store.set("token", TOKEN)
    assert store.get("token") == TOKEN
    assert not store.is_persistent
    assert store.notice is not None
    assert "this session only" in store.notice
    with pytest.raises(SecretsUnavailableError):
        store.delete("token")
    assert store.get("token") is None


def test_store_that_fails_later_loses_nothing():
    backend = Backend()
    store = FallbackSecretStore(store_on(backend), MemorySecretStore())
    store.set("token", TOKEN)
    backend.get_password = Locked().get_password  # type: ignore[method-assign]
    assert store.get("token") is None
    assert store.notice is not None
    del backend.get_password
    assert store.get("token") == TOKEN


def test_store_that_works_again_takes_the_token_over():
    backend = Backend()
    backend.set_password = Locked().set_password  # type: ignore[method-assign]
    memory = MemorySecretStore()
    store = FallbackSecretStore(store_on(backend), memory)
    store.set("token", TOKEN)
    del backend.set_password
    store.set("token", TOKEN)
    assert (store.is_persistent, store.notice, memory.get("token")) == (True, None, None)


@pytest.mark.parametrize("backend", [Plaintext(), Null(), Fail(), Chain()])
def test_opened_store_is_memory_with_a_notice_where_none_is_safe(backend):
    store = open_secret_store(lambda: backend)
    store.set("token", TOKEN)
    assert store.get("token") == TOKEN
    store.delete("token")
    assert not store.is_persistent
    assert store.notice is not None
    assert getattr(backend, "values", {}) == {}


def test_opened_store_on_a_safe_system_writes_nothing_yet():
    backend = Backend()
    store = open_secret_store(lambda: backend)
    assert (store.is_persistent, store.notice, backend.values) == (True, None, {})


def test_system_of_these_tests_has_no_key_store():
    assert open_secret_store().notice is not None
