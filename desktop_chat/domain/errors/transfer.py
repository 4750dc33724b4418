"""Chats that could not be taken over from a file, or written to one."""

from __future__ import annotations

from desktop_chat.domain.errors.base import ChatError


class ImportFailedError(ChatError):
    """Chats could not be taken over; nothing of them is here. Fields: `detail`."""

    code = "import_failed"
    sentence = "The import failed: {detail}. Nothing was imported. Try again."


class UnreadableFileError(ImportFailedError):
    """A file cannot be imported. Fields: `name`, `detail`."""

    code = "unreadable_file"
    sentence = "“{name}” cannot be imported: {detail}. Nothing was imported."


class ImportBusyError(ImportFailedError):
    """One import at a time."""

    code = "import_busy"
    sentence = "Another import is under way. Wait for its end, or cancel it."


class ExportError(ChatError):
    """Chats could not be exported. Fields: `detail`."""

    code = "export_error"
    sentence = "The chats could not be exported: {detail}"


class ExportExistsError(ExportError):
    """A file would be replaced, which nobody asked for. Fields: `path`."""

    code = "export_exists"
    sentence = "There is something at {path} already. Choose another name, or allow replacing it."


class ExportFailedError(ExportError):
    """A file could not be written. Fields: `path`, `detail`."""

    code = "export_failed"
    sentence = "{path} cannot be written: {detail}. Choose another place."


class ExportEmptyError(ExportError):
    """No chat is meant."""

    code = "export_empty"
    sentence = "There is no chat to export here."
