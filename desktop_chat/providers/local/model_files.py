"""Finds the GGUF model files in folders, split ones once, and names them for the user."""

from __future__ import annotations

import os
import re
import threading
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from desktop_chat.domain.errors import ModelFileBrokenError
from desktop_chat.domain.model_info import ModelInfo
from desktop_chat.providers.local.gguf import GgufHeader, check_file, read_header

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

PART = re.compile(r"^(?P<stem>.+)-(?P<number>\d{5})-of-(?P<count>\d{5})$")
QUANTIZATION = re.compile(
    r"[-_. ](?P<name>(UD-)?((I?Q|TQ)\d(_[A-Z0-9]+)*|BF16|F16|F32|FP16|MXFP4(_MOE)?))$",
    re.IGNORECASE,
)
# Names that tell nothing, as converters write them.
NAMELESS = re.compile(r"^(ggml-)?model$", re.IGNORECASE)
MAX_DEPTH = 6
MAX_NAME = 120


@dataclass(frozen=True, slots=True)
class _Known:
    """What was found in a file when it had this size and time."""

    size: int
    modified_ns: int
    header: GgufHeader | None


class ModelFolders:
    """The model files below some folders.

    `scan` may run in threads; files seen before and unchanged are not read again.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = tuple(folders)
        self._added: tuple[Path, ...] = ()
        self._known: dict[Path, _Known] = {}
        self._lock = threading.Lock()

    def add_file(self, path: Path) -> None:
        """Count the files of this model in, wherever they are."""
        self._added = (*self._added, *split_parts(path))

    def scan(self) -> list[ModelInfo]:
        """Return chat and embedding models by name; unreadable and incomplete ones are left out."""
        with self._lock:
            return self._scan()

    def _scan(self) -> list[ModelInfo]:
        real = (real_path(path) for path in self._files())
        found = dict.fromkeys(path for path in real if path is not None and _is_file(path))
        self._known = {path: known for path, known in self._known.items() if path in found}
        models = [model for path in found if (model := self._model(path, found)) is not None]
        return sorted(models, key=_sort_key)

    def _files(self) -> Iterator[Path]:
        for folder in self._folders:
            yield from _gguf_files(folder)
        yield from self._added

    def _model(self, path: Path, found: Iterable[Path]) -> ModelInfo | None:
        parts = split_parts(path)
        if parts[0] != path or any(part not in found for part in parts):
            return None
        try:
            sizes = [part.stat().st_size for part in parts]
            header = self._header(path)
        except OSError:
            return None
        if header is None or not header.is_language_model:
            return None
        return replace(describe(path, header), size_bytes=sum(sizes))

    def _header(self, path: Path) -> GgufHeader | None:
        stat = path.stat()
        known = self._known.get(path)
        if known is None or (known.size, known.modified_ns) != (stat.st_size, stat.st_mtime_ns):
            known = _Known(stat.st_size, stat.st_mtime_ns, _header_or_none(path))
            self._known[path] = known
        return known.header


def split_parts(path: Path) -> list[Path]:
    """Return the files that make up the model of which `path` is one."""
    match = PART.match(path.stem)
    if match is None or not int(match["count"]):
        return [path]
    stem, count = match["stem"], match["count"]
    numbers = range(1, min(int(count), 1000) + 1)
    return [path.with_name(f"{stem}-{number:05}-of-{count}{path.suffix}") for number in numbers]


def real_path(path: Path) -> Path | None:
    """Return the path with all links followed, None where that cannot be done."""
    try:
        return path.resolve()
    # Links that lead in a circle are a RuntimeError before Python 3.13.
    except (OSError, RuntimeError, ValueError):
        return None


def check_model(path: Path) -> GgufHeader:
    """Check each file of a model and return the first one's header.

    Raises:
        ModelFileBrokenError: A part is missing, incomplete or no GGUF file.
    """
    headers = [check_file(part) for part in split_parts(path)]
    if not headers[0].is_language_model:
        raise ModelFileBrokenError(path=str(path), detail="it holds no language model")
    return headers[0]


def describe(path: Path, header: GgufHeader) -> ModelInfo:
    """Say what the user is told of a model."""
    match = PART.match(path.stem)
    stem = match["stem"] if match else path.stem
    suffix = QUANTIZATION.search(stem)
    quantization = suffix["name"].upper() if suffix else header.quantization
    # People know a model by its file; the name inside is often a training run's.
    name = stem[: suffix.start()] if suffix else stem
    if NAMELESS.match(name) and header.name:
        name = header.name
    printable = "".join(c if c.isprintable() else " " for c in name)
    return ModelInfo(
        id=str(path),
        name=printable[:MAX_NAME].strip() or path.stem,
        kind=header.kind(stem),
        is_loaded=False,
        context_length=header.context_length,
        quantization=quantization,
    )


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _header_or_none(path: Path) -> GgufHeader | None:
    try:
        return read_header(path)
    except ModelFileBrokenError:
        return None


def _gguf_files(folder: Path) -> Iterator[Path]:
    # Links are followed, since models are often kept on another disk; the depth ends a loop.
    for base, folders, names in os.walk(folder, followlinks=True):
        here = Path(base)
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        if len(here.relative_to(folder).parts) >= MAX_DEPTH:
            folders.clear()
        for name in sorted(names):
            is_hidden = name.startswith((".", "mmproj", "downloading"))
            if name.lower().endswith(".gguf") and not is_hidden:
                yield here / name


def _sort_key(model: ModelInfo) -> tuple[str, str, str]:
    return model.name.casefold(), model.quantization or "", model.id
