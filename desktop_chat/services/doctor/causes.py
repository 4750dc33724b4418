"""From what a server answered, or did not, to the cause and to what helps."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from desktop_chat.domain.account import AccountKind
from desktop_chat.domain.errors import ChatError
from desktop_chat.providers.local_servers import LOOPBACK, find_server
from desktop_chat.providers.reach import has_address, is_listening, is_own_address, speaks_tls
from desktop_chat.providers.registry import make_provider
from desktop_chat.providers.wire.urls import DEFAULT_PORTS, is_private_host, normalise_base_url

if TYPE_CHECKING:
    from collections.abc import Mapping
    from urllib.parse import SplitResult

    from desktop_chat.domain.account import Account, AccountSecrets

# Whoever looks at the doctor waits for it.
ANSWER_TIMEOUT_S = 5.0
LOOPBACK_HOSTS = ("localhost", "::1", LOOPBACK)
START: Mapping[AccountKind, str] = {
    AccountKind.LM_STUDIO: (
        "Start LM Studio's server there: in its Developer tab, or with “lms server start”."
    ),
    AccountKind.LLAMA_SERVER: "Start it there: “llama-server -m MODEL.gguf --port {port}”.",
    AccountKind.OLLAMA: "Start Ollama there, or run “ollama serve”.",
    AccountKind.VLLM: "Start it there: “vllm serve MODEL --port {port}”.",
    AccountKind.JAN: "Start it in Jan: Settings, Local API server.",
    AccountKind.KOBOLDCPP: "Start KoboldCpp there, with port {port}.",
    AccountKind.GPT4ALL: "Switch it on in GPT4All: Settings, Enable local API server.",
    AccountKind.LITELLM: "Start it there: “litellm --port {port}”.",
    AccountKind.OTHER: "Start the server there, or change the address.",
}


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a server is of no use: a word for it, a sentence, and what to do."""

    code: str
    detail: str
    advice: str


