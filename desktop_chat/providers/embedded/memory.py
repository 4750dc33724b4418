"""How much memory a model file will need, from its header; an estimate, no measurement."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop_chat.domain.memory import MemoryEstimate
from desktop_chat.providers.local.gguf import LAYER_ARRAY

if TYPE_CHECKING:
    from desktop_chat.providers.embedded.free_memory import Memory
    from desktop_chat.providers.local.gguf import GgufHeader

MIB = 1024 * 1024
# The cache holds 16-bit floats.
CACHE_NUMBER = 2
# The process with llama.cpp in it, and what it allocates for itself. Measured: 55 to 60 MiB.
PROCESS = 60 * MIB
# Tokens that llama.cpp reads in one go; its working memory grows with them.
BATCH = 512
WORK_NUMBER = 4
# Working vectors for each token in the batch, in lengths of the embedding.
WORK_VECTORS = 16
# Of so many layers one sees the whole conversation; the others a window of the newest tokens.
WINDOWED = {
    "gemma2": 2,
    "gemma3": 6,
    "gemma3n": 5,
    "gpt-oss": 2,
    "cohere2": 4,
    "olmo2": 4,
    "exaone4": 4,
    "llama4": 4,
}


def estimate_memory(
    header: GgufHeader, size_bytes: int, context_length: int, memory: Memory
) -> MemoryEstimate:
    """Estimate what a model takes with a full context.

    Args:
        header: Of the model's first file.
        size_bytes: Of its file or files.
        context_length: Tokens.
        memory: What there is.
    """
    return MemoryEstimate(
        weights_bytes=size_bytes,
        cache_bytes=cache_bytes(header, context_length),
        overhead_bytes=PROCESS + _working_bytes(header),
        context_length=context_length,
        free_bytes=memory.free_bytes,
        total_bytes=memory.total_bytes,
    )


def cache_bytes(header: GgufHeader, context_length: int) -> int:
    """Return what keys and values of a full context take.

    For each layer: tokens × heads × (length of a key + length of a value). Layers without such
    heads, as of recurrent networks, take next to nothing.
    """
    # More layers than llama.cpp takes are no model, and no reason to count for hours.
    layers = min(header.own_number("block_count") or 0, LAYER_ARRAY)
    heads = header.per_layer("attention.head_count", layers)
    kept = header.per_layer("attention.head_count_kv", layers)
    says_kept = f"{header.architecture}.attention.head_count_kv" in header.values
    width = header.own_number("embedding_length") or 0
    total = 0
    for layer, tokens in enumerate(_tokens_by_layer(header, layers, context_length)):
        own_length = width // heads[layer] if heads[layer] else 0
        key = header.own_number("attention.key_length") or own_length
        value = header.own_number("attention.value_length") or own_length
        count = kept[layer] if says_kept else heads[layer]
        total += tokens * count * (key + value) * CACHE_NUMBER
    return total


def _tokens_by_layer(header: GgufHeader, layers: int, context_length: int) -> list[int]:
    """Return how many tokens each layer keeps."""
    window = header.own_number("attention.sliding_window")
    every = WINDOWED.get(header.architecture)
    if not window or every is None:
        return [context_length] * layers
    kept = min(context_length, window + BATCH)
    return [kept if (layer + 1) % every else context_length for layer in range(layers)]


def _working_bytes(header: GgufHeader) -> int:
    width = header.own_number("embedding_length") or 0
    return BATCH * WORK_VECTORS * width * WORK_NUMBER
