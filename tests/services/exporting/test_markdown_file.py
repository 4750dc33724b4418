"""Markdown keeps each message as it was written."""

from __future__ import annotations

from desktop_chat.services.exporting.markdown_file import MarkdownFile
from desktop_chat.services.exporting.options import ExportOptions
from tests.services.exporting.records import (
    RICH,
    attachment,
    chat,
    conversation,
    message,
    written,
)


def markdown(record, **options) -> str:
    return written(MarkdownFile(ExportOptions(**options)), record).decode()


def test_reply_stands_there_as_it_was_written() -> None:
    text = markdown(conversation(RICH, title="How to *sort*\nfast"))
    assert text.startswith("# How to \\*sort\\* fast\n\n## You\n")
    assert RICH.strip("\n") in text


def test_only_the_path_that_is_shown_is_written() -> None:
    branches = [message(2, "llm", "old", parent_id=1), message(3, "llm", "new", parent_id=1)]
    text = markdown(chat(message(1, "user", "Hi"), *branches, active_message_id=3))
    assert "new" in text
    assert "old" not in text


def test_details_are_left_out_if_they_are_not_wanted() -> None:
    record = conversation("Fine", model="qwen_3")
    assert "22 Nov 2026" in markdown(record)
    assert "qwen\\_3" in markdown(record)
    assert (
        markdown(record, has_details=False)
        == "# A chat\n\n## You\n\nTell me\n\n## Assistant\n\nFine\n"
    )


def test_thoughts_are_written_only_if_they_are_wanted() -> None:
    record = conversation("Fine", reasoning="First\n\nthen")
    assert "First" not in markdown(record)
    assert "> *Thoughts*\n>\n> First\n>\n> then" in markdown(record, has_reasoning=True)


def test_reply_that_did_not_end_says_so() -> None:
    assert "*Stopped before its end.*" in markdown(conversation("Fi", status="stopped"))
    assert "*It broke.*" in markdown(conversation("", status="failed", error="It broke."))


def test_attached_file_is_named() -> None:
    assert "*Attached: notes.txt (1 kB)*" in markdown(
        conversation("Fine", attachments=(attachment(),))
    )


def test_damaged_tree_ends_the_path() -> None:
    loop = [message(1, "user", "a", parent_id=2), message(2, "llm", "b", parent_id=1)]
    text = markdown(chat(*loop, active_message_id=2))
    assert text.count("## ") == 2
