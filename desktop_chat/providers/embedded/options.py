"""How the embedded engine runs its models."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pathlib import Path

DEFAULT_CONTEXT = 4096


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """What holds for every model that has no options of its own.

    Attributes:
        context_length: Tokens; never more than the model was trained on.
        threads: Processor threads; None leaves the choice to the engine.
        gpu_layers: Layers on the graphics card, 0 for none; None for as many as fit.
        idle_s: After so many seconds without a reply the model leaves memory; None keeps it.
    """

    context_length: int = DEFAULT_CONTEXT
    threads: int | None = None
    gpu_layers: int | None = None
    idle_s: float | None = None


class LoadHistory(Protocol):
    """How long loads took; kept by the layers above."""

    async def expected_s(self, path: Path, size_bytes: int) -> float | None:
        """Return how long the last load of this file took, None if it was never loaded."""
        ...

    def record(self, path: Path, size_bytes: int, duration_s: float) -> None:
        """Keep how long a load took; returns at once."""
        ...


class NoHistory:
    """Knows of no load, and keeps none."""

    async def expected_s(self, path: Path, size_bytes: int) -> float | None:
        """Return None."""
        return None

    def record(self, path: Path, size_bytes: int, duration_s: float) -> None:
        """Forget it."""
