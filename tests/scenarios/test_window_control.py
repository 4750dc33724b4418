"""Waiting, stopping, quitting, servers that are off, and the lists of models, in the window."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import Qt

from desktop_chat.domain.message import MessageStatus
from tests.e2e.window import OpenWindow, run_window, until
from tests.scenarios.window_bench import conversation, posts
from tests.standin import numbered_words

if TYPE_CHECKING:
    from tests.e2e.app_process import Stored
    from tests.standin import StandInThread

pytestmark = pytest.mark.usefixtures("qapp")
ECHO = "Echo: hi there"


def is_closed(server: StandInThread) -> bool:
    return any(request.client_closed_at is not None for request in posts(server))


def choices_of(window: OpenWindow) -> list[str]:
    return [choice.ref.model_id for choice in window.window.header.model_picker.choices]


# Waiting and stopping


@pytest.mark.parametrize(
    "name", ["late-headers", "early-headers-silence", "never", "stop-before-headers"]
)
def test_wait_is_told_and_stop_ends_it(server: StandInThread, stored: Stored, name: str):
    more: dict[str, Any] = (
        {"seconds": 1_000_000} if "headers" in name and "stop" not in name else {}
    )
    server.play(name, **more)

    async def scenario(window: OpenWindow) -> None:
        await window.ready()
        await window.send("Anybody?")
        await until(lambda: posts(server), "the request came")
        await until(lambda: "answers with" not in window.status_text(), "the wait is told")
        assert window.is_shown("stopButton")
        window.click("stopButton")
        await until(lambda: len(window.messages()) == 1, "no empty bubble is left")
        await until(lambda: is_closed(server), "the server sees the close")
        assert window.is_shown("sendButton")

    run_window(scenario)
    # The path shown ends at the question.
    assert stored.rows("SELECT active_message_id FROM chat") == [(1,)]


@pytest.mark.parametrize("name", ["stop-mid", "stall-midway"])
def test_stop_keeps_the_part_and_the_server_sees_it(
    server: StandInThread, stored: Stored, name: str
):
    server.play(name)

    async def scenario(window: OpenWindow) -> None:
        await window.ready()
        await window.send("Count")
        await window.grown()
        window.press(Qt.Key.Key_Escape)
        reply = await window.reply()
        assert reply.status is MessageStatus.STOPPED
        await until(lambda: is_closed(server), "the server sees the close")

    run_window(scenario)
    (text,) = stored.texts("llm")
    assert len(text) >= 40
    assert numbered_words(4000).startswith(text)


def test_after_stop_in_the_prompt_the_next_reply_waits(server: StandInThread, stored: Stored):
    server.play("stop-prefill", seconds=100)

    async def scenario(window: OpenWindow) -> None:
        await window.ready()
        await window.send("First")
        await until(lambda: posts(server), "the request came")
        window.click("stopButton")
        await until(lambda: not window.composer.is_streaming, "it is stopped")
        await window.send("hi there")
        reply = await window.reply()
        assert (reply.status, reply.content[-8:]) == (MessageStatus.COMPLETE, "hi there")

    run_window(scenario)


def test_second_chat_waits_for_the_first(server: StandInThread, stored: Stored):
    server.play("queue")
    server.play("stop-mid", rate=200)

    async def scenario(window: OpenWindow) -> None:
        await window.ready()
        await window.send("Count")
        await window.grown()
        window.click("newChatButton")
        await window.send("hi there")
        await until(lambda: len(posts(server)) == 2, "the second request came")
        assert posts(server)[1].bytes_sent == 0
        assert window.composer.is_streaming
        await window.shows("Count")
        window.click("stopButton")
        await window.shows("hi there")
        assert (await window.reply()).content == ECHO

    run_window(scenario)


def test_quit_in_mid_reply_stores_the_part(server: StandInThread, stored: Stored):
    server.play("quit-mid", rate=200)

    async def scenario(window: OpenWindow) -> None:
        await window.ready()
        await window.send("Count")
        await window.grown()

    assert run_window(scenario).status == 0
    server.wait_for(lambda: is_closed(server))
    reply = stored.last_reply()
    assert reply["status"] == "interrupted"
    assert numbered_words(4000).startswith(reply["content"])


def test_load_of_a_model_is_told_in_the_status_line(server: StandInThread, stored: Stored):
    server.state.speed = 10  # long enough to be seen, 0.7 s
    told: list[str] = []

    async def scenario(window: OpenWindow) -> None:
        await window.ready()
        picker = window.window.header.model_picker
        picker.choose(next(c.ref for c in picker.choices if "other" in c.ref.model_id))
        await window.ready("other")
        window.controllers.status.status_changed.connect(lambda status: told.append(status.text))
        await window.send("hi there")
        assert (await window.reply()).content == ECHO

    run_window(scenario)
    shares = [int(text.split("%")[0].split()[-1]) for text in told if "%" in text and "oad" in text]
    assert shares
    assert shares == sorted(shares)
    assert any("prompt" in text.lower() for text in told)
    assert told[-1].startswith("Done")


def test_loading_server_is_waited_for(server: StandInThread, stored: Stored):
    server.play("loading-503")

    async def scenario(window: OpenWindow) -> None:
        await window.ready()
        await window.send("hi there")
        assert (await window.reply()).content == ECHO

    run_window(scenario)
    assert [request.status for request in posts(server)] == [503, 503, 503, 200]


# A server that is off, wrong, or behind a proxy


def test_server_off_keeps_the_draft(server: StandInThread, stored: Stored):
    async def scenario(window: OpenWindow) -> None:
        await window.ready()
        server.go_down()
        await window.send("hi there")
        reply = await window.reply()
        assert reply.error_code == "server_unreachable"
        spoken = conversation(window)[-1]
        assert "No server answers" in spoken.text
        assert spoken.buttons == ("Try again",)
        assert window.messages()[0].content == "hi there"
        server.come_up()
        await window.send("once more")
        # Nobody answered the first one: both go as one turn.
        assert (await window.reply()).content == "Echo: hi there\n\nonce more"

    run_window(scenario)


def test_killed_server_that_comes_back_answers_again(server: StandInThread, stored: Stored):
    server.play("server-quits", seconds=20)

    async def scenario(window: OpenWindow) -> None:
        await window.ready()
        await window.send("Count")
        reply = await window.reply()
        assert (reply.error_code, reply.content) == ("connection_lost", numbered_words(10))
        await until(lambda: server.server.is_settled, "the server is back")
        await window.send("hi there")
        assert (await window.reply()).content == ECHO

    run_window(scenario)


def test_proxy_of_the_environment_is_not_used(
    server: StandInThread, monkeypatch: pytest.MonkeyPatch, refused_url: str
):
    for name in ("HTTP_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
        monkeypatch.setenv(name, refused_url)

    async def scenario(window: OpenWindow) -> None:
        await window.ready()
        await window.send("hi there")
        assert (await window.reply()).content == ECHO

    run_window(scenario)


@pytest.mark.parametrize("tail", ["/v1", "/v1/", "/", "/v1/chat/completions"])
def test_bad_url_is_told(server: StandInThread, monkeypatch: pytest.MonkeyPatch, tail: str):
    monkeypatch.setenv("LM_STUDIO_URL", server.url.removeprefix("http://") + tail)

    async def scenario(window: OpenWindow) -> None:
        await window.ready()
        await window.send("hi there")
        assert (await window.reply()).content == ECHO

    run_window(scenario)


@pytest.mark.parametrize("url", ["http://127.0.0.1:99999", "nonsense here"])
def test_useless_url_leaves_a_window_that_says_so(
    monkeypatch: pytest.MonkeyPatch, data_dir: object, url: str
):
    monkeypatch.setenv("LM_STUDIO_URL", url)

    async def scenario(window: OpenWindow) -> None:
        await until(lambda: "…" not in window.status_text(), "the look is over")
        assert window.status_text()
        assert choices_of(window) == []

    assert run_window(scenario).status == 0


# Lists


@pytest.mark.parametrize("switch", ["models-jit-on", "models-jit-off"])
def test_loaded_model_is_chosen_and_embeddings_are_not_offered(server: StandInThread, switch: str):
    server.play(switch)

    async def scenario(window: OpenWindow) -> None:
        await window.ready("model-4")
        offered = choices_of(window)
        assert "standin/model-4" in offered
        assert not any("embed" in model or "bge" in model for model in offered)
        await window.send("hi there")
        assert (await window.reply()).content == ECHO

    run_window(scenario)
    assert posts(server)[0].json["model"] == "standin/model-4"


@pytest.mark.parametrize("switch", ["models-empty", "models-wrong-path-200"])
def test_empty_server_has_no_model(server: StandInThread, switch: str):
    server.play(switch)

    async def scenario(window: OpenWindow) -> None:
        await until(lambda: "…" not in window.status_text(), "the look is over")
        assert choices_of(window) == []
        assert window.status_text()

    run_window(scenario)
    assert posts(server) == []


def test_trapped_lists_leave_no_model(server: StandInThread):
    server.play("models-wrong-path-200")

    async def scenario(window: OpenWindow) -> None:
        await until(lambda: "…" not in window.status_text(), "the look is over")
        window.type("hi there")
        window.press(Qt.Key.Key_Return)
        await until(lambda: "without a path" in told(window), "the wrong address is named")
        assert window.composer.text() == "hi there" or window.messages()

    run_window(scenario)


def told(window: OpenWindow) -> str:
    """Everything that the window says now."""
    return " ".join([window.status_text(), *(one.name for one in conversation(window))])


@pytest.mark.parametrize("switch", ["v1-only", "v0-only", "openai-only"])
def test_older_lists_give_a_model(server: StandInThread, switch: str):
    server.play(switch)
    server.play("model-vanishes", key="standin/other-7b")

    async def scenario(window: OpenWindow) -> None:
        await window.ready()
        await window.send("hi there")
        assert (await window.reply()).content == ECHO

    run_window(scenario)
