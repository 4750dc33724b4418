"""The wait, explained: what the window says from the request to the last word."""

from __future__ import annotations

import re

import pytest
from PySide6.QtCore import Qt

from desktop_chat.domain.message import MessageStatus
from desktop_chat.ui import messages as words
from desktop_chat.ui import progress_words
from desktop_chat.ui.item_models.roles import ChatRole
from tests.domain.test_errors import ALL
from tests.e2e.window import OpenWindow, run_window, until

pytestmark = pytest.mark.usefixtures("qapp")


@pytest.fixture(autouse=True)
def server(standin_thread, monkeypatch):
    """The stand-in, where the window looks for it."""
    monkeypatch.setenv("LM_STUDIO_URL", standin_thread.url)
    return standin_thread


def closed(server):
    return [r for r in server.log if r.method == "POST" and r.client_closed_at is not None]


def followed(window):
    """Return a list that every text of the status line is added to."""
    texts = []
    window.controllers.status.status_changed.connect(lambda status: texts.append(status.text))
    return texts


def commands_of(window):
    """Return the commands of the window, as its last feature knows them."""
    return window.session._features[-1]._context.commands


def of_chat(window, role):
    """Return what the list of chats tells of its first one."""
    chats = window.shell.chat_list
    return chats.data(chats.index(0), role)


def test_scenario_39_load_and_prompt_are_told_in_the_line_and_in_the_list(server, monkeypatch):
    monkeypatch.setenv("LM_STUDIO_MODEL", "standin/echo")
    server.state.instances.clear()
    server.state.speed = 5
    server.play("native-load")

    async def scenario(window: OpenWindow) -> None:
        await window.ready()
        texts = followed(window)
        await window.send("Hello")
        await until(lambda: of_chat(window, ChatRole.PROGRESS), "the list tells of it")
        told = of_chat(window, Qt.ItemDataRole.AccessibleDescriptionRole)
        assert told.startswith("Loading the model")
        assert told == of_chat(window, Qt.ItemDataRole.ToolTipRole)
        await window.reply()
        loads = [text for text in texts if text.startswith("Loading the model ")]
        percents = [int(text.split()[3]) for text in loads]
        assert percents == sorted(percents)
        assert len(set(percents)) > 1
        assert texts[0] == "Connecting"
        assert any(text.startswith("Reading the prompt") for text in texts)
        assert texts[-1].startswith("Done · ")
        assert of_chat(window, ChatRole.PROGRESS) is None

    run_window(scenario)


def test_scenario_31_silence_is_explained_and_stop_is_seen_by_the_server(server):
    server.play("late-headers", seconds=600)

    async def scenario(window: OpenWindow) -> None:
        await window.ready()
        await window.send("Anybody?")
        waits = "Waiting while the model reads the prompt (about"
        await until(lambda: window.status_text().startswith(waits), "the wait is explained")
        window.press(Qt.Key.Key_Escape)
        await until(lambda: closed(server), "the server sees the close")
        await until(lambda: not window.composer.is_streaming, "it is stopped")

    run_window(scenario)


def test_scenario_49_model_that_answers_in_place_of_another_is_named(server):
    server.play("substituted")

    async def scenario(window: OpenWindow) -> None:
        await window.ready()
        await window.send("Hello")
        await window.reply()
        assert "answered by standin/substitute" in window.status_text()

    run_window(scenario)


def test_scenario_9_reply_that_met_the_token_limit_goes_on_by_its_button(server):
    server.play("length", times=1)

    async def scenario(window: OpenWindow) -> None:
        await window.ready()
        await window.send("Hello there")
        cut = await window.reply()
        assert cut.finish_reason == "length"
        assert window.status_text().startswith("Stopped at the token limit")
        notes = window.window.transcript.stage.layout.message(1).notes
        assert (notes.action, notes.label) == ("continue", "Continue")
        window.window.transcript.error_action_requested.emit(cut.id, notes.action)
        await until(lambda: window.messages()[-1].id != cut.id, "it goes on")
        longer = await window.reply()
        assert longer.content.startswith(cut.content)

    run_window(scenario)


def test_scenario_24_thought_without_an_answer_is_shown_and_can_be_used(server, stored):
    server.play("reasoning-only", times=1)

    async def scenario(window: OpenWindow) -> None:
        await window.ready()
        await window.send("Hello")
        failed = await window.reply()
        assert (failed.status, failed.error_code) == (MessageStatus.FAILED, "thought_only")
        shown = window.window.transcript.stage.layout.message(1)
        assert shown.is_unfolded
        assert shown.notes.label == "Use as answer"
        window.window.transcript.error_action_requested.emit(failed.id, shown.notes.action)
        await until(lambda: window.messages()[-1].status == "complete", "the answer is there")
        assert window.messages()[-1].content == failed.reasoning.strip()

    run_window(scenario)
    assert stored.last_reply()["status"] == "complete"


def test_button_about_the_token_opens_where_it_is_entered(server):
    server.play("auth-missing-401", times=2)

    async def scenario(window: OpenWindow) -> None:
        await window.ready()
        await window.send("Hello")
        failed = await window.reply()
        notes = window.window.transcript.stage.layout.message(1).notes
        assert notes.label == "Enter the token"
        window.window.transcript.error_action_requested.emit(failed.id, notes.action)
        dialog = await until(lambda: window.dialog("settingsDialog"), "the settings")
        dialog.close()

    run_window(scenario)


def test_button_of_every_error_leads_to_something():
    here = {words.RETRY, words.CONTINUE, words.USE_AS_ANSWER, words.CHOOSE_MODEL, words.NEW_CHAT}

    async def scenario(window: OpenWindow) -> None:
        await window.ready()
        commands = commands_of(window)
        actions = {action[0] for kind in ALL if (action := words.error_action(kind.code))}
        assert [name for name in actions - here if not commands.is_known(name)] == []

    run_window(scenario)


def test_scenario_63_pause_of_a_busy_server_is_counted_down_and_can_be_stopped(server):
    server.play("busy-503", retry_after=9)

    async def scenario(window: OpenWindow) -> None:
        await window.ready()
        texts = followed(window)
        await window.send("Hello")
        is_counted = re.compile(r"trying again in [1-8] s").search
        await until(lambda: is_counted(texts[-1]), "it is counted down")
        assert texts[-1].startswith("The server is busy")
        window.press(Qt.Key.Key_Escape)
        await until(lambda: not window.composer.is_streaming, "it is stopped")
        assert len(window.messages()) == 1

    run_window(scenario)


def test_scenario_34_reply_that_stalls_keeps_its_text_and_stops(server, monkeypatch):
    monkeypatch.setattr(progress_words, "SILENT_AFTER", 1)
    server.play("stall-midway")

    async def scenario(window: OpenWindow) -> None:
        await window.ready()
        await window.send("Hello")
        await until(lambda: "no data for" in window.status_text(), "the silence is told")
        text = window.shown_text()
        window.press(Qt.Key.Key_Escape)
        reply = await window.reply()
        assert (reply.content, reply.status) == (text, MessageStatus.STOPPED)
        await until(lambda: closed(server), "the server sees the close")

    run_window(scenario)
