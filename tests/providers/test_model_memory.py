"""What a model will take, and what there is."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

from desktop_chat.domain.errors import OutOfMemoryError
from desktop_chat.domain.memory import MemoryEstimate
from desktop_chat.providers.embedded.files import check_fits, estimate_file
from desktop_chat.providers.embedded.free_memory import Memory, measure_memory, memory_of
from desktop_chat.providers.embedded.memory import cache_bytes, estimate_memory
from desktop_chat.providers.local.gguf import GgufHeader, read_header
from tests.providers.gguf_maker import Value, chat_model, write_gguf

if TYPE_CHECKING:
    from pathlib import Path

MIB = 1024 * 1024
HEADS: dict[str, Value] = {
    "llama.block_count": 30,
    "llama.embedding_length": 576,
    "llama.attention.head_count": 9,
    "llama.attention.head_count_kv": 3,
}
MEMORY = Memory(free_bytes=2000 * MIB, total_bytes=4000 * MIB)


def header_of(folder: Path, values: dict[str, Value]) -> GgufHeader:
    return read_header(write_gguf(folder / "m.gguf", model_with(values)))


def model_with(values: dict[str, Value]) -> dict[str, Value]:
    """A chat model's metadata with these before its vocabulary, as in real files."""
    return chat_model(**{key.replace(".", "__"): value for key, value in values.items()})


def test_cache_is_keys_and_values_of_each_layer_and_token(tmp_path: Path) -> None:
    # 30 layers × 3 heads × (64 + 64) numbers × 2 bytes = 23 040 bytes a token.
    assert cache_bytes(header_of(tmp_path, HEADS), 1000) == 23_040_000


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"llama.attention.key_length": 128, "llama.attention.value_length": 32}, 28_800_000),
        ({"llama.attention.head_count_kv": [3] * 15 + [0] * 15}, 11_520_000),
        ({"llama.attention.head_count_kv": 0}, 0),
        ({"llama.attention.head_count": 0}, 0),
    ],
)
def test_cache_follows_what_the_header_says_of_its_layers(
    tmp_path: Path, changes: dict[str, Value], expected: int
) -> None:
    assert cache_bytes(header_of(tmp_path, HEADS | changes), 1000) == expected


NAN, ENDLESS = float("nan"), 2**63 - 1


@pytest.mark.parametrize(
    "hostile",
    [
        {"llama.block_count": ENDLESS},
        {"llama.block_count": -5, "llama.embedding_length": -5},
        {"llama.attention.head_count": -1, "llama.attention.head_count_kv": -1},
        {"llama.attention.head_count_kv": (NAN, float("inf"), -3.0)},
        {"llama.attention.key_length": ENDLESS, "llama.embedding_length": ENDLESS},
        {"gemma3.attention.sliding_window": -1, "general.architecture": "gemma3"},
        {"llama.context_length": -1},
        {"llama.context_length": ENDLESS},
    ],
    ids=str,
)
def test_header_that_lies_is_estimated_all_the_same(hostile: dict[str, Any]) -> None:
    header = GgufHeader({"general.architecture": "llama", **HEADS, **hostile})  # type: ignore[dict-item]
    estimate = estimate_memory(header, 100 * MIB, header.context_length or 4096, MEMORY)
    assert estimate.cache_bytes >= 0
    assert estimate.overhead_bytes >= 60 * MIB
    assert f"{estimate.needed_bytes / 1e9:.1f}"


def test_model_that_says_nothing_of_kept_heads_keeps_all(tmp_path: Path) -> None:
    values = {key: value for key, value in HEADS.items() if not key.endswith("head_count_kv")}
    assert cache_bytes(header_of(tmp_path, values), 1000) == 3 * 23_040_000


def test_layers_with_a_window_keep_its_tokens_only(tmp_path: Path) -> None:
    windowed = {key.replace("llama", "gemma3"): value for key, value in HEADS.items()}
    windowed |= {"general.architecture": "gemma3", "gemma3.attention.sliding_window": 512}
    whole = cache_bytes(header_of(tmp_path, HEADS), 10_000)
    # 25 of 30 layers keep 512 tokens and the 512 that are read in one go.
    expected = whole * (5 * 10_000 + 25 * 1024) // (30 * 10_000)
    assert cache_bytes(header_of(tmp_path, windowed), 10_000) == expected


def test_estimate_is_weights_cache_and_overhead(tmp_path: Path) -> None:
    estimate = estimate_memory(header_of(tmp_path, HEADS), 100 * MIB, 1000, MEMORY)
    assert (estimate.weights_bytes, estimate.cache_bytes) == (100 * MIB, 23_040_000)
    # The process, and 16 vectors of 576 numbers for each of 512 tokens.
    assert estimate.overhead_bytes == 60 * MIB + 512 * 16 * 576 * 4
    assert estimate.fits


@pytest.mark.parametrize(
    ("needed", "fits", "can_ever_fit"),
    [(2000, True, True), (2001, False, True), (4001, False, False)],
)
def test_fits_compares_with_what_is_free_and_what_there_is(
    needed: int, fits: bool, can_ever_fit: bool
) -> None:
    estimate = MemoryEstimate(needed - 2, 1, 1, 4096, free_bytes=2000, total_bytes=4000)
    assert (estimate.needed_bytes, estimate.fits) == (needed, fits)
    assert estimate.can_ever_fit == can_ever_fit


def test_estimate_of_a_file_takes_no_more_context_than_it_was_trained_on(tmp_path: Path) -> None:
    path = write_gguf(tmp_path / "m.gguf", model_with(HEADS))
    estimate = estimate_file(path, 1_000_000, engine_pid=None, gpu_bytes=0)
    assert estimate.context_length == 2048
    assert estimate.weights_bytes == path.stat().st_size


def test_model_that_can_never_fit_is_refused_with_both_sizes(tmp_path: Path) -> None:
    endless: dict[str, Value] = {**HEADS, "llama.embedding_length": 2**31}
    path = write_gguf(tmp_path / "huge.gguf", model_with(endless))
    with pytest.raises(OutOfMemoryError, match="huge") as caught:
        check_fits(path, read_header(path), 2**20, 0)
    assert "needs about" in caught.value.fields["detail"]


def test_memory_is_that_of_the_machine_and_of_this_process(tmp_path: Path) -> None:
    memory = measure_memory(tmp_path)
    assert 0 < memory.free_bytes <= memory.total_bytes
    assert memory_of(os.getpid()) > MIB
    assert memory_of(2**22 + 1) == 0


def test_memory_is_that_of_the_container_where_it_is_smaller(tmp_path: Path) -> None:
    (tmp_path / "memory.max").write_text(f"{300 * MIB}\n")
    (tmp_path / "memory.current").write_text(f"{200 * MIB}\n")
    (tmp_path / "memory.stat").write_text(f"anon 5\ninactive_file {50 * MIB}\n")
    assert measure_memory(tmp_path) == Memory(150 * MIB, 300 * MIB)
    (tmp_path / "memory.max").write_text("max\n")
    assert measure_memory(tmp_path).total_bytes > 300 * MIB


def test_memory_of_the_engine_that_makes_room_never_exceeds_the_machine() -> None:
    assert MEMORY.with_more(500 * MIB).free_bytes == 2500 * MIB
    assert MEMORY.with_more(9000 * MIB).free_bytes == MEMORY.total_bytes
