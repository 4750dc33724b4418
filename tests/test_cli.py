"""The command line: its options, its exit statuses, and what goes where.

How signals end it is tested with the whole program, in `tests/e2e/test_end.py`.
"""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING, Any

import pytest

from desktop_chat import __version__, cli
from tests.e2e.app_process import NO_SERVER, Stored, environment, run
from tests.standin.state import ECHO

if TYPE_CHECKING:
    from pathlib import Path
    from subprocess import CompletedProcess

    from tests.standin.thread import StandInThread

JSON_KEYS = [
    "chat_id",
    "message_id",
    "content",
    "model",
    "finish_reason",
    "prompt_tokens",
    "completion_tokens",
    "time_to_first_token_ms",
    "duration_ms",
]


@pytest.fixture
def env(standin_thread: StandInThread) -> dict[str, str]:
    return environment(standin_thread.url)


@pytest.fixture
def stored(data_dir: Path) -> Stored:
    return Stored(data_dir)


def refused(done: CompletedProcess[str], status: int = 1) -> str:
    """Return the one line on stderr of a command that failed as it should."""
    assert done.returncode == status
    assert done.stdout == ""
    assert done.stderr.startswith("desktop-chat")
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr
    return done.stderr


# Options

OPTIONS = (
    ("--data-dir", "/d"),
    ("--url", "http://u:1"),
    ("--model", "m"),
    ("--log-level", "debug"),
    ("--selfcheck",),
)
COMMANDS = (("ask", "Hi"), ("doctor",))


@pytest.mark.parametrize(("option", "command"), [*itertools.product(OPTIONS, COMMANDS)])
def test_option_before_or_after_the_subcommand_is_the_same(
    option: tuple[str, ...], command: tuple[str, ...]
) -> None:
    before = cli._parse([*option, *command])
    assert before == cli._parse([*command, *option])
    name = option[0].removeprefix("--").replace("-", "_")
    value: Any = option[1] if len(option) > 1 else True
    assert before[name] == (value.upper() if name == "log_level" else value)


@pytest.mark.parametrize("command", COMMANDS)
def test_options_of_both_places_are_joined(command: tuple[str, ...]) -> None:
    options = cli._parse(["--url", "http://u:1", *command, "--model", "m"])
    assert (options["url"], options["model"]) == ("http://u:1", "m")


def test_options_not_given_are_not_there() -> None:
    assert "url" not in cli._parse(["ask", "Hi"])


