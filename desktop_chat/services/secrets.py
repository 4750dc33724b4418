"""Secrets, fetched and stored off the event loop."""

from __future__ import annotations

import asyncio
import functools
import logging
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from desktop_chat.domain.errors import SecretsUnavailableError
from desktop_chat.logs import register_secret
from desktop_chat.services.background import Worker

if TYPE_CHECKING:
    from collections.abc import Callable

    from desktop_chat.storage.secrets import SecretStore

P = ParamSpec("P")
T = TypeVar("T")

logger = logging.getLogger(__name__)

# A key store may wait for the user to unlock it, or hang on D-Bus for minutes.
TIMEOUT_S = 8.0


class Secrets:
    """The key store behind a thread of its own, replaced when a call hangs.

    Args:
        open_store: Opens the system's key store; called at the first need, since it is slow.
        limit_s: After this time a call counts as hanging.
    """

    def __init__(
        self, open_store: Callable[[], SecretStore], *, limit_s: float = TIMEOUT_S
    ) -> None:
        self._open_store = open_store
        self._limit_s = limit_s
        self._store: SecretStore | None = None
        self._worker: Worker | None = None

    async def get(self, name: str) -> str | None:
        """Return a secret, None if there is none.

        Raises:
            SecretsUnavailableError: The key store does not answer.
        """
        value = await self._call(self._get, name)
        if value:
            register_secret(value)
        return value

    async def set(self, name: str, value: str) -> str | None:
        """Store a secret, or remove it with an empty value.

        Returns:
            A sentence for the user when it lasts for this session only, else None.

        Raises:
            SecretsUnavailableError: The key store does not answer.
        """
        if value:
            register_secret(value)
        return await self._call(self._set, name, value)

    async def notice(self) -> str | None:
        """Return what the user should know about the key store, if anything."""
        return await self._call(self._notice)

    def _opened(self) -> SecretStore:
        if self._store is None:
            self._store = self._open_store()
        return self._store

    def _get(self, name: str) -> str | None:
        return self._opened().get(name)

    def _set(self, name: str, value: str) -> str | None:
        store = self._opened()
        if value:
            store.set(name, value)
        else:
            store.delete(name)
        return store.notice

    def _notice(self) -> str | None:
        return self._opened().notice

    async def _call(self, job: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        if self._worker is None:
            self._worker = Worker("key-store", is_daemon=True)
        bound = functools.partial(job, *args, **kwargs)
        try:
            # Not `wait_for`, which in Python 3.11 can swallow the end of this task.
            async with asyncio.timeout(self._limit_s):
                return await self._worker.run(bound)
        except TimeoutError:
            # The thread is stuck in the key store; leave it behind.
            self.close()
            raise SecretsUnavailableError(detail="it does not answer") from None

    def close(self) -> None:
        """Let go of the thread."""
        if self._worker is not None:
            self._worker.close()
            self._worker = None
