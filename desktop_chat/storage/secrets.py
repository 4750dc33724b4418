"""API tokens: in the system's key store, or for this session only; never on disk."""

from __future__ import annotations

import secrets as random_source
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from desktop_chat.domain.errors import SecretsUnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable

_SERVICE = "desktop-chat"
_PROBE = "probe"
# Under the eight seconds after which a caller gives up on this thread.
_LIMIT_S = 7.0

# Others keep passwords in readable files, or forget them. What is not known is not trusted.
_TRUSTED = (
    "keyring.backends.SecretService",
    "keyring.backends.libsecret",
    "keyring.backends.kwallet",
    "keyring.backends.macOS",
    "keyring.backends.Windows",
)
_CHAIN = "keyring.backends.chainer"

_Result = TypeVar("_Result")


class SecretStore(Protocol):
    """Where tokens are kept. All methods can take seconds: call them in a worker thread."""

    @property
    def is_persistent(self) -> bool:
        """Whether tokens outlast this session, as far as is known."""
        ...

    @property
    def notice(self) -> str | None:
        """What the user should know of the store, as a sentence."""
        ...

    def get(self, name: str) -> str | None:
        """Return a token, or None: that may also mean that the user did not unlock the store."""
        ...

    def set(self, name: str, value: str) -> None:
        """Keep a token."""
        ...

    def delete(self, name: str) -> None:
        """Forget a token; without effect if there is none."""
        ...


class MemorySecretStore:
    """Keeps tokens until the program ends."""

    def __init__(self, notice: str | None = None) -> None:
        self.is_persistent = False
        self.notice = notice
        self._values: dict[str, str] = {}

    def get(self, name: str) -> str | None:
        """Return a token."""
        return self._values.get(name)

    def set(self, name: str, value: str) -> None:
        """Keep a token."""
        self._values[name] = value

    def delete(self, name: str) -> None:
        """Forget a token."""
        self._values.pop(name, None)


def system_backend() -> Any:
    """Return what keyring chose for this system."""
    import keyring

    return keyring.get_keyring()


class KeyringSecretStore:
    """Keeps tokens in the system's key store.

    Every method raises `SecretsUnavailableError` when that store is missing, locked, not to be
    trusted, or does not answer in time.
    """

    is_persistent = True
    notice: str | None = None

    def __init__(
        self, find_backend: Callable[[], Any] = system_backend, *, limit_s: float = _LIMIT_S
    ) -> None:
        self._find_backend = find_backend
        self._limit_s = limit_s
        self._backend: Any = None
        self._is_proven = False
        self._running: threading.Thread | None = None

    def check(self) -> None:
        """Find the key store, without asking for anything in it."""
        self._call(self._trusted)

    def get(self, name: str) -> str | None:
        """Return a token; None may also mean that the user did not unlock the store."""
        return self._call(lambda: self._get(name))

    def set(self, name: str, value: str) -> None:
        """Keep a token, after a trial that shows that the store really keeps."""
        self._call(lambda: self._set(name, value))

    def delete(self, name: str) -> None:
        """Forget a token."""
        self._call(lambda: self._delete(name))

    def _get(self, name: str) -> str | None:
        value: str | None = self._trusted().get_password(_SERVICE, name)
        return value

    def _set(self, name: str, value: str) -> None:
        backend = self._trusted()
        if not self._is_proven:
            trial = random_source.token_hex(8)
            backend.set_password(_SERVICE, _PROBE, trial)
            kept = backend.get_password(_SERVICE, _PROBE)
            if kept != trial:
                raise SecretsUnavailableError(detail="it does not give back what was put in")
            backend.delete_password(_SERVICE, _PROBE)
            self._is_proven = True
        backend.set_password(_SERVICE, name, value)

    def _delete(self, name: str) -> None:
        from keyring.errors import PasswordDeleteError

        # That is also what key stores say when there is nothing to delete.
        with suppress(PasswordDeleteError):
            self._trusted().delete_password(_SERVICE, name)

    def _trusted(self) -> Any:
        if self._backend is None:
            self._backend = _choose(self._find_backend())
        return self._backend

    def _call(self, work: Callable[[], _Result]) -> _Result:
        """Do `work` in a thread that is left behind if it takes too long: D-Bus can hang."""
        if self._running is not None and self._running.is_alive():
            raise SecretsUnavailableError(detail="it still does not answer")
        outcome: list[tuple[_Result | None, BaseException | None]] = []

        def run() -> None:
            try:
                outcome.append((work(), None))
            # Carried to the caller's thread, where it is named.
            except BaseException as error:  # noqa: BLE001
                outcome.append((None, error))

        self._running = threading.Thread(target=run, name="keyring", daemon=True)
        self._running.start()
        self._running.join(self._limit_s)
        if not outcome:
            raise SecretsUnavailableError(detail=f"no answer within {self._limit_s:g} seconds")
        result, error = outcome[0]
        if error is not None:
            raise _named(error) from error
        return result  # type: ignore[return-value]


