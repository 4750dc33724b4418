"""What the doctor finds, and how it is put into a report."""

from __future__ import annotations

import platform
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import desktop_chat
from desktop_chat.logs import redact

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from desktop_chat.domain.exchange import Exchange


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found at one place.

    Attributes:
        is_ok: Whether all is well there.
        advice: What to do; empty if nothing.
        is_needed: Whether nobody can chat while it is not.
        code: The cause in one word that does not change; empty if all is well.
        exchange: What went over the wire, as text and without secrets; empty if nothing did.
    """

    name: str
    is_ok: bool
    detail: str
    advice: str = ""
    is_needed: bool = False
    code: str = ""
    exchange: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the finding as plain values, without anything secret."""
        return {
            name: redact(value) if isinstance(value, str) else value
            for name, value in asdict(self).items()
        }

    def __str__(self) -> str:
        mark = "ok  " if self.is_ok else "WARN" if not self.is_needed else "FAIL"
        text = f"{mark}  {self.name}: {self.detail}"
        return redact(f"{text}\n      {self.advice}" if self.advice else text)


def report_text(findings: Iterable[Finding]) -> str:
    """Return everything that was found, to be shown to somebody else: nothing in it is secret."""
    system = f"{platform.system()} {platform.release()}, Python {platform.python_version()}"
    parts = [f"Desktop Chat {desktop_chat.__version__} on {system}"]
    parts += [str(finding) for finding in findings]
    parts += [f"--- {one.name}\n{one.exchange}" for one in findings if one.exchange]
    return redact("\n".join(parts)) + "\n"


def exchange_text(exchanges: Sequence[Exchange]) -> str:
    """Return exchanges with a server as they went over the wire, secrets masked."""
    return redact("\n\n".join(_one(exchange) for exchange in exchanges))


def _one(exchange: Exchange) -> str:
    moment = time.strftime("%H:%M:%S", time.gmtime(exchange.at))
    lines = [f"{moment} UTC, {exchange.duration_s:.2f} s", f"> {exchange.method} {exchange.url}"]
    lines += [f"> {name}: {value}" for name, value in exchange.request_headers]
    lines += [f"> {line}" for line in exchange.request_body.splitlines()]
    if exchange.status is not None:
        lines.append(f"< HTTP {exchange.status}, {exchange.response_bytes} bytes")
    lines += [f"< {name}: {value}" for name, value in exchange.response_headers]
    lines += [f"< {line}" for line in exchange.response_body.splitlines()]
    if exchange.error:
        lines.append(f"! {exchange.error}")
    return "\n".join(lines)
