"""The log file is private, bounded, and never holds a secret."""

from __future__ import annotations

import json
import logging
import stat

import pytest

from desktop_chat import logs

SECRET = "s3cr3t/t+ken-canary"
logger = logging.getLogger("desktop_chat.test")


@pytest.fixture
def log_path(data_dir, monkeypatch):
    monkeypatch.setattr(logs, "_secrets", set())
    root_level = logging.getLogger().level
    logs.set_up_logging(data_dir, "INFO")
    yield data_dir / "logs" / "desktop-chat.log"
    logs.shut_down_logging()
    logging.getLogger().setLevel(root_level)


def lines_of(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_record_becomes_one_line_of_json(log_path):
    logger.info("read %d rows\nof %s", 3, "ü\u2028")
    (line,) = lines_of(log_path)
    assert line.pop("time").endswith("Z")
    assert line == {
        "level": "INFO",
        "logger": "desktop_chat.test",
        "message": "read 3 rows\nof ü\u2028",
    }


def test_level_is_that_of_the_program_and_others_warn_only(data_dir, log_path):
    logger.debug("not this")
    logging.getLogger("other").info("nor this")
    logging.getLogger("httpx").info("nor https://host/?api_key=x")
    assert lines_of(log_path) == []
    logs.set_up_logging(data_dir, "debug")
    logger.debug("this")
    assert [line["message"] for line in lines_of(log_path)] == ["this"]


def fail_with(secret):
    def inner():
        raise ValueError(f"refused {secret}")

    try:
        inner()
    except ValueError as error:
        raise RuntimeError("outer") from error


@pytest.mark.parametrize("expected_logs", [["failed"]])
def test_registered_secret_is_hidden_everywhere(log_path):
    logs.register_secret(SECRET)
    logger.info("in the text %s" % SECRET)  # noqa: G002, UP031 - what the filter must survive
    logger.info("in an argument %s and %r", SECRET, {"token": [SECRET]})
    logger.info("in a URL /x?q=s3cr3t%2Ft%2Bken-canary")
    logger.info("in the stack", stack_info=True, extra={"other": SECRET})
    try:
        fail_with(SECRET)
    except RuntimeError:
        logger.exception("failed with %s", SECRET)
    text = log_path.read_text()
    assert "canary" not in text
    assert "refused" in text
    assert "•••" in lines_of(log_path)[0]["message"]


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("Authorization: Bearer abc.def-123", "abc"),
        ("authorization: Basic dXNlcjpwdw==", "dXNl"),
        ("{'Authorization': 'Bearer abcdef'}", "abcdef"),
        ('{"authorization": "abcdef"}', "abcdef"),
        ("[(b'authorization', b'Bearer abcdef')]", "abcdef"),
        ("sent with bearer abcdef", "abcdef"),
        ("GET /v1?api_key=abcdef&x=1", "abcdef"),
        ("api-key: abcdef", "abcdef"),
        ("{'x-api-key': 'abcdef'}", "abcdef"),
        ("apikey=abcdef", "abcdef"),
        ("api_token='abcdef'", "abcdef"),
        ("access_token=abcdef", "abcdef"),
        ("LM_STUDIO_API_TOKEN=abcdef", "abcdef"),
        ("DESKTOP_CHAT_SERVICE_TOKEN=abcdef", "abcdef"),
        ("password=abcdef", "abcdef"),
        ("http://user:abcdef@host:1234/v1", "abcdef"),
        ("http://abcdef@host/", "abcdef"),
        ("invalid key sk-abcdef0123456789", "abcdef"),
    ],
)
def test_what_looks_like_a_secret_is_hidden(text, hidden):
    assert hidden not in logs.redact(text)
    assert "•••" in logs.redact(text)


@pytest.mark.parametrize(
    "text",
    [
        "max_tokens=100, prompt_tokens: 5",
        "http://127.0.0.1:1234/v1/models answered 200",
        "the key store is locked",
        "mail to a@b.example",
        "",
    ],
)
def test_ordinary_text_stays(text):
    assert logs.redact(text) == text


def test_rest_of_a_url_stays_readable():
    text = logs.redact("GET http://u:p@host:1/v1?api_key=abc&model=qwen")
    assert text == "GET http://•••@host:1/v1?api_key=•••&model=qwen"


@pytest.mark.parametrize("value", [None, "", "abc"])
def test_secret_that_is_too_short_takes_no_words_out(log_path, value):
    logs.register_secret(value)
    assert logs.redact("abc def") == "abc def"


def test_record_with_wrong_arguments_is_kept(log_path):
    logger.info("%d apples", "no")
    assert "apples" in lines_of(log_path)[0]["message"]


def test_files_are_private_and_bounded(log_path, monkeypatch):
    (late,) = (h for h in logging.getLogger().handlers if isinstance(h, logs.LateHandler))
    handler = late.file
    assert (handler.maxBytes, handler.backupCount) == (1_000_000, 4)
    monkeypatch.setattr(handler, "maxBytes", 500)
    for number in range(60):
        logger.info("line %d", number)
    files = list(log_path.parent.iterdir())
    assert len(files) == 5
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert stat.S_IMODE(log_path.parent.stat().st_mode) == 0o700


def test_full_disk_does_not_reach_the_terminal(log_path, capsys, monkeypatch):
    (late,) = (h for h in logging.getLogger().handlers if isinstance(h, logs.LateHandler))
    handler = late.file

    def no_room(text):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(handler, "setStream", handler.setStream)
    monkeypatch.setattr(type(handler), "shouldRollover", lambda self, record: no_room(record))
    logger.info("lost")
    assert capsys.readouterr().err == ""
