"""What stands in a document of an office program, and in which order, whatever its format."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from desktop_chat.services.exporting.words import PICTURE, SYSTEM_PROMPT, THOUGHTS, title_of
from desktop_chat.ui.exporting.content import attached, parts_of
from desktop_chat.ui.exporting.pictures import attached_picture
from desktop_chat.ui.transcript.text.text_limits import clean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from desktop_chat.domain.transfer import ChatRecord
    from desktop_chat.services.exporting.options import ExportOptions
    from desktop_chat.ui.exporting.content import Part
    from desktop_chat.ui.exporting.pictures import Picture
    from desktop_chat.ui.transcript.text.blocks import Block

_TITLE, _DETAILS, _NOTE, _THOUGHTS = "Title", "MessageDetails", "MessageNote", "Thoughts"


class OfficeBlocks(Protocol):
    """Writes into a document that has the styles Title, MessageDetails, MessageNote, Thoughts."""

    def add(self, blocks: Iterable[Block], style: str = ...) -> None:
        """Add blocks; plain paragraphs among them get the style."""
        ...

    def add_text(self, style: str, text: str) -> None:
        """Add a paragraph."""
        ...

    def add_heading(self, level: int, text: str) -> None:
        """Add a heading; 1 is the highest level."""
        ...

    def add_picture(self, picture: Picture, label: str) -> None:
        """Add a picture; screen readers say the label."""
        ...


def clean_title(chat: ChatRecord) -> str:
    """Return the title of a chat without characters that a document cannot hold."""
    return clean(title_of(chat))


def add_conversation(
    blocks: OfficeBlocks, chat: ChatRecord, options: ExportOptions, step: Callable[[], None]
) -> None:
    """Add title, system prompt and messages; `step` is called after each message."""
    blocks.add_text(_TITLE, clean_title(chat))
    if chat.system_prompt:
        blocks.add_text(_DETAILS, SYSTEM_PROMPT)
        blocks.add_text(_THOUGHTS, clean(chat.system_prompt))
    for part in parts_of(chat, options):
        _add_message(blocks, part)
        step()


def _add_message(blocks: OfficeBlocks, part: Part) -> None:
    blocks.add_heading(1, part.sender)
    if part.details:
        blocks.add_text(_DETAILS, part.details)
    if part.thoughts:
        blocks.add_text(_DETAILS, THOUGHTS)
        blocks.add(part.thoughts, _THOUGHTS)
    blocks.add(part.blocks)
    for attachment in part.attachments:
        picture = attached_picture(attachment)
        if picture is not None:
            blocks.add_picture(picture, PICTURE)
        blocks.add_text(_NOTE, attached(attachment))
    if part.note:
        blocks.add_text(_NOTE, part.note)
