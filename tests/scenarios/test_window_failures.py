"""Replies that fail: the sentence, the button, and what of the text is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from desktop_chat.domain.message import MessageStatus
from tests.e2e.window import OpenWindow, run_window, until
from tests.scenarios.window_bench import ask, conversation, posts, press
from tests.standin import numbered_words

if TYPE_CHECKING:
    from tests.e2e.app_process import Stored
    from tests.standin import StandInThread

pytestmark = pytest.mark.usefixtures("qapp")
TOKEN = "sk-lm-AbCdEfGh:0123456789"

# Scenario → code, a part of the sentence, the button.
FAILURES = {
    "empty-stop": ("empty_reply", "The model returned nothing", "Try again"),
    "wrong-path-200": ("wrong_path", "Enter it without a path", "Change the address"),
    "no-model-400": ("no_model_loaded", "No model is loaded", "Load a model"),
    "unknown-model-400": ("model_not_found", "is not there", "Choose a model"),
    "auth-missing-401": ("unauthorized", "wants a valid API token", "Enter the token"),
    "auth-wrong-401": ("unauthorized", "wants a valid API token", "Enter the token"),
    "overflow-400-string": ("context_full", "too long for the model's context", "New chat"),
    "crash-400": ("model_crashed", "The model crashed", "Try again"),
    "html-502": ("proxy_answered", "A proxy answered", "Find the cause"),
    "event-error-first": ("context_full", "too long for the model's context", "New chat"),
    "cut-before-body": ("connection_lost", "The connection was lost", "Try again"),
    "cut-before-body?when=status": ("connection_lost", "The connection was lost", "Try again"),
    "think-unclosed": ("thought_only", "only thought and gave no answer", "Use as answer"),
    "reasoning-only": ("thought_only", "only thought and gave no answer", "Use as answer"),
    "tool-call": ("tool_requested", "get_weather", "Try again"),
    "template-500": ("template_failed", "Remove the system prompt", "Choose a model"),
    "image-no-vision": ("image_refused", "not support images", "Choose a model"),
    "load-no-memory": ("out_of_memory", "not enough memory", "Show the models"),
    "redirect": ("redirected", "elsewhere.example", "Change the address"),
    "fastapi-422": ("parameter_refused", "top_k", "Change the parameters"),
    "forbidden-plain": ("permission_denied", "Invalid host header", "Find the cause"),
}
BROKEN = {
    "event-error-midway": ("engine_failed", "Compute error.", 31),
    "data-error-object": ("context_full", "too long for the model's context", 10),
    "data-error-string": ("engine_failed", "Compute error.", 10),
    "cut-fin": ("connection_lost", "The connection was lost", 10),
    "cut-rst": ("connection_lost", "The connection was lost", 10),
    "eof-no-finish": ("connection_lost", "The connection was lost", 10),
    "model-unloaded": ("model_unloaded", "The model was unloaded", 10),
}


@pytest.mark.parametrize("part", [0, 1, 2])
def test_failure_has_its_sentence(server: StandInThread, stored: Stored, part: int):
    names = list(FAILURES)[part::3]
    told: dict[str, tuple[str, bool, str]] = {}

    async def scenario(window: OpenWindow) -> None:
        await window.ready()
        for name in names:
            reply, spoken = await ask(window, server, name)
            words = FAILURES[name][1]
            last = spoken.buttons[-1] if spoken.buttons else ""
            told[name] = (reply.error_code, words in spoken.text, last)
            assert reply.status is MessageStatus.FAILED
            assert "<" not in spoken.text
            assert "sk-lm" not in spoken.text

    run_window(scenario)
    assert told == {name: (FAILURES[name][0], True, FAILURES[name][2]) for name in names}
    assert stored.texts("llm") == [""] * len(names)


@pytest.mark.parametrize("name", BROKEN)
def test_broken_reply_keeps_its_part(server: StandInThread, stored: Stored, name: str):
    code, words, tokens = BROKEN[name]

    async def scenario(window: OpenWindow) -> None:
        await window.ready()
        reply, spoken = await ask(window, server, name)
        assert (reply.status, reply.error_code) == (MessageStatus.FAILED, code)
        assert spoken.text.startswith(numbered_words(tokens))
        assert words in spoken.text
        assert spoken.buttons == ("New chat" if code == "context_full" else "Try again",)

    run_window(scenario)
    assert stored.texts("llm") == [numbered_words(tokens)]
    assert stored.last_reply()["status"] == "failed"


def test_retry_after_a_failure_asks_once_more(server: StandInThread, stored: Stored):
    async def scenario(window: OpenWindow) -> None:
        await window.ready()
        await ask(window, server, "crash-400")
        press(window, "Try again")
        await until(lambda: window.shown_text() == "Echo: hi there", "it is asked again")

    run_window(scenario)
    assert len(posts(server)) == 2


def test_wrong_token_in_force_is_told(
    server: StandInThread, monkeypatch: pytest.MonkeyPatch, stored: Stored
):
    monkeypatch.setenv("LM_STUDIO_API_TOKEN", "sk-lm-WrOnGtOk:000")
    server.play("bad-key", token=TOKEN)

    async def scenario(window: OpenWindow) -> None:
        await until(lambda: "token" in window.status_text().lower(), "the status line says so")
        assert "sk-lm" not in window.status_text()

    run_window(scenario)
    assert all("WrOnG" in request.headers.get("authorization", "") for request in server.log)


def test_evicted_model_is_named(server: StandInThread, stored: Stored):
    server.play("jit-evict")
    server.state.rate = 20

    async def scenario(window: OpenWindow) -> None:
        await window.ready()
        await window.send("word " * 200)
        await until(lambda: "word" in window.shown_text(), "the reply grows")
        server.state.set_loaded(["standin/other-7b"])
        reply = await window.reply()
        assert reply.error_code == "model_unloaded"
        assert "Perhaps another program asked" in conversation(window)[-1].text

    run_window(scenario)
    assert stored.last_reply()["content"].startswith("Echo: word")


def test_native_error_is_a_failure(server: StandInThread, stored: Stored):
    async def scenario(window: OpenWindow) -> None:
        await window.ready()
        picker = window.window.header.model_picker
        picker.choose(next(c.ref for c in picker.choices if "other" in c.ref.model_id))
        await window.ready("other")
        server.play("native-error-then-end", on="/api/v1/chat")
        await window.send("hi there")
        reply = await window.reply()
        assert (reply.status, reply.error_code) == (MessageStatus.FAILED, "engine_failed")
        assert reply.content == "Native hello there."

    run_window(scenario)
    assert posts(server)[0].path == "/api/v1/chat"
