"""The path that is shown as an ODT file, for LibreOffice and other office programs. No Qt."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from desktop_chat.services.exporting.words import PICTURE, SYSTEM_PROMPT, THOUGHTS, title_of
from desktop_chat.ui.exporting.content import attached, parts_of
from desktop_chat.ui.exporting.odt_blocks import OdtBlocks
from desktop_chat.ui.exporting.odt_parts import END, MEDIA_TYPE, document, manifest, meta, styles
from desktop_chat.ui.exporting.pictures import attached_picture
from desktop_chat.ui.transcript.text.text_limits import clean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import BinaryIO

    from desktop_chat.domain.transfer import ChatRecord
    from desktop_chat.services.exporting.options import ExportOptions
    from desktop_chat.ui.exporting.content import Part

_PARTS = (("content.xml", "text/xml"), ("styles.xml", "text/xml"), ("meta.xml", "text/xml"))


class OdtFile:
    """Writes ODT."""

    def __init__(self, options: ExportOptions) -> None:
        self._options = options

    def write(self, chat: ChatRecord, file: BinaryIO, step: Callable[[], None]) -> None:
        """Write one chat; `step` is called after each message."""
        title = clean(title_of(chat))
        blocks = OdtBlocks(self._options.paper)
        with ZipFile(file, "w", ZIP_DEFLATED) as archive:
            # First and as it is: by this the kind of the file is known.
            archive.writestr("mimetype", MEDIA_TYPE, ZIP_STORED)
            with archive.open("content.xml", "w", force_zip64=True) as body:
                body.write(f"{document()}{blocks.paragraph('Title', title)}".encode())
                if chat.system_prompt:
                    body.write(blocks.paragraph("Details", SYSTEM_PROMPT).encode())
                    words = blocks.paragraph("Thoughts", clean(chat.system_prompt))
                    body.write(words.encode())
                for part in parts_of(chat, self._options):
                    body.write("".join(_message(part, blocks)).encode())
                    step()
                body.write(END.encode())
            archive.writestr("styles.xml", styles(self._options.paper))
            created = f"{chat.created_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
            archive.writestr("meta.xml", meta(title, created, datetime.now(UTC)))
            for name, data, _ in blocks.files:
                if not name.endswith("/"):
                    archive.writestr(name, data)
            entries = [*_PARTS, *((name, kind) for name, _, kind in blocks.files)]
            archive.writestr("META-INF/manifest.xml", manifest(entries))


def _message(part: Part, blocks: OdtBlocks) -> Iterator[str]:
    yield blocks.heading(1, part.sender)
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
