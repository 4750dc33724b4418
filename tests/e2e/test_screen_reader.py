"""The real window on a real screen, used through a screen reader alone."""

from __future__ import annotations

import shutil
import signal
import sys
from contextlib import ExitStack

import pytest

from tests.e2e.app_process import NO_SERVER, WindowProgram, environment
from tests.e2e.desktop import desktop
from tests.e2e.screen_reader import ScreenReader
from tests.standin.chunks import numbered_words

pytestmark = [
    pytest.mark.screen,
    pytest.mark.skipif(sys.platform != "linux", reason="AT-SPI is Linux's"),
]

NEEDED = ("Xvfb", "dbus-daemon", "openbox")
STARTER_MODEL = "SmolLM2"


@pytest.fixture(scope="module")
def screen():
    """A desktop for all tests of this file."""
    missing = [name for name in NEEDED if shutil.which(name) is None]
    if missing:
        pytest.fail(f"missing: {', '.join(missing)}. `make test` installs them.")
    with desktop() as variables:
        yield variables


@pytest.fixture
def on_screen(screen, data_dir):
    """Open a window that looks for its server at an address; returns program and reader."""
    with ExitStack() as stack:

        def open_window(url):
            program = stack.enter_context(WindowProgram(data_dir, env=environment(url) | screen))
            reader = stack.enter_context(ScreenReader(program.process.pid, screen))
            reader.wait_for(lambda: reader.is_showing("Message", "text"), "the window")
            return program, reader

        yield open_window


@pytest.fixture
def window(on_screen, standin_thread):
    """A window that found the stand-in."""
    program, reader = on_screen(standin_thread.url)
    reader.wait_for_description("Status", "LM Studio answers")
    return program, reader


def say(reader, text):
    reader.type("Message", text)
    reader.press("Send")


def wait_for_text(reader, part):
    """Wait until the last message holds a text and return the item."""

    def found():
        last = reader.items("Conversation")[-1:]
        return last[0] if last and part in last[0]["name"] else None

    return reader.wait_for(found, f"{part!r} in the last message")


def test_every_name_of_the_contract_is_found(window):
    _, reader = window
    roles = {
        "Desktop Chat": "frame",
        "Chats": "list",
        "Search chats": "text",
        "Conversation": "list",
        "Message": "text",
        "Send": "push button",
    }
    missing = [name for name, role in roles.items() if not reader.is_showing(name, role)]
    assert missing == []
    assert reader.is_showing("New chat", "push button")
    assert not reader.is_showing("Stop", "push button")
    assert reader.is_showing("Model")
    assert reader.look("Status")["description"]
    assert reader.look("Context")["description"]


def test_message_typed_and_sent_is_answered_in_the_conversation(window, stored):
    program, reader = window
    say(reader, "Hello reader")
    reader.wait_for_item("Conversation", "You: Hello reader")
    reader.wait_for_item("Conversation", "Assistant: Echo: Hello reader")
    assert reader.look("Message", "text")["value"] == ""
    assert reader.names("Chats") == ["Hello reader"]
    reader.wait_for_description("Context", " of 8")
    assert (program.terminate(), program.complaints) == (0, "")
    assert stored.last_reply()["status"] == "complete"


def test_stop_is_there_only_while_a_reply_runs(window, standin_thread, stored):
    _, reader = window
    standin_thread.play("stop-mid", rate=100)
    say(reader, "Count")
    reader.wait_for(lambda: reader.is_showing("Stop", "push button"), "Stop")
    assert not reader.is_showing("Send", "push button")
    assert "busy" in wait_for_text(reader, "w3")["states"]
    reader.press("Stop")
    reader.wait_for(lambda: reader.is_showing("Send", "push button"), "Send")
    assert not reader.is_showing("Stop", "push button")
    assert "busy" not in reader.items("Conversation")[-1]["states"]
    assert stored.last_reply()["status"] == "stopped"
    said = reader.names("Conversation")[-1].removeprefix("Assistant: ")
    assert numbered_words(4000).startswith(said)


