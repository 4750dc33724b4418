"""Which path answers what, when no scenario is played."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING
from urllib.parse import unquote

from tests.standin import bodies, downloads, model_lists, native
from tests.standin.chat_route import answer_chat, answer_native_chat
from tests.standin.lab import answer_lab
from tests.standin.roles import ROLES

if TYPE_CHECKING:
    from tests.standin.exchange import Exchange
    from tests.standin.server import StandIn

CHAT_PATHS = ("/v1/chat/completions", "/api/v0/chat/completions")


async def answer(exchange: Exchange, server: StandIn) -> None:
    """Answer as LM Studio would."""
    record = exchange.record
    if record.path.startswith("/__lab/"):
        await answer_lab(exchange, server)
        return
    exchange.state.expire()
    if exchange.state.role:
        await ROLES[exchange.state.role].answer(exchange, server)
        return
    if not _has_token(exchange):
        offered = record.headers.get("authorization", "").removeprefix("Bearer ").strip()
        await exchange.send_json(401, bodies.token_error(offered or None))
        return
    is_known = False
    if record.method == "POST":
        is_known = await _answer_post(exchange, server)
    elif record.method == "GET":
        is_known = await _answer_get(exchange)
    if not is_known:
        await send_trap(exchange)


async def send_trap(exchange: Exchange) -> None:
    """Answer as LM Studio answers any unknown path: 200."""
    record = exchange.record
    await exchange.send_json(200, bodies.trap(record.method, record.target))


def _has_token(exchange: Exchange) -> bool:
    wanted = exchange.state.token
    if wanted is None:
        return True
    if exchange.state.free_requests > 0:
        exchange.state.free_requests -= exchange.record.method == "POST"
        return True
    offered = exchange.record.headers.get("authorization", "")
    return secrets.compare_digest(offered.encode(), f"Bearer {wanted}".encode())


async def _answer_post(exchange: Exchange, server: StandIn) -> bool:
    path = exchange.record.path
    is_native_there = "v1" in exchange.state.apis
    if path in CHAT_PATHS:
        await answer_chat(exchange, server)
    elif path in ("/v1/embeddings", "/api/v0/embeddings"):
        await _answer_embeddings(exchange)
    elif path == "/api/v1/chat" and is_native_there:
        await answer_native_chat(exchange, server)
    elif path == "/api/v1/models/load" and is_native_there:
        await native.load(exchange)
    elif path == "/api/v1/models/unload" and is_native_there:
        await native.unload(exchange)
    elif path == "/api/v1/models/download" and is_native_there:
        await downloads.begin(exchange)
    else:
        return False
    return True


async def _answer_embeddings(exchange: Exchange) -> None:
    given = exchange.body.get("input")
    texts = given if isinstance(given, list) else [given]
    data = [
        {"object": "embedding", "embedding": [0.1, 0.2, 0.3], "index": index}
        for index in range(len(texts))
    ]
    usage = {"prompt_tokens": 0, "total_tokens": 0}
    made = {"object": "list", "data": data, "model": exchange.body.get("model"), "usage": usage}
    await exchange.send_json(200, made)


async def _answer_get(exchange: Exchange) -> bool:
    state, path = exchange.state, exchange.record.path
    if path == "/lmstudio-greeting":
        await exchange.send_json(200, {"lmstudio": True})
        return True
    if state.lists_trapped:
        return False
    if path.startswith(downloads.STATUS_PATH) and "v1" in state.apis:
        await downloads.tell(exchange, path.removeprefix(downloads.STATUS_PATH))
        return True
    await exchange.sleep(state.list_delay_s)
    if path == "/v1/models" and "openai" in state.apis:
        await exchange.send_json(200, model_lists.openai_list(state))
    elif path == "/api/v1/models" and "v1" in state.apis:
        await exchange.send_json(200, model_lists.v1_list(state))
    elif path == "/api/v0/models" and "v0" in state.apis:
        await exchange.send_json(200, model_lists.v0_list(state))
    elif path.startswith("/api/v0/models/") and "v0" in state.apis:
        await _answer_one_model(exchange, unquote(path.removeprefix("/api/v0/models/")))
    else:
        return False
    return True


async def _answer_one_model(exchange: Exchange, wanted: str) -> None:
    model = next((m for m in model_lists.offered(exchange.state) if m.key == wanted), None)
    if model is None:
        await exchange.send_json(404, {"error": f"Model {wanted} not found"})
    else:
        await exchange.send_json(200, model_lists.v0_model(exchange.state, model))
