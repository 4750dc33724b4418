"""Looks for servers on this machine; what is found is only offered."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from desktop_chat.domain.changes import ServersFound
from desktop_chat.domain.model_info import LM_STUDIO
from desktop_chat.providers.local_servers import KNOWN_PORTS, LOOPBACK, find_server
from desktop_chat.providers.wire.urls import origin_of
from desktop_chat.services.engines.service import EngineState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from desktop_chat.domain.account import AccountKind, FoundServer
    from desktop_chat.services.broadcast import Broadcast
    from desktop_chat.services.engines.accounts import AccountsService
    from desktop_chat.services.engines.service import EngineService
    from desktop_chat.services.settings import SettingsService

SETTING = "engines.discovery"
OFF = "off"
# All names of the one place that is searched.
LOOPBACK_NAMES = ("localhost", "::1", LOOPBACK)


class DiscoveryService:
    """Finds servers of models on their usual ports of this machine.

    Args:
        ports: Where to look, and who usually listens there.
    """

    def __init__(
        self,
        settings: SettingsService,
        engines: EngineService,
        accounts: AccountsService,
        broadcast: Broadcast,
        *,
        ports: Mapping[int, AccountKind] = KNOWN_PORTS,
    ) -> None:
        self._settings = settings
        self._engines = engines
        self._accounts = accounts
        self._broadcast = broadcast
        self._ports = ports
        self._found: tuple[FoundServer, ...] = ()

    @property
    def found(self) -> tuple[FoundServer, ...]:
        """What the last search found that was not in use then."""
        return self._found

    async def search(self) -> tuple[FoundServer, ...]:
        """Ask each port once, and return the servers that are not in use yet."""
        used = await self._used_ports()
        ports = {port: kind for port, kind in self._ports.items() if port not in used}
        looks = await asyncio.gather(*(find_server(port, kind) for port, kind in ports.items()))
        self._found = tuple(server for server in looks if server is not None)
        self._broadcast.publish(ServersFound(self._found))
        return self._found

    async def search_at_start(self) -> None:
        """Search once, if LM Studio does not answer and the user did not switch this off."""
        if self._settings.value(SETTING) == OFF:
            return
        await self._engines.until_known()
        if self._engines.status(LM_STUDIO).state is not EngineState.READY:
            await self.search()

    async def _used_ports(self) -> set[int]:
        urls = [account.url for account in await self._accounts.list()]
        urls.append(str(self._settings.value("server.url")))
        origins = [origin for url in urls if (origin := origin_of(url)) is not None]
        return {port for _, host, port in origins if host in LOOPBACK_NAMES}
