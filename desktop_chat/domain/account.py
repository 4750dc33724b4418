"""Servers that the user entered, beside LM Studio's and the embedded engine."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

ACCOUNT_PREFIX = "server-"


class AccountKind(StrEnum):
    """What speaks there; the values are stored. OTHER is any server of the /v1 dialect."""

    LM_STUDIO = "lm-studio"
    LLAMA_SERVER = "llama-server"
    OLLAMA = "ollama"
    VLLM = "vllm"
    JAN = "jan"
    KOBOLDCPP = "koboldcpp"
    GPT4ALL = "gpt4all"
    LITELLM = "litellm"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Account:
    """One server, without its secrets.

    Attributes:
        id: Number in the database; 0 before it is stored.
        url: As the user entered it.
        header_names: Names of headers that are sent with each request; their values are secrets.
        extra_body: JSON object, as text, whose keys are added to each chat request.
        certificate: PEM of the one certificate that is trusted; "" trusts the system's.
        proxy: URL of the proxy to use; "" for none.
        allows_plain_key: The user allowed sending the key over http to a public host.
        is_enabled: Whether it is asked for its models at all.
    """

    id: int
    name: str
    kind: AccountKind
    url: str
    header_names: tuple[str, ...] = ()
    extra_body: str = ""
    certificate: str = ""
    proxy: str = ""
    allows_plain_key: bool = False
    is_enabled: bool = True

    @property
    def account_id(self) -> str:
        """The id by which chats and engines know it."""
        return f"{ACCOUNT_PREFIX}{self.id}"


@dataclass(frozen=True, slots=True)
class AccountSecrets:
    """What the key store holds for an account."""

    key: str = field(default="", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class FoundServer:
    """A server that was found on this machine and is not in use yet."""

    kind: AccountKind
    name: str
    url: str
    model_count: int | None = None
