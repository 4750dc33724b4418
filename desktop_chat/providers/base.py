"""What every engine offers to the layers above."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from desktop_chat.domain.model_info import ModelInfo
    from desktop_chat.domain.request import ChatRequest
    from desktop_chat.domain.stream import StreamEvent


class Provider(Protocol):
    """A way to reach language models.

    All methods raise `domain.errors.EngineError` and nothing else that a network can cause.
    """

    async def list_models(self) -> list[ModelInfo]:
        """Return every model of the engine, embeddings included, in the engine's order."""
        ...

    def stream(self, request: ChatRequest) -> AsyncGenerator[StreamEvent, None]:
        """Generate one reply.

        The caller consumes the generator inside `contextlib.aclosing`; closing it, or cancelling
        the task that reads it, closes the connection, which is how engines are told to stop.
        The last event is `StreamFinished`; a reply that ends otherwise raises.
        """
        ...

    async def aclose(self) -> None:
        """Close connections and end processes that this provider started."""
        ...
