"""The path that is shown as an ODT file, for LibreOffice and other office programs. No Qt."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from odf import dc, meta

from desktop_chat.services.exporting.words import PICTURE, SYSTEM_PROMPT, THOUGHTS, title_of
from desktop_chat.ui.exporting.content import attached, parts_of
from desktop_chat.ui.exporting.odt_blocks import OdtBlocks
from desktop_chat.ui.exporting.odt_look import new_document
from desktop_chat.ui.exporting.pictures import attached_picture
from desktop_chat.ui.transcript.text.text_limits import clean

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

    from desktop_chat.domain.transfer import ChatRecord
    from desktop_chat.services.exporting.options import ExportOptions
    from desktop_chat.ui.exporting.content import Part

_TIME = "%Y-%m-%dT%H:%M:%SZ"


class OdtFile:
    """Writes ODT."""

    def __init__(self, options: ExportOptions) -> None:
        self._options = options

    def write(self, chat: ChatRecord, file: BinaryIO, step: Callable[[], None]) -> None:
        """Write one chat; `step` is called after each message."""
        title = clean(title_of(chat))
        document = new_document(self._options.paper)
        _describe(document, chat, title)
        blocks = OdtBlocks(document, self._options.paper)
        blocks.add_text("Title", title)
        if chat.system_prompt:
            blocks.add_text("Details", SYSTEM_PROMPT)
            blocks.add_text("Thoughts", clean(chat.system_prompt))
        for part in parts_of(chat, self._options):
            _add_message(blocks, part)
            step()
        document.save(file)


def _describe(document: Any, chat: ChatRecord, title: str) -> None:
    created = chat.created_at.astimezone(UTC)
    document.meta.addElement(dc.Title(text=title))
    document.meta.addElement(meta.CreationDate(text=f"{created:{_TIME}}"))
    document.meta.addElement(dc.Date(text=f"{datetime.now(UTC):{_TIME}}"))


def _add_message(blocks: OdtBlocks, part: Part) -> None:
    blocks.add_heading(1, part.sender)
    if part.details:
        blocks.add_text("Details", part.details)
    if part.thoughts:
        blocks.add_text("Details", THOUGHTS)
        blocks.add(part.thoughts, "Thoughts")
    blocks.add(part.blocks)
    for attachment in part.attachments:
        picture = attached_picture(attachment)
        if picture is not None:
            blocks.add_picture(picture, PICTURE)
        blocks.add_text("Note", attached(attachment))
    if part.note:
        blocks.add_text("Note", part.note)
