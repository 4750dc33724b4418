"""The first look at a server, without the HTTP library."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import pytest

from desktop_chat.domain import errors
from desktop_chat.domain.model_info import ModelKind
from desktop_chat.providers.lm_studio import LMStudioAPIProvider
from desktop_chat.providers.probe import probe_models
from tests.providers.replies import http_reply, json_reply

TOKEN = "sk-lm-AbCdEfGh:IjKlMnOpQrStUvWxYz01"

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("switch", ["models-jit-on", "v1-only", "v0-only", "openai-only"])
async def test_probe_finds_what_the_provider_lists(standin, switch):
    standin.play(switch)
    result = await probe_models(standin.url)
    assert result.error is None
    assert list(result.models) == await LMStudioAPIProvider(standin.url).list_models()
    assert any(model.kind is not ModelKind.EMBEDDING for model in result.models)


async def test_probe_without_models_is_empty(standin):
    standin.play("models-empty")
    result = await probe_models(standin.url)
    assert (result.models, result.error) == ((), None)


async def test_probe_with_token_sends_it(standin):
    standin.state.token = TOKEN
    assert (await probe_models(standin.url, TOKEN)).models
    result = await probe_models(standin.url)
    assert isinstance(result.error, errors.UnauthorizedError)
    assert "authorization" not in standin.log[-1].headers
    assert len(standin.log) == 2


async def test_probe_trapped_lists_give_wrong_path(standin):
    standin.play("models-wrong-path-200")
    assert isinstance((await probe_models(standin.url)).error, errors.WrongPathError)


async def test_probe_nothing_listens_gives_unreachable(refused_url):
    result = await probe_models(refused_url)
    assert isinstance(result.error, errors.ServerUnreachableError)


async def test_probe_silent_server_gives_unreachable_in_time(standin):
    standin.play("never", on="GET")
    result = await probe_models(standin.url, timeout_s=0.05)
    assert isinstance(result.error, errors.ServerUnreachableError)


async def test_probe_cancelled_closes_the_connection(standin):
    standin.play("never", on="GET")
    task = asyncio.get_running_loop().create_task(probe_models(standin.url, timeout_s=60))
    await standin.wait_for_request()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await standin.wait_for(lambda: standin.log[0].client_closed_at is not None)


async def test_probe_impossible_address_or_token_raises():
    with pytest.raises(errors.InvalidServerUrlError):
        await probe_models("http://127.0.0.1:99999")
    with pytest.raises(errors.InvalidRequestError):
        await probe_models("http://127.0.0.1:1", "é")


LIST = b'{"models":[{"type":"llm","key":"a"}]}'
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
INTERIM = b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"


@pytest.mark.parametrize(
    "reply",
    [
        http_reply(200, LIST),
        INTERIM * 3 + http_reply(200, LIST),
        b"HTTP/1.0 200 OK\r\n\r\n" + LIST,
        CHUNKED + b"%x;x=y\r\n" % len(LIST) + LIST + b"\r\n0\r\n\r\n",
        CHUNKED + b"".join(b"1\r\n%c\r\n" % byte for byte in LIST) + b"0\r\n\r\n",
    ],
)
async def test_probe_reads_any_framing(play_bytes, reply):
    async with play_bytes(reply) as url:
        result = await probe_models(url)
    assert [model.id for model in result.models] == ["a"]


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n", errors.NotAServerError),
        (b"\x15\x03\x01\x00\x02\x02\x16", errors.NotAServerError),
        (b"x" * 100_000, errors.NotAServerError),
        (INTERIM * 101, errors.NotAServerError),
        (b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 200 + b"\r\n", errors.NotAServerError),
        (b"", errors.ServerUnreachableError),
        (http_reply(200, LIST)[:-3], errors.ConnectionLostError),
        (CHUNKED + b"zz\r\n", errors.UnreadableReplyError),
        (CHUNKED + b"fffffffff\r\n", errors.UnreadableReplyError),
        (CHUNKED + b"-5\r\n", errors.UnreadableReplyError),
        (
            CHUNKED + b"900000\r\n" + b" " * 0x900000 + b"\r\n900000\r\n",
            errors.UnreadableReplyError,
        ),
        (http_reply(200, b"<html>"), errors.NotAServerError),
        (http_reply(204, b""), errors.EngineFailedError),
        (b"HTTP/1.1 200 OK\r\n\r\n" + b" " * 17_000_000, errors.UnreadableReplyError),
        (json_reply(500, {"error": "x"}), errors.EngineFailedError),
        (http_reply(502, b"<html>", "text/html"), errors.ProxyAnsweredError),
    ],
)
async def test_probe_odd_reply_gives_one_clear_error(play_bytes, reply, expected):
    async with play_bytes(reply, reply, reply) as url:
        result = await probe_models(url)
    assert type(result.error) is expected
    assert result.models == ()


async def test_probe_of_another_protocol_does_not_speak_of_a_web_page(play_bytes):
    async with play_bytes(b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n") as url:
        result = await probe_models(url)
    assert "web page" not in str(result.error)


def test_probe_does_not_load_httpx(standin_thread):
    code = (
        "import asyncio, sys\n"
        "from desktop_chat.providers import lm_studio, probe\n"
        f"lm_studio.LMStudioAPIProvider({standin_thread.url!r})\n"
        f"result = asyncio.run(probe.probe_models({standin_thread.url!r}))\n"
        "assert result.models, result\n"
        "bad = {'httpx', 'httpcore', 'h11', 'anyio', 'certifi', 'dotenv', 'email', 'http.client'}\n"
        "assert not bad & set(sys.modules), bad & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)
