"""What every engine offers to the layers above."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from desktop_chat.domain.engine_features import DownloadProgress, EngineFeatures, LoadOptions
    from desktop_chat.domain.exchange import Exchange
    from desktop_chat.domain.model_info import ModelInfo, ModelInstance
    from desktop_chat.domain.request import ChatRequest
    from desktop_chat.domain.stream import StreamEvent


class Provider(Protocol):
    """A way to reach language models.

    All methods raise `domain.errors.EngineError` and nothing else that a network can cause.
    """

    @property
    def features(self) -> EngineFeatures:
        """What the engine can do, as far as it is known; more may be known after `list_models`."""
        ...

    @property
    def exchanges(self) -> Sequence[Exchange]:
        """The last exchanges with the server, oldest first; empty where there is no wire."""
        ...

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


class ModelControl(Protocol):
    """What providers offer besides, whose `features` say that models can be loaded or fetched.

    All methods raise `EngineError`, downloads also `DownloadError`.
    """

    async def load_model(self, model_id: str, options: LoadOptions) -> ModelInstance:
        """Load a model and wait until it is in memory, for minutes if need be.

        Cancelling the wait does not end the load where the server cannot do that.
        """
        ...

    async def unload_model(self, instance_id: str) -> None:
        """Take one instance out of memory; no error if it is not there any more."""
        ...

    def download_model(
        self, source: str, *, checksum: str = ""
    ) -> AsyncGenerator[DownloadProgress, None]:
        """Fetch a model, and report about it; the last report is DONE.

        Args:
            source: Name or URL of the model, as this engine takes it.
            checksum: SHA-256 of the file as hex digits, where it is known and the engine checks.
        """
        ...
