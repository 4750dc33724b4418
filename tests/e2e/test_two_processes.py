"""A window, commands beside it, and a second window on the same data directory."""

from __future__ import annotations

import threading

import pytest

from tests.e2e.app_process import Program, WindowProgram, last_json, run, wait_until

FIELDS = {
    "chat_id",
    "message_id",
    "content",
    "model",
    "finish_reason",
    "prompt_tokens",
    "completion_tokens",
    "time_to_first_token_ms",
    "duration_ms",
}


@pytest.fixture
def window(standin_thread, env, data_dir):
    """A window that found the stand-in, as a process of its own."""
    with WindowProgram(data_dir, env=env) as window:
        yield window
        assert (window.terminate(), window.complaints) == (0, "")


def chats(stored):
    return stored.rows("SELECT id, title FROM chat ORDER BY id")


def test_row_26_second_window_ends_well_and_leaves_the_first(window, env):
    second = run(env=env)
    assert (second.returncode, second.stdout, second.stderr) == (0, "", "")
    assert window.process.poll() is None


def test_ask_beside_a_window_is_answered_and_stored_by_it(window, env, stored):
    done = run("ask", "Hello there", env=env)
    assert (done.returncode, done.stdout, done.stderr) == (0, "Echo: Hello there\n", "")
    assert [(m["sender"], m["content"], m["status"]) for m in stored.messages()] == [
        ("user", "Hello there", "complete"),
        ("llm", "Echo: Hello there", "complete"),
    ]
    assert chats(stored) == [(1, "Hello there")]


def test_ask_with_json_beside_a_window_has_all_fields(window, env, stored):
    done = run("ask", "--json", "one two three", env=env)
    found = last_json(done)
    assert set(found) == FIELDS
    assert found["content"] == "Echo: one two three"
    assert (found["chat_id"], found["finish_reason"]) == (1, "stop")
    assert found["message_id"] == stored.last_reply()["id"]
    assert found["model"] == stored.last_reply()["model"] == "standin/echo"
    assert len(done.stdout.splitlines()) == 1


def test_ask_continues_a_chat_with_and_without_a_window(standin_thread, env, stored, data_dir):
    assert run("ask", "first", env=env).returncode == 0
    with WindowProgram(data_dir, env=env) as window:
        assert run("ask", "second", "--chat", "1", env=env).returncode == 0
        assert window.terminate() == 0
    assert run("ask", "third", "--chat", "1", env=env).returncode == 0
    assert stored.texts("user") == ["first", "second", "third"]
    parents = [message["parent_id"] for message in stored.messages()]
    assert parents == [None, 1, 2, 3, 4, 5]
    sent = standin_thread.log[-1].json["messages"]
    words = ["first", "Echo: first", "second", "Echo: second", "third"]
    assert [m["content"] for m in sent] == words


def test_ask_in_a_chat_that_is_not_there_fails_in_one_line(window, env, stored):
    done = run("ask", "hello", "--chat", "77", env=env)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "desktop-chat: There is no chat with the number 77.\n"
    assert stored.messages() == []


def test_ask_reads_standard_input(window, env, stored):
    done = run("ask", "-", env=env, text="from a pipe\nin two lines")
    assert done.returncode == 0, done.stderr
    assert stored.texts("user") == ["from a pipe\nin two lines"]


def test_two_asks_at_once_are_both_answered(standin_thread, window, env, stored):
    standin_thread.play("steady", times=2, tokens=100, rate=100)
    with Program("ask", "left", env=env) as left, Program("ask", "right", env=env) as right:
        wait_until(lambda: left.text and right.text, "both are being answered")
        assert (left.wait(), right.wait()) == (0, 0)
    assert left.text == right.text
    assert [m["status"] for m in stored.messages()] == ["complete"] * 4
    assert sorted(stored.texts("user")) == ["left", "right"]


def test_ask_waits_for_another_ask_that_holds_the_data(standin_thread, env, stored):
    standin_thread.play("steady", tokens=300, rate=100)
    with Program("ask", "first", env=env) as first:
        wait_until(lambda: first.text, "the first is being answered")
        second = run("ask", "second", env=env)
        assert (second.returncode, second.stdout) == (0, "Echo: second\n")
        assert str(first.process.pid) in second.stderr
        assert first.wait() == 0
    assert stored.texts("user") == ["first", "second"]


def test_ask_of_another_model_beside_a_window_asks_for_that_model(standin_thread, window, env):
    done = run("ask", "hello", "--model", "standin/other-7b", "--json", env=env)
    assert last_json(done)["model"] == "standin/other-7b"
    assert standin_thread.log[-1].json["model"] == "standin/other-7b"


def test_row_26_many_windows_started_at_once_are_one(standin_thread, env, data_dir):
    with WindowProgram(data_dir, env=env) as first:
        outcomes = []
        threads = [
            threading.Thread(target=lambda: outcomes.append(run(env=env).returncode))
            for _ in range(3)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert outcomes == [0, 0, 0]
        assert (first.terminate(), first.complaints) == (0, "")


def test_options_count_before_and_after_the_subcommand(standin_thread, lonely_env, tmp_path):
    url, folder = standin_thread.url, str(tmp_path / "other")
    before = run("--url", url, "--data-dir", folder, "ask", "before", env=lonely_env)
    after = run("ask", "after", "--url", url, "--data-dir", folder, env=lonely_env)
    assert (before.stdout, after.stdout) == ("Echo: before\n", "Echo: after\n")
