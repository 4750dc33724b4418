"""What the played LM Studio has on its disk and in its memory, and how its switches stand."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Instance:
    """A model in memory.

    Attributes:
        ttl_s: How long it stays unused, if it was loaded on request.
        used_at: When it was last asked, on the monotonic clock.
    """

    id: str
    key: str
    context_length: int
    by_jit: bool = False
    ttl_s: float = 3600.0
    used_at: float = field(default_factory=time.monotonic)


@dataclass(slots=True)
class Job:
    """A download.

    Attributes:
        begun: When it began, on the monotonic clock.
        end: How it ends: "completed" or "failed".
    """

    id: str
    model: Model
    begun: float
    started_at: str
    end: str


@dataclass(slots=True)
class Model:
    """A downloaded model.

    Attributes:
        kind: "llm", "vlm" or "embedding".
        reasoning: Its options for `reasoning`, the first is the default.
        has_capabilities: Whether the list says what it can do.
        odd_type: A type for the lists that nobody expects.
    """

    key: str
    kind: str = "llm"
    name: str = ""
    arch: str | None = "qwen3"
    quantization: str | None = "Q4_K_M"
    size_bytes: int = 5_027_783_488
    max_context_length: int = 40_960
    params: str | None = "8B"
    publisher: str = "standin"
    file_format: str | None = "gguf"
    reasoning: list[str] = field(default_factory=list)
    has_capabilities: bool = True
    odd_type: str = ""


ECHO = "standin/echo"
EMBEDDING = "text-embedding-standin-embed-v1.5"


def default_models() -> list[Model]:
    """A disk with the honest echo model, one other and an embedding model."""
    return [
        Model(EMBEDDING, "embedding", "Stand-in Embed", "nomic-bert", "F16", 274_290_560, 2048),
        Model(ECHO, name="Echo"),
        Model("standin/other-7b", name="Other 7B", arch="llama", params="7B"),
    ]


@dataclass(slots=True)
class State:
    """All switches; tests set them by keyword or change them while the stand-in runs.

    Attributes:
        models: What is downloaded.
        loaded: Ids of the models loaded at the start.
        speed: Divides every delay that a scenario asks for, except rates.
        rate: Tokens per second of plain answers, None for as fast as possible.
        jit: Whether a model that is not loaded is loaded on request.
        load_s: How long a load takes, before `speed`.
        token: The API token that is required, None for none.
        apis: Which model-list paths exist: "v1" and "v0" (native), "openai".
        lists_trapped: Whether every model list answers like an unknown path.
        lists_null: Whether empty lists are null.
        list_scenarios: Whether every scenario is offered as a model `scn/<name>`.
        offer: More ids to offer, such as `scn/steady?tokens=500&rate=200`.
        always: A scenario that answers everything, "" for none; may carry `?name=value`.
        idle_s: After how many seconds an idle connection is closed; not divided by `speed`.
        parallel: How many requests generate at once; more wait in silence.
        role: Which other server is played; "" is LM Studio. The names are in `roles`.
        strict: Whether chat requests are refused that no careful client would send.
        free_requests: So many chat requests need no token, whatever `token` says.
        list_delay_s: How long a model list takes.
        loading_left: So many requests get "Loading model" with 503 (llama-server).
        stale_resets: So many connections are reset when their second request arrives.
        ttl_s: How long a model loaded on request stays without one; a request's `ttl` wins.
        download_end: How downloads end: "completed" or "failed".
    """

    models: list[Model] = field(default_factory=default_models)
    loaded: list[str] = field(default_factory=lambda: [ECHO])
    speed: float = 1.0
    rate: float | None = None
    jit: bool = True
    auto_evict: bool = True
    load_s: float = 2.0
    loaded_context_length: int = 8192
    token: str | None = None
    cors: bool = False
    apis: set[str] = field(default_factory=lambda: {"v1", "v0", "openai"})
    lists_trapped: bool = False
    lists_null: bool = False
    list_scenarios: bool = False
    offer: list[str] = field(default_factory=list)
    always: str = ""
    idle_s: float = 5.0
    parallel: int = 4
    role: str = ""
    strict: bool = False
    free_requests: int = 0
    list_delay_s: float = 0.0
    loading_left: int = 0
    stale_resets: int = 0
    ttl_s: float = 3600.0
    download_end: str = "completed"
    instances: list[Instance] = field(default_factory=list)
    jobs: dict[str, Job] = field(default_factory=dict)
    responses: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    counters: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.set_loaded(self.loaded)

    def set_loaded(self, keys: list[str]) -> None:
        """Have exactly these models in memory."""
        self.instances = []
        for key in keys:
            self.load(key)

    def find(self, wanted: str) -> Model | None:
        """Find a downloaded model by its key, in any case, with or without `@variant`."""
        key = wanted.partition("@")[0].lower()
        return next((m for m in self.models if m.key.lower() in (wanted.lower(), key)), None)

    def instance_of(self, wanted: str) -> Instance | None:
        """Find a loaded instance by its own id or by the key of its model."""
        for instance in self.instances:
            if instance.id == wanted or instance.key.lower() == wanted.lower():
                return instance
        return None

    def load(
        self, key: str, *, context_length: int | None = None, by_jit: bool = False
    ) -> Instance:
        """Put a model into memory, a second time as `key:2`."""
        same = sum(1 for instance in self.instances if instance.key == key)
        model = self.find(key)
        most = model.max_context_length if model else self.loaded_context_length
        length = context_length or min(self.loaded_context_length, most)
        id_ = f"{key}:{same + 1}" if same else key
        instance = Instance(id_, key, length, by_jit, self.ttl_s)
        if by_jit and self.auto_evict:
            self.instances = [i for i in self.instances if not i.by_jit]
        self.instances.append(instance)
        return instance

    def unload(self, instance_id: str) -> bool:
        """Take an instance out of memory; False if there is none of this id."""
        kept = [i for i in self.instances if i.id != instance_id]
        is_known = len(kept) < len(self.instances)
        self.instances = kept
        return is_known

    def expire(self) -> None:
        """Take out what was loaded on request and has not been asked for too long."""
        now = time.monotonic()
        self.instances = [
            i for i in self.instances if not i.by_jit or now - i.used_at < i.ttl_s / self.speed
        ]

    def has(self, instance: Instance) -> bool:
        """Whether this very instance is still in memory."""
        return any(loaded is instance for loaded in self.instances)

    def loaded_llms(self) -> list[Instance]:
        """The loaded instances that can chat."""
        found = []
        for instance in self.instances:
            model = self.find(instance.key)
            if model is None or model.kind != "embedding":
                found.append(instance)
        return found
