"""Whatever is wrong from outside: one clear sentence where the user looks, and nothing lost."""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys

import pytest

from tests.e2e.app_process import NO_SERVER, Program, WindowProgram, environment, run, wait_until
from tests.providers.gguf_maker import CHAT_MODEL, gguf, write_gguf
from tests.standin.thread import StandInThread

MEGABYTE = 1_000_000
# Root may write anywhere; without these powers it is bound by permissions like everyone else.
POWERS = "-dac_override,-dac_read_search"
BOUND = ("setpriv", f"--bounding-set={POWERS}", f"--inh-caps={POWERS}")


def refused(done):
    """The sentence with which a command failed: one line, and no traceback."""
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("desktop-chat: ")
    assert done.stderr.count("\n") == 1
    return done.stderr.removeprefix("desktop-chat: ").strip()


def test_ask_without_server_and_model_says_what_to_do(lonely_env, stored):
    said = refused(run("ask", "hello", env=lonely_env))
    assert "no model yet" in said
    assert stored.messages() == []


def test_ask_at_a_wrong_path_says_that_the_address_is_wrong(standin_thread, env):
    standin_thread.play("models-wrong-path-200")
    said = refused(run("ask", "hello", env=env))
    assert "does not know this address" in said
    assert standin_thread.url in said


def test_ask_at_a_server_of_another_kind_says_so(lonely_env):
    for answer in ("not-http", "html-502"):
        with StandInThread(always=answer) as website:
            said = refused(run("ask", "hello", "--url", website.url, env=lonely_env))
        assert website.url in said, answer


def test_ask_at_an_address_that_is_none_says_so(lonely_env):
    for address in ("http://[::1", "http://127.0.0.1:99999", "ftp://127.0.0.1", "http://a b"):
        done = run("ask", "hello", "--url", address, env=lonely_env)
        assert "is not a usable address" in refused(done), address


def test_ask_at_a_server_without_chat_models_says_what_to_do(standin_thread, env):
    standin_thread.play("models-empty")
    assert "no model yet" in refused(run("ask", "hello", env=env))


def test_ask_for_an_unknown_model_names_it(env, stored):
    said = refused(run("ask", "hello", "--model", "nope", env=env))
    assert "“nope” is not there" in said
    assert stored.messages() == []


def test_ask_for_an_unknown_model_beside_a_window_names_it(env, data_dir):
    with WindowProgram(data_dir, env=env) as window:
        said = refused(run("ask", "hello", "--model", "nope", env=env))
        assert "“nope” is not there" in said
        assert (window.terminate(), window.complaints) == (0, "")


def test_ask_while_the_server_has_nothing_loaded_keeps_the_question(standin_thread, env, stored):
    standin_thread.play("no-model-400")
    assert "No model is loaded" in refused(run("ask", "hello", env=env))
    assert [m["status"] for m in stored.messages()] == ["complete", "failed"]
    assert stored.texts("user") == ["hello"]


@pytest.mark.parametrize("text", ["", "  \n\t "])
def test_ask_with_an_empty_message_says_so(env, stored, text):
    assert "message is empty" in refused(run("ask", text, env=env))
    assert stored.messages() == []


def test_ask_with_five_megabytes_is_refused_and_points_to_a_file(env, stored):
    said = refused(run("ask", "-", env=env, text="word " * MEGABYTE))
    assert "5.0 MB" in said
    assert "file" in said
    assert stored.messages() == []


def test_ask_with_five_megabytes_beside_a_window_is_refused_there(env, stored, data_dir):
    with WindowProgram(data_dir, env=env) as window:
        assert "5.0 MB" in refused(run("ask", "-", env=env, text="word " * MEGABYTE))
        assert (window.terminate(), window.complaints) == (0, "")
    assert stored.messages() == []


