"""More errors before any token: parameters, images, busy servers, pages that are no answer."""

from __future__ import annotations

import json
from typing import Any

from tests.standin import bodies
from tests.standin.exchange import Exchange, Reply
from tests.standin.plays.plain import said
from tests.standin.scenarios import scenario

REASONING_INVALID = (
    "Reasoning setting 'off' is not supported by model 'openai/gpt-oss-20b'. Supported settings: "
    "'low', 'medium', 'high'."
)
NO_STORED_RESPONSE = (
    "Could not find stored response for previous_response_id 'resp_not_a_stored_reply'. Please "
    "ensure the ID is correct. Current previous response auto-deletion policy: Responses older "
    "than 30 days are automatically deleted."
)
NO_HISTORY_NODE = (
    "Prediction history node with id 'not_a_stored_reply' not found while attempting to build "
    "chat history chain that includes this node."
)
NO_MEMORY = (
    "Failed to load model. Error: Model loading was stopped due to insufficient system "
    "resources. Under the current settings, this model requires approximately 41.20 GB of memory."
)


@scenario("image-not-base64")
async def image_not_base64(exchange: Exchange) -> None:
    await exchange.send_json(400, {"error": "'url' field must be a base64 encoded image."})


@scenario("image-no-vision")
async def image_no_vision(exchange: Exchange) -> None:
    message = "Model does not support images. Please use a model that does."
    await exchange.send_json(400, {"error": message})


@scenario("native-unrecognized-key")
async def native_unrecognized_key(exchange: Exchange) -> None:
    message = "Unrecognized key(s) in object: 'stop'"
    await exchange.send_json(400, bodies.native_error(message, "unrecognized_keys"))


@scenario("invalid_union")
async def invalid_union(exchange: Exchange) -> None:
    message = "Invalid discriminator value. Expected 'text' | 'image'"
    await exchange.send_json(400, bodies.native_error(message, "invalid_union", "input"))


@scenario("reasoning-invalid")
async def reasoning_invalid(exchange: Exchange) -> None:
    error = bodies.native_error(REASONING_INVALID, "invalid_value", "reasoning")
    await exchange.send_json(400, error)


@scenario("prev-response-unknown")
async def prev_response_unknown(exchange: Exchange) -> None:
    """The native form on native paths, that of `/v1/responses` elsewhere."""
    param = "previous_response_id"
    if exchange.record.path.startswith("/api/v1/"):
        error = bodies.native_error(NO_STORED_RESPONSE, "invalid_value", param)
    else:
        error = bodies.invalid_request(NO_HISTORY_NODE, param, "previous_response_not_found")
    await exchange.send_json(400, error)


@scenario("load-no-memory")
async def load_no_memory(exchange: Exchange) -> None:
    await exchange.send_json(400, bodies.invalid_request(NO_MEMORY, "model"))


@scenario("load-400-ttl")
async def load_400_ttl(exchange: Exchange) -> None:
    message = "Unrecognized key(s) in object: 'ttl'"
    await exchange.send_json(400, bodies.native_error(message, "unrecognized_keys"))


@scenario("unload-unknown")
async def unload_unknown(exchange: Exchange) -> None:
    message = "Model instance 'gone' not found"
    await exchange.send_json(404, bodies.native_error(message, "model_not_found"))


@scenario("download-unknown-job")
async def unknown_job(exchange: Exchange) -> None:
    await exchange.send_json(404, {"error": {"type": "job_not_found", "message": "No such job"}})


@scenario("permission-403")
async def permission_403(exchange: Exchange) -> None:
    message = "Permission denied to use plugin 'mcp/playwright'."
    await exchange.send_json(403, bodies.native_error(message, "permission_denied"))


@scenario("busy-503", "429")
async def busy(exchange: Exchange) -> None:
    """`retry_after` ("2") may be a number of seconds, a date, or "" for none; 429 is plain text."""
    wait = str(exchange.args.get("retry_after", 2))
    more = (("Retry-After", wait),) if wait else ()
    if exchange.record.scenario == "429":
        await exchange.send_body(429, b"Too Many Requests", "text/plain", *more)
        return
    message = "server busy, please try again.  maximum pending requests exceeded"
    error: dict[str, Any] = {"message": message, "type": "api_error", "param": None, "code": None}
    body = json.dumps({"error": error}).encode()
    await exchange.send_body(503, body, "application/json", *more)


@scenario("huge-error")
async def huge_error(exchange: Exchange) -> None:
    """5 MB of text; `kind=binary` sends bytes that are none."""
    size = int(exchange.args.get("size", 5_000_000))
    if exchange.args.get("kind") == "binary":
        data, content_type = bytes(range(256)) * (size // 256), "application/octet-stream"
    else:
        data, content_type = b"Something went wrong. " * (size // 22), "text/plain"
    await exchange.send_body(400, data, content_type)


@scenario("fastapi-422")
async def fastapi_422(exchange: Exchange) -> None:
    entry = {"loc": ["body", "top_k"], "msg": "value is not a valid integer", "type": "type_error"}
    await exchange.send_json(422, {"detail": [entry]})


@scenario("redirect")
async def redirect(exchange: Exchange) -> None:
    """`status` (307) to the URL `to`."""
    to = str(exchange.args.get("to", "http://elsewhere.example:8080/v1/chat/completions"))
    status = int(exchange.args.get("status", 307))
    await exchange.send_body(status, b"", "text/html", ("Location", to))


@scenario("auth-twice")
async def auth_twice(exchange: Exchange) -> None:
    """401 whatever the token is, for one request; then the ordinary answer."""
    await exchange.send_json(401, bodies.token_error(None))


@scenario("json-plus-done")
async def json_plus_done(exchange: Exchange) -> None:
    """A whole completion, and `data: [DONE]` after it (gateways)."""
    reply = Reply(said(exchange))
    whole = exchange.chunks().whole("".join(reply.pieces), "", "stop", exchange.usage(reply))
    body = json.dumps(whole).encode() + b"\n\ndata: [DONE]\n\n"
    await exchange.send_body(200, body, "application/json")
