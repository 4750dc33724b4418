"""The embedded engine: llama.cpp in a process of ours, spoken to as an OpenAI-compatible server."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from desktop_chat.domain.account import AccountKind
from desktop_chat.domain.engine_features import ALL_PARAMS, EngineFeatures
from desktop_chat.domain.errors import (
    ConnectionLostError,
    EngineCrashedError,
    EngineError,
    ModelFileBrokenError,
    ModelLoadFailedError,
    ModelNotFoundError,
    ServerUnreachableError,
)
from desktop_chat.domain.stream import ModelLoading
from desktop_chat.providers.model_files import (
    ModelFolders,
    check_model,
    describe,
    real_path,
    split_parts,
)

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Sequence

    from desktop_chat.domain.exchange import Exchange
    from desktop_chat.domain.model_info import ModelInfo
    from desktop_chat.domain.request import ChatRequest
    from desktop_chat.domain.stream import StreamEvent
    from desktop_chat.providers.engine_process import EngineProcess, EngineStart
    from desktop_chat.providers.gguf import GgufHeader
    from desktop_chat.providers.openai_compatible import OpenAICompatibleProvider

# A broken connection is seen before the end of the process that broke it.
CRASH_GRACE_S = 2.0


class EngineState(StrEnum):
    """What the embedded engine does now; `CRASHED` until the next request starts it anew."""

    OFF = "off"
    LOADING = "loading"
    READY = "ready"
    CRASHED = "crashed"


class EmbeddedProvider:
    """Runs model files of this machine, one model in memory at a time.

    The engine starts with the first request. A request for another model waits for the replies
    that are being written, then the engine starts anew with that model. Model ids are absolute
    paths of GGUF files, also of files outside the given folders.

    Attributes:
        on_state_changed: Called on the event loop's thread with the new state.
    """

    def __init__(
        self,
        model_dirs: Sequence[Path],
        *,
        engine_command: Sequence[str],
        context_length: int = 4096,
    ) -> None:
        self.on_state_changed: Callable[[EngineState], None] | None = None
        self._folders = ModelFolders(model_dirs)
        self._engine_command = tuple(engine_command)
        self._context_length = context_length
        self._state = EngineState.OFF
        self._process: EngineProcess | None = None
        self._client: OpenAICompatibleProvider | None = None
        self._turn = asyncio.Lock()
        self._replies = 0
        self._no_replies = asyncio.Event()
        self._no_replies.set()

    @property
    def features(self) -> EngineFeatures:
        """What llama.cpp understands."""
        return EngineFeatures(params=ALL_PARAMS)

    @property
    def exchanges(self) -> Sequence[Exchange]:
        """The last exchanges with the engine's process."""
        return self._client.exchanges if self._client else ()

    @property
    def state(self) -> EngineState:
        """What the engine does now."""
        return self._state

    @property
    def model_id(self) -> str | None:
        """The model in memory, or on its way there."""
        return str(self._process.path) if self._process else None

    @property
    def pid(self) -> int | None:
        """The engine's process, None while there is none."""
        return self._process.pid if self._process else None

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
        path, header = await asyncio.to_thread(_check, path)
        self._folders.add_file(path)
        return self._as_served(describe(path, header))

    async def stream(self, request: ChatRequest) -> AsyncGenerator[StreamEvent, None]:
        """Generate one reply, see `Provider`; loads the model first where it is not in memory."""
        path = split_parts(Path(request.model_id))[0]
        if not self._is_ready(path):
            yield ModelLoading()
        process, client = await self._begin_reply(path)
        try:
            async with aclosing(client.stream(replace(request, model_id=str(path)))) as events:
                async for event in events:
                    yield event
        except EngineError as error:
            raise await _explain(error, process) from error
        finally:
            self._end_reply()

    async def aclose(self) -> None:
        """End the engine."""
        client, self._client = self._client, None
        process, self._process = self._process, None
        # Whoever waits here may be cancelled; nothing may be left half-closed.
        try:
            if process is not None:
                await process.end()
        finally:
            try:
                if client is not None:
                    await client.aclose()
            finally:
                # A request may have started the engine anew meanwhile.
                if self._process is None:
                    self._set_state(EngineState.OFF)

    def _as_served(self, model: ModelInfo) -> ModelInfo:
        length = min(self._context_length, model.context_length or self._context_length)
        return replace(model, is_loaded=self._is_ready(Path(model.id)), context_length=length)

    def _is_ready(self, path: Path) -> bool:
        return self._state is EngineState.READY and self.model_id == str(path)

    async def _begin_reply(self, path: Path) -> tuple[EngineProcess, OpenAICompatibleProvider]:
        # The lock is fair: nobody overtakes a request that waits to change the model.
        async with self._turn:
            if self._process is None or self._process.path != path:
                await self._no_replies.wait()
                await self._start(path)
            assert self._process is not None
            process = self._process
            # A load goes on when the request is stopped; the next one finds it further on.
            start = await asyncio.shield(process.started)
            if start.port is None:
                if process is self._process:
                    await self.aclose()
                raise ModelLoadFailedError(model=path.stem, detail=start.failure)
            if process is not self._process:
                raise ModelLoadFailedError(model=path.stem, detail="the engine was ended")
            client = self._connect(process, start.port)
            self._replies += 1
            self._no_replies.clear()
            return process, client

    def _end_reply(self) -> None:
        self._replies -= 1
        if self._replies == 0:
            self._no_replies.set()

    async def _start(self, path: Path) -> None:
        _, header = await asyncio.to_thread(_check, path)
        await self.aclose()
        length = min(self._context_length, header.context_length or self._context_length)
        # Not needed before the first turn.
        from desktop_chat.providers.engine_process import EngineProcess

        process = EngineProcess(self._engine_command, path=path, context_length=length)
        self._process = process
        self._set_state(EngineState.LOADING)
        process.started.add_done_callback(self._on_started)
        process.exited.add_done_callback(self._on_exited)
        process.start()

    def _connect(self, process: EngineProcess, port: int) -> OpenAICompatibleProvider:
        if self._client is None:
            # Imported late: it brings httpx, which the window can do without until a message.
            from desktop_chat.providers.openai_compatible import OpenAICompatibleProvider

            self._client = OpenAICompatibleProvider(
                f"http://127.0.0.1:{port}", token=process.key, kind=AccountKind.LLAMA_SERVER
            )
        return self._client

    def _on_started(self, started: asyncio.Future[EngineStart]) -> None:
        process = self._process
        if process is not None and process.started is started and started.result().port:
            self._set_state(EngineState.READY)

    def _on_exited(self, exited: asyncio.Future[int]) -> None:
        process = self._process
        if process is None or process.exited is not exited:
            return
        was_ready = self._state is EngineState.READY
        # The client stays for those who still read from it; the next start closes it.
        self._process = None
        self._set_state(EngineState.CRASHED if was_ready else EngineState.OFF)

    def _set_state(self, state: EngineState) -> None:
        if state is self._state:
            return
        self._state = state
        if self.on_state_changed is not None:
            self.on_state_changed(state)


def _check(path: Path) -> tuple[Path, GgufHeader]:
    """Return a model's first file, all links followed, and what it says; blocks."""
    real = real_path(path)
    if real is None:
        detail = "its place cannot be read, or its links lead in a circle"
        raise ModelFileBrokenError(path=str(path), detail=detail)
    first = split_parts(real)[0]
    try:
        is_there = first.is_file()
    except OSError as error:
        detail = error.strerror or "it cannot be read"
        raise ModelFileBrokenError(path=str(path), detail=detail) from error
    if not is_there:
        raise ModelNotFoundError(model=first.stem, detail=str(first))
    return first, check_model(first)


async def _explain(error: EngineError, process: EngineProcess) -> EngineError:
    """Return what ended the process, where that is behind the error."""
    if isinstance(error, ConnectionLostError | ServerUnreachableError):
        await asyncio.wait({process.exited}, timeout=CRASH_GRACE_S)
    if process.exited.done() and not process.is_ending:
        return EngineCrashedError(detail=process.failure_detail())
    return error
