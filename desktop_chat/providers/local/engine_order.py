"""What the embedded engine's process is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class EngineOrder:
    """What the engine is to load, and how.

    Attributes:
        context_length: Tokens.
        threads: Processor threads; None leaves the choice to the engine.
        gpu_layers: Layers on the graphics card, 0 for none; None for as many as fit.
    """

    path: Path
    context_length: int
    threads: int | None = None
    gpu_layers: int | None = None
