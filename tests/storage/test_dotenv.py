"""`.env` files."""

from __future__ import annotations

import os

import pytest

from desktop_chat.storage.dotenv import read_dotenv


def test_values_are_read_as_they_stand_and_the_environment_is_left_alone(tmp_path):
    path = tmp_path / ".env"
    path.write_text(
        "\ufeffLM_STUDIO_URL=http://127.0.0.1:1234\n# a comment\n"
        "export LM_STUDIO_MODEL='qwen/qwen3-8b'\nTOKEN_OF_MINE=a$HOME${PATH}\nEMPTY=\nNOTHING\n",
        encoding="utf-8",
    )
    before = dict(os.environ)
    assert read_dotenv(path) == {
        "LM_STUDIO_URL": "http://127.0.0.1:1234",
        "LM_STUDIO_MODEL": "qwen/qwen3-8b",
        "TOKEN_OF_MINE": "a$HOME${PATH}",
        "EMPTY": "",
    }
    assert dict(os.environ) == before


def test_missing_file_and_directory_hold_nothing(tmp_path):
    assert read_dotenv(tmp_path / ".env") == {}
    assert read_dotenv(tmp_path) == {}


@pytest.mark.parametrize("expected_logs", [["cannot be read"]])
def test_file_that_is_no_text_holds_nothing_and_is_logged(tmp_path):
    (tmp_path / ".env").write_bytes(b"\xff\xfe\x00")
    assert read_dotenv(tmp_path / ".env") == {}
