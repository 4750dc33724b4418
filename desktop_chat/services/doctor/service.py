"""Looks at everything the program needs and says what is wrong and what to do."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from desktop_chat import paths
from desktop_chat.domain.account import Account, AccountKind, AccountSecrets
from desktop_chat.domain.errors import ChatError, NoModelAnywhereError
from desktop_chat.domain.model_info import LM_STUDIO
from desktop_chat.providers.local_servers import KNOWN_PORTS
from desktop_chat.services.doctor import places
from desktop_chat.services.doctor.finding import Finding, report_text
from desktop_chat.services.doctor.servers import Server, look_at_server
from desktop_chat.services.engines.account_secrets import (
    AccountSecretsStore,
    is_same_server,
    keep_out_of_logs,
)
from desktop_chat.services.engines.discovery import OFF, SETTING
from desktop_chat.services.secrets import Secrets
from desktop_chat.services.settings import DECLARATIONS, TOKEN, TOKEN_FOR, is_valid
from desktop_chat.storage.secrets import open_secret_store

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from desktop_chat.domain.exchange import Exchange
    from desktop_chat.services.engines.service import EngineService
    from desktop_chat.services.launch import Launch


class DoctorService:
    """Examines the program's surroundings; nothing is changed, and no model is loaded.

    Args:
        launch: What this start was told.
        secrets: The key store of the program, which stays open; without it one is opened.
        engines: What ran in this session, whose exchanges are shown too.
        url: LM Studio's address in force, where it is not that of the start any more.
        model_dirs: Where model files are looked for, instead of the usual folders.
        ports: Where other servers of this machine are looked for.
    """

    def __init__(
        self,
        launch: Launch,
        *,
        secrets: Secrets | None = None,
        engines: EngineService | None = None,
        url: str = "",
        model_dirs: Sequence[Any] | None = None,
        ports: Mapping[int, AccountKind] | None = None,
    ) -> None:
        self._launch = launch
        self._kept_secrets = secrets
        self._engines = engines
        self._url = url or _value(launch, "server.url")
        self._model_dirs = model_dirs or [
            paths.models_dir(launch.data_dir),
            *paths.lm_studio_model_dirs(),
        ]
        is_off = _value(launch, SETTING) == OFF
        self._ports: Mapping[int, AccountKind] = (
            ports if ports is not None else {} if is_off else KNOWN_PORTS
        )

    async def examine(self) -> list[Finding]:
        """Look at the data directory, the database, the engines and the key store."""
        secrets = self._kept_secrets or Secrets(open_secret_store)
        try:
            return await self._examine(secrets)
        finally:
            if self._kept_secrets is None:
                secrets.close()

    def report(self, findings: Sequence[Finding]) -> str:
        """Return all of it as text that can be given to somebody else."""
        return report_text(findings)

    async def _examine(self, secrets: Secrets) -> list[Finding]:
        place = paths.database_path(self._launch.data_dir)
        (database, accounts), (files, models), key_store = await asyncio.gather(
            asyncio.to_thread(places.look_at_database, place),
            asyncio.to_thread(places.look_at_files, self._model_dirs),
            asyncio.to_thread(places.look_at_key_store),
        )
        servers = [self._lm_studio(secrets)]
        servers += [await self._server(a, secrets) for a in accounts if a.is_enabled]
        looks = await asyncio.gather(*(look_at_server(one, self._ports) for one in servers))
        has_server = any(found for _, found in looks)
        if not models and has_server:
            files = replace(files, is_ok=True, code="")
        findings = [
            places.look_at_data_dir(self._launch),
            *database,
            *(finding for finding, _ in looks),
            places.look_at_engine(),
            files,
            key_store,
            places.look_at_sqlite(),
        ]
        proxy = places.look_at_system_proxy()
        findings += [proxy] if proxy else []
        if not models and not has_server:
            advice = str(NoModelAnywhereError())
            text = "no chat model anywhere"
            findings.append(
                Finding("models", False, text, advice, is_needed=True, code="no_model_anywhere")
            )
        return findings

    def _lm_studio(self, secrets: Secrets) -> Server:
        token = _value(self._launch, TOKEN)
        account = Account(0, "LM Studio", AccountKind.LM_STUDIO, self._url)
        held = AccountSecrets(token)
        keep_out_of_logs(held)

        async def stored() -> AccountSecrets:
            return AccountSecrets(await secrets.get(TOKEN) or "")

        # A token of the settings never goes to an address that was given for one run.
        is_own = (
            "url" not in self._launch.sources.options or not self._launch.sources.options["url"]
        )
        if owner := _value(self._launch, TOKEN_FOR):
            is_own = is_own and is_same_server(owner, self._url)
        more = stored if not token and is_own else None
        return Server(account, held, more, self._exchanges(LM_STUDIO))

    async def _server(self, account: Account, secrets: Secrets) -> Server:
        try:
            held = await AccountSecretsStore(secrets).get(account)
        except ChatError:
            held = AccountSecrets()  # the key store has a finding of its own
        return Server(account, held, exchanges=self._exchanges(account.account_id))

    def _exchanges(self, account_id: str) -> Sequence[Exchange]:
        if self._engines is None:
            return ()
        try:
            return tuple(self._engines.provider(account_id).exchanges)
        except ChatError:
            return ()


async def examine(
    launch: Launch,
    model_dirs: Sequence[Any] | None = None,
    ports: Mapping[int, AccountKind] | None = None,
) -> list[Finding]:
    """Examine what one start of the program would find; see `DoctorService`."""
    return await DoctorService(launch, model_dirs=model_dirs, ports=ports).examine()


def _value(launch: Launch, key: str) -> str:
    declaration = next(d for d in DECLARATIONS if d.key == key)
    found = launch.sources.find(declaration)
    if found:
        return str(found[0])
    stored = launch.stored.get(key)
    return str(stored if is_valid(declaration, stored) else declaration.default)
