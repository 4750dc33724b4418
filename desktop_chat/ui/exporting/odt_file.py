"""The path that is shown as an ODT file, for LibreOffice and other office programs. No Qt."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from odf import dc, meta

from desktop_chat.ui.exporting.odt_blocks import OdtBlocks
from desktop_chat.ui.exporting.odt_look import new_document
from desktop_chat.ui.exporting.office_text import add_conversation, clean_title

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

    from desktop_chat.domain.transfer import ChatRecord
    from desktop_chat.services.exporting.options import ExportOptions

_TIME = "%Y-%m-%dT%H:%M:%SZ"


class OdtFile:
    """Writes ODT."""

    def __init__(self, options: ExportOptions) -> None:
        self._options = options

    def write(self, chat: ChatRecord, file: BinaryIO, step: Callable[[], None]) -> None:
        """Write one chat; `step` is called after each message."""
        document = new_document(self._options.paper)
        _describe(document, chat)
        blocks = OdtBlocks(document, self._options.paper)
        add_conversation(blocks, chat, self._options, step)
        document.save(file)


def _describe(document: Any, chat: ChatRecord) -> None:
    created = chat.created_at.astimezone(UTC)
    document.meta.addElement(dc.Title(text=clean_title(chat)))
    document.meta.addElement(meta.CreationDate(text=f"{created:{_TIME}}"))
    document.meta.addElement(dc.Date(text=f"{datetime.now(UTC):{_TIME}}"))
