"""The window against the stand-in: everything a user does on the first day."""

from __future__ import annotations

import asyncio

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from desktop_chat.domain.message import MessageStatus
from desktop_chat.storage.handover import raise_window
from tests.e2e.window import OpenWindow, run_window, until
from tests.standin.chunks import numbered_words

pytestmark = pytest.mark.usefixtures("qapp")


@pytest.fixture(autouse=True)
def server(standin_thread, monkeypatch):
    """The stand-in, where the window looks for it."""
    monkeypatch.setenv("LM_STUDIO_URL", standin_thread.url)
    return standin_thread


def closed(server):
    return [r for r in server.log if r.method == "POST" and r.client_closed_at is not None]


def test_send_shows_question_and_reply_and_stores_both(stored):
    async def scenario(window: OpenWindow) -> None:
        await window.ready()
        await window.send("Hello there")
        reply = await window.reply()
        assert (reply.content, reply.status) == ("Echo: Hello there", MessageStatus.COMPLETE)
        assert [m.content for m in window.messages()] == ["Hello there", "Echo: Hello there"]
        assert window.composer.text() == ""
        assert window.titles() == ["Hello there"]
        assert window.window.windowTitle().startswith("Hello there")

    assert run_window(scenario).status == 0
    assert stored.texts("llm") == ["Echo: Hello there"]


def test_stop_by_escape_keeps_the_partial_text(server, stored):
    server.play("stop-mid", rate=200)

    async def scenario(window: OpenWindow) -> None:
        await window.ready()
        await window.send("Count")
        await window.grown()
        window.press(Qt.Key.Key_Escape)
        reply = await window.reply()
        assert reply.status is MessageStatus.STOPPED
        assert numbered_words(4000).startswith(reply.content)
        await until(lambda: closed(server), "the server sees the close")

    run_window(scenario)
    assert (stored.last_reply()["status"], bool(stored.last_reply()["content"])) == (
        "stopped",
        True,
    )


def test_stop_stands_in_the_place_of_send_while_a_reply_runs(server):
    server.play("stop-mid", rate=200)

    async def scenario(window: OpenWindow) -> None:
        await window.ready()
        assert window.is_shown("sendButton")
        assert not window.is_shown("stopButton")
        await window.send("Count")
        await window.grown()
        assert window.is_shown("stopButton")
        assert not window.is_shown("sendButton")
        window.click("stopButton")
        await window.reply()
        assert window.is_shown("sendButton")

    run_window(scenario)


def test_stop_before_the_first_byte_leaves_no_bubble(server, stored):
    server.play("stop-before-headers")

    async def scenario(window: OpenWindow) -> None:
        await window.ready()
        await window.send("Anybody?")
        await until(lambda: [r for r in server.log if r.method == "POST"], "the request came")
        window.click("stopButton")
        await until(lambda: len(window.messages()) == 1, "the empty reply is gone")
        assert window.messages()[0].content == "Anybody?"
        await until(lambda: closed(server), "the server sees the close")

    run_window(scenario)
    assert stored.rows("SELECT active_message_id FROM chat") == [(1,)]


def test_send_after_a_stop_waits_for_a_busy_server_instead_of_failing(server):
    server.play("stop-prefill", seconds=100)

    async def scenario(window: OpenWindow) -> None:
        await window.ready()
        await window.send("First")
        await until(lambda: [r for r in server.log if r.method == "POST"], "the request came")
        window.click("stopButton")
        await until(lambda: not window.composer.is_streaming, "it is stopped")
        await window.send("Second")
        reply = await window.reply()
        assert (reply.status, reply.content[-6:]) == (MessageStatus.COMPLETE, "Second")

    run_window(scenario)


