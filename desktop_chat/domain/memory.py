"""How much memory a model would need, and how much there is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MemoryEstimate:
    """Computed before a load, from the model's file; all sizes in bytes.

    Attributes:
        weights_bytes: The model itself.
        cache_bytes: What the conversation takes when it fills the context.
        overhead_bytes: The engine's process and its working memory.
        context_length: Tokens, for which this was computed.
        free_bytes: What could be used now, with what the engine itself holds.
        total_bytes: What the machine has in all; no model that needs more can be loaded.
    """

    weights_bytes: int
    cache_bytes: int
    overhead_bytes: int
    context_length: int
    free_bytes: int
    total_bytes: int

    @property
    def needed_bytes(self) -> int:
        """What the model would take."""
        return self.weights_bytes + self.cache_bytes + self.overhead_bytes

    @property
    def fits(self) -> bool:
        """Whether it fits in what is free now."""
        return self.needed_bytes <= self.free_bytes

    @property
    def can_ever_fit(self) -> bool:
        """Whether it would fit if nothing else ran."""
        return self.needed_bytes <= self.total_bytes
