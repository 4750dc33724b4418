"""The data directory, the database and the key store."""

from __future__ import annotations

from desktop_chat.domain.errors.base import ChatError


class StorageError(ChatError):
    """Saving or reading failed. Fields: `path`, `detail`."""

    code = "storage_error"
    sentence = "The chats in {path} cannot be read or saved: {detail}"


class DataDirectoryUnusableError(StorageError):
    """The data directory cannot be used. Fields: `path`, `detail`."""

    code = "data_directory_unusable"
    sentence = (
        "The data directory {path} cannot be used: {detail}. "
        "Check its permissions, or choose another with --data-dir."
    )


class DataDirectoryInUseError(StorageError):
    """Another process holds the data directory. Fields: `path`, `pid`."""

    code = "data_directory_in_use"
    sentence = "The data directory {path} is in use by process {pid}. Close that one first."


class DatabaseTooNewError(StorageError):
    """A newer version of the program wrote the database. Fields: `path`, `version`."""

    code = "database_too_new"
    sentence = (
        "The chats in {path} were written by a newer version of Desktop Chat. "
        "Update the program; nothing was changed."
    )


class DatabaseDamagedError(StorageError):
    """The file is no sound database of ours. Fields: `path`, `detail`."""

    code = "database_damaged"
    sentence = "The chats in {path} are damaged: {detail}. The file was left as it is."


class DatabaseMissingError(StorageError):
    """The database is gone, but backups of it are there. Fields: `path`."""

    code = "database_missing"
    sentence = (
        "The chats in {path} are missing, but there are backups of them. "
        "Restore one, or start with no chats."
    )


class MessageUnreadableError(StorageError):
    """One message cannot be read, others can."""

    code = "message_unreadable"
    sentence = "This message cannot be read: the database is damaged here. Check the database."


class DatabaseReplacedError(StorageError):
    """The file was removed or replaced while it was in use. Fields: `path`."""

    code = "database_replaced"
    sentence = (
        "The file {path} was removed or replaced by another program. "
        "All that was saved is still at hand: save it again."
    )


class SearchIndexDamagedError(StorageError):
    """The index for searching is damaged; the chats are not. Fields: `path`, `detail`."""

    code = "search_index_damaged"
    sentence = (
        "The search index is damaged; your chats are not. "
        "Desktop Chat makes it anew while its window is open."
    )


class DiskFullError(StorageError):
    """There is no room left. Fields: `path`."""

    code = "disk_full"
    sentence = "The disk is full. Make room; the text stays here until it is saved."


class BackupTargetError(StorageError):
    """A copy of the database cannot be written where it shall be. Fields: `path`, `detail`."""

    code = "backup_target"
    sentence = "No copy of the chats can be written to {path}: {detail}."


class BackupDiskFullError(DiskFullError):
    """There is no room for a copy of the database. Fields: `path`."""

    code = "backup_disk_full"
    sentence = "There is no room for a backup in {path}. Make room, or delete old backups there."


class SecretsUnavailableError(ChatError):
    """The system's key store cannot be used. Fields: `detail`."""

    code = "secrets_unavailable"
    sentence = "The system's key store cannot be used: {detail}. Keys last for this session only."
