"""Scenarios that are switches: what the model lists say from now on, and who is playing."""

from __future__ import annotations

from tests.standin.exchange import Exchange
from tests.standin.scenarios import scenario, switch
from tests.standin.state import ECHO, EMBEDDING, Instance, Model, State, default_models


@switch("models-jit-on")
def jit_on(state: State) -> None:
    """Twelve models, one loaded, two for embeddings, one that sees."""
    state.jit = True
    state.models = twelve_models()
    state.set_loaded(["standin/model-4"])


@switch("models-jit-off")
def jit_off(state: State) -> None:
    jit_on(state)
    state.jit = False


def twelve_models() -> list[Model]:
    """Embedding models first: who takes the first of the list takes one of these."""
    embeddings = [
        Model(EMBEDDING, "embedding", "Stand-in Embed", "nomic-bert", "F16", 274_290_560, 2048),
        Model("bge-m3", "embedding", "BGE M3", "bert", "F16", 1_100_000_000, 8192),
    ]
    chats = [
        Model(f"standin/model-{n}", name=f"Model {n}", max_context_length=262_144)
        for n in range(1, 10)
    ]
    return [*embeddings, *chats, Model("standin/sees-7b", "vlm", "Sees 7B", "qwen2_vl")]


@switch("models-empty")
def empty(state: State, *, null: bool = False) -> None:
    state.models = []
    state.instances = []
    state.lists_null = bool(null)


@switch("models-wrong-path-200")
def lists_trapped(state: State) -> None:
    state.lists_trapped = True


@switch("models-none-loaded")
def none_loaded(state: State) -> None:
    state.set_loaded([])


@switch("models-default")
def back_to_default(state: State) -> None:
    state.models = default_models()
    state.set_loaded(state.loaded)
    state.apis = {"v1", "v0", "openai"}
    state.lists_trapped = state.lists_null = False
    state.list_delay_s = 0


@switch("queue")
def queue(state: State) -> None:
    """One request at a time; others wait in silence."""
    state.parallel = 1


@switch("v1-only")
def v1_only(state: State) -> None:
    state.apis = {"v1"}


@switch("v0-only")
def v0_only(state: State) -> None:
    state.apis = {"v0"}


@switch("openai-only")
def openai_only(state: State) -> None:
    state.apis = {"openai"}


@switch("model-vanishes")
def vanish(state: State, *, key: str) -> None:
    state.models = [model for model in state.models if model.key != key]
    state.instances = [instance for instance in state.instances if instance.key != key]


@switch("models-odd")
def odd(state: State, *, count: int = 500) -> None:
    """Every oddity of a list at once, and `count` ordinary models besides."""
    many = [Model(f"many/model-{n:03d}", name=f"Many {n}") for n in range(count)]
    state.models = [
        Model("odd/bare", name="Bare", arch=None, quantization=None, params=None,
              file_format=None, has_capabilities=False),
        Model("odd/thinker", name="Thinker", reasoning=["low", "medium", "high", "xhigh"]),
        Model("odd/variant@q4_k_m", name="Variant"),
        Model("odd/with space", name="With space"),
        Model("odd/\N{OWL}-emoji", name="Owl"),
        Model("odd/sees", "vlm", "Sees"),
        Model("odd/hears", name="Hears", odd_type="audio"),
        Model(EMBEDDING, "embedding", "Embed"),
        *many,
    ]  # fmt: skip
    state.set_loaded(["odd/thinker", "odd/thinker"])
    state.instances.append(Instance("my-own-name", "odd/sees", 4096))


@switch("load-slow")
def load_slow(state: State, *, seconds: float = 90) -> None:
    """Loads take so long, and say nothing meanwhile but on `/api/v1/chat`."""
    state.load_s = float(seconds)


@switch("load-twice")
def load_twice(state: State) -> None:
    """The first model that can chat is in memory already: loading it makes `key:2`."""
    key = next(model.key for model in state.models if model.kind != "embedding")
    state.set_loaded([key])


@switch("jit-evict")
def jit_evict(state: State) -> None:
    """What is loaded was loaded on request: asking for another model takes it out."""
    state.jit = state.auto_evict = True
    for instance in state.instances:
        instance.by_jit = True


@switch("ttl-expire")
def ttl_expire(state: State, *, seconds: float = 0) -> None:
    """What was loaded on request is taken out after so many seconds; 0 is at once."""
    jit_evict(state)
    state.ttl_s = float(seconds) or state.ttl_s
    for instance in state.instances:
        instance.ttl_s = float(seconds)


@switch("download")
def download(state: State, *, end: str = "completed") -> None:
    """Downloads pause once and end like this; `failed` is the other end."""
    state.download_end = end


@switch("context-info")
def context_info(state: State) -> None:
    """A model loaded with 4 096 of its 262 144 tokens."""
    state.models = [Model(ECHO, name="Echo", max_context_length=262_144)]
    state.instances = [Instance(ECHO, ECHO, 4096)]


@switch("slow-list")
def slow_list(state: State, *, seconds: float = 8) -> None:
    state.list_delay_s = float(seconds)


@scenario("proxy-env")
async def dead_proxy(exchange: Exchange) -> None:
    """A proxy that leads nowhere: what it is asked for stands in the recorder."""
    await exchange.send_body(502, b"<html>502 Bad Gateway</html>", "text/html")
