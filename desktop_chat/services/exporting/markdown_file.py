"""The path that is shown as Markdown, with each message as it was written."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from desktop_chat.domain.transfer import path_of
from desktop_chat.services.exporting.words import (
    SYSTEM_PROMPT,
    THOUGHTS,
    attachment_words,
    details_of,
    note_of,
    sender_of,
    title_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import BinaryIO

    from desktop_chat.domain.transfer import ChatRecord, MessageRecord
    from desktop_chat.services.exporting.options import ExportOptions

_SPECIAL = re.compile(r"([\\`*_<\[\]])")


class MarkdownFile:
    """Writes Markdown."""

    def __init__(self, options: ExportOptions) -> None:
        self._options = options

    def write(self, chat: ChatRecord, file: BinaryIO, step: Callable[[], None]) -> None:
        """Write one chat; `step` is called after each message."""
        file.write(f"# {_escaped(title_of(chat))}\n".encode())
        if chat.system_prompt:
            file.write(f"\n## {SYSTEM_PROMPT}\n\n{_quoted(chat.system_prompt)}\n".encode())
        for message in path_of(chat):
            parts = "\n\n".join(part for part in self._parts(message) if part)
            file.write(f"\n{parts}\n".encode())
            step()

    def _parts(self, message: MessageRecord) -> Iterator[str]:
        yield f"## {sender_of(message)}"
        if self._options.has_details:
            yield f"*{_escaped(details_of(message))}*"
        if self._options.has_reasoning and message.reasoning.strip():
            yield _quoted(f"*{THOUGHTS}*\n\n{message.reasoning.strip()}")
        yield message.content.strip("\n")
        for attachment in message.attachments:
            yield f"*{_escaped(attachment_words(attachment))}*"
        if note := note_of(message):
            yield f"*{_escaped(note)}*"


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))
