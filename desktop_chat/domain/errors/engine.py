"""Turns and requests to an engine that failed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from desktop_chat.domain.errors.base import ChatError

if not TYPE_CHECKING:
    from desktop_chat.overriding import override

if TYPE_CHECKING:
    from collections.abc import Mapping

    from typing_extensions import override


class EngineError(ChatError):
    """A request to an engine failed."""

    code = "engine_error"
    sentence = "The engine reports an error: {detail}"


class ServerUnreachableError(EngineError):
    """Nothing answers at the address. Fields: `url`."""

    code = "server_unreachable"
    sentence = "No server answers at {url}. Start it there, or change the address."


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
    sentence = "The server at {url} wants a valid API token. Enter it in the settings here."


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
    sized_sentence: ClassVar[str] = (
        "The conversation is too long for the model's context of {context_length} tokens. "
        "Start a new chat, or load the model with a larger one."
    )

    @classmethod
    @override
    def sentence_for(cls, fields: Mapping[str, Any]) -> str:
        return cls.sized_sentence if fields.get("context_length") else cls.sentence


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


class PermissionDeniedError(EngineError):
    """The server refuses this, whoever asks. Fields: `url`, `detail`."""

    code = "permission_denied"
    sentence = "The server at {url} refuses this: {detail}"


class ProxyAnsweredError(EngineError):
    """A proxy answered in the server's place. Fields: `url`, `status`."""

    code = "proxy_answered"
    sentence = (
        "A proxy answered for {url} (status {status}). Is the server running? "
        "If you use a proxy, take it out for this address."
    )


class RedirectedError(EngineError):
    """The server leads elsewhere, where no key is sent. Fields: `url`, `target`."""

    code = "redirected"
    sentence = "The server at {url} leads to {target}. Enter that address if you trust it."


class CertificateError(EngineError):
    """The server's certificate is not trusted. Fields: `url`, `detail`, `fingerprint`."""

    code = "certificate_untrusted"
    sentence = "The certificate of {url} is not trusted. Trust it in the server's settings."


class CertificateChangedError(EngineError):
    """The certificate is not the one that the user trusted. Fields: `url`, `fingerprint`."""

    code = "certificate_changed"
    sentence = (
        "The certificate of {url} is another one than you trusted. Nothing was sent. "
        "Ask who runs the server, then trust the new one in its settings."
    )


class PlainKeyError(EngineError):
    """A key would go over the internet unprotected. Fields: `url`."""

    code = "plain_key"
    sentence = (
        "The key would be sent to {url} without encryption. "
        "Use https, or allow it in the server's settings."
    )


class ParameterRefusedError(EngineError):
    """The engine does not take a parameter. Fields: `parameter`, `detail`."""

    code = "parameter_refused"
    sentence = "The engine does not take a parameter of this chat: {detail}. Change it."


class ImageRefusedError(EngineError):
    """The model takes no images, or not such ones. Fields: `detail`."""

    code = "image_refused"
    sentence = "The model does not take this image: {detail}. Choose a model that sees images."


class TemplateFailedError(EngineError):
    """The model's chat template cannot be filled. Fields: `detail`."""

    code = "template_failed"
    sentence = (
        "The model's chat template refused the conversation: {detail}. "
        "Remove the system prompt, or choose another model."
    )


class ModelCrashedError(EngineError):
    """The server's model crashed. Fields: `model`, `detail`."""

    code = "model_crashed"
    sentence = "The model crashed on the server. Try again; it is loaded anew."


class ModelUnloadedError(EngineError):
    """The model was taken out of memory meanwhile. Fields: `model`, `detail`."""

    code = "model_unloaded"
    sentence = (
        "The model was unloaded before the reply ended. Perhaps another program asked "
        "for another model. Try again."
    )


class OutOfMemoryError(EngineError):
    """The model does not fit into memory. Fields: `model`, `detail`."""

    code = "out_of_memory"
    sentence = (
        "There is not enough memory for “{model}”. "
        "Choose a smaller model, or load it with a smaller context."
    )


class ThoughtOnlyError(EngineError):
    """The reply holds reasoning and no answer. Fields: `is_cut`, whether a limit ended it."""

    code = "thought_only"
    sentence = (
        "The model only thought and gave no answer. "
        "Try again with a higher limit of tokens, or with less reasoning."
    )


class ToolRequestedError(EngineError):
    """The model asked for a tool that nobody gave it. Fields: `tools`."""

    code = "tool_requested"
    sentence = "The model asked for a tool that it was not given: {tools}. Try again."


class DownloadError(ChatError):
    """A model could not be fetched. Fields: `name`, `detail`."""

    code = "download_failed"
    sentence = "“{name}” could not be fetched: {detail}. Start it again; it goes on where it was."


class DownloadRefusedError(DownloadError):
    """What the address leads to is no model that can be fetched. Fields: `name`, `detail`."""

    code = "download_refused"
    sentence = "“{name}” cannot be fetched: {detail}. Check the address."


class DownloadDamagedError(DownloadError):
    """What was fetched is not what was announced. Fields: `name`."""

    code = "download_damaged"
    sentence = "What was fetched as “{name}” is damaged. It was removed; fetch it again."


class DownloadRoomError(DownloadError):
    """There is no room for a model. Fields: `name`, `needed_gb`, `free_gb`, `path`."""

    code = "download_no_room"
    sentence = (
        "“{name}” needs {needed_gb} GB, and {free_gb} GB are free in {path}. Make room first."
    )


class StarterModelError(ChatError):
    """The starter model could not be fetched. Fields: `detail`."""

    code = "starter_model_failed"
    sentence = "The starter model could not be fetched: {detail}. Run it again when online."
