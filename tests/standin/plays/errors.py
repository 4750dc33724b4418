"""Scenarios that fail: before any token, and after the stream began."""

from __future__ import annotations

from tests.standin import bodies
from tests.standin.chunks import DONE, error_event, event
from tests.standin.exchange import Exchange, Reply
from tests.standin.plays.plain import said
from tests.standin.plays.slow import send_some
from tests.standin.scenarios import scenario

TEN = 10


def tokens_of(exchange: Exchange, default: int = TEN) -> int:
    """How many pieces go out before the end."""
    return int(exchange.args.get("tokens", default))


# Before any token


@scenario("wrong-path-200")
async def wrong_path(exchange: Exchange) -> None:
    record = exchange.record
    target = str(exchange.args.get("path", record.target))
    await exchange.send_json(200, bodies.trap(record.method, target))


@scenario("no-model-400")
async def no_model(exchange: Exchange) -> None:
    await exchange.send_json(400, bodies.invalid_request(bodies.NO_MODEL, "model"))


@scenario("no-model-404")
async def no_model_old(exchange: Exchange) -> None:
    await exchange.send_json(404, {"error": bodies.NO_MODEL_OLD})


@scenario("unknown-model-400")
async def unknown_model(exchange: Exchange) -> None:
    known = [model.key for model in exchange.state.models]
    await exchange.send_json(400, bodies.unknown_model(exchange.model, known), indent=4)


@scenario("unknown-model-native-404")
async def unknown_model_native(exchange: Exchange) -> None:
    known = [model.key for model in exchange.state.models]
    await exchange.send_json(404, bodies.unknown_model(exchange.model, known, native=True))


@scenario("substituted")
async def substituted(exchange: Exchange) -> None:
    exchange.model = str(exchange.args.get("by", "standin/substitute"))
    await exchange.answer(Reply(said(exchange)))


@scenario("auth-missing-401")
async def auth_missing(exchange: Exchange) -> None:
    await exchange.send_json(401, bodies.token_error(None))


@scenario("auth-wrong-401")
async def auth_wrong(exchange: Exchange) -> None:
    given = exchange.record.headers.get("authorization", "").removeprefix("Bearer ").strip()
    await exchange.send_json(401, bodies.token_error(given or "sk-lm-AbCd"))


@scenario("forbidden-plain")
async def forbidden_plain(exchange: Exchange) -> None:
    await exchange.send_body(403, b"Invalid host header", "text/plain")


@scenario("overflow-400-string")
async def overflow_string(exchange: Exchange) -> None:
    await exchange.send_json(400, {"error": bodies.OVERFLOW_KEEP})


@scenario("overflow-llamacpp")
async def overflow_llamacpp(exchange: Exchange) -> None:
    message = (
        "request (13392 tokens) exceeds the available context size (8192 tokens), try increasing it"
    )
    error = {"code": 400, "message": message, "type": "exceed_context_size_error"}
    await exchange.send_json(400, {"error": error | {"n_prompt_tokens": 13392, "n_ctx": 8192}})


@scenario("template-500")
async def template_500(exchange: Exchange) -> None:
    message = "Only user, assistant and tool roles are supported, got system"
    await exchange.send_json(500, {"error": {"message": message, "type": "internal_error"}})


@scenario("crash-400")
async def crash(exchange: Exchange) -> None:
    await exchange.send_json(400, {"error": bodies.CRASHED})


@scenario("load-fails")
async def load_fails(exchange: Exchange) -> None:
    await exchange.sleep(float(exchange.args.get("seconds", 20)))
    message = (
        f'Failed to load model "{exchange.model}". Error: Engine protocol startup was aborted.'
    )
    await exchange.send_json(400, bodies.invalid_request(message, "model"))


@scenario("loading-503", times=3)
async def loading(exchange: Exchange) -> None:
    """503 for three requests; as a model id it answers the fourth."""
    counters = exchange.state.counters
    counters["loading-503"] = seen = counters.get("loading-503", 0) + 1
    if exchange.by_model_id and seen > int(exchange.args.get("count", 3)):
        counters["loading-503"] = 0
        await exchange.answer(Reply(said(exchange)))
        return
    await exchange.send_json(503, bodies.LOADING)


