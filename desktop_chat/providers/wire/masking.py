"""Keys, taken out of everything that is shown or kept."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from urllib.parse import quote

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
# Shorter words of a longer value are hardly what is secret in it.
MIN_WORD_LENGTH = 8


def masked(text: str, secrets: Iterable[str] = ()) -> str:
    """Return `text` without these secrets, and without anything that looks like a key."""
    for secret in secrets:
        if len(secret) >= MIN_SECRET_LENGTH:
            text = text.replace(secret, MASK)
    return USER_INFO.sub(f"{MASK}@", KEY_LIKE.sub(MASK, text))


def secret_parts(values: Iterable[str]) -> tuple[str, ...]:
    """Return secrets in every form in which a server may quote them, the longest first.

    The value of a header may be several words, as "Token abc…", of which one is the key.
    """
    forms: set[str] = set()
    for value in filter(None, values):
        long_words = (word for word in value.split() if len(word) >= MIN_WORD_LENGTH)
        for text in (value, *long_words):
            forms.update((text, quote(text, safe=""), json.dumps(text)[1:-1]))
    return tuple(sorted(forms, key=len, reverse=True))


def masked_headers(
    headers: Mapping[str, str], secrets: Iterable[str] = (), names: Iterable[str] = ()
) -> tuple[tuple[str, str], ...]:
    """Return names and values, those of secret headers and of `names` masked."""
    secrets = tuple(secrets)
    hidden = {name.lower() for name in names}
    return tuple(
        (
            name,
            MASK
            if SECRET_HEADER.search(name) or name.lower() in hidden
            else masked(value, secrets),
        )
        for name, value in headers.items()
    )