def test_another_chat_does_not_stop_the_reply(server, stored):
    server.play("steady", tokens=200, rate=200)

    async def scenario(window: OpenWindow) -> None:
        await window.ready()
        await window.send("Count")
        await window.grown()
        window.click("newChatButton")
        assert window.messages() == []
        assert not window.is_shown("stopButton")
        await window.send("Hello")
        assert (await window.reply()).content == "Echo: Hello"
        await window.shows("Count")
        assert window.shown_text().startswith("w0 w1")
        assert (await window.reply()).content == numbered_words(200)

    run_window(scenario)
    assert {m["status"] for m in stored.messages()} == {"complete"}


def test_two_chats_stream_at_once_and_stop_stops_the_one_shown(server, stored):
    server.play("stop-mid", times=2, rate=100)

    async def scenario(window: OpenWindow) -> None:
        await window.ready()
        await window.send("left")
        window.click("newChatButton")
        await window.send("right")
        await window.grown()
        await window.shows("left")
        await window.grown()
        window.press(Qt.Key.Key_Escape)
        assert (await window.reply()).status is MessageStatus.STOPPED
        await window.shows("right")
        length = len(await window.grown())
        await window.grown(length + 20)
        assert window.composer.is_streaming

    run_window(scenario)
    assert [m["status"] for m in stored.messages() if m["sender"] == "llm"] == [
        "stopped",
        "interrupted",
    ]


def test_enter_while_a_reply_runs_keeps_the_draft_and_says_why(server):
    server.play("stop-mid", rate=200)

    async def scenario(window: OpenWindow) -> None:
        await window.ready()
        await window.send("Count")
        await window.grown()
        window.type("My next question")
        window.press(Qt.Key.Key_Return)
        assert window.composer.text() == "My next question"
        assert "A reply is being written" in window.composer.prompt.accessibleDescription()
        window.press(Qt.Key.Key_Escape)
        await window.reply()
        assert window.composer.text() == "My next question"
        assert len(window.messages()) == 2

    run_window(scenario)


def test_drafts_stay_with_their_chats():
    async def scenario(window: OpenWindow) -> None:
        await window.ready()
        await window.send("first")
        await window.reply()
        window.type("draft of the first")
        window.click("newChatButton")
        assert window.composer.text() == ""
        window.type("draft of a new one")
        await window.shows("first")
        assert window.composer.text() == "draft of the first"
        window.click("newChatButton")
        assert window.composer.text() == "draft of a new one"

    run_window(scenario)


