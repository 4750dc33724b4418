"""What ended the engine's process, as an error for the user."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

from desktop_chat.domain.errors import (
    ConnectionLostError,
    EngineCrashedError,
    EngineError,
    ModelLoadFailedError,
    ModelUnloadedError,
    OutOfMemoryError,
    ServerUnreachableError,
)

if TYPE_CHECKING:
    from desktop_chat.providers.local.engine_process import EngineProcess, EngineStart

# A broken connection is seen before the end of the process that broke it.
CRASH_GRACE_S = 2.0
# llama.cpp, its graphics backends, C++, and our own word for a kill.
NO_MEMORY = re.compile(
    r"(failed|unable) to allocate|out of (device )?memory|bad_alloc|not enough memory"
    r"|OutOfDeviceMemory|memory ran out",
    re.IGNORECASE,
)


def load_failure(process: EngineProcess, start: EngineStart) -> EngineError:
    """Return why a load brought no model."""
    model = process.order.path.stem
    if process.is_ending:
        return ModelUnloadedError(model=model, detail="the load was given up")
    if NO_MEMORY.search(start.failure):
        return OutOfMemoryError(model=model, detail=start.failure)
    return ModelLoadFailedError(model=model, detail=start.failure)


async def reply_failure(error: EngineError, process: EngineProcess) -> EngineError:
    """Return what ended the process, where that is behind the error."""
    if isinstance(error, ConnectionLostError | ServerUnreachableError):
        await asyncio.wait({process.exited}, timeout=CRASH_GRACE_S)
    if not process.exited.done():
        return error
    if process.is_ending:
        return ModelUnloadedError(model=process.order.path.stem, detail="")
    return EngineCrashedError(detail=process.failure_detail())