def test_new_chat_and_the_old_one_are_reached_by_name(window):
    _, reader = window
    say(reader, "First question")
    reader.wait_for_item("Conversation", "Assistant: Echo: First question")
    reader.press("New chat")
    reader.wait_for(lambda: reader.items("Conversation") == [], "an empty conversation")
    say(reader, "Second question")
    reader.wait_for_item("Conversation", "Assistant: Echo: Second question")
    assert reader.names("Chats") == ["Second question", "First question"]
    reader.choose("Chats", 1)
    reader.wait_for_item("Conversation", "Assistant: Echo: First question")


def test_model_names_the_model_that_answers(window):
    _, reader = window
    found = reader.look("Model")
    assert "echo" in f"{found['value']} {found['description']}".lower()


def test_window_closed_by_its_key_while_streaming_stores_the_text(window, standin_thread, stored):
    program, reader = window
    standin_thread.play("quit-mid", rate=100)
    say(reader, "Count")
    wait_for_text(reader, "w3")
    reader.key("q", "Control_L")
    assert (program.wait(), program.complaints) == (0, "")
    assert stored.last_reply()["status"] == "interrupted"
    assert stored.last_reply()["content"].startswith("w0 w1")
    standin_thread.wait_for(lambda: standin_thread.log[-1].client_closed_at is not None)


def test_escape_stops_the_reply(window, standin_thread, stored):
    _, reader = window
    standin_thread.play("stop-mid", rate=100)
    say(reader, "Count")
    wait_for_text(reader, "w3")
    reader.focus("Message")
    reader.key("Escape")
    reader.wait_for(lambda: reader.is_showing("Send", "push button"), "Send")
    assert stored.last_reply()["status"] == "stopped"


def test_without_any_model_three_ways_to_one_are_offered(on_screen):
    _, reader = on_screen(NO_SERVER)
    for offer in ("Get the starter model", "Start LM Studio", "Choose a GGUF file"):
        reader.wait_for(lambda name=offer: reader.is_showing(name, "push button"), offer)
    assert "No model" in reader.look("Status")["description"]
    say(reader, "Anybody there?")
    reader.wait_for_description("Status", "There is no model yet")
    assert reader.look("Message", "text")["value"] == "Anybody there?"


def test_failed_reply_says_why_and_the_next_one_can_be_sent(window, standin_thread):
    _, reader = window
    standin_thread.play("no-model-400")
    say(reader, "Hello")
    assert wait_for_text(reader, "No model is loaded")["name"].startswith("Assistant: ")
    say(reader, "Again")
    assert wait_for_text(reader, "Again")["name"].startswith("Assistant: ")


def test_code_and_link_of_a_reply_are_reached_and_pressed(window):
    program, reader = window
    say(reader, "this\n\n```python\nx = 1\n```\n\n[site](https://example.org/)")
    wait_for_text(reader, "site")
    things = [("section", "Code, Python"), ("push button", "Copy code"), ("link", "site")]
    reader.wait_for(lambda: reader.inside("Conversation") == things, f"{things}")
    reader.press("Copy code")
    reader.focus("Message")
    reader.key("v", "Control_L")
    reader.wait_for(lambda: reader.look("Message", "text")["value"] == "x = 1", "pasted code")
    reader.press("site", "link")
    reader.wait_for(lambda: reader.is_showing("Cancel", "push button"), "the question")
    reader.press("Cancel")
    assert (program.terminate(), program.complaints) == (0, "")


@pytest.mark.engine
def test_real_engine_answers_a_screen_reader(on_screen, installed_model, stored):
    program, reader = on_screen(NO_SERVER)
    reader.wait_for_description("Status", STARTER_MODEL)
    say(reader, "What is the capital of France?")
    reader.wait_for_item("Conversation", "You: What is the capital of France?")
    wait_for_text(reader, "Assistant: ")
    reader.wait_for(lambda: stored.last_reply()["content"].strip(), "the engine answers")
    # So small a model may never come to an end.
    if reader.is_showing("Stop", "push button"):
        reader.press("Stop")
    reader.wait_for(lambda: reader.is_showing("Send", "push button"), "the end of the reply")
    assert stored.last_reply()["status"] in ("complete", "stopped")
    spoken = reader.names("Conversation")[-1].removeprefix("Assistant: ")
    assert spoken.split()[0] in stored.last_reply()["content"]
    engine = program.children()
    program.send(signal.SIGTERM)
    assert (program.wait(), program.complaints) == (0, "")
    assert [child for child in engine if child.is_running()] == []