def test_shift_enter_breaks_the_line_and_enter_sends(server):
    async def scenario(window: OpenWindow) -> None:
        await window.ready()
        window.type("one")
        prompt = window.composer.prompt
        QTest.keyClick(prompt, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
        await window.send("two")
        await window.reply()

    run_window(scenario)
    sent = [r.json["messages"] for r in server.log if r.method == "POST"]
    assert sent == [[{"role": "user", "content": "one\ntwo"}]]


def test_renamed_title_stays_after_further_messages(stored):
    async def scenario(window: OpenWindow) -> None:
        await window.ready()
        await window.send("some words")
        await window.reply()
        window.press(Qt.Key.Key_F2, on=window.window.sidebar.chat_list)
        editor = await until(lambda: window.shell.app.focusWidget(), "the editor")
        editor.selectAll()
        QTest.keyClicks(editor, "A name of mine")
        QTest.keyClick(editor, Qt.Key.Key_Return)
        await until(lambda: window.titles() == ["A name of mine"], "the new title")
        await window.send("more")
        await window.reply()
        assert window.titles() == ["A name of mine"]

    run_window(scenario)
    assert stored.rows("SELECT title FROM chat") == [("A name of mine",)]


def test_delete_goes_to_the_trash_and_undo_brings_it_back(stored):
    async def scenario(window: OpenWindow) -> None:
        await window.ready()
        await window.send("to be deleted")
        await window.reply()
        window.press(Qt.Key.Key_Delete, on=window.window.sidebar.chat_list)
        await until(lambda: window.titles() == [], "the chat is gone")
        await until(lambda: "trash" in window.status_text(), "the status line says so")
        ((deleted_at,),) = stored.rows("SELECT deleted_at FROM chat")
        assert deleted_at
        assert window.messages() == []
        window.window.status_line.action_requested.emit()
        await until(lambda: window.titles() == ["to be deleted"], "it is back")
        await window.shows("to be deleted")
        assert len(window.messages()) == 2

    run_window(scenario)
    assert stored.rows("SELECT deleted_at FROM chat") == [(None,)]


def test_deleted_chat_that_is_writing_is_stopped_or_goes_on_but_loses_nothing(server, stored):
    server.play("steady", tokens=100, rate=200)

    async def scenario(window: OpenWindow) -> None:
        await window.ready()
        await window.send("Count")
        await window.grown()
        window.press(Qt.Key.Key_Delete, on=window.window.sidebar.chat_list)
        await until(lambda: window.titles() == [], "the chat is gone")
        await until(lambda: stored.last_reply()["status"] != "streaming", "the reply is over")

    run_window(scenario)
    assert numbered_words(100).startswith(stored.last_reply()["content"])


def test_closed_and_opened_again_the_chat_is_there_and_goes_on(server):
    async def first(window: OpenWindow) -> None:
        await window.ready()
        await window.send("Remember me")
        await window.reply()

    async def second(window: OpenWindow) -> None:
        assert window.titles() == ["Remember me"]
        await window.ready()
        await window.shows("Remember me")
        assert [m.content for m in window.messages()] == ["Remember me", "Echo: Remember me"]
        await window.send("And now?")
        await window.reply()

    run_window(first)
    run_window(second)
    sent = server.log[-1].json["messages"]
    assert [m["content"] for m in sent] == ["Remember me", "Echo: Remember me", "And now?"]


def test_closed_while_streaming_stores_the_text_as_interrupted(server, stored):
    server.play("quit-mid", rate=200)

    async def scenario(window: OpenWindow) -> None:
        await window.ready()
        await window.send("Count")
        await window.grown()

    assert run_window(scenario).status == 0
    reply = stored.last_reply()
    assert reply["status"] == "interrupted"
    assert len(reply["content"]) >= 40
    server.wait_for(lambda: closed(server))


def test_second_start_brings_a_minimized_window_back(data_dir):
    async def scenario(window: OpenWindow) -> None:
        window.window.showMinimized()
        assert await asyncio.to_thread(raise_window, data_dir)
        await until(lambda: not window.window.isMinimized(), "the window is back")

    run_window(scenario)


def test_model_chosen_in_the_picker_answers_from_then_on(server, stored):
    async def scenario(window: OpenWindow) -> None:
        await window.ready()
        picker = window.window.header.model_picker
        picker.choose(next(c.ref for c in picker.choices if "other" in c.ref.model_id))
        await window.ready("other")
        await window.send("Hello")
        await window.reply()
        await window.send("Again")
        await window.reply()

    run_window(scenario)
    models = [r.json["model"] for r in server.log if r.method == "POST"]
    assert models == ["standin/other-7b", "standin/other-7b"]


def test_message_sent_before_anything_runs_is_sent_as_soon_as_it_can(stored):
    def early(shell):
        QTest.keyClicks(shell.window.composer.prompt, "early bird")
        QTest.keyClick(shell.window.composer.prompt, Qt.Key.Key_Return)

    async def scenario(window: OpenWindow) -> None:
        await until(lambda: len(window.messages()) == 2, "it is sent")
        assert (await window.reply()).content == "Echo: early bird"
        assert window.composer.text() == ""

    run_window(scenario, early=early)
    assert stored.texts("user") == ["early bird"]


def test_draft_typed_before_anything_runs_stays():
    def early(shell):
        QTest.keyClicks(shell.window.composer.prompt, "early draft")

    async def scenario(window: OpenWindow) -> None:
        await window.ready()
        assert window.composer.text() == "early draft"

    run_window(scenario, early=early)


def test_window_closed_before_anything_runs_ends_in_order():
    async def scenario(window: OpenWindow) -> None:
        await until(lambda: not window.window.isVisible(), "it closes by itself")

    assert run_window(scenario, early=lambda shell: shell.window.close()).status == 0