class FallbackSecretStore:
    """Uses the first store as long as it works; what it refuses is kept by the second.

    A token in the first store is never deleted or replaced because the store failed.
    """

    def __init__(self, first: SecretStore, second: SecretStore) -> None:
        self._first = first
        self._second = second
        self.is_persistent = first.is_persistent
        self.notice: str | None = None

    def get(self, name: str) -> str | None:
        """Return a token, if one can be had."""
        value = self._second.get(name)
        if value is not None:
            return value
        try:
            return self._first.get(name)
        except SecretsUnavailableError as error:
            self._note(error)
            return None

    def set(self, name: str, value: str) -> None:
        """Keep a token, at least for this session."""
        try:
            self._first.set(name, value)
        except SecretsUnavailableError as error:
            self._note(error)
            self._second.set(name, value)
        else:
            self._second.delete(name)
            self.is_persistent = self._first.is_persistent
            self.notice = None

    def delete(self, name: str) -> None:
        """Forget a token.

        Raises:
            SecretsUnavailableError: The first store may still have it.
        """
        self._second.delete(name)
        self._first.delete(name)

    def _note(self, error: SecretsUnavailableError) -> None:
        self.is_persistent = False
        self.notice = str(error)


def installed_backends() -> list[str]:
    """Return the module names of keyring's backends that can be loaded here."""
    from keyring.backend import get_all_keyring

    return sorted({type(backend).__module__ for backend in get_all_keyring()})


def open_secret_store(find_backend: Callable[[], Any] = system_backend) -> SecretStore:
    """Return the system's key store if there is one to be trusted, else memory and a notice.

    Slow, and asks the system: call it in a worker thread, when a token is first needed. Nothing
    is written.
    """
    store = KeyringSecretStore(find_backend)
    try:
        store.check()
    except SecretsUnavailableError as error:
        return MemorySecretStore(str(error))
    return FallbackSecretStore(store, MemorySecretStore())


def _choose(backend: Any) -> Any:
    """Return the trusted backend in what keyring chose.

    Raises:
        SecretsUnavailableError: It is none of those that are trusted.
    """
    # With several key stores on a system, keyring wraps them; each counts for itself.
    is_chain = type(backend).__module__ == _CHAIN
    for candidate in backend.backends if is_chain else [backend]:
        if type(candidate).__module__ in _TRUSTED and candidate.priority >= 1:
            return candidate
    module = type(backend).__module__
    if module == "keyring.backends.fail":
        raise SecretsUnavailableError(detail="this system has none")
    raise SecretsUnavailableError(detail=f"{module} does not keep keys safe")


def _named(error: BaseException) -> SecretsUnavailableError:
    if isinstance(error, SecretsUnavailableError):
        return error
    from keyring.errors import KeyringLocked, NoKeyringError

    if isinstance(error, KeyringLocked):
        return SecretsUnavailableError(detail="it is locked")
    if isinstance(error, NoKeyringError):
        return SecretsUnavailableError(detail="this system has none")
    # The text of an unknown error may hold what was to be kept.
    return SecretsUnavailableError(detail=type(error).__name__)
