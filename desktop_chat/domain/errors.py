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
│   ├── ModelFileBrokenError          a model file is incomplete or no GGUF file
│   ├── ModelLoadFailedError          the embedded engine could not load the model
│   └── EngineCrashedError            the embedded engine's process ended
├── InvalidRequestError               what the user entered cannot be sent
│   ├── EmptyMessageError
│   ├── MessageTooLongError
│   ├── ChatBusyError
│   └── InvalidServerUrlError
├── ChatNotFoundError                 no chat has this id
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
│   └── DiskFullError
└── SecretsUnavailableError           the system's key store cannot be used

Each error carries a `code` (its class, in words that are stored and translated) and its
`fields`; `str(error)` is the English sentence that says what happened and what to do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from collections.abc import Mapping


class ChatError(Exception):
    """Base of every error that is told to the user.

    Attributes:
        code: Stable name; stored with a failed message and used to look up translated words.
        sentence: English text with `{field}` slots.
        fields: Values for the slots.
    """

    code: ClassVar[str] = "error"
    sentence: ClassVar[str] = "Something went wrong."

    def __init__(self, **fields: Any) -> None:
        super().__init__()
        self.fields = fields

    def __str__(self) -> str:
        return worded(self.sentence, self.fields)


def worded(sentence: str, fields: Mapping[str, Any]) -> str:
    """Fill the slots of a sentence; one without a value is left out."""
    return " ".join(sentence.format_map(_Fields(fields)).split())


class _Fields(dict[str, Any]):
    """A missing field leaves its slot empty, so that wording an error never fails."""

    def __missing__(self, key: str) -> str:
        return ""


class EngineError(ChatError):
    """A request to an engine failed."""

    code = "engine_error"
    sentence = "The engine reports an error: {detail}"


class ServerUnreachableError(EngineError):
    """Nothing answers at the address. Fields: `url`."""

    code = "server_unreachable"
    sentence = "No server answers at {url}. Start LM Studio's server there, or change the address."


class NotAServerError(EngineError):
    """Something answers, but not in the protocol. Fields: `url`, `detail`."""

    code = "not_a_server"
    sentence = "What answers at {url} is not a model server. Check the address. {detail}"


class WrongPathError(EngineError):
    """The server answers that it does not know this path. Fields: `url`, `detail`."""

    code = "wrong_path"
    sentence = (
        "The server at {url} does not know this address. "
        "Enter it without a path, for example http://127.0.0.1:1234."
    )


class UnauthorizedError(EngineError):
    """The server wants a token or refuses the one it got. Fields: `url`, `detail`."""

    code = "unauthorized"
    sentence = "The server at {url} wants a valid API token. Enter it in the settings."


class NoModelLoadedError(EngineError):
    """The server has no model in memory. Fields: `url`, `detail`."""

    code = "no_model_loaded"
    sentence = "No model is loaded on the server. Load one there, or choose another model."


class ModelNotFoundError(EngineError):
    """The model asked for is not there. Fields: `model`, `detail`."""

    code = "model_not_found"
    sentence = "The model “{model}” is not there. Choose another model."


class NoModelAnywhereError(EngineError):
    """No engine has a chat model."""

    code = "no_model_anywhere"
    sentence = (
        "There is no model yet. Start LM Studio, choose a GGUF file, or get the starter model."
    )


class ModelChoiceNeededError(EngineError):
    """Several models are there and none was chosen. Fields: `models`."""

    code = "model_choice_needed"
    sentence = "Several models are there: {models}. Choose one."


class ContextFullError(EngineError):
    """The conversation does not fit. Fields: `context_length` (tokens, if known), `detail`."""

    code = "context_full"
    sentence = (
        "The conversation is too long for the model's context. "
        "Start a new chat, or load the model with a larger context."
    )


class ConnectionLostError(EngineError):
    """The connection broke before the reply ended. Fields: `url`."""

    code = "connection_lost"
    sentence = "The connection was lost before the reply ended. Try again."


class EmptyReplyError(EngineError):
    """The reply ended without any text."""

    code = "empty_reply"
    sentence = "The model returned nothing. Perhaps its context is full. Try again."


class UnreadableReplyError(EngineError):
    """The server sent something that is no reply. Fields: `detail`."""

    code = "unreadable_reply"
    sentence = "The server sent an unreadable reply. Try again. {detail}"


