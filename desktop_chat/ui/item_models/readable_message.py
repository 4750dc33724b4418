"""A reply that was asked for as JSON, as it is shown: a block of code, indented."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from desktop_chat.domain.message import MessageStatus, Sender

if TYPE_CHECKING:
    from desktop_chat.domain.message import Message


def readable_message(message: Message) -> Message:
    """Return the message with its JSON made readable; what is stored stays as it came.

    A reply that is no JSON after all, or was asked for as any other, is shown as it is.
    """
    params = message.params
    if params is None or params.json_schema is None or message.sender is not Sender.LLM:
        return message
    if message.status is not MessageStatus.COMPLETE:
        return message
    shown = _readable(message.content)
    return message if shown is None else replace(message, content=shown)


@lru_cache(maxsize=64)
def _readable(content: str) -> str | None:
    # Few replies are JSON.
    from desktop_chat.services.replies.structured import readable_json

    # No line of JSON can begin with the signs that end the block.
    text = readable_json(content)
    return None if text is None else f"```json\n{text}\n```"
