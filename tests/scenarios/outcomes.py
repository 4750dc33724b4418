"""What has to come out of a provider for each scenario that a request can play."""

from __future__ import annotations

from dataclasses import dataclass

from tests.standin import numbered_words
from tests.standin.plays.contents import MARKUP, TOOL_TAGS
from tests.standin.plays.framing import SPLIT_TEXT

ECHO = "Echo: hi there"
THOUGHT = "Let me think about this.\nDone."
SEPARATED = (
    "a\u2028b\u2029c\u0085d\u000be\u001cf\ufeffg\u0000h\ufffdi\u000cj\u001ek\u007fl \ufeffend"
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the events of one reply say.

    Attributes:
        text: The text, or how it begins where `is_prefix` is set.
        finish: The finish reason of a good end.
        code: The code of the error it ends with, "" for a good end; several are joined by "|".
        says: A part of the error's sentence.
    """

    text: str = ECHO
    reasoning: str = ""
    finish: str | None = "stop"
    code: str = ""
    says: str = ""
    is_prefix: bool = False


def failed(code: str, says: str = "", *, text: str = "") -> Outcome:
    """An end by an error; the text before it is kept."""
    return Outcome(text, "", None, code, says, is_prefix=bool(text))


PLAIN = Outcome()
TEN = numbered_words(10)

GOOD_STREAMS: dict[str, Outcome] = {
    **dict.fromkeys(
        [
            *("plain-2026", "plain-2025", "usage", "no-usage", "usage-everywhere", "non-stream"),
            *("json-despite-stream", "sse-despite-nonstream", "bytes-1", "glued", "crlf", "cr"),
            *("no-space", "multi-data", "fields", "bom", "no-last-blank", "close-delimited"),
            *("gzip", "content-length-stream", "null-content", "null-content-message"),
            *("two-choices", "timings", "finish-no-done", "done-then-open", "after-done"),
            *("spliced", "late-headers", "early-headers-silence?seconds=60"),
            *("comments?seconds=60", "drip", "substituted", "stop-vs-end-race"),
            *("content-type", "content-type?type=TEXT/EVENT-STREAM", "content-type?type="),
            *("content-type?type=text/plain", "json-plus-done"),
        ],
        PLAIN,
    ),
    "length": Outcome(finish="length"),
    "done-no-finish": Outcome(TEN, finish=None),
    "long-fast?tokens=3000&rate=100000": Outcome("## Part 0", is_prefix=True),
    "one-huge-delta": Outcome("word word", is_prefix=True),
    "utf8-split": Outcome(SPLIT_TEXT),
    "line-separators": Outcome(SEPARATED),
    "markup-attack": Outcome(MARKUP, is_prefix=True),
    "finish-odd?reason=content_filter": Outcome(finish="content_filter"),
    "finish-odd?reason=load": Outcome(finish="load"),
}

THOUGHTS: dict[str, Outcome] = {
    **dict.fromkeys(
        ["reasoning-content", "reasoning-field", "think-tags", "reasoning-object"],
        Outcome(reasoning=THOUGHT),
    ),
    "reasoning-interleaved": Outcome(reasoning="First. Second."),
    **dict.fromkeys(
        ["think-unclosed", "reasoning-only", "title-request"], Outcome("", THOUGHT, "length")
    ),
    "reasoning-only?finish=stop": Outcome("", THOUGHT),
    "tool-tags-in-content": Outcome(TOOL_TAGS),
    "tool-call": failed("tool_requested", "get_weather"),
    "tool-parallel": failed("tool_requested", "get_weather"),
    "tool-broken": failed("tool_requested"),
}

REFUSALS: dict[str, Outcome] = {
    "empty-stop": failed("empty_reply"),
    "wrong-path-200": failed("wrong_path", "without a path"),
    "no-model-400": failed("no_model_loaded"),
    "no-model-404": failed("no_model_loaded"),
    "unknown-model-400": failed("model_not_found"),
    "unknown-model-native-404": failed("model_not_found"),
    "auth-missing-401": failed("unauthorized"),
    "auth-wrong-401": failed("unauthorized"),
    "forbidden-plain": failed("permission_denied", "Invalid host header"),
    "permission-403": failed("permission_denied", "Permission denied"),
    "overflow-400-string": failed("context_full"),
    "overflow-llamacpp": failed("context_full"),
    "image-not-base64": failed("image_refused"),
    "image-no-vision": failed("image_refused"),
    "native-unrecognized-key": failed("parameter_refused", "stop"),
    "reasoning-invalid": failed("parameter_refused", "low"),
    "template-500": failed("template_failed", "got system"),
    "crash-400": failed("model_crashed"),
    "load-fails": failed("model_load_failed", "aborted"),
    "load-no-memory": failed("out_of_memory"),
    "html-502": failed("proxy_answered", "502"),
    "empty-500": failed("engine_failed", "500"),
    "huge-error?size=2000000": failed("engine_failed", "Something went wrong"),
    "huge-error?size=200000&kind=binary": failed("engine_failed"),
    "fastapi-422": failed("parameter_refused", "top_k"),
    "redirect": failed("redirected", "elsewhere.example"),
    "redirect?status=301": failed("redirected", "elsewhere.example"),
    # It closes after its banner: who reads lines cannot tell that from a cut.
    "not-http": failed("not_a_server|connection_lost"),
    "not-http?kind=garbage": failed("not_a_server"),
    "not-http?kind=tls": failed("not_a_server"),
    "invalid-json-200": failed("unreadable_reply"),
    "ndjson": failed("wrong_path|not_a_server|unreadable_reply"),
    "cut-before-body": failed("connection_lost"),
    "cut-before-body?when=status": failed("connection_lost"),
}

BAD_ENDS: dict[str, Outcome] = {
    "event-error-first": failed("context_full"),
    "event-error-midway": failed("engine_failed", "Compute error", text=numbered_words(31)),
    "data-error-object": failed("context_full", text=TEN),
    "data-error-string": failed("engine_failed", "Compute error", text=TEN),
    "data-error-top-message": failed("engine_failed", "Compute error", text=TEN),
    "data-error-top-message?form=object": failed("engine_failed", "Compute error", text=TEN),
    "error-field-line": failed("engine_failed", "Compute error", text=TEN),
    "data-plain-text": failed("engine_failed|unreadable_reply", "Number of choices"),
    "error-then-hang": failed("engine_failed", text=numbered_words(31)),
    "model-unloaded": failed("model_unloaded", text=TEN),
    "jinja-error": failed("template_failed"),
    "cut-fin": failed("connection_lost", text=TEN),
    "cut-rst": failed("connection_lost", text=TEN),
    "eof-no-finish": failed("connection_lost", text=TEN),
    "ollama-error": failed("connection_lost", text=numbered_words(5)),
    "sleep-resume?seconds=60": failed("connection_lost", text=TEN),
    "server-quits": failed("connection_lost", text=TEN),
    "finish-odd": failed("engine_failed", text=ECHO),
    "bad-json-many": failed("unreadable_reply", text="good"),
}