class CauseFinder:
    """Finds out why a request to a server failed, by looking where it could have gone.

    Only this machine and the server itself are asked, and none of them gets a key.

    Args:
        account: The server.
        secrets: What it is asked with.
        ports: Where servers of this machine are looked for.
    """

    def __init__(
        self, account: Account, secrets: AccountSecrets, ports: Mapping[int, AccountKind]
    ) -> None:
        self._account = account
        self._secrets = secrets
        self._ports = ports
        self._parts: SplitResult = urlsplit(normalise_base_url(account.url))
        self._host = self._parts.hostname or ""
        self._port = self._parts.port or DEFAULT_PORTS[self._parts.scheme]

    async def find(self, error: ChatError) -> Cause:
        """Name the cause of an error that listing the models raised."""
        cause = await self._of_proxy(error)
        if cause is not None:
            return cause
        match error.code:
            case "server_unreachable":
                return await self._of_silence(error)
            case "wrong_path":
                return await self._of_path(error)
            case "not_a_server" | "unreadable_reply" | "connection_lost":
                return await self._of_stranger(error)
            case "unauthorized":
                return self._of_token()
            case _:
                return _plain(error)

    async def _of_proxy(self, error: ChatError) -> Cause | None:
        """Name the proxy where the same request works without it, or where it stands alone."""
        if not self._account.proxy:
            return None
        code, detail = "proxy", f"{self._account.proxy} stands between, and does not lead there"
        if not is_private_host(self._host):
            if error.code not in ("server_unreachable", "proxy_answered"):
                return None
            return Cause(code, detail, "Check the proxy in the settings of this server.")
        if not await self._answers(replace(self._account, proxy="")):
            return None
        advice = "Take the proxy out of this server's settings: what is near needs none."
        return Cause(code, detail, advice)

    async def _of_silence(self, error: ChatError) -> Cause:
        url = self._account.url
        if not await has_address(self._host):
            advice = f"Check the spelling of “{self._host}”, and the network."
            return Cause("unknown_host", f"{url}: nobody knows this name", advice)
        if await is_listening(self._host, self._port):
            advice = "Wait until it is done, or restart it."
            return Cause("no_answer", f"{url} takes the call and does not answer", advice)
        near = await self._of_other_name()
        if near is not None:
            return near
        if self._host in LOOPBACK_HOSTS or is_own_address(self._host):
            other = await self._of_other_port("nothing listens there")
            return other or Cause("server_off", f"{url}: nothing listens there", self._start())
        if is_private_host(self._host):
            advice = (
                f"{self._start()} It must be reachable from other computers: in LM Studio "
                "“Serve on Local Network”; and the firewall there must let the port through."
            )
            return Cause("lan_off", f"{url} does not answer from here", advice)
        return Cause("server_off", f"{url} is of no use now", str(error))

    async def _of_other_name(self) -> Cause | None:
        """Name a server that answers at the same port under another address of this machine."""
        if self._host == LOOPBACK:
            return None
        is_own = self._host in LOOPBACK_HOSTS or is_own_address(self._host)
        if not is_own or not await is_listening(LOOPBACK, self._port):
            return None
        better = f"{self._parts.scheme}://{LOOPBACK}:{self._port}{self._parts.path}"
        detail = f"{self._account.url} does not answer, {better} does"
        if self._host in LOOPBACK_HOSTS:
            return Cause("localhost", detail, f"Enter {better} as its address.")
        advice = f"Enter {better}, or switch on “Serve on Local Network” in LM Studio."
        return Cause("lan_off", detail, advice)

    async def _of_other_port(self, what: str) -> Cause | None:
        """Name a server of the same kind that listens at another port of this machine."""
        for port, usual in self._ports.items():
            if port == self._port:
                continue
            found = await find_server(port, usual)
            if found is not None and self._account.kind in (found.kind, AccountKind.OTHER):
                detail = f"{self._account.url}: {what}; {found.name} answers at {found.url}"
                return Cause("wrong_port", detail, f"Enter {found.url} as its address.")
        return None

    async def _of_path(self, error: ChatError) -> Cause:
        root = f"{self._parts.scheme}://{self._parts.netloc}"
        if self._parts.path and await self._answers(replace(self._account, url=root)):
            is_doubled = self._account.url.count("/v1") > 1
            detail = f"{self._account.url}: " + (
                "“/v1” is there twice" if is_doubled else "the path does not belong there"
            )
            return Cause("doubled_v1" if is_doubled else "wrong_path", detail, f"Enter {root}.")
        return await self._of_stranger(error, "wrong_path")

    async def _of_stranger(self, error: ChatError, code: str = "not_a_server") -> Cause:
        is_https = self._parts.scheme == "https"
        if not is_https and await speaks_tls(self._host, self._port):
            better = f"https://{self._parts.netloc}{self._parts.path}"
            detail = f"{self._account.url}: https is spoken there"
            return Cause("needs_https", detail, f"Enter {better}.")
        if is_https and not await speaks_tls(self._host, self._port):
            better = f"http://{self._parts.netloc}{self._parts.path}"
            detail = f"{self._account.url}: no https is spoken there"
            return Cause("needs_http", detail, f"Enter {better} if you trust the way there.")
        if self._host in LOOPBACK_HOSTS:
            other = await self._of_other_port("another program answers there")
            if other is not None:
                return other
        return Cause(code, f"{self._account.url} is of no use now", str(error))

    def _of_token(self) -> Cause:
        where = "LM Studio: Developer tab, Server settings"
        place = where if self._account.kind is AccountKind.LM_STUDIO else "whoever runs the server"
        if self._secrets.key:
            detail = f"{self._account.url} refuses the API token that is stored"
            return Cause("token_refused", detail, f"Get a valid token from {place}; enter it.")
        detail = f"{self._account.url} wants an API token, and there is none"
        return Cause("token_needed", detail, f"Get a token from {place}; enter it.")

    def _start(self) -> str:
        return START[self._account.kind].format(port=self._port)

    async def _answers(self, account: Account) -> bool:
        provider = make_provider(account, self._secrets)
        try:
            async with asyncio.timeout(ANSWER_TIMEOUT_S):
                await provider.list_models()
        except (ChatError, TimeoutError):
            return False
        finally:
            await provider.aclose()
        return True


def _plain(error: ChatError) -> Cause:
    detail = str(error.fields.get("detail") or "").split("\n", maxsplit=1)[0]
    url = error.fields.get("url")
    where = f"{url} is of no use now" if url else "it is of no use now"
    return Cause(error.code, f"{where}: {detail}" if detail else where, str(error))
