"""Reads what a GGUF model file says of itself, and whether the file is all there."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from desktop_chat.domain.errors import ModelFileBrokenError
from desktop_chat.domain.model_info import ModelKind

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

# Larger counts mean that the file is damaged; no real model comes near.
MAX_ENTRIES = 1_000_000
MAX_STRING = 1_000_000
MAX_ARRAY = 10_000_000
# A list of strings longer than this is the vocabulary, which only a whole reading walks through.
LONG_ARRAY = 1_000
# Lists that say one thing for each layer; longer ones are of no use here.
LAYER_ARRAY = 512
MAX_DIMENSIONS = 8
# Longer than any context, and still a number that every other program can hold.
MAX_CONTEXT = 2**31 - 1
BLOCK = 256 * 1024

NUMBER_FORMATS = {
    0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?",
    10: "<Q", 11: "<q", 12: "<d",
}  # fmt: skip
STRING, ARRAY = 8, 9
Value = str | int | float | tuple[int | float, ...]
U64 = struct.Struct("<Q")

# ggml type → (weights in a block, bytes of a block); a type not listed is checked by offset only.
TENSOR_BLOCKS = {
    0: (1, 4), 1: (1, 2), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 8: (32, 34),
    10: (256, 84), 11: (256, 110), 12: (256, 144), 13: (256, 176), 14: (256, 210), 15: (256, 292),
    16: (256, 66), 17: (256, 74), 18: (256, 98), 19: (256, 50), 20: (32, 18), 21: (256, 110),
    22: (256, 82), 23: (256, 136), 24: (1, 1), 25: (1, 2), 26: (1, 4), 27: (1, 8), 28: (1, 8),
    29: (256, 56), 30: (1, 2), 34: (256, 54), 35: (256, 66), 39: (32, 17),
}  # fmt: skip

FILE_TYPES = {
    0: "F32", 1: "F16", 2: "Q4_0", 3: "Q4_1", 7: "Q8_0", 8: "Q5_0", 9: "Q5_1", 10: "Q2_K",
    11: "Q3_K_S", 12: "Q3_K_M", 13: "Q3_K_L", 14: "Q4_K_S", 15: "Q4_K_M", 16: "Q5_K_S",
    17: "Q5_K_M", 18: "Q6_K", 19: "IQ2_XXS", 20: "IQ2_XS", 21: "Q2_K_S", 22: "IQ3_XS",
    23: "IQ3_XXS", 24: "IQ1_S", 25: "IQ4_NL", 26: "IQ3_S", 27: "IQ3_M", 28: "IQ2_S", 29: "IQ2_M",
    30: "IQ4_XS", 31: "IQ1_M", 32: "BF16", 36: "TQ1_0", 37: "TQ2_0", 38: "MXFP4",
}  # fmt: skip

EMBEDDING_ARCHITECTURES = {"neo-bert", "gemma-embedding", "t5encoder", "eurobert"}
EMBEDDING_NAME = re.compile(r"(^|[-_. ])(embed(ding)?s?|rerank(er)?)([-_. ]|$)", re.IGNORECASE)
NO_POOLING = 0


@dataclass(frozen=True, slots=True)
class GgufHeader:
    """The metadata of one file by key: single values, and short lists of numbers."""

    values: Mapping[str, Value]

    @property
    def architecture(self) -> str:
        """The kind of network, for example `llama`; empty when the file does not say."""
        return self._text("general.architecture")

    @property
    def name(self) -> str:
        """The name given by the converter, which is often an odd one."""
        return self._text("general.name").strip()

    @property
    def quantization(self) -> str | None:
        """How the weights are stored, for example `Q4_K_M`."""
        file_type = self._number("general.file_type")
        return None if file_type is None else FILE_TYPES.get(file_type)

    @property
    def context_length(self) -> int | None:
        """The number of tokens the model was trained on; None if that makes no sense."""
        length = self._number(f"{self.architecture}.context_length") or 0
        return length if 0 < length <= MAX_CONTEXT else None

    @property
    def is_language_model(self) -> bool:
        """Whether it is a whole language model, no projector, adapter or image model."""
        is_whole = self._text("general.type") in ("", "model")
        has_layers = bool(self._number(f"{self.architecture}.block_count"))
        return is_whole and has_layers and self.architecture not in ("clip", "mmproj")

    def kind(self, file_stem: str) -> ModelKind:
        """Tell a chat model from one that only makes embeddings or ranks."""
        pooling = self._number(f"{self.architecture}.pooling_type") or NO_POOLING
        is_embedding = (
            pooling != NO_POOLING
            or "bert" in self.architecture
            or self.architecture in EMBEDDING_ARCHITECTURES
            or EMBEDDING_NAME.search(file_stem) is not None
        )
        return ModelKind.EMBEDDING if is_embedding else ModelKind.CHAT

    def own_number(self, name: str) -> int | None:
        """A number of this architecture, for example `block_count`; None if there is none."""
        return self._number(f"{self.architecture}.{name}")

    def per_layer(self, name: str, layers: int) -> list[int]:
        """A number of this architecture for each of its layers; 0 where nothing is said."""
        value = self.values.get(f"{self.architecture}.{name}", 0)
        if isinstance(value, tuple):
            given = [_count(one) for one in value[:layers]]
            return given + [0] * (layers - len(given))
        return [_count(value)] * layers

    def _text(self, key: str) -> str:
        value = self.values.get(key, "")
        return value if isinstance(value, str) else ""

    def _number(self, key: str) -> int | None:
        value = self.values.get(key)
        return value if isinstance(value, int) and value >= 0 else None


def _count(value: Value) -> int:
    """Return how many these are; a hostile file may say anything."""
    return max(0, value) if isinstance(value, int) else 0


def read_header(path: Path) -> GgufHeader:
    """Return the metadata that comes before the vocabulary; costs a few kB of reading.

    Raises:
        ModelFileBrokenError: The file is no GGUF file, ends too early, or cannot be read.
    """
    return _read(path, is_whole=False)


def check_file(path: Path) -> GgufHeader:
    """Read the header to its end and compare what it promises with the size of the file.

    Raises:
        ModelFileBrokenError: The file is no GGUF file, or a part of it is missing.
    """
    return _read(path, is_whole=True)


def _read(path: Path, *, is_whole: bool) -> GgufHeader:
    # Plain reads: with a mapped file, one cut short meanwhile would end the process (SIGBUS).
    try:
        with path.open("rb", buffering=0) as file:
            reader = _Reader(file, path.stat().st_size)
            tensor_count, values = _read_metadata(reader, is_whole=is_whole)
            header = GgufHeader(values)
            if is_whole:
                _check_tensors(reader, tensor_count, values)
            return header
    except _BrokenError as error:
        raise ModelFileBrokenError(path=str(path), detail=str(error)) from None
    except OSError as error:
        detail = error.strerror or "it cannot be read"
        raise ModelFileBrokenError(path=str(path), detail=detail) from error


def _read_metadata(reader: _Reader, *, is_whole: bool) -> tuple[int, dict[str, Value]]:
    if reader.size == 0:
        raise _BrokenError("it is empty")
    if reader.size < 24 or reader.read(4) != b"GGUF":
        raise _BrokenError("it is no GGUF file")
    version = reader.number(4)
    if version not in (2, 3):
        raise _BrokenError(f"its GGUF version is not known ({version})")
    tensor_count, entry_count = reader.count(MAX_ENTRIES), reader.count(MAX_ENTRIES)
    values: dict[str, Value] = {}
    for _ in range(entry_count):
        key, value_type = reader.string(), reader.number(4)
        if value_type != ARRAY:
            values[key] = reader.value(value_type)
            continue
        item_type, length = reader.number(4), reader.count(MAX_ARRAY)
        has_all = "general.architecture" in values and key.startswith("tokenizer.")
        if not is_whole and has_all and length > LONG_ARRAY:
            break
        if item_type in NUMBER_FORMATS and length <= LAYER_ARRAY:
            values[key] = reader.numbers(item_type, length)
        else:
            reader.skip_array(item_type, length)
    return tensor_count, values


def _check_tensors(reader: _Reader, tensor_count: int, values: Mapping[str, Value]) -> None:
    end = 0
    for _ in range(tensor_count):
        reader.string()
        weights = 1
        for _ in range(reader.count(MAX_DIMENSIONS, 4)):
            weights *= reader.number(10)
        per_block, block_size = TENSOR_BLOCKS.get(reader.number(4), (1, 0))
        end = max(end, reader.number(10) + weights // per_block * block_size)
    alignment = values.get("general.alignment", 32)
    if not isinstance(alignment, int) or not 1 <= alignment <= MAX_STRING:
        raise _BrokenError("its alignment makes no sense")
    needed = -(-reader.position // alignment) * alignment + end
    if needed > reader.size:
        raise _incomplete(reader.size, needed)


class _BrokenError(Exception):
    """What is wrong, as part of a sentence."""


def _incomplete(size: int, needed: int) -> _BrokenError:
    return _BrokenError(f"it is incomplete ({size / 1e6:.0f} of {needed / 1e6:.0f} MB)")


class _Reader:
    """Reads a file forward in blocks, and never past its end."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self.size = size
        self._file = file
        self._block = b""
        self._start = 0
        self._at = 0

    @property
    def position(self) -> int:
        return self._start + self._at

    def read(self, length: int) -> bytes:
        if self._at + length > len(self._block):
            self._refill(length)
        data = self._block[self._at : self._at + length]
        self._at += length
        return data

    def number(self, value_type: int) -> int:
        return int(self.value(value_type))

    def value(self, value_type: int) -> str | int | float:
        if value_type == STRING:
            return self.string()
        pattern = NUMBER_FORMATS.get(value_type)
        if pattern is None:
            raise _BrokenError("its metadata is damaged")
        number: int | float = struct.unpack(pattern, self.read(struct.calcsize(pattern)))[0]
        return number

    def numbers(self, item_type: int, length: int) -> tuple[int | float, ...]:
        pattern = f"<{length}{NUMBER_FORMATS[item_type][1:]}"
        return struct.unpack(pattern, self.read(struct.calcsize(pattern)))

    def count(self, limit: int, value_type: int = 10) -> int:
        count = self.number(value_type)
        if count > limit:
            raise _BrokenError("its metadata is damaged")
        return count

    def string(self) -> str:
        return self.read(self.count(MAX_STRING)).decode("utf-8", errors="replace")

    def skip_array(self, item_type: int, length: int) -> None:
        if item_type == STRING:
            self._skip_strings(length)
        elif item_type in NUMBER_FORMATS:
            self._at += length * struct.calcsize(NUMBER_FORMATS[item_type])
        else:
            raise _BrokenError("its metadata is damaged")
        if self.position > self.size:
            raise _BrokenError("it is incomplete")

    def _skip_strings(self, count: int) -> None:
        # The inner loop runs some 100 000 times for one model, so it touches locals only.
        at, block, unpack = self._at, self._block, U64.unpack_from
        for _ in range(count):
            if at + 8 > len(block):
                self._at = at
                self._refill(8)
                at, block = 0, self._block
            at += 8 + unpack(block, at)[0]
        self._at = at

    def _refill(self, length: int) -> None:
        position = self.position
        if position + length > self.size:
            raise _BrokenError("it is incomplete")
        self._file.seek(position)
        self._block = self._file.read(max(length, BLOCK))
        if len(self._block) < length:
            raise _BrokenError("it is incomplete")
        self._start, self._at = position, 0
