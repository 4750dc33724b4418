"""Who answers a chat request: the checks on its body and the choice of the model."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tests.standin import bodies, native, shape
from tests.standin.scenarios import PREFIX, SCENARIOS, parse_spec

if TYPE_CHECKING:
    from tests.standin.exchange import Exchange
    from tests.standin.server import StandIn
    from tests.standin.state import Instance

ROLES = ("user", "assistant", "system", "tool", "developer")


async def answer_chat(exchange: Exchange, server: StandIn) -> None:
    """`/v1/chat/completions`: check the body, find the model, echo."""
    refusal = _refusal_of(exchange)
    if refusal is None and exchange.state.strict:
        refusal = shape.fault_of(exchange.record)
    if refusal is not None:
        await exchange.send_json(400, {"error": refusal})
    elif not await _plays_scenario(exchange, server):
        exchange.instance = await _choose_instance(exchange)
        if exchange.instance is not None:
            await server.perform(exchange, SCENARIOS["echo"], {})


async def answer_native_chat(exchange: Exchange, server: StandIn) -> None:
    """`/api/v1/chat`: the same with a closed schema."""
    if await native.refuses_keys(exchange, native.CHAT_KEYS):
        return
    if await _plays_scenario(exchange, server):
        return
    loaded_before = {instance.id for instance in exchange.state.instances}
    # A native stream tells of the load itself, event by event.
    exchange.instance = await _choose_instance(exchange, is_silent=not exchange.wants_stream)
    if exchange.instance is not None:
        model = exchange.instance.id
        await native.answer_chat(exchange, model, was_loaded=model in loaded_before)


async def _plays_scenario(exchange: Exchange, server: StandIn) -> bool:
    wanted = str(exchange.body.get("model") or "")
    name, args = parse_spec(wanted)
    if not wanted.startswith(PREFIX) or name not in SCENARIOS:
        return False
    exchange.by_model_id = True
    await server.perform(exchange, SCENARIOS[name], args)
    return True


async def _choose_instance(exchange: Exchange, *, is_silent: bool = True) -> Instance | None:
    """Find or load the model; None if the request has been refused."""
    state = exchange.state
    wanted = str(exchange.body.get("model") or "")
    instance = state.instance_of(wanted)
    model = state.find(wanted)
    loaded = state.loaded_llms()
    if instance is not None:
        instance.used_at = time.monotonic()
        return instance
    if model is not None and state.jit:
        await exchange.sleep(state.load_s if is_silent else 0)
        # Whoever asked for it meanwhile has loaded it.
        instance = state.instance_of(model.key) or state.load(model.key, by_jit=True)
        ttl = exchange.body.get("ttl")
        # Anything but a positive number is swallowed in silence, as measured.
        instance.ttl_s = ttl if isinstance(ttl, int) and ttl > 0 else instance.ttl_s
        return instance
    if len(loaded) == 1:
        return loaded[0]
    await _refuse_model(exchange, wanted, has_loaded=bool(loaded))
    return None


async def _refuse_model(exchange: Exchange, wanted: str, *, has_loaded: bool) -> None:
    known = [model.key for model in exchange.state.models]
    if exchange.record.path.startswith("/api/v1/"):
        await exchange.send_json(404, bodies.unknown_model(wanted, known, native=True))
    elif not has_loaded and not exchange.state.jit:
        await exchange.send_json(400, bodies.invalid_request(bodies.NO_MODEL, "model"))
    else:
        await exchange.send_json(400, bodies.unknown_model(wanted, known), indent=4)


def _refusal_of(exchange: Exchange) -> str | None:
    """What LM Studio says of this body, None if it is fine."""
    if not isinstance(exchange.record.json, dict):
        return "Invalid JSON body."
    messages = exchange.body.get("messages")
    if not isinstance(messages, list) or not messages:
        return "'messages' field is required"
    found = (_message_refusal_of(message) for message in messages)
    return next((refusal for refusal in found if refusal), None)


def _message_refusal_of(message: object) -> str | None:
    role = message.get("role") if isinstance(message, dict) else None
    if not isinstance(message, dict) or role not in ROLES:
        return (
            "'messages' array must only contain objects with a 'role' field that is in "
            f"[user, assistant, system, tool]. Got '{role}'"
        )
    content = message.get("content")
    for part in content if isinstance(content, list) else []:
        url = (part.get("image_url") or {}).get("url", "data:")
        if not url.startswith("data:"):
            return "'url' field must be a base64 encoded image."
    return None