def test_half_a_model_file_is_named_and_the_question_kept(models, lonely_env, stored):
    whole = gguf(CHAT_MODEL)
    (models / "half.gguf").write_bytes(whole[: len(whole) // 2])
    done = run("ask", "hello", env=lonely_env)
    assert (done.returncode, done.stdout) == (1, "")
    said = done.stderr.splitlines()[-1]
    assert "half.gguf is not a usable model: it is incomplete" in said
    assert stored.texts("user") == ["hello"]


def test_files_that_are_no_models_are_not_offered(models, lonely_env):
    (models / "none.gguf").write_text("This is no model.")
    (models / "empty.gguf").touch()
    assert "no model yet" in refused(run("ask", "hello", env=lonely_env))


def test_sound_header_with_a_broken_body_fails_in_one_line(models, lonely_env, stored):
    write_gguf(models / "shell.gguf")
    done = run("ask", "hello", env=lonely_env)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "could not be loaded" in done.stderr.splitlines()[-1]
    assert stored.texts("user") == ["hello"]


@pytest.mark.skipif(sys.platform == "win32", reason="rights of POSIX")
@pytest.mark.parametrize("command", [("ask", "hello"), ()], ids=["ask", "window"])
def test_data_directory_that_cannot_be_written_is_named(tmp_path, env, command):
    folder = tmp_path / "locked"
    folder.mkdir(mode=0o500)
    bound = BOUND if os.geteuid() == 0 else ()
    if bound and shutil.which("setpriv") is None:
        pytest.skip("root needs setpriv to be bound by rights")
    for path in (folder, folder / "new"):
        said = refused(run("--data-dir", str(path), *command, env=env, within=bound))
        assert str(path) in said
        assert "--data-dir" in said
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("command", [("ask", "hello"), ()], ids=["ask", "window"])
def test_data_directory_that_is_a_file_or_a_link_is_refused(tmp_path, env, command):
    file = tmp_path / "file"
    file.write_text("mine")
    link = tmp_path / "link"
    link.symlink_to(tmp_path)
    for path in (file, file / "below", link):
        assert str(path) in refused(run("--data-dir", str(path), *command, env=env))
    assert file.read_text() == "mine"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give")
def test_data_directory_of_somebody_else_is_refused(tmp_path, env):
    folder = tmp_path / "theirs"
    folder.mkdir()
    os.chown(folder, 65534, 65534)
    assert "another user" in refused(run("--data-dir", str(folder), "ask", "hello", env=env))
    assert list(folder.iterdir()) == []


def test_newer_database_is_refused_and_left_untouched(env, stored):
    assert run("ask", "hello", env=env).returncode == 0
    with sqlite3.connect(stored.path) as db:
        (version,) = db.execute("PRAGMA user_version").fetchone()
        db.execute(f"PRAGMA user_version = {version + 1}")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    before = stored.path.read_bytes()
    said = refused(run("ask", "hello", env=env))
    assert "newer version" in said
    assert stored.path.read_bytes() == before


@pytest.mark.parametrize("content", [b"", b"This is no database." * 300])
def test_damaged_database_is_refused_and_left_untouched(data_dir, env, stored, content):
    data_dir.mkdir(mode=0o700)
    stored.path.write_bytes(content)
    said = refused(run("ask", "hello", env=env))
    assert "damaged" in said
    assert str(stored.path) in said
    assert stored.path.read_bytes() == content


def test_damaged_settings_file_is_set_aside_and_all_goes_on(data_dir, env):
    data_dir.mkdir(mode=0o700)
    (data_dir / "settings.toml").write_bytes(b"[appearance\ntheme = \xff")
    assert run("ask", "hello", env=env).returncode == 0
    assert [p.name for p in data_dir.glob("settings.toml.damaged-*")]


def test_settings_file_with_senseless_values_is_survived(data_dir, env):
    data_dir.mkdir(mode=0o700)
    text = 'server = 7\n[appearance]\ntheme = "pink"\ntext_size = "huge"\n[window]\ngeometry = 3\n'
    (data_dir / "settings.toml").write_text(text)
    with WindowProgram(data_dir, env=env) as window:
        assert run("ask", "hello", env=env).returncode == 0
        assert (window.terminate(), window.complaints) == (0, "")


def test_log_that_cannot_be_written_is_survived(data_dir, env):
    data_dir.mkdir(mode=0o700)
    (data_dir / "logs").write_text("in the way")
    done = run("ask", "hello", env=env)
    assert (done.returncode, done.stdout, done.stderr) == (0, "Echo: hello\n", "")


def test_proxy_of_the_environment_never_sees_a_local_request(standin_thread, env):
    with StandInThread(always="proxy-env") as proxy:
        names = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")
        done = run("ask", "hello", env=env | dict.fromkeys(names, proxy.url) | {"NO_PROXY": ""})
        assert (done.returncode, done.stdout) == (0, "Echo: hello\n")
        assert proxy.log == []


def test_window_while_a_command_holds_the_data_says_who_does(standin_thread, env, stored):
    standin_thread.play("stop-mid", rate=50)
    with Program("ask", "hello", env=env) as asking:
        wait_until(lambda: asking.text, "the reply has begun")
        said = refused(run(env=env))
        assert f"process {asking.process.pid}" in said
        assert asking.terminate() == 130


@pytest.mark.parametrize(
    "arguments", [("ask",), ("ask", "x", "--temperature", "9"), ("nonsense",), ("--log-level", "x")]
)
def test_wrong_usage_is_status_2_and_says_what(arguments):
    done = run(*arguments, env=environment(NO_SERVER))
    assert (done.returncode, done.stdout) == (2, "")
    assert "Try --help" in done.stderr
    assert "Traceback" not in done.stderr
