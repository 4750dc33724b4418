"""LM Studio's provider as scripts use it: plain functions and dicts."""

from __future__ import annotations

import asyncio
import gc
import subprocess
import sys

import pytest

from desktop_chat.domain import errors
from desktop_chat.providers import lm_studio
from desktop_chat.providers.lm_studio import LMStudioAPIProvider
from tests.providers.replies import json_reply

HI = [{"role": "user", "content": "hi there"}]


@pytest.fixture
def provider(standin):
    return LMStudioAPIProvider(base_url=standin.url, model="standin/echo")


@pytest.mark.anyio
async def test_get_available_models_gives_the_reply(provider):
    reply = await provider.get_available_models()
    assert reply["object"] == "list"
    assert "standin/echo" in [model["id"] for model in reply["data"]]


@pytest.mark.anyio
@pytest.mark.parametrize("stream", [False, True])
async def test_chat_completion_gives_the_response(standin, provider, stream):
    reply = await provider.chat_completion(
        messages=HI, system_message="Be kind.", temperature=0.7, max_tokens=100, stream=stream
    )
    assert reply["choices"][0]["message"]["content"] == "Echo: hi there"
    assert reply["choices"][0]["finish_reason"] == "stop"
    assert reply["usage"]["completion_tokens"] == 3
    sent = standin.log[0].json
    assert sent["messages"] == [{"role": "system", "content": "Be kind."}, *HI]
    assert (sent["temperature"], sent["max_tokens"], sent["stream"]) == (0.7, 100, stream)


@pytest.mark.anyio
@pytest.mark.parametrize("name", ["sse-despite-nonstream", "non-stream"])
@pytest.mark.parametrize("stream", [False, True])
async def test_chat_completion_any_form_of_reply_is_the_same(standin, name, stream):
    provider = LMStudioAPIProvider(standin.url, f"scn/{name}")
    reply = await provider.chat_completion(HI, stream=stream)
    assert reply["choices"][0]["message"]["content"] == "Echo: hi there"


@pytest.mark.anyio
async def test_chat_completion_sends_only_what_was_given(standin, provider):
    await provider.chat_completion(HI)
    assert standin.log[0].json == {"model": "standin/echo", "messages": HI, "stream": False}


@pytest.mark.anyio
async def test_chat_completion_two_system_messages_become_one(standin, provider):
    messages = [{"role": "system", "content": "b"}, *HI]
    await provider.chat_completion(messages, system_message="a")
    assert standin.log[0].json["messages"] == [{"role": "system", "content": "a\n\nb"}, *HI]
    assert messages[0]["content"] == "b"


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("wrong-path-200", errors.WrongPathError),
        ("cut-fin", errors.ConnectionLostError),
        ("unknown-model-400", errors.ModelNotFoundError),
        ("event-error-first", errors.ContextFullError),
    ],
)
async def test_functions_raise_domain_errors(standin, name, expected):
    provider = LMStudioAPIProvider(standin.url, f"scn/{name}")
    with pytest.raises(expected):
        await provider.chat_completion(HI)
    with pytest.raises(expected):
        [chunk async for chunk in provider.chat_completion_stream(HI)]


@pytest.mark.anyio
async def test_chat_completion_stream_gives_chunks(standin, provider):
    chunks = [c async for c in provider.chat_completion_stream(HI, temperature=0.7)]
    deltas = [c["choices"][0].get("delta", {}) for c in chunks if c["choices"]]
    assert "".join(d.get("content") or "" for d in deltas) == "Echo: hi there"
    assert chunks[-1]["usage"]["completion_tokens"] == 3
    assert all(isinstance(chunk, dict) for chunk in chunks)


@pytest.mark.anyio
async def test_chat_completion_without_model_takes_the_loaded_one(standin):
    reply = await LMStudioAPIProvider(standin.url).chat_completion(HI)
    assert reply["model"] == "standin/echo"


@pytest.mark.anyio
async def test_simple_completion_gives_the_response(play_bytes):
    completion = {"object": "text_completion", "choices": [{"index": 0, "text": " Python"}]}
    async with play_bytes(json_reply(200, completion)) as url:
        provider = LMStudioAPIProvider(url, "m")
        reply = await provider.simple_completion(prompt="It is", temperature=0.5, max_tokens=50)
    assert reply == completion


def test_provider_serves_many_runs_without_a_warning(standin_thread):
    provider = LMStudioAPIProvider(standin_thread.url, "standin/echo")

    async def first_chunk():
        # As scripts do it: neither closed nor read to the end.
        return await anext(provider.chat_completion_stream(HI))

    for _ in range(3):
        reply = asyncio.run(provider.chat_completion(HI))
        assert reply["choices"][0]["message"]["content"] == "Echo: hi there"
        assert asyncio.run(first_chunk())["choices"]
        assert asyncio.run(provider.get_available_models())["data"]
    gc.collect()


@pytest.fixture
def fresh_module(monkeypatch, tmp_path):
    """The module before first access, in an empty working directory."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delitem(vars(lm_studio), "lm_studio_provider", raising=False)
    yield lm_studio
    vars(lm_studio).pop("lm_studio_provider", None)


def test_ready_made_provider_without_settings_uses_the_default(fresh_module):
    provider = fresh_module.lm_studio_provider
    assert provider.base_url == "http://127.0.0.1:1234"
    assert fresh_module.lm_studio_provider is provider


def test_ready_made_provider_environment_beats_dotenv(fresh_module, tmp_path, monkeypatch):
    dotenv = "LM_STUDIO_URL=http://127.0.0.1:1\nLM_STUDIO_MODEL=qwen/qwen3-8b\n"
    (tmp_path / ".env").write_text(dotenv)
    monkeypatch.setenv("LM_STUDIO_URL", "http://127.0.0.1:2/v1")
    provider = fresh_module.lm_studio_provider
    assert provider.base_url == "http://127.0.0.1:2"
    assert asyncio.run(provider._default_model()) == "qwen/qwen3-8b"


def test_ready_made_provider_with_bad_address_raises(fresh_module, monkeypatch):
    monkeypatch.setenv("LM_STUDIO_URL", "ftp://x")
    with pytest.raises(errors.InvalidServerUrlError):
        _ = fresh_module.lm_studio_provider


def test_module_other_name_is_missing():
    with pytest.raises(AttributeError):
        _ = lm_studio.nothing_like_that


def test_import_does_not_load_httpx():
    code = (
        "import sys, desktop_chat.providers.lm_studio as m; m.LMStudioAPIProvider();"
        "bad = {'httpx', 'httpcore', 'h11', 'anyio', 'certifi', 'dotenv', 'PySide6'};"
        "assert not bad & set(sys.modules), bad & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
