"""The embedded engine as a provider: replies, and models that are loaded and fetched."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from desktop_chat.domain.engine_features import ALL_PARAMS, EngineFeatures, LoadOptions
from desktop_chat.domain.errors import DownloadError, EngineError, ModelUnloadedError
from desktop_chat.domain.model_info import ModelInstance
from desktop_chat.domain.stream import ModelLoading
from desktop_chat.providers.embedded.failures import reply_failure
from desktop_chat.providers.embedded.files import check_whole, estimate_file, size_of
from desktop_chat.providers.embedded.options import EngineOptions, NoHistory
from desktop_chat.providers.embedded.runner import EngineRunner, EngineState
from desktop_chat.providers.local.engine_order import EngineOrder
from desktop_chat.providers.local.model_files import ModelFolders, describe, split_parts

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Sequence

    from desktop_chat.domain.engine_features import DownloadProgress
    from desktop_chat.domain.exchange import Exchange
    from desktop_chat.domain.memory import MemoryEstimate
    from desktop_chat.domain.model_info import ModelInfo
    from desktop_chat.domain.request import ChatRequest
    from desktop_chat.domain.stream import StreamEvent
    from desktop_chat.providers.embedded.options import LoadHistory

LOAD_OPTIONS = frozenset({"context_length", "threads"})
CARD_OPTIONS = frozenset({"gpu_layers"})


class EmbeddedProvider:
    """Runs model files of this machine, one model in memory at a time.

    The engine starts with the first request. A request for another model waits for the replies
    that are being written, then the engine starts anew with that model. Model ids are absolute
    paths of GGUF files, also of files outside the given folders.

    Args:
        model_dirs: Where files are looked for; what is downloaded goes into the first.
        engine_command: Starts the engine's process.
        options: Asked before each use, so that a change of the settings counts at once.
        history: How long earlier loads took.
        gpu_bytes: Memory of the graphics cards, as an earlier run found it.
    """

    def __init__(
        self,
        model_dirs: Sequence[Path],
        *,
        engine_command: Sequence[str],
        options: Callable[[], EngineOptions] = EngineOptions,
        history: LoadHistory | None = None,
        gpu_bytes: int = 0,
    ) -> None:
        self._model_dirs = tuple(model_dirs)
        self._folders = ModelFolders(model_dirs)
        self._options = options
        self._history = history or NoHistory()
        self._runner = EngineRunner(engine_command, self._history)
        self._runner.gpu_bytes = gpu_bytes
        # What the user chose for a model counts until the program ends.
        self._chosen: dict[Path, LoadOptions] = {}
        self._fetching: set[Path] = set()

    @property
    def features(self) -> EngineFeatures:
        """What llama.cpp understands; layers are offered where there is a card for them."""
        card = CARD_OPTIONS if self.gpu_bytes else frozenset()
        return EngineFeatures(
            params=ALL_PARAMS,
            load_options=LOAD_OPTIONS | card,
            can_unload=True,
            can_download=True,
        )

    @property
    def exchanges(self) -> Sequence[Exchange]:
        """The last exchanges with the engine's process."""
        client = self._runner.client
        return client.exchanges if client else ()

    @property
    def on_state_changed(self) -> Callable[[EngineState], None] | None:
        """Called on the event loop's thread with the new state."""
        return self._runner.on_state_changed

    @on_state_changed.setter
    def on_state_changed(self, callback: Callable[[EngineState], None] | None) -> None:
        self._runner.on_state_changed = callback

    @property
    def state(self) -> EngineState:
        """What the engine does now."""
        return self._runner.state

    @property
    def model_id(self) -> str | None:
        """The model in memory, or on its way there."""
        process = self._runner.process
        return str(process.order.path) if process else None

    @property
    def pid(self) -> int | None:
        """The engine's process, None while there is none."""
        process = self._runner.process
        return process.pid if process else None

    @property
    def gpu_bytes(self) -> int:
        """Memory of the graphics cards that the engine can use; 0 for none, or not known yet."""
        return self._runner.gpu_bytes

    @property
    def last_failure(self) -> str:
        """Why the engine's process ended by itself, the last time it did; "" if never."""
        return self._runner.last_failure

    async def list_models(self) -> list[ModelInfo]:
        """Return the models found in the folders now, and those added."""
        models = await asyncio.to_thread(self._folders.scan)
        return [self._as_served(model) for model in models]

    async def add_file(self, path: Path) -> ModelInfo:
        """Check a file that the user chose, and list it from now on, wherever it is.

        Raises:
            ModelFileBrokenError: It is no model, or a part of it is missing.
            ModelNotFoundError: There is no such file.
        """
        path, header = await asyncio.to_thread(check_whole, path)
        self._folders.add_file(path)
        return self._as_served(describe(path, header))

    async def stream(self, request: ChatRequest) -> AsyncGenerator[StreamEvent, None]:
        """Generate one reply, see `Provider`; loads the model first where it is not in memory."""
        order = self._order(request.model_id)
        if request.only_loaded and not self._runner.is_free(order):
            raise ModelUnloadedError(model=order.path.stem, detail="")
        if not self._runner.is_ready(order):
            yield ModelLoading(expected_s=await self._expected_s(order))
        # Whoever loaded it by hand before has seen what it needs.
        is_forced = order.path in self._chosen
        process, client = await self._runner.begin_reply(order, is_forced=is_forced)
        served = replace(request, model_id=str(process.order.path))
        try:
            async with aclosing(client.stream(served)) as events:
                async for event in events:
                    yield event
        except EngineError as error:
            raise await reply_failure(error, process) from error
        finally:
            self._runner.end_reply()

    async def load_model(self, model_id: str, options: LoadOptions) -> ModelInstance:
        """Load a model with options that count for it from now on; see `ModelControl`.

        It is loaded even if memory looks too small: whoever asks for it has seen the estimate.
        """
        path = split_parts(Path(model_id))[0]
        before = self._chosen.get(path)
        self._chosen[path] = options
        try:
            length = await self._runner.load(self._order(model_id))
        except EngineError:
            # What cannot be loaded must not be tried again by the next message.
            self._restore(path, before)
            raise
        return ModelInstance(model_id, length)

    async def unload_model(self, instance_id: str) -> None:
        """End the engine if it holds this model; a reply that is being written ends too."""
        if self.model_id == str(split_parts(Path(instance_id))[0]):
            await self._runner.aclose()

    async def estimate_memory(self, model_id: str, options: LoadOptions) -> MemoryEstimate:
        """Estimate what a model would take.

        Raises:
            ModelFileBrokenError, ModelNotFoundError: It is no usable model.
        """
        order = self._order(model_id, options)
        return await asyncio.to_thread(
            estimate_file,
            order.path,
            order.context_length,
            engine_pid=self.pid,
            gpu_bytes=self.gpu_bytes,
        )

    async def download_model(
        self, source: str, *, checksum: str = ""
    ) -> AsyncGenerator[DownloadProgress, None]:
        """Fetch a GGUF file from a URL into the models folder; see `ModelControl`."""
        # Most starts fetch nothing.
        from desktop_chat.providers.model_download import ModelDownload, Terms

        download = ModelDownload(source, self._model_dirs[0], Terms(checksum))
        # Asked for by any of its parts, a split model is the same one.
        target = split_parts(download.target)[0]
        if target in self._fetching:
            raise DownloadError(name=target.name, detail="it is being fetched already")
        self._fetching.add(target)
        try:
            async with aclosing(download.run()) as reports:
                async for report in reports:
                    yield report
        finally:
            self._fetching.discard(target)

    async def aclose(self) -> None:
        """End the engine."""
        await self._runner.aclose()

    def _restore(self, path: Path, options: LoadOptions | None) -> None:
        if options is None:
            self._chosen.pop(path, None)
        else:
            self._chosen[path] = options

    def _order(self, model_id: str, options: LoadOptions | None = None) -> EngineOrder:
        """Return what the engine has to be told for a model, by its options or the settings."""
        path = split_parts(Path(model_id))[0]
        chosen = options or self._chosen.get(path) or LoadOptions()
        common = self._options()
        self._runner.idle_s = common.idle_s
        layers = chosen.gpu_layers if chosen.gpu_layers is not None else common.gpu_layers
        return EngineOrder(
            path,
            chosen.context_length or common.context_length,
            chosen.threads or common.threads,
            layers,
        )

    async def _expected_s(self, order: EngineOrder) -> float | None:
        """Return how long the load will go on, judged by the last one of the same file."""
        size = await asyncio.to_thread(size_of, order.path)
        expected = await self._history.expected_s(order.path, size)
        if expected is None:
            return None
        return max(0.0, expected - self._runner.loading_s(order))

    def _as_served(self, model: ModelInfo) -> ModelInfo:
        longest = model.context_length
        order = self._order(model.id)
        length = min(order.context_length, longest or order.context_length)
        is_loaded = self._runner.state is EngineState.READY and self.model_id == model.id
        process = self._runner.process
        if is_loaded and process is not None:
            length = process.order.context_length
        return replace(
            model,
            is_loaded=is_loaded,
            context_length=length,
            max_context_length=longest,
            instances=(ModelInstance(model.id, length),) if is_loaded else (),
        )
