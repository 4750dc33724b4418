"""LM Studio: for the program, and with `lm_studio_provider` for scripts."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from desktop_chat.providers.lm_studio.provider import DEFAULT_URL, LMStudioAPIProvider

__all__ = ["DEFAULT_URL", "LMStudioAPIProvider", "lm_studio_provider"]

# Made at first access, by `__getattr__` below.
lm_studio_provider: LMStudioAPIProvider


def _provider_from_environment() -> LMStudioAPIProvider:
    """Read the environment, and `.env` of the working directory for what it lacks."""
    from dotenv import dotenv_values

    values = dict(dotenv_values(Path(".env")))
    values.update((key, value) for key, value in os.environ.items() if value)
    return LMStudioAPIProvider(
        base_url=values.get("LM_STUDIO_URL") or DEFAULT_URL,
        model=values.get("LM_STUDIO_MODEL") or "",
        api_token=values.get("LM_STUDIO_API_TOKEN"),
    )


def __getattr__(name: str) -> Any:
    if name != "lm_studio_provider":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    provider = globals()[name] = _provider_from_environment()
    return provider
