"""The embedded engine: llama.cpp in a process of ours, spoken to as an OpenAI-compatible server."""

from __future__ import annotations

from desktop_chat.providers.embedded.options import EngineOptions, LoadHistory
from desktop_chat.providers.embedded.provider import EmbeddedProvider
from desktop_chat.providers.embedded.runner import EngineState

__all__ = ["EmbeddedProvider", "EngineOptions", "EngineState", "LoadHistory"]
