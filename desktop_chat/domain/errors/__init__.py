"""The errors a user can meet.

ChatError
├── EngineError                  a turn or a request to an engine failed
│   ├── ServerUnreachableError        nothing listens there, or it does not answer in time
│   ├── NotAServerError               something answers, but not as such a server does
│   ├── WrongPathError                the server does not know this address (LM Studio: HTTP 200)
│   ├── UnauthorizedError             the server wants a token, or refuses the one it got
│   ├── NoModelLoadedError            the server has no model in memory
│   ├── ModelNotFoundError            no engine has the model that was asked for
│   ├── NoModelAnywhereError          there is no chat model on any engine
│   ├── ModelChoiceNeededError        several models, none chosen: the user must say which
│   ├── ContextFullError              the conversation does not fit the model's context
│   ├── ConnectionLostError           the connection broke before the reply ended
│   ├── EmptyReplyError               the reply ended without any text
│   ├── UnreadableReplyError          the server sent what is no reply
│   ├── ServerBusyError               the server asks to come back later
│   ├── EngineFailedError             the server reports an error of its own
│   ├── PermissionDeniedError         the server refuses this, whoever asks
│   ├── ProxyAnsweredError            a proxy answered in the server's place
│   ├── RedirectedError               the server leads elsewhere
│   ├── CertificateError              the server's certificate is not trusted
│   ├── CertificateChangedError       it is not the one that was trusted
│   ├── PlainKeyError                 a key would go over the internet unprotected
│   ├── ParameterRefusedError         the engine does not take a parameter
│   ├── ImageRefusedError             the model takes no such image
│   ├── TemplateFailedError           the chat template cannot be filled
│   ├── ModelCrashedError             the server's model crashed
│   ├── ModelUnloadedError            the model was unloaded meanwhile
│   ├── OutOfMemoryError              the model does not fit into memory
│   ├── ThoughtOnlyError              reasoning, and no answer
│   ├── ToolRequestedError            the model asked for a tool nobody gave it
│   ├── ModelFileBrokenError          a model file is incomplete or no GGUF file
│   ├── ModelLoadFailedError          the embedded engine could not load the model
│   └── EngineCrashedError            the embedded engine's process ended
├── InvalidRequestError               what the user entered cannot be sent
│   ├── EmptyMessageError
│   ├── MessageTooLongError
│   ├── ChatBusyError
│   ├── InvalidServerUrlError
│   ├── InvalidAccountError
│   └── InvalidParamsError
├── ChatNotFoundError                 no chat has this id
├── AccountNotFoundError              no server has this id
├── PresetNotFoundError               no preset has this id
├── DownloadError                     a model could not be fetched
│   ├── DownloadDamagedError          what came is not what was announced
│   ├── DownloadRefusedError          the address leads to no model
│   └── DownloadRoomError             there is no room for it
├── FolderNotFoundError               no folder has this id
├── TagNotFoundError                  no tag has this id
├── ImportFailedError            chats of a file could not be taken over
│   ├── UnreadableFileError           the file is damaged, hostile, or of an unknown kind
│   └── ImportBusyError               another import is under way
├── StarterModelError            the starter model could not be fetched
├── ImageError                   an image of a message could not be loaded
│   ├── ImageAddressError             nothing is loaded from such an address
│   ├── ImageUnreachableError         the server does not answer, or the connection broke
│   ├── ImageMissingError             the server has no image there
│   ├── ImageTypeError                what came is no image of a known kind
│   ├── ImageTooLargeError            it is larger than the limit
│   ├── ImageTooSlowError             it took too long
│   └── ImageRedirectError            the server leads to where we do not follow
├── StorageError                 the data directory or the database
│   ├── DataDirectoryUnusableError
│   ├── DataDirectoryInUseError
│   ├── DatabaseTooNewError
│   ├── DatabaseDamagedError
│   ├── SearchIndexDamagedError       the index for searching, not the chats
│   ├── DatabaseMissingError          there is none, but there are backups of one
│   ├── MessageUnreadableError        one message lies where the database is damaged
│   ├── DatabaseReplacedError         somebody removed or replaced the file that is in use
│   ├── BackupTargetError             a copy of the chats cannot be written where it shall be
│   └── DiskFullError
│       └── BackupDiskFullError       the chats are saved, but a copy of them finds no room
├── ExportError                  chats could not be written to a file
│   ├── ExportExistsError             there is such a file already
│   ├── ExportFailedError             the disk does not take it
│   └── ExportEmptyError              there is nothing to export
└── SecretsUnavailableError           the system's key store cannot be used

Each error carries a `code` (its class, in words that are stored and translated) and its
`fields`; `str(error)` is the English sentence that says what happened and what to do.
"""

from __future__ import annotations