class ServerBusyError(EngineError):
    """The server asks to come back later. Fields: `retry_after_s` (if known), `detail`."""

    code = "server_busy"
    sentence = "The server is busy. Try again in a moment."


class EngineFailedError(EngineError):
    """The server reports an error of its own. Fields: `status` (HTTP, if known), `detail`."""

    code = "engine_failed"
    sentence = "The engine reports an error: {detail}"


class ModelFileBrokenError(EngineError):
    """A model file is incomplete or no GGUF file. Fields: `path`, `detail`."""

    code = "model_file_broken"
    sentence = "The file {path} is not a usable model: {detail}. Get it again."


class ModelLoadFailedError(EngineError):
    """The embedded engine could not load the model. Fields: `model`, `detail`."""

    code = "model_load_failed"
    sentence = "The model “{model}” could not be loaded: {detail}. Choose another model."


class EngineCrashedError(EngineError):
    """The embedded engine's process ended. Fields: `detail`."""

    code = "engine_crashed"
    sentence = "The embedded engine ended unexpectedly ({detail}). Try again; it starts anew."


class InvalidRequestError(ChatError):
    """What the user entered cannot be sent. Fields: `detail`."""

    code = "invalid_request"
    sentence = "This cannot be sent: {detail}"


class EmptyMessageError(InvalidRequestError):
    """There is nothing to send."""

    code = "empty_message"
    sentence = "The message is empty. Type something first."


class MessageTooLongError(InvalidRequestError):
    """The message is over the limit. Fields: `size_mb`, `limit_mb`."""

    code = "message_too_long"
    sentence = (
        "The message has {size_mb} MB; {limit_mb} MB is the most that can be sent. "
        "Save the text as a file and send the part that matters."
    )


class ChatBusyError(InvalidRequestError):
    """A reply is being written in this chat already. Fields: `chat_id`."""

    code = "chat_busy"
    sentence = "A reply is being written in this chat. Wait for its end, or stop it."


class InvalidServerUrlError(InvalidRequestError):
    """The server's address cannot be used. Fields: `url`, `detail`."""

    code = "invalid_server_url"
    sentence = "“{url}” is not a usable address: {detail}. Example: http://127.0.0.1:1234"


class ChatNotFoundError(ChatError):
    """No chat has this id. Fields: `chat_id`."""

    code = "chat_not_found"
    sentence = "There is no chat with the number {chat_id}."


class StarterModelError(ChatError):
    """The starter model could not be fetched. Fields: `detail`."""

    code = "starter_model_failed"
    sentence = "The starter model could not be fetched: {detail}. Run it again when online."


class ImageError(ChatError):
    """An image of a message could not be loaded. Fields: `host`, if it came from one."""

    code = "image_failed"
    sentence = "The image could not be loaded."


class ImageAddressError(ImageError):
    """Nothing is loaded from such an address."""

    code = "image_address"
    sentence = "Images are not loaded from such an address."


class ImageUnreachableError(ImageError):
    """The server does not answer, or the connection broke. Fields: `host`."""

    code = "image_unreachable"
    sentence = "{host} could not be reached."


class ImageMissingError(ImageError):
    """The server has no image there. Fields: `host`, `status`."""

    code = "image_missing"
    sentence = "{host} has no image at this address (HTTP {status})."


class ImageTypeError(ImageError):
    """What came is no image of a known kind. Fields: `host`."""

    code = "image_type"
    sentence = "{host} sent no picture that can be shown."


class ImageTooLargeError(ImageError):
    """The image is over the limit. Fields: `limit_mb`."""

    code = "image_too_large"
    sentence = "The image is larger than {limit_mb} MB."


class ImageTooSlowError(ImageError):
    """The image did not come in time. Fields: `host`, `limit_s`."""

    code = "image_too_slow"
    sentence = "{host} did not send the image within {limit_s} seconds."


class ImageRedirectError(ImageError):
    """The server leads to where we do not follow. Fields: `host`."""

    code = "image_redirect"
    sentence = "{host} leads to another address that is not followed."


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


class DiskFullError(StorageError):
    """There is no room left. Fields: `path`."""

    code = "disk_full"
    sentence = "The disk is full. Make room; the text stays here until it is saved."


class SecretsUnavailableError(ChatError):
    """The system's key store cannot be used. Fields: `detail`."""

    code = "secrets_unavailable"
    sentence = "The system's key store cannot be used: {detail}. Keys last for this session only."
