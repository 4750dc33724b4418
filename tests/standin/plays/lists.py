"""Scenarios that are switches: what the model lists say from now on, and who is playing."""

from __future__ import annotations

from tests.standin.exchange import Exchange
from tests.standin.scenarios import scenario, switch
from tests.standin.state import EMBEDDING, Model, State, default_models


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


@scenario("proxy-env")
async def dead_proxy(exchange: Exchange) -> None:
    """A proxy that leads nowhere: what it is asked for stands in the recorder."""
    await exchange.send_body(502, b"<html>502 Bad Gateway</html>", "text/html")
