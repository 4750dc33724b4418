"""The environment of the processes that we start."""

from __future__ import annotations

import os


def without_secrets() -> dict[str, str]:
    """Return our own environment without the tokens in it: no child of ours needs one."""
    return {name: value for name, value in os.environ.items() if not name.endswith("_TOKEN")}
