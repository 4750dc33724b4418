"""Model files as the embedded engine takes them: found, checked, and measured."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from desktop_chat.domain.errors import ModelFileBrokenError, ModelNotFoundError, OutOfMemoryError
from desktop_chat.providers.embedded.free_memory import measure_memory, memory_of
from desktop_chat.providers.embedded.memory import estimate_memory
from desktop_chat.providers.local.gguf import read_header
from desktop_chat.providers.local.model_files import check_model, real_path, split_parts

if TYPE_CHECKING:
    from pathlib import Path

    from desktop_chat.domain.memory import MemoryEstimate
    from desktop_chat.providers.local.gguf import GgufHeader


def find_file(path: Path) -> Path:
    """Return a model's first file, all links followed; blocks.

    Raises:
        ModelFileBrokenError: Its place cannot be looked at.
        ModelNotFoundError: There is no such file.
    """
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
    return first


def check_whole(path: Path) -> tuple[Path, GgufHeader]:
    """Return a model's first file and its header, after a look at all that it promises; blocks.

    Raises:
        ModelFileBrokenError, ModelNotFoundError: It is no usable model.
    """
    first = find_file(path)
    return first, check_model(first)


def check_fits(path: Path, header: GgufHeader, context_length: int, gpu_bytes: int) -> None:
    """Refuse a model that this machine can never hold; blocks.

    One that is only too large for what is free now may still work, since the system makes room.

    Raises:
        OutOfMemoryError: It needs more than there is in all.
    """
    memory = measure_memory().with_card(gpu_bytes)
    estimate = estimate_memory(header, size_of(path), context_length, memory)
    if not estimate.can_ever_fit:
        needed, total = estimate.needed_bytes / 1e9, estimate.total_bytes / 1e9
        detail = f"it needs about {needed:.1f} GB, and this machine has {total:.1f} GB"
        raise OutOfMemoryError(model=path.stem, detail=detail)


def estimate_file(
    path: Path, context_length: int, *, engine_pid: int | None, gpu_bytes: int
) -> MemoryEstimate:
    """Estimate what a model would take with the engine's present one out of memory; blocks.

    Raises:
        ModelFileBrokenError, ModelNotFoundError: It is no usable model.
    """
    first = find_file(path)
    header = read_header(first)
    length = min(context_length, header.context_length or context_length)
    memory = measure_memory().with_card(gpu_bytes)
    if engine_pid is not None:
        memory = memory.with_more(memory_of(engine_pid))
    return estimate_memory(header, size_of(first), length, memory)


def size_of(path: Path) -> int:
    """Return the size of a model's files in bytes; those that are gone count nothing."""
    total = 0
    for part in split_parts(path):
        with contextlib.suppress(OSError):
            total += part.stat().st_size
    return total
