"""The path that is shown as a DOCX file, for Word and other office programs. No Qt."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from desktop_chat.services.exporting.words import PICTURE, SYSTEM_PROMPT, THOUGHTS, title_of
from desktop_chat.ui.exporting.content import attached, parts_of
from desktop_chat.ui.exporting.docx_blocks import DocxBlocks
from desktop_chat.ui.exporting.docx_parts import (
    CONTENT_TYPES,
    DOCUMENT,
    FOOTER,
    PACKAGE,
    SETTINGS,
    core,
    numbering,
    relationships,
    section,
    styles,
)
from desktop_chat.ui.exporting.pictures import attached_picture
from desktop_chat.ui.transcript.text.text_limits import clean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import BinaryIO

    from desktop_chat.domain.transfer import ChatRecord
    from desktop_chat.services.exporting.options import ExportOptions
    from desktop_chat.ui.exporting.content import Part


class DocxFile:
    """Writes DOCX."""

    def __init__(self, options: ExportOptions) -> None:
        self._options = options

    def write(self, chat: ChatRecord, file: BinaryIO, step: Callable[[], None]) -> None:
        """Write one chat; `step` is called after each message."""
        title = clean(title_of(chat))
        blocks = DocxBlocks(self._options.paper)
        with ZipFile(file, "w", ZIP_DEFLATED) as archive:
            archive.writestr("[Content_Types].xml", CONTENT_TYPES)
            archive.writestr("_rels/.rels", PACKAGE)
            created = f"{chat.created_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
            archive.writestr("docProps/core.xml", core(title, created, datetime.now(UTC)))
            with archive.open("word/document.xml", "w", force_zip64=True) as body:
                body.write(f"{DOCUMENT}{blocks.paragraph('Title', title)}".encode())
                body.write(_system_prompt(chat, blocks).encode())
                for part in parts_of(chat, self._options):
                    body.write("".join(_message(part, blocks)).encode())
                    step()
                body.write(f"{section(self._options.paper)}</w:body></w:document>".encode())
            archive.writestr("word/_rels/document.xml.rels", relationships(blocks.links))
            archive.writestr("word/styles.xml", styles())
            archive.writestr("word/numbering.xml", numbering(blocks.lists))
            archive.writestr("word/settings.xml", SETTINGS)
            archive.writestr("word/footer1.xml", FOOTER)
            for name, data in blocks.pictures:
                archive.writestr(name, data, ZIP_STORED)


def _system_prompt(chat: ChatRecord, blocks: DocxBlocks) -> str:
    if not chat.system_prompt:
        return ""
    head = blocks.paragraph("Details", SYSTEM_PROMPT)
    return head + blocks.paragraph("Thoughts", clean(chat.system_prompt))


def _message(part: Part, blocks: DocxBlocks) -> Iterator[str]:
    yield blocks.paragraph("Heading1", part.sender)
    if part.details:
        yield blocks.paragraph("Details", part.details)
    if part.thoughts:
        yield blocks.paragraph("Details", THOUGHTS)
        yield blocks.write(part.thoughts, "Thoughts")
    yield blocks.write(part.blocks)
    for attachment in part.attachments:
        picture = attached_picture(attachment)
        if picture is not None:
            yield blocks.picture(picture, PICTURE)
        yield blocks.paragraph("Note", attached(attachment))
    if part.note:
        yield blocks.paragraph("Note", part.note)
