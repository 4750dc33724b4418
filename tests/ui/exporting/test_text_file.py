"""Plain text holds the words and no mark-up."""

from __future__ import annotations

from desktop_chat.services.exporting.options import ExportOptions
from desktop_chat.ui.exporting.text_file import TextFile
from tests.services.exporting.records import RICH, chat, conversation, message, written


def text(record, **options) -> str:
    return written(TextFile(ExportOptions(has_details=False, **options)), record).decode()


def test_reply_is_written_without_mark_up() -> None:
    found = text(conversation(RICH))
    assert "Some bold, slanted, struck text with code and a page." in found
    assert "    def half(number):  # comment\n        return number // 2" in found
    assert "1. first\n2. second" in found
    assert "> a quote" in found
    assert "[a picture]" in found
    assert "**" not in found


def test_table_stands_in_columns() -> None:
    found = text(conversation("| Name | Cost |\n|:--|--:|\n| 你好 | 1 |\n| *b* | 200 |"))
    assert "Name  Cost\n----  ----\n你好     1\nb      200" in found


def test_user_is_quoted_as_typed() -> None:
    found = text(chat(message(1, "user", "# not a *heading*")))
    assert found == "A chat\n======\n\n\nYou:\n\n# not a *heading*\n"


def test_thoughts_are_set_off() -> None:
    found = text(conversation("Fine", reasoning="Well"), has_reasoning=True)
    assert "    Thoughts:\n\n    Well\n" in found