@scenario("html-502")
async def html_502(exchange: Exchange) -> None:
    filler = "<!-- padding of the proxy's page -->\n" * 800
    page = f"<html><head><title>502 Bad Gateway</title></head><body>{filler}</body></html>"
    await exchange.send_body(502, page.encode(), "text/html")


@scenario("empty-500")
async def empty_500(exchange: Exchange) -> None:
    await exchange.send_body(500, b"", "text/plain")


@scenario("invalid-json-200")
async def invalid_json(exchange: Exchange) -> None:
    await exchange.send_body(200, b'{"id":"chatcmpl-1","choices":[{"in', "application/json")


@scenario("not-http")
async def not_http(exchange: Exchange) -> None:
    """An SSH banner; `kind` may be "garbage" or "tls"."""
    kinds = {"garbage": b"\x00\xff" * 40, "tls": b"\x15\x03\x01\x00\x02\x02\x46"}
    banner = b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"
    await exchange.send(kinds.get(str(exchange.args.get("kind")), banner))
    await exchange.cut()


@scenario("cut-before-body")
async def cut_before_body(exchange: Exchange) -> None:
    """The head and then FIN; with `when=status` not even the status line."""
    if exchange.args.get("when", "headers") == "headers":
        await exchange.start_stream()
    await exchange.cut()


# After the stream began


@scenario("event-error-first")
async def event_error_first(exchange: Exchange) -> None:
    await exchange.start_stream()
    await exchange.send_frame(error_event(str(exchange.args.get("message", bodies.OVERFLOW_FIT))))
    await exchange.end_stream()


@scenario("event-error-midway")
async def event_error_midway(exchange: Exchange) -> None:
    await send_some(exchange, tokens_of(exchange, 31))
    await exchange.send_frame(error_event(str(exchange.args.get("message", "Compute error."))))
    await exchange.end_stream()


@scenario("error-then-hang")
async def error_then_hang(exchange: Exchange) -> None:
    await send_some(exchange, tokens_of(exchange, 31))
    await exchange.send_frame(error_event("Compute error."))
    await exchange.forever()


@scenario("model-unloaded")
async def model_unloaded(exchange: Exchange) -> None:
    await send_some(exchange, tokens_of(exchange))
    await exchange.send_frame(error_event("Model unloaded"))
    await exchange.end_stream()


@scenario("data-error-object")
async def data_error_object(exchange: Exchange) -> None:
    await send_some(exchange, tokens_of(exchange))
    await exchange.send_frame(event({"error": {"message": bodies.OVERFLOW_KEEP}}))
    await exchange.send_frame(DONE)
    await exchange.end_stream()


@scenario("data-error-string")
async def data_error_string(exchange: Exchange) -> None:
    await send_some(exchange, tokens_of(exchange))
    await exchange.send_frame(event({"error": "Compute error."}))
    await exchange.send_frame(DONE)
    await exchange.end_stream()


@scenario("cut-fin")
async def cut_fin(exchange: Exchange) -> None:
    await send_some(exchange, tokens_of(exchange))
    await exchange.cut()


@scenario("cut-rst")
async def cut_rst(exchange: Exchange) -> None:
    await send_some(exchange, tokens_of(exchange))
    await exchange.reset()


@scenario("eof-no-finish")
async def eof_no_finish(exchange: Exchange) -> None:
    await send_some(exchange, tokens_of(exchange))
    await exchange.end_stream()


@scenario("done-no-finish")
async def done_no_finish(exchange: Exchange) -> None:
    await send_some(exchange, tokens_of(exchange))
    await exchange.send_frame(DONE)
    await exchange.end_stream()


@scenario("finish-no-done")
async def finish_no_done(exchange: Exchange) -> None:
    await exchange.stream(Reply(said(exchange), has_done=False))