from desktop_chat.domain.errors.base import (
    ChatError,
    worded,
)
from desktop_chat.domain.errors.engine import (
    CertificateChangedError,
    CertificateError,
    ConnectionLostError,
    ContextFullError,
    DownloadDamagedError,
    DownloadError,
    DownloadRefusedError,
    DownloadRoomError,
    EmptyReplyError,
    EngineCrashedError,
    EngineError,
    EngineFailedError,
    ImageRefusedError,
    ModelChoiceNeededError,
    ModelCrashedError,
    ModelFileBrokenError,
    ModelLoadFailedError,
    ModelNotFoundError,
    ModelUnloadedError,
    NoModelAnywhereError,
    NoModelLoadedError,
    NotAServerError,
    OutOfMemoryError,
    ParameterRefusedError,
    PermissionDeniedError,
    PlainKeyError,
    ProxyAnsweredError,
    RedirectedError,
    ServerBusyError,
    ServerUnreachableError,
    StarterModelError,
    TemplateFailedError,
    ThoughtOnlyError,
    ToolRequestedError,
    UnauthorizedError,
    UnreadableReplyError,
    WrongPathError,
)
from desktop_chat.domain.errors.images import (
    ImageAddressError,
    ImageError,
    ImageMissingError,
    ImageRedirectError,
    ImageTooLargeError,
    ImageTooSlowError,
    ImageTypeError,
    ImageUnreachableError,
)
from desktop_chat.domain.errors.requests import (
    AccountNotFoundError,
    ChatBusyError,
    ChatNotFoundError,
    EmptyMessageError,
    FolderNotFoundError,
    InvalidAccountError,
    InvalidParamsError,
    InvalidRequestError,
    InvalidServerUrlError,
    MessageTooLongError,
    PresetNotFoundError,
    TagNotFoundError,
)
from desktop_chat.domain.errors.storage import (
    BackupDiskFullError,
    BackupTargetError,
    DatabaseDamagedError,
    DatabaseMissingError,
    DatabaseReplacedError,
    DatabaseTooNewError,
    DataDirectoryInUseError,
    DataDirectoryUnusableError,
    DiskFullError,
    MessageUnreadableError,
    SearchIndexDamagedError,
    SecretsUnavailableError,
    StorageError,
)
from desktop_chat.domain.errors.transfer import (
    ExportEmptyError,
    ExportError,
    ExportExistsError,
    ExportFailedError,
    ImportBusyError,
    ImportFailedError,
    UnreadableFileError,
)

__all__ = [
    "AccountNotFoundError",
    "BackupDiskFullError",
    "BackupTargetError",
    "CertificateChangedError",
    "CertificateError",
    "ChatBusyError",
    "ChatError",
    "ChatNotFoundError",
    "ConnectionLostError",
    "ContextFullError",
    "DataDirectoryInUseError",
    "DataDirectoryUnusableError",
    "DatabaseDamagedError",
    "DatabaseMissingError",
    "DatabaseReplacedError",
    "DatabaseTooNewError",
    "DiskFullError",
    "DownloadDamagedError",
    "DownloadError",
    "DownloadRefusedError",
    "DownloadRoomError",
    "EmptyMessageError",
    "EmptyReplyError",
    "EngineCrashedError",
    "EngineError",
    "EngineFailedError",
    "ExportEmptyError",
    "ExportError",
    "ExportExistsError",
    "ExportFailedError",
    "FolderNotFoundError",
    "ImageAddressError",
    "ImageError",
    "ImageMissingError",
    "ImageRedirectError",
    "ImageRefusedError",
    "ImageTooLargeError",
    "ImageTooSlowError",
    "ImageTypeError",
    "ImageUnreachableError",
    "ImportBusyError",
    "ImportFailedError",
    "InvalidAccountError",
    "InvalidParamsError",
    "InvalidRequestError",
    "InvalidServerUrlError",
    "MessageTooLongError",
    "MessageUnreadableError",
    "ModelChoiceNeededError",
    "ModelCrashedError",
    "ModelFileBrokenError",
    "ModelLoadFailedError",
    "ModelNotFoundError",
    "ModelUnloadedError",
    "NoModelAnywhereError",
    "NoModelLoadedError",
    "NotAServerError",
    "OutOfMemoryError",
    "ParameterRefusedError",
    "PermissionDeniedError",
    "PlainKeyError",
    "PresetNotFoundError",
    "ProxyAnsweredError",
    "RedirectedError",
    "SearchIndexDamagedError",
    "SecretsUnavailableError",
    "ServerBusyError",
    "ServerUnreachableError",
    "StarterModelError",
    "StorageError",
    "TagNotFoundError",
    "TemplateFailedError",
    "ThoughtOnlyError",
    "ToolRequestedError",
    "UnauthorizedError",
    "UnreadableFileError",
    "UnreadableReplyError",
    "WrongPathError",
    "worded",
]
