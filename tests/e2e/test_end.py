"""Whatever ends the program in mid-stream: it goes in order and keeps the text so far."""

from __future__ import annotations

import signal

import pytest

from tests.e2e.app_process import Program, WindowProgram, run, wait_until
from tests.standin.chunks import numbered_words

QUESTION = "How far do you come?"


@pytest.fixture
def endless(standin_thread):
    """A server whose reply has no end."""
    standin_thread.play("stop-mid", rate=200)
    return standin_thread


def saw_the_close(server):
    return [r for r in server.log if r.method == "POST" and r.client_closed_at is not None]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_row_7_window_ended_by_a_signal_while_streaming_keeps_the_text(
    endless, env, stored, data_dir, number
):
    with WindowProgram(data_dir, env=env) as window, Program("ask", QUESTION, env=env) as asking:
        wait_until(lambda: asking.text.count(" ") > 5, "the reply has begun")
        window.send(number)
        assert (window.wait(), window.complaints, window.text) == (0, "", "")
        assert asking.wait() == 1
    # Nobody has started since: the window itself stored the end.
    reply = stored.last_reply()
    assert reply["status"] == "interrupted"
    assert numbered_words(4000).startswith(reply["content"])
    assert reply["content"].startswith(asking.text.strip())
    assert asking.complaints.count("\n") == 1
    endless.wait_for(lambda: saw_the_close(endless))


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGINT, "stopped"), (signal.SIGTERM, "interrupted")]
)
def test_ask_ended_by_a_signal_while_streaming_keeps_the_text(endless, env, stored, number, status):
    with Program("ask", QUESTION, env=env) as asking:
        wait_until(lambda: asking.text.count(" ") > 5, "the reply has begun")
        asking.send(number)
        assert (asking.wait(), asking.complaints) == (130, "")
    reply = stored.last_reply()
    assert reply["status"] == status
    assert reply["content"] == asking.text.strip()
    endless.wait_for(lambda: saw_the_close(endless))


def test_ask_stopped_while_a_window_answers_stores_stopped(endless, env, stored, data_dir):
    with WindowProgram(data_dir, env=env) as window:
        with Program("ask", QUESTION, env=env) as asking:
            wait_until(lambda: asking.text.count(" ") > 5, "the reply has begun")
            asking.send(signal.SIGINT)
            assert (asking.wait(), asking.complaints) == (130, "")
        endless.wait_for(lambda: saw_the_close(endless))
        wait_until(lambda: stored.last_reply()["status"] == "stopped", "the reply is stopped")
        assert (window.terminate(), window.complaints) == (0, "")
    assert stored.last_reply()["content"].startswith(asking.text.strip())


def test_window_ended_while_nothing_runs_says_nothing(env, data_dir):
    with WindowProgram(data_dir, env=env) as window:
        assert (window.terminate(), window.complaints, window.text) == (0, "", "")


def test_ask_into_a_pipe_that_closes_ends_without_a_traceback(endless, env, stored):
    with Program("ask", QUESTION, env=env) as asking:
        wait_until(lambda: asking.text.count(" ") > 5, "the reply has begun")
        asking.stop_reading()
        assert asking.wait() == 1
        assert "Traceback" not in asking.complaints
    assert stored.last_reply()["status"] != "streaming"


@pytest.mark.engine
def test_window_ended_while_its_engine_answers_ends_the_engine_too(
    installed_model, lonely_env, stored, data_dir
):
    question = ("ask", "Tell me a long story.", "--max-tokens", "3000")
    with WindowProgram(data_dir, env=lonely_env) as window:
        with Program(*question, env=lonely_env) as asking:
            wait_until(lambda: asking.text, "the engine answers")
            engine = window.children()
            assert (window.terminate(), window.complaints) == (0, "")
        assert [child for child in engine if child.is_running()] == []
    assert stored.last_reply()["status"] == "interrupted"
    assert stored.last_reply()["content"]
    assert run("doctor", env=lonely_env).returncode == 0
