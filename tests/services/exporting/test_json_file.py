"""The JSON format as docs/json-format.md describes it."""

from __future__ import annotations

import base64
import json
from dataclasses import replace

from desktop_chat.domain.transfer import FolderRecord, LibraryRecord
from desktop_chat.services.exporting.json_file import json_lines
from tests.services.exporting.records import NOW, attachment, chat, message, png

LIBRARY = LibraryRecord(NOW, "Test 1", (FolderRecord(3, "Work", NOW),), ("later",))


def parsed(*chats):
    return json.loads("".join(json_lines(LIBRARY, chats)))


def test_file_names_format_and_version_first() -> None:
    text = "".join(json_lines(LIBRARY, [chat()]))
    assert text.startswith('{"format": "desktop-chat", "version": 1, ')
    assert list(json.loads(text)) == [
        "format", "version", "program", "exported_at", "folders", "tags", "chats",
    ]  # fmt: skip


def test_each_chat_stands_on_a_line_of_its_own() -> None:
    odd = chat(message(1, "user", "a\nb\r\u2028c"))
    text = "".join(json_lines(LIBRARY, [odd, odd]))
    first, *chats, last = text.removesuffix("\n").split("\n")
    assert first.endswith('"chats": [')
    assert last == "]}"
    assert [json.loads(line.removesuffix(","))["id"] for line in chats] == [1, 1]


def test_no_chats_make_a_file_that_can_be_read() -> None:
    assert parsed()["chats"] == []


def test_defaults_are_left_out() -> None:
    (found,) = parsed(chat(message(1, "user", "")))["chats"]
    at = "2026-11-22T10:15:30.123Z"
    assert found == {
        "id": 1, "title": "A chat", "created_at": at, "updated_at": at,
        "messages": [
            {"id": 1, "sender": "user", "content": "", "created_at": "2026-11-22T10:15:31.123Z"}
        ],
    }  # fmt: skip


def test_all_that_is_known_of_a_message_is_written() -> None:
    known = {
        "reasoning": "why", "status": "failed", "error": "It broke.", "error_code": "engine_error",
        "error_fields": {"detail": "x"}, "model": "m", "finish_reason": "stop",
        "prompt_tokens": 0, "completion_tokens": 2, "time_to_first_token_ms": 3, "duration_ms": 4,
        "reasoning_ms": 5, "params": {"temperature": 0.5, "new": [1]},
    }  # fmt: skip
    (found,) = parsed(chat(message(1, "llm", "text", **known)))["chats"][0]["messages"]
    assert {name: found[name] for name in known} == known


def test_all_that_is_known_of_a_chat_is_written() -> None:
    full = replace(
        chat(title="T"), folder_id=3, is_pinned=True, is_renamed=True, deleted_at=NOW,
        archived_at=NOW, system_prompt="s", account="lm_studio", model="m", active_message_id=9,
        origin="chatgpt:1", tags=("a", "b"),
    )  # fmt: skip
    (found,) = parsed(full)["chats"]
    assert found["tags"] == ["a", "b"]
    assert (found["is_pinned"], found["is_renamed"], found["folder_id"]) == (True, True, 3)
    assert found["deleted_at"] == found["archived_at"] == "2026-11-22T10:15:30.123Z"
    assert (found["account"], found["model"], found["origin"]) == ("lm_studio", "m", "chatgpt:1")
    assert (found["active_message_id"], found["system_prompt"]) == (9, "s")


def test_attached_file_goes_along_as_base64() -> None:
    files = (attachment(png(), "a.png"), attachment())
    (found,) = parsed(chat(message(1, "user", "", attachments=files)))["chats"][0]["messages"]
    assert base64.b64decode(found["attachments"][0]["data"]) == png()
    assert "data" not in found["attachments"][1]


def test_numbers_that_json_lacks_do_not_break_the_file() -> None:
    odd = {"temperature": float("nan"), "deep": [float("inf")]}
    (found,) = parsed(chat(message(1, "llm", "", params=odd)))["chats"][0]["messages"]
    assert found["params"] == {"temperature": None, "deep": [None]}
