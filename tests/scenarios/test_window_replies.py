"""Replies that go well, as the whole window shows and stores them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from desktop_chat.domain.message import MessageStatus
from tests.e2e.window import OpenWindow, run_window, until
from tests.scenarios.outcomes import SEPARATED
from tests.scenarios.window_bench import ask, conversation, posts
from tests.standin.plays.framing import SPLIT_TEXT

if TYPE_CHECKING:
    from tests.e2e.app_process import Stored
    from tests.standin import StandInThread

pytestmark = pytest.mark.usefixtures("qapp")
ECHO = "Echo: hi there"
THOUGHT = "Let me think about this.\nDone."

GOOD = [
    *("plain-2026", "plain-2025", "usage", "no-usage", "non-stream", "json-despite-stream"),
    *("sse-despite-nonstream", "bytes-1", "glued", "finish-no-done", "done-then-open", "spliced"),
    *("crlf", "cr", "no-space", "multi-data", "null-content", "null-content-message"),
]


@pytest.mark.parametrize("part", [0, 1, 2])
def test_good_reply_is_shown_whole(server: StandInThread, stored: Stored, part: int):
    names = GOOD[part::3]
    shown: dict[str, tuple[object, ...]] = {}

    async def scenario(window: OpenWindow) -> None:
        await window.ready()
        for name in names:
            reply, spoken = await ask(window, server, name)
            shown[name] = (reply.status, spoken.name, spoken.description, spoken.buttons)

    run_window(scenario)
    good = (MessageStatus.COMPLETE, f"Assistant: {ECHO}", "", ())
    assert shown == dict.fromkeys(names, good)
    assert stored.texts("llm") == [ECHO] * len(names)


@pytest.mark.parametrize(("name", "counts"), [("usage", (6, 3)), ("no-usage", (None, None))])
def test_tokens_are_told_only_where_they_are_known(
    server: StandInThread, stored: Stored, name: str, counts: tuple[int | None, int | None]
):
    async def scenario(window: OpenWindow) -> None:
        await window.ready()
        await ask(window, server, name)
        assert ("3 tokens" in window.status_text()) == (counts[1] is not None)
        assert window.status_text().startswith("Done")

    run_window(scenario)
    columns = "SELECT prompt_tokens, completion_tokens FROM message WHERE sender = 'llm'"
    assert stored.rows(columns) == [counts]


def test_split_characters_are_shown_whole(server: StandInThread, stored: Stored):
    async def scenario(window: OpenWindow) -> None:
        await window.ready()
        _, spoken = await ask(window, server, "utf8-split")
        assert spoken.text == SPLIT_TEXT

    run_window(scenario)
    assert stored.texts("llm") == [SPLIT_TEXT]


def test_line_separators_are_stored(server: StandInThread, stored: Stored):
    async def scenario(window: OpenWindow) -> None:
        await window.ready()
        reply, _ = await ask(window, server, "line-separators")
        assert reply.status is MessageStatus.COMPLETE

    run_window(scenario)
    (text,) = stored.texts("llm")
    # A NUL would end the text for other programs that read the file.
    assert text == SEPARATED.replace("\x00", "\ufffd")


def test_token_limit_offers_to_continue(server: StandInThread, stored: Stored):
    async def scenario(window: OpenWindow) -> None:
        await window.ready()
        reply, spoken = await ask(window, server, "length")
        assert reply.status is MessageStatus.COMPLETE
        assert spoken.text == ECHO
        assert spoken.description == "Stopped at the token limit"
        assert spoken.buttons == ("Continue",)

    run_window(scenario)
    assert stored.rows("SELECT finish_reason FROM message")[-1] == ("length",)


@pytest.mark.parametrize("name", ["reasoning-content", "reasoning-field", "think-tags"])
def test_thought_is_apart_from_the_answer(server: StandInThread, stored: Stored, name: str):
    async def scenario(window: OpenWindow) -> None:
        await window.ready()
        _, spoken = await ask(window, server, name)
        assert spoken.text == ECHO
        assert "Reasoning" in spoken.buttons
        await window.send("and now")
        await window.reply()

    run_window(scenario)
    assert stored.texts("llm")[0] == ECHO
    assert stored.rows("SELECT reasoning FROM message WHERE sender = 'llm'")[0] == (THOUGHT,)
    sent = posts(server)[-1].json["messages"]
    assert [turn["content"] for turn in sent] == ["hi there", ECHO, "and now"]


def test_thought_without_opening_tag_is_shown(server: StandInThread, stored: Stored):
    async def scenario(window: OpenWindow) -> None:
        await window.ready()
        reply, spoken = await ask(window, server, "think-no-open")
        assert "Let me think about this." in reply.content + reply.reasoning
        assert spoken.text.endswith(ECHO)

    run_window(scenario)


def test_answer_by_another_model_says_so(server: StandInThread, stored: Stored):
    async def scenario(window: OpenWindow) -> None:
        await window.ready()
        _, spoken = await ask(window, server, "substituted")
        assert spoken.text == ECHO
        assert "answered by standin/substitute" in window.status_text()

    run_window(scenario)
    assert stored.last_reply()["model"] == "standin/substitute"


def test_conversation_passes_a_strict_server(server: StandInThread, stored: Stored):
    async def scenario(window: OpenWindow) -> None:
        await window.ready()
        await ask(window, server, "event-error-first", "first")
        server.play("stall-midway")
        await window.send("second")
        await window.grown()
        window.click("stopButton")
        await window.reply()
        server.play("request-shape")
        await window.send("third")
        reply = await window.reply()
        assert (reply.status, reply.content[-5:]) == (MessageStatus.COMPLETE, "third")

    run_window(scenario)


def test_reply_after_a_pause_works(server: StandInThread):
    server.play("keepalive-5s", seconds=0.05)

    async def scenario(window: OpenWindow) -> None:
        await window.ready()
        for text in ("one", "two"):
            await window.send(text)
            assert (await window.reply()).content.endswith(text)
            closed = [request.connection for request in server.log]
            await until(lambda: not server.server.is_busy, f"connections {closed} are gone")

    run_window(scenario)


def test_reply_goes_to_its_own_chat(server: StandInThread, stored: Stored):
    server.play("switch-chat-mid", tokens=40, rate=100)

    async def scenario(window: OpenWindow) -> None:
        await window.ready()
        await window.send("Count")
        await window.grown(10)
        window.click("newChatButton")
        assert conversation(window) == []
        await window.send("hi there")
        assert (await window.reply()).content == ECHO
        await window.shows("Count")
        assert (await window.reply()).content.endswith("w39")

    run_window(scenario)
    assert {message["status"] for message in stored.messages()} == {"complete"}
