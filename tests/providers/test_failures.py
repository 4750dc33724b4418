"""Failures named as errors of the domain."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from desktop_chat.domain import errors
from desktop_chat.providers.wire.failures import Failures, ModelStillLoadingError, error_text
from tests.standin import bodies

URL = "http://127.0.0.1:1234"
TOKEN = "sk-lm-AbCdEfGh:IjKlMnOpQrStUvWxYz01"
failures = Failures(URL, "some/model", TOKEN)


@pytest.mark.parametrize(
    ("payload", "text"),
    [
        ({"error": "a"}, "a"),
        ({"error": {"message": "a", "code": 1}}, "a"),
        ({"error": {"type": "a"}}, "a"),
        ({"error": {"code": 1}, "message": "a"}, "a"),
        ({"error": {"code": 1}}, '{"code": 1}'),
        ({"error": [1]}, "[1]"),
        ({"error": None, "message": "a"}, "a"),
        ({"object": "error", "message": "a", "code": 400, "choices": []}, "a"),
        ({"detail": "a"}, "a"),
        ({"detail": [{"loc": ["body", "top_k"], "msg": "a"}, 3]}, "body.top_k: a"),
        ({"choices": [], "error": None, "message": "a"}, None),
        ({"usage": {}}, None),
        ({"message": {"content": "a"}}, None),
        ({"detail": 3}, None),
        ({"detail": []}, None),
        ([], None),
        (None, None),
    ],
)
def test_error_text_of_every_shape(payload, text):
    assert error_text(payload) == text


KEEP = "The number of tokens to keep (n_keep: 13055>= n_ctx: 4096). Try a shorter input."
OVERFLOWS = [
    (KEEP, 4096),
    (bodies.OVERFLOW_FIT, 30000),
    ("Cannot truncate prompt with n_keep (15028) >= n_ctx (7424)", 7424),
    (
        "Trying to keep the first 10136 tokens when context the overflows. However, the model is "
        "loaded with context length of only 7866 tokens, which is not enough.",
        7866,
    ),
    ("request (5000 tokens) exceeds the available context size (4096 tokens)", 4096),
    ("Context size has been exceeded", None),
]


@pytest.mark.parametrize(("text", "length"), OVERFLOWS)
def test_of_payload_overflow_gives_context_full(text, length):
    error = failures.of_payload({"error": {"message": text}})
    assert type(error) is errors.ContextFullError
    assert error.fields["context_length"] == length


@pytest.mark.parametrize(
    ("status", "payload", "expected"),
    [
        (200, {"error": "Unexpected endpoint or method. (GET /)"}, errors.WrongPathError),
        (404, {"error": {"code": 404, "message": "File Not Found"}}, errors.WrongPathError),
        (405, {"detail": "Method Not Allowed"}, errors.WrongPathError),
        (400, {"error": {"message": bodies.NO_MODEL}}, errors.NoModelLoadedError),
        (404, {"error": bodies.NO_MODEL_OLD}, errors.NoModelLoadedError),
        (400, {"error": {"message": "x", "code": "model_not_found"}}, errors.ModelNotFoundError),
        (404, {"error": {"message": "model 'x' not found"}}, errors.ModelNotFoundError),
        (401, {"error": "no"}, errors.UnauthorizedError),
        (400, {"error": {"message": "no", "code": "invalid_api_key"}}, errors.UnauthorizedError),
        (503, {"error": {"code": 503, "message": "Loading model"}}, ModelStillLoadingError),
        (503, {"error": {"message": "server busy"}}, errors.ServerBusyError),
        (429, {}, errors.ServerBusyError),
        (400, {"error": 'Failed to load model "a". Error: b'}, errors.ModelLoadFailedError),
        (
            400,
            {"error": {"code": 400, "type": "exceed_context_size_error"}},
            errors.ContextFullError,
        ),
        (500, {"error": "Compute error."}, errors.EngineFailedError),
    ],
)
def test_of_response_json_error_is_named(status, payload, expected):
    error = failures.of_response(status, {}, json.dumps(payload).encode())
    assert type(error) is expected
    assert str(error)


@pytest.mark.parametrize(
    ("status", "headers", "body", "expected", "detail"),
    [
        (500, {"content-type": "text/html"}, b"<html>x", errors.EngineFailedError, "status 500"),
        (200, {}, b"<!doctype html>", errors.NotAServerError, "web page"),
        (403, {}, b"Invalid host header", errors.PermissionDeniedError, "Invalid host header"),
        (500, {}, b"", errors.EngineFailedError, "HTTP status 500"),
        (404, {}, b"404 page not found", errors.WrongPathError, "404 page not found"),
        (400, {}, b"[" * 100_000, errors.EngineFailedError, "["),
    ],
)
def test_of_response_other_body_is_named(status, headers, body, expected, detail):
    error = failures.of_response(status, headers, body)
    assert type(error) is expected
    assert detail in error.fields["detail"]
    assert "<" not in error.fields["detail"]


def test_of_response_busy_tells_when_to_come_back():
    error = failures.of_response(429, {"retry-after": "2"}, b"slow down")
    assert error.fields["retry_after_s"] == 2
    assert failures.of_response(429, {"retry-after": "soon"}, b"").fields["retry_after_s"] is None


@pytest.mark.parametrize(
    "text",
    [
        f"Wrong token {TOKEN}.",
        "Malformed LM Studio API token provided: sk-lm-AbCd**************. Ensure",
        "Malformed token: AbCdEfGh12**************. Ensure",
        f"Authorization: Bearer {TOKEN[6:]} was refused",
    ],
)
def test_detail_key_like_text_is_masked(text):
    detail = failures.detail(text)
    assert "***" in detail
    for part in ("AbCd", "IjKl", "sk-lm"):
        assert part not in detail


def test_detail_long_text_is_cut_and_plain():
    detail = failures.detail("\x1b[31mfirst\u202e\n" + "line\n" * 50 + "x" * 5_000_000)
    assert detail.splitlines()[0] == "[31mfirst"
    assert len(detail.splitlines()) == 6
    assert len(failures.detail("x" * 5_000_000)) == 500


@pytest.mark.parametrize(
    ("exception", "has_answered", "expected"),
    [
        (
            httpx.ConnectError("All connection attempts failed"),
            False,
            errors.ServerUnreachableError,
        ),
        (httpx.ConnectTimeout(""), False, errors.ServerUnreachableError),
        (httpx.ReadTimeout(""), False, errors.ServerUnreachableError),
        (httpx.ReadError(""), False, errors.ConnectionLostError),
        (httpx.ReadError(""), True, errors.ConnectionLostError),
        (httpx.WriteError(""), False, errors.ConnectionLostError),
        (httpx.RemoteProtocolError("Server disconnected"), False, errors.ConnectionLostError),
        (httpx.RemoteProtocolError("illegal status line"), False, errors.NotAServerError),
        (httpx.RemoteProtocolError("illegal chunk header"), True, errors.UnreadableReplyError),
        (httpx.ConnectError("[SSL: WRONG_VERSION_NUMBER]"), False, errors.NotAServerError),
        (httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED]"), False, errors.CertificateError),
        (httpx.ProxyError("407 Login, please"), False, errors.ProxyAnsweredError),
        (ConnectionRefusedError(), False, errors.ServerUnreachableError),
        (TimeoutError(), False, errors.ServerUnreachableError),
        (EOFError(), True, errors.ConnectionLostError),
        (ExceptionGroup("", [OverflowError()]), False, errors.ServerUnreachableError),
    ],
)
def test_of_exception_is_named(exception, has_answered, expected):
    error = failures.of_exception(exception, has_answered=has_answered)
    assert type(error) is expected
    assert len(str(error)) > 20


MEANINGS = [
    ("Model unloaded", errors.ModelUnloadedError),
    ("Model was unloaded while the request was still in queue.", errors.ModelUnloadedError),
    ("The model has crashed without additional information. (Exit code: 1)", "model_crashed"),
    ("llama runner process has terminated: exit status 2", errors.ModelCrashedError),
    ("Error loading model. (Exit code: 18446744072635812000). Unknown.", "model_load_failed"),
    ("Failed to load model: insufficient system resources.", errors.OutOfMemoryError),
    ("model requires more system memory (9.1 GiB) than is available (3 GiB)", "out_of_memory"),
    ("ggml: failed to allocate CUDA0 buffer of size 1", errors.OutOfMemoryError),
    ("'url' field must be a base64 encoded image.", errors.ImageRefusedError),
    ("Model does not support images. Please use a model that does.", errors.ImageRefusedError),
    ("image input is not supported - hint: you may need the mmproj", errors.ImageRefusedError),
    ('Error rendering prompt with jinja template: "x".', errors.TemplateFailedError),
    ("Only user, assistant and tool roles are supported, got system", "template_failed"),
    ("Engine protocol applyPromptTemplate request returned 500", errors.TemplateFailedError),
    ("'messages' array must only contain objects with a 'role' field", "template_failed"),
    ("Unrecognized key(s) in object: 'ttl'", errors.ParameterRefusedError),
    ("Reasoning setting 'off' is not supported by model 'a/b'.", errors.ParameterRefusedError),
    ("failed to parse grammar", errors.ParameterRefusedError),
    ("Permission denied to use plugin 'x'", errors.PermissionDeniedError),
    ("model 'x' not found", errors.ModelNotFoundError),
    ("The model `x` does not exist.", errors.ModelNotFoundError),
    ("Compute error.", errors.EngineFailedError),
    ("Error: Channel Error", errors.EngineFailedError),
]


@pytest.mark.parametrize(("text", "expected"), MEANINGS)
@pytest.mark.parametrize("status", [400, 500, None])
def test_of_payload_words_of_servers_are_understood(text, expected, status):
    error = failures.of_payload({"error": {"message": text, "code": None}}, status)
    assert expected in (type(error), error.code)
    assert str(error)


@pytest.mark.parametrize(
    ("status", "payload", "parameter"),
    [
        (422, {"detail": [{"loc": ["body", "top_k"], "msg": "bad"}]}, "top_k"),
        (400, {"error": {"message": "Unrecognized key(s) in object: 'ttl'"}}, "ttl"),
        (400, {"error": {"message": "Reasoning setting x", "param": "reasoning"}}, "reasoning"),
        (422, {"detail": "no"}, ""),
    ],
)
def test_of_payload_refused_parameter_is_named(status, payload, parameter):
    error = failures.of_payload(payload, status)
    assert type(error) is errors.ParameterRefusedError
    assert error.fields["parameter"] == parameter


@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [
        (502, {"content-type": "text/html"}, b"<html>"),
        (504, {}, b""),
        (407, {}, b"Login"),
        (503, {"content-type": "text/html"}, b"<html>busy"),
    ],
)
def test_of_response_page_of_a_proxy_is_named(status, headers, body):
    error = failures.of_response(status, headers, body)
    assert type(error) is errors.ProxyAnsweredError
    assert error.fields["status"] == status


def test_of_response_redirect_tells_where_without_a_login():
    error = failures.of_response(301, {"location": "http://me:secret@evil/"}, b"")
    assert type(error) is errors.RedirectedError
    assert error.fields["target"] == "http://***@evil/"


def test_of_response_busy_until_a_time_of_day_gives_seconds():
    at = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    error = failures.of_response(503, {"retry-after": at}, b"")
    assert 80 <= error.fields["retry_after_s"] <= 90
    past = failures.of_response(429, {"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, b"")
    assert past.fields["retry_after_s"] == 0


def test_of_exception_with_a_pin_says_that_the_certificate_changed():
    pinned = Failures(URL, is_pinned=True)
    error = pinned.of_exception(httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] x"))
    assert type(error) is errors.CertificateChangedError


def test_of_exception_certificate_says_what_is_wrong_with_it():
    text = "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed (_ssl.c:1)"
    error = failures.of_exception(httpx.ConnectError(text))
    assert error.fields["detail"] == "self-signed"
