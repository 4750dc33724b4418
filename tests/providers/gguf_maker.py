"""Writes small GGUF files, sound ones and others."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Value = str | int | float | bool | list[str] | list[int]

CHAT_MODEL: dict[str, Value] = {
    "general.architecture": "llama",
    "general.type": "model",
    "general.name": "Tiny Thing",
    "general.file_type": 15,
    "general.languages": ["en", "es"],
    "llama.block_count": 2,
    "llama.context_length": 2048,
    "llama.rope.freq_base": 10000.0,
    "tokenizer.ggml.tokens": [f"token {n}" for n in range(1500)],
    "tokenizer.ggml.token_type": [1] * 1500,
    "tokenizer.ggml.add_bos_token": False,
    "tokenizer.chat_template": "{{ messages }}",
}
FLOAT32 = 0


def chat_model(**changes: Value) -> dict[str, Value]:
    """The metadata of a chat model, with `a__b=…` replacing the entry `a.b`, or adding it first."""
    entries = {key.replace("__", "."): value for key, value in changes.items()}
    return entries | CHAT_MODEL | entries


def gguf(metadata: Mapping[str, Value], *, tensors: Mapping[str, int] | None = None) -> bytes:
    """One file; `tensors` gives each one's number of 32-bit weights."""
    tensors = {"weights": 256} if tensors is None else tensors
    head = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(metadata))
    head += b"".join(_string(key) + _value(value) for key, value in metadata.items())
    offset = 0
    for name, weights in tensors.items():
        head += _string(name) + struct.pack("<IQIQ", 1, weights, FLOAT32, offset)
        offset += weights * 4
    return head + b"\0" * (-len(head) % 32) + b"\0" * offset


def write_gguf(path: Path, metadata: Mapping[str, Value] = CHAT_MODEL) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gguf(metadata))
    return path


def _string(text: str) -> bytes:
    data = text.encode()
    return struct.pack("<Q", len(data)) + data


def _value(value: Value) -> bytes:
    if isinstance(value, bool):
        return struct.pack("<I?", 7, value)
    if isinstance(value, int):
        return struct.pack("<II", 4, value)
    if isinstance(value, float):
        return struct.pack("<If", 6, value)
    if isinstance(value, str):
        return struct.pack("<I", 8) + _string(value)
    if isinstance(value[0], str):
        return struct.pack("<IIQ", 9, 8, len(value)) + b"".join(_string(str(v)) for v in value)
    return struct.pack("<IIQ", 9, 5, len(value)) + struct.pack(f"<{len(value)}i", *value)
