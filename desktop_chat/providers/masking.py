"""Keys, taken out of everything that is shown or kept."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MASK = "***"
# LM Studio quotes the beginning of a key that it refuses, then asterisks.
KEY_LIKE = re.compile(r"(?i)\b(bearer|basic)\s+\S+|\bsk-[\w.:-]+\**|\S{1,80}\*{4,}")
USER_INFO = re.compile(r"(?i)(?<=://)[^/?#\s@]{1,200}@")
# Headers that carry what is secret, whoever set them.
SECRET_HEADER = re.compile(r"(?i)auth|key|token|secret|cookie|password|credential|signature")
# Shorter ones are words, and would be taken out of the middle of others.
MIN_SECRET_LENGTH = 4


def masked(text: str, secrets: Iterable[str] = ()) -> str:
    """Return `text` without these secrets, and without anything that looks like a key."""
    for secret in secrets:
        if len(secret) >= MIN_SECRET_LENGTH:
            text = text.replace(secret, MASK)
    return USER_INFO.sub(f"{MASK}@", KEY_LIKE.sub(MASK, text))


def masked_headers(
    headers: Mapping[str, str], secrets: Iterable[str] = ()
) -> tuple[tuple[str, str], ...]:
    """Return names and values, those of secret headers masked."""
    secrets = tuple(secrets)
    return tuple(
        (name, MASK if SECRET_HEADER.search(name) else masked(value, secrets))
        for name, value in headers.items()
    )
