"""The commands of a message in the whole window, against the stand-in."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from desktop_chat.ui.transcript.toolbar.message_toolbar import MessageToolbar
from tests.e2e.window import OpenWindow, run_window, until

pytestmark = pytest.mark.usefixtures("qapp")

CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
PARTIAL = "One two three"


@pytest.fixture(autouse=True)
def server(standin_thread, monkeypatch):
    """The stand-in, where the window looks for it."""
    monkeypatch.setenv("LM_STUDIO_URL", standin_thread.url)
    return standin_thread


def texts(window: OpenWindow) -> list[str]:
    return [message.content for message in window.messages()]


def asked(server):
    """The messages of the last request."""
    posts = [r for r in server.log if r.method == "POST" and r.json and "messages" in r.json]
    return posts[-1].json["messages"]


def test_reply_cut_off_goes_on_by_key_and_both_are_kept(server, stored):
    server.play("length", times=1, text=PARTIAL)

    async def scenario(window: OpenWindow) -> None:
        await window.ready()
        await window.send("Count")
        await window.reply()
        assert texts(window) == ["Count", PARTIAL]
        server.play("plain-2026", times=1, text=" four")
        QTest.keyClick(window.composer.prompt, Qt.Key.Key_R, CONTROL | SHIFT)
        await until(lambda: texts(window) == ["Count", f"{PARTIAL} four"], "it goes on")
        await window.reply()

    run_window(scenario)
    assert asked(server)[-1] == {"role": "assistant", "content": PARTIAL}
    assert stored.texts("llm") == [PARTIAL, f"{PARTIAL} four"]


def test_reply_regenerated_by_key_can_be_changed_back_by_its_switch(server, stored):
    server.play("plain-2026", times=1, text="First words")

    async def scenario(window: OpenWindow) -> None:
        await window.ready()
        await window.send("Hello")
        await window.reply()
        QTest.keyClick(window.composer.prompt, Qt.Key.Key_R, CONTROL)
        await until(lambda: texts(window) == ["Hello", "Echo: Hello"], "another reply")
        await window.reply()
        view = window.window.transcript
        view.setFocus()
        view.set_current_row(1)
        (toolbar,) = await until(
            lambda: [t for t in view.findChildren(MessageToolbar) if t.isVisible()], "toolbar"
        )
        assert toolbar._place.text() == "2/2"
        toolbar.button("previous").setFocus()
        QTest.keyClick(toolbar.button("previous"), Qt.Key.Key_Space)
        await until(lambda: texts(window) == ["Hello", "First words"], "the first version")
        await until(lambda: toolbar.isVisible() and toolbar._place.text() == "1/2", "1/2")
        assert toolbar.has_focus

    run_window(scenario)
    assert stored.texts("llm") == ["First words", "Echo: Hello"]
