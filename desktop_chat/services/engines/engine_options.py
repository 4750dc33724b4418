"""What the settings say of the embedded engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop_chat.providers.embedded import EngineOptions

if TYPE_CHECKING:
    from desktop_chat.services.settings import SettingsService

GPU_BYTES = "engine.gpu_bytes"
AS_MANY_AS_FIT = -1


class StoredOptions:
    """Called for the options in force; a change of the settings counts at the next use."""

    def __init__(self, settings: SettingsService) -> None:
        self._settings = settings

    def __call__(self) -> EngineOptions:
        """Return the options in force."""
        layers = self._number("engine.gpu_layers")
        has_card = self._number(GPU_BYTES) > 0
        return EngineOptions(
            context_length=self._number("engine.context_length"),
            threads=self._number("engine.threads") or None,
            gpu_layers=layers if has_card and layers != AS_MANY_AS_FIT else None,
            idle_s=self._number("engine.idle_minutes") * 60.0 or None,
        )

    def _number(self, key: str) -> int:
        return int(self._settings.value(key))
