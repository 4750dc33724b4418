"""Servers that listen on this machine, and how each kind is recognised."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

from desktop_chat.domain.account import AccountKind, FoundServer
from desktop_chat.providers.wire.http_head import HeadError, get_request, read_body, read_head

if TYPE_CHECKING:
    from collections.abc import Mapping

    from desktop_chat.providers.wire.http_head import Head

# Only there: looking around elsewhere is nothing a chat client does.
LOOPBACK = "127.0.0.1"
# Where each listens unless told otherwise; several share one.
KNOWN_PORTS: Mapping[int, AccountKind] = {
    1234: AccountKind.LM_STUDIO,
    11434: AccountKind.OLLAMA,
    8080: AccountKind.LLAMA_SERVER,
    8000: AccountKind.VLLM,
    1337: AccountKind.JAN,
    5001: AccountKind.KOBOLDCPP,
    4891: AccountKind.GPT4ALL,
}
KIND_NAMES: Mapping[AccountKind, str] = {
    AccountKind.LM_STUDIO: "LM Studio",
    AccountKind.LLAMA_SERVER: "llama-server",
    AccountKind.OLLAMA: "Ollama",
    AccountKind.VLLM: "vLLM",
    AccountKind.JAN: "Jan",
    AccountKind.KOBOLDCPP: "KoboldCpp",
    AccountKind.GPT4ALL: "GPT4All",
    AccountKind.LITELLM: "LiteLLM",
}
# What each writes as owner of its models.
OWNERS: Mapping[str, AccountKind] = {
    "organization_owner": AccountKind.LM_STUDIO,
    "organization-owner": AccountKind.LM_STUDIO,
    "llamacpp": AccountKind.LLAMA_SERVER,
    "vllm": AccountKind.VLLM,
    "library": AccountKind.OLLAMA,
    "koboldcpp": AccountKind.KOBOLDCPP,
    "humanity": AccountKind.GPT4ALL,
}
# What some write into the header "Server".
PROGRAMS: Mapping[str, AccountKind] = {
    "llama.cpp": AccountKind.LLAMA_SERVER,
    "koboldcpp": AccountKind.KOBOLDCPP,
    "concedollamaforkobold": AccountKind.KOBOLDCPP,
}
# Words of a refusal that only servers of models use.
REFUSAL_WORDS = (
    *("api key", "api_key", "api token", "authorization token", "authentication_error"),
    "invalid host header",
)
LOADING_WORDS = "loading model"
# Enough for thousands of models.
MAX_LIST_BYTES = 4 * 1024 * 1024


async def find_server(port: int, usual: AccountKind, timeout_s: float = 1.5) -> FoundServer | None:
    """Ask who listens on a port of this machine; None where it is no server of models.

    One GET is sent, without any key.

    Args:
        port: On the loopback address.
        usual: The kind that listens there by default, where the answer does not tell.
        timeout_s: After this time nobody listens there, or somebody else.
    """
    try:
        async with asyncio.timeout(timeout_s):
            head, body = await _models_at(port)
    except (OSError, EOFError, HeadError):
        return None
    payload = _parsed(body)
    if not _is_of_models(head.status, payload, body):
        return None
    kind = _kind_of(head, payload) or usual
    # What sits where another usually does, and does not say what it is.
    name = KIND_NAMES.get(kind, "")
    return FoundServer(
        kind, name or f"{LOOPBACK}:{port}", f"http://{LOOPBACK}:{port}", _count(payload)
    )


async def _models_at(port: int) -> tuple[Head, bytes]:
    reader, writer = await asyncio.open_connection(LOOPBACK, port)
    try:
        writer.write(get_request("/v1/models", f"{LOOPBACK}:{port}"))
        head = await read_head(reader)
        body = await read_body(reader, head)
        return head, body[:MAX_LIST_BYTES]
    finally:
        writer.transport.abort()


def _is_of_models(status: int, payload: object, body: bytes) -> bool:
    if status == 200:
        return isinstance(payload, dict) and _entries(payload) is not None
    text = body[:2000].decode("utf-8", "replace").lower()
    if status in (401, 403):
        return any(word in text for word in REFUSAL_WORDS)
    return status == 503 and LOADING_WORDS in text


def _kind_of(head: Head, payload: object) -> AccountKind | None:
    program = head.headers.get("server", "").lower()
    for word, kind in PROGRAMS.items():
        if program.startswith(word):
            return kind
    for entry in _entries(payload) or []:
        owner = str(entry.get("owned_by", "")).lower() if isinstance(entry, dict) else ""
        if owner in OWNERS:
            return OWNERS[owner]
    return None


def _entries(payload: object) -> list[Any] | None:
    """Return the list of models; None if it is none. An empty one may come as null."""
    if not isinstance(payload, dict) or "data" not in payload:
        return None
    entries = payload["data"]
    return entries if isinstance(entries, list) else [] if entries is None else None


def _count(payload: object) -> int | None:
    entries = _entries(payload)
    return len(entries) if entries is not None else None


def _parsed(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