@pytest.mark.parametrize(
    "arguments", [["--version"], ["ask", "--version"], ["doctor", "--version"]]
)
def test_version_is_printed_wherever_it_stands(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"Desktop Chat {__version__}\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["no-such-command"],
        ["ask"],
        ["ask", "Hi", "--chat", "first"],
        ["ask", "Hi", "--temperature", "3"],
        ["ask", "Hi", "--temperature", "nan"],
        ["ask", "Hi", "--temperature", "warm"],
        ["ask", "Hi", "--max-tokens", "0"],
        ["ask", "Hi", "--max-tokens", "many"],
        ["--log-level", "loud", "doctor"],
        ["doctor", "--no-such-option"],
    ],
)
def test_wrong_usage_is_two_and_one_plain_line(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    assert ended.value.code == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("\n") == 1
    assert "_temperature" not in printed.err
    assert "_max_tokens" not in printed.err


@pytest.mark.parametrize("text", ["-5 degrees, or not?", "-5", "--help me"])
def test_text_that_looks_like_an_option_is_text(text: str) -> None:
    assert cli._parse(["ask", text])["text"] == text


# ask


def test_ask_prints_the_reply_and_stores_the_turn(env: dict[str, str], stored: Stored) -> None:
    done = run("ask", "Hello there", env=env)
    assert (done.returncode, done.stdout, done.stderr) == (0, "Echo: Hello there\n", "")
    assert [(m["sender"], m["status"]) for m in stored.messages()] == [
        ("user", "complete"),
        ("llm", "complete"),
    ]


def test_ask_dash_reads_standard_input(env: dict[str, str], stored: Stored) -> None:
    done = run("ask", "-", env=env, text="Überall\nzwei Zeilen")
    assert done.returncode == 0
    assert stored.texts() == ["Überall\nzwei Zeilen"]


def test_ask_json_is_one_line_with_the_promised_keys(env: dict[str, str]) -> None:
    done = run("ask", "--json", "one two", env=env)
    assert (done.returncode, done.stderr, done.stdout.count("\n")) == (0, "", 1)
    result = json.loads(done.stdout)
    assert list(result) == JSON_KEYS
    assert (result["content"], result["model"]) == ("Echo: one two", ECHO)


@pytest.mark.parametrize("option", [(), ("--json",)])
def test_ask_text_with_every_odd_character_is_printed(
    env: dict[str, str], standin_thread: StandInThread, option: tuple[str, ...]
) -> None:
    standin_thread.play("line-separators")
    done = run("ask", *option, "odd", env=env)
    assert (done.returncode, done.stderr) == (0, "")
    assert "end" in done.stdout


def test_ask_parameters_are_sent(env: dict[str, str], standin_thread: StandInThread) -> None:
    options = ("--system", "Be short.", "--temperature", "0.5", "--max-tokens", "9")
    assert run("ask", "Hi", *options, env=env).returncode == 0
    body = standin_thread.log[-1].json
    assert (body["temperature"], body["max_tokens"]) == (0.5, 9)
    assert body["messages"][0] == {"role": "system", "content": "Be short."}


def test_ask_chat_goes_on_in_that_chat(env: dict[str, str], stored: Stored) -> None:
    chat_id = json.loads(run("ask", "--json", "one", env=env).stdout)["chat_id"]
    assert run("ask", "--chat", str(chat_id), "two", env=env).returncode == 0
    assert [m["chat_id"] for m in stored.messages()] == [chat_id] * 4


def test_ask_chat_that_is_not_there_fails(env: dict[str, str], stored: Stored) -> None:
    assert "4711" in refused(run("ask", "--chat", "4711", "Hi", env=env))
    assert stored.messages() == []


@pytest.mark.parametrize("text", ["", " \n"])
def test_ask_nothing_fails(env: dict[str, str], text: str) -> None:
    assert "empty" in refused(run("ask", "-", env=env, text=text))


def test_ask_too_much_fails_and_names_the_way_out(env: dict[str, str]) -> None:
    assert "file" in refused(run("ask", "-", env=env, text="x" * 5_000_000))


def test_ask_model_that_nobody_has_fails(env: dict[str, str]) -> None:
    assert "zzz" in refused(run("--model", "zzz", "ask", "Hi", env=env))


def test_ask_with_no_engine_at_all_fails_with_the_ways_to_one() -> None:
    assert "starter model" in refused(run("ask", "Hi", env=environment(NO_SERVER)))


def test_ask_failing_reply_is_kept_and_ends_with_one(
    env: dict[str, str], stored: Stored, standin_thread: StandInThread
) -> None:
    standin_thread.play("cut-fin", tokens=3)
    done = run("ask", "Hi", env=env)
    assert done.returncode == 1
    assert done.stdout.endswith("\n")
    assert done.stderr.count("\n") == 1
    assert stored.last_reply()["status"] == "failed"


def test_ask_where_the_data_directory_cannot_be_made_fails(
    env: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("a file")
    done = run("ask", "Hi", "--data-dir", str(tmp_path / "file" / "data"), env=env)
    assert "cannot be used" in refused(done)


def test_ask_address_that_is_none_fails(env: dict[str, str]) -> None:
    assert "usable address" in refused(run("--url", "http://", "ask", "Hi", env=env))


def test_ask_leaves_private_files_only(env: dict[str, str], data_dir: Path) -> None:
    assert run("ask", "Hi", env=env).returncode == 0
    modes = {path: path.stat().st_mode & 0o077 for path in (data_dir, *data_dir.rglob("*"))}
    assert not any(modes.values()), modes


# doctor


def test_doctor_all_well_is_zero_and_changes_nothing(env: dict[str, str], data_dir: Path) -> None:
    done = run("doctor", env=env)
    assert (done.returncode, done.stderr) == (0, "")
    assert "ok    LM Studio" in done.stdout
    assert not data_dir.exists()


def test_doctor_json_lists_the_findings(env: dict[str, str]) -> None:
    findings = json.loads(run("doctor", "--json", env=env).stdout)["findings"]
    assert {"data directory", "database", "LM Studio"} <= {f["name"] for f in findings}


def test_doctor_without_any_model_is_one_and_says_what_to_do() -> None:
    done = run("doctor", env=environment(NO_SERVER))
    assert done.returncode == 1
    assert "FAIL  models" in done.stdout
