"""Turns of the real services against the played server, as an account of the user's."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from desktop_chat.domain.account import Account, AccountKind
from desktop_chat.domain.model_info import ModelRef
from desktop_chat.services.engines.account_engine import AccountEngine
from desktop_chat.services.engines.account_secrets import AccountSecretsStore
from desktop_chat.services.secrets import Secrets
from desktop_chat.storage.secrets import MemorySecretStore
from tests.services.turn_bench import TurnBench, turn_bench
from tests.standin.state import ECHO

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from desktop_chat.domain.message import Message


class ServerBench:
    """A data directory, and a server that answers in it."""

    def __init__(self, turns: TurnBench, url: str) -> None:
        self.turns = turns
        self.secrets = Secrets(MemorySecretStore)
        account = Account(1, "Cluster", AccountKind.OTHER, url)
        engine = AccountEngine(account, AccountSecretsStore(self.secrets))
        turns.engines.set_accounts({account.account_id: engine})
        self.model = ModelRef(account.account_id, ECHO)

    async def send(self, text: str, **more: Any) -> Message:
        """Return the reply as it was stored."""
        *_, ended = await self.turns.send(text, model_ref=self.model, **more)
        return self.turns.messages.get(ended.reply.id)


@asynccontextmanager
async def server_bench(path: Path, url: str) -> AsyncIterator[ServerBench]:
    async with turn_bench(path) as turns:
        bench = ServerBench(turns, url)
        yield bench
        await turns.engines.aclose()
        bench.secrets.close()
