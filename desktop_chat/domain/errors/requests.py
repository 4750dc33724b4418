"""What was asked for and cannot be done, or is not there."""

from __future__ import annotations

from desktop_chat.domain.errors.base import ChatError


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


class FolderNotFoundError(ChatError):
    """No folder has this id. Fields: `folder_id`."""

    code = "folder_not_found"
    sentence = "This folder was deleted. Choose another one."


class TagNotFoundError(ChatError):
    """No tag has this id. Fields: `tag_id`."""

    code = "tag_not_found"
    sentence = "This tag was deleted. Choose another one."


class AccountNotFoundError(ChatError):
    """No server has this id. Fields: `account_id`."""

    code = "account_not_found"
    sentence = "This server was removed. Choose another one."


class InvalidAccountError(InvalidRequestError):
    """What was entered for a server cannot be used. Fields: `field`, `detail`."""

    code = "invalid_account"
    sentence = "This cannot be used: {detail}"


class InvalidParamsError(InvalidRequestError):
    """A parameter cannot have this value. Fields: `name`, `detail`."""

    code = "invalid_params"
    sentence = "“{name}” cannot be used: {detail}"


class PresetNotFoundError(ChatError):
    """No preset has this id. Fields: `preset_id`."""

    code = "preset_not_found"
    sentence = "This preset was deleted. Choose another one."
