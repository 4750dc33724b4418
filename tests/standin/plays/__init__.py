"""The scenarios; importing this package registers all of them."""

from tests.standin.plays import errors, framing, lists, native, plain, slow, tools

__all__ = ["errors", "framing", "lists", "native", "plain", "slow", "tools"]
