"""What the model picker offers."""

from __future__ import annotations

from dataclasses import dataclass

from desktop_chat.domain.model_info import ModelRef


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """One model of one engine.

    Attributes:
        label: The model's name.
        engine: The engine's name, the heading under which the model stands.
        detail: What tells it from others of its name, such as the quantization.
        is_loaded: Whether it is in memory now.
    """

    ref: ModelRef
    label: str
    engine: str
    detail: str = ""
    is_loaded: bool = False
