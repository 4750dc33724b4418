"""What of a conversation is sent to the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop_chat.domain.message import MessageStatus, Sender
from desktop_chat.domain.request import ChatTurn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from desktop_chat.domain.message import Message

ROLES = {Sender.USER: "user", Sender.LLM: "assistant"}

# Rough, but safe for most tokenizers: European text has about four bytes a token, code three.
BYTES_PER_TOKEN = 3.0
# Tokens that chat templates add around each turn.
TURN_TOKENS = 8


def turns_to_send(path: Sequence[Message]) -> tuple[ChatTurn, ...]:
    """Return the conversation as engines want it.

    Reasoning, empty replies, failed replies without text, tool rows and system rows (see
    `system_prompt_of`) are left out; the first turn is the user's. Two turns of one side in a
    row are joined, since many chat templates refuse roles that do not alternate.
    """
    turns: list[ChatTurn] = []
    for message in path:
        role = ROLES.get(message.sender)
        text = message.content
        if role is None or not text.strip() or message.status is MessageStatus.STREAMING:
            continue
        if not turns and role != "user":
            continue
        if turns and turns[-1].role == role:
            turns[-1] = ChatTurn(role, f"{turns[-1].content}\n\n{text}")
        else:
            turns.append(ChatTurn(role, text))
    return tuple(turns)


def system_prompt_of(chat_prompt: str, path: Sequence[Message]) -> str:
    """Join the chat's system prompt and the path's system messages into one."""
    parts = [chat_prompt, *(m.content for m in path if m.sender is Sender.SYSTEM)]
    return "\n\n".join(part for part in parts if part.strip())


def estimated_tokens(text: str, bytes_per_token: float = BYTES_PER_TOKEN) -> int:
    """Estimate the tokens of `text`, rather too many than too few."""
    return int(len(text.encode("utf-8", "replace")) / bytes_per_token) + 1


def fit_to_context(
    turns: tuple[ChatTurn, ...],
    limit: int,
    system_prompt: str = "",
    *,
    bytes_per_token: float = BYTES_PER_TOKEN,
) -> tuple[ChatTurn, ...]:
    """Leave out the oldest turns until the rest is estimated at no more than `limit` tokens.

    The last turn always stays, and the first one that stays is the user's.
    """
    used = estimated_tokens(system_prompt, bytes_per_token) if system_prompt else 0
    start = len(turns)
    while start > 0:
        cost = estimated_tokens(turns[start - 1].content, bytes_per_token) + TURN_TOKENS
        if used + cost > limit and start < len(turns):
            break
        used += cost
        start -= 1
    while start < len(turns) - 1 and turns[start].role != "user":
        start += 1
    return turns[start:]
