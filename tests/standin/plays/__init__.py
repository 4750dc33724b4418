"""The scenarios; importing this package registers all of them."""

from tests.standin.plays import (
    bad_ends,
    chance,
    contents,
    envelopes,
    errors,
    framing,
    lists,
    native,
    plain,
    refusals,
    slow,
    tools,
    world,
)

__all__ = [
    "bad_ends",
    "chance",
    "contents",
    "envelopes",
    "errors",
    "framing",
    "lists",
    "native",
    "plain",
    "refusals",
    "slow",
    "tools",
    "world",
]
