"""The path that is shown as a DOCX file, for Word and other office programs. No Qt."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from desktop_chat.services.exporting.words import PICTURE, SYSTEM_PROMPT, THOUGHTS, title_of
from desktop_chat.ui.exporting.content import attached, parts_of
from desktop_chat.ui.exporting.docx_blocks import DocxBlocks
from desktop_chat.ui.exporting.docx_look import new_document, width_between_margins
from desktop_chat.ui.exporting.pictures import attached_picture
from desktop_chat.ui.transcript.text.text_limits import clean

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

    from docx.document import Document

    from desktop_chat.domain.transfer import ChatRecord
    from desktop_chat.services.exporting.options import ExportOptions
    from desktop_chat.ui.exporting.content import Part

_MAX_PROPERTY = 255


class DocxFile:
    """Writes DOCX."""

    def __init__(self, options: ExportOptions) -> None:
        self._options = options

    def write(self, chat: ChatRecord, file: BinaryIO, step: Callable[[], None]) -> None:
        """Write one chat; `step` is called after each message."""
        title, paper = clean(title_of(chat)), self._options.paper
        document = new_document(paper)
        _describe(document, chat, title)
        blocks = DocxBlocks(document, width_between_margins(paper))
        blocks.add_text("Title", title)
        if chat.system_prompt:
            blocks.add_text("MessageDetails", SYSTEM_PROMPT)
            blocks.add_text("Thoughts", clean(chat.system_prompt))
        for part in parts_of(chat, self._options):
            _add_message(blocks, part)
            step()
        document.save(file)


def _describe(document: Document, chat: ChatRecord, title: str) -> None:
    properties = document.core_properties
    properties.title = title[:_MAX_PROPERTY]
    properties.author = properties.last_modified_by = "Desktop Chat"
    properties.comments = ""
    properties.created = chat.created_at.astimezone(UTC).replace(tzinfo=None)
    properties.modified = datetime.now(UTC).replace(tzinfo=None)


def _add_message(blocks: DocxBlocks, part: Part) -> None:
    blocks.add_text("Heading1", part.sender)
    if part.details:
        blocks.add_text("MessageDetails", part.details)
    if part.thoughts:
        blocks.add_text("MessageDetails", THOUGHTS)
        blocks.add(part.thoughts, "Thoughts")
    blocks.add(part.blocks)
    for attachment in part.attachments:
        picture = attached_picture(attachment)
        if picture is not None:
            blocks.add_picture(picture, PICTURE)
        blocks.add_text("MessageNote", attached(attachment))
    if part.note:
        blocks.add_text("MessageNote", part.note)
