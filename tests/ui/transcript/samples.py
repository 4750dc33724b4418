"""Messages and a source of them, for tests of the transcript."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from desktop_chat.domain.chat import ChatId
from desktop_chat.domain.message import Message, MessageId, MessageStatus, Sender

CHAT = ChatId(7)
CREATED = datetime(2026, 11, 22, 10, 15, tzinfo=UTC)
REPLY = """The Moon moves on while the **Earth** turns, see `24 h 50 min`.

### The arithmetic

1. First
2. Second with [a link](https://example.org/path)

```python
def lunar_day():
    return 24
```
"""


def user(number: int, text: str = "Why?") -> Message:
    return _message(number, Sender.USER, text)


def reply(number: int, text: str = REPLY, **more: Any) -> Message:
    return _message(number, Sender.LLM, text, **more)


def growing(number: int, text: str = "", **more: Any) -> Message:
    return reply(number, text, status=MessageStatus.STREAMING, **more)


def _message(number: int, sender: Sender, text: str, **more: Any) -> Message:
    return Message(MessageId(number), CHAT, None, sender, text, CREATED, **more)


def conversation(count: int) -> list[Message]:
    """Questions and replies in turn; ids start at 1."""
    return [user(n, f"Question {n}") if n % 2 else reply(n) for n in range(1, count + 1)]


class ListSource:
    """A `MessageSource` over a list that counts what is read."""

    def __init__(self, messages: list[Message]) -> None:
        self.messages = messages
        self.read = 0

    def length(self, chat_id: ChatId) -> int:
        return len(self.messages)

    def place_of(self, chat_id: ChatId, message_id: MessageId) -> int | None:
        ids = [message.id for message in self.messages]
        return ids.index(message_id) if message_id in ids else None

    def tail(self, chat_id: ChatId, count: int) -> list[Message]:
        return self.page(chat_id, max(0, len(self.messages) - count), count)

    def page(self, chat_id: ChatId, start: int, count: int) -> list[Message]:
        found = self.messages[start : start + count]
        self.read += len(found)
        return found
