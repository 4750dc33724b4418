"""What an engine can do beside answering, and how models are loaded and fetched."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from desktop_chat.domain.params import ParamName

BASIC_PARAMS = frozenset({ParamName.TEMPERATURE, ParamName.MAX_TOKENS})
# What the /v1 dialect of OpenAI itself knows.
OPENAI_PARAMS = BASIC_PARAMS | {ParamName.TOP_P, ParamName.STOP, ParamName.SEED}
ALL_PARAMS = frozenset(ParamName)


@dataclass(frozen=True, slots=True)
class EngineFeatures:
    """What is offered for an engine.

    Attributes:
        params: Parameters that it understands.
        load_options: Names of the `LoadOptions` that it understands; empty if models cannot
            be loaded from here.
        can_unload: Whether a model can be taken out of memory from here.
        can_download: Whether it fetches models itself, by their names or URLs.
    """

    params: frozenset[ParamName] = OPENAI_PARAMS
    load_options: frozenset[str] = frozenset()
    can_unload: bool = False
    can_download: bool = False

    @property
    def can_load(self) -> bool:
        """Whether a model can be loaded from here."""
        return bool(self.load_options)


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """How a model is loaded; None leaves the engine's own value.

    Attributes:
        context_length: Tokens.
        gpu_layers: Layers on the graphics card; 0 for none.
        threads: Processor threads.
    """

    context_length: int | None = None
    flash_attention: bool | None = None
    eval_batch_size: int | None = None
    num_experts: int | None = None
    offload_kv_cache_to_gpu: bool | None = None
    gpu_layers: int | None = None
    threads: int | None = None


class DownloadState(StrEnum):
    """How far the download of a model came."""

    WAITING = "waiting"
    RUNNING = "running"
    PAUSED = "paused"
    CHECKING = "checking"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class DownloadProgress:
    """One report on a download.

    Attributes:
        bytes_total: None while nobody knows.
        bytes_per_second: None where nobody measured it.
        model_id: The model that is there now; only with DONE, and where it is known.
    """

    state: DownloadState
    bytes_done: int = 0
    bytes_total: int | None = None
    bytes_per_second: float | None = None
    model_id: str | None = None
