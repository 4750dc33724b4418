"""What is exported, and how."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ExportFormat(StrEnum):
    """Formats of files; the values are their suffixes."""

    MARKDOWN = "md"
    TEXT = "txt"
    JSON = "json"
    HTML = "html"
    PDF = "pdf"
    DOCX = "docx"
    ODT = "odt"


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """How chats are written.

    Attributes:
        has_reasoning: Whether what the model thought is written, too; JSON always has it.
        has_details: Whether each message says when it was written, and by which model.
        paper: Of formats with pages: `a4` or `letter`.
    """

    has_reasoning: bool = False
    has_details: bool = True
    paper: str = "a4"


@dataclass(frozen=True, slots=True)
class ExportScope:
    """Which chats are exported: some, those of a folder, or all.

    Attributes:
        chat_ids: Some chats, in this order; empty for what the others say.
        folder_id: Those of this folder and of those in it.
    """

    chat_ids: tuple[int, ...] = ()
    folder_id: int | None = None

    @property
    def is_all(self) -> bool:
        """Whether it is everything."""
        return not self.chat_ids and self.folder_id is None
