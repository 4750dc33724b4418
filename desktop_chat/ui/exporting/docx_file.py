"""The path that is shown as a DOCX file, for Word and other office programs. No Qt."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from desktop_chat.ui.exporting.docx_blocks import DocxBlocks
from desktop_chat.ui.exporting.docx_look import new_document, width_between_margins
from desktop_chat.ui.exporting.office_text import add_conversation, clean_title

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

    from docx.document import Document

    from desktop_chat.domain.transfer import ChatRecord
    from desktop_chat.services.exporting.options import ExportOptions

_MAX_PROPERTY = 255


class DocxFile:
    """Writes DOCX."""

    def __init__(self, options: ExportOptions) -> None:
        self._options = options

    def write(self, chat: ChatRecord, file: BinaryIO, step: Callable[[], None]) -> None:
        """Write one chat; `step` is called after each message."""
        paper = self._options.paper
        document = new_document(paper)
        _describe(document, chat)
        blocks = DocxBlocks(document, width_between_margins(paper))
        add_conversation(blocks, chat, self._options, step)
        document.save(file)


def _describe(document: Document, chat: ChatRecord) -> None:
    properties = document.core_properties
    properties.title = clean_title(chat)[:_MAX_PROPERTY]
    properties.author = properties.last_modified_by = "Desktop Chat"
    properties.comments = ""
    properties.created = chat.created_at.astimezone(UTC).replace(tzinfo=None)
    properties.modified = datetime.now(UTC).replace(tzinfo=None)
