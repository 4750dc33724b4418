"""What is read from model files, and that no file breaks the reading."""

from __future__ import annotations

import contextlib
import struct
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop_chat.domain.errors import ModelFileBrokenError
from desktop_chat.domain.model_info import ModelKind
from desktop_chat.providers.local.gguf import check_file, read_header
from tests.providers.gguf_maker import CHAT_MODEL, chat_model, gguf, write_gguf


def test_header_of_chat_model_tells_what_the_picker_shows(tmp_path: Path) -> None:
    header = read_header(write_gguf(tmp_path / "tiny.gguf"))
    assert header.architecture == "llama"
    assert header.name == "Tiny Thing"
    assert header.quantization == "Q4_K_M"
    assert header.context_length == 2048
    assert header.is_language_model
    assert header.kind("tiny") is ModelKind.CHAT


def test_header_ends_before_the_vocabulary(tmp_path: Path) -> None:
    whole = gguf(CHAT_MODEL)
    path = tmp_path / "tiny.gguf"
    path.write_bytes(whole[: whole.index(b"token 20")])
    assert read_header(path).context_length == 2048


def test_check_reads_the_entries_behind_the_vocabulary(tmp_path: Path) -> None:
    header = check_file(write_gguf(tmp_path / "tiny.gguf"))
    assert header.values["tokenizer.chat_template"] == "{{ messages }}"


def test_vocabulary_before_the_architecture_is_walked_through(tmp_path: Path) -> None:
    backwards = dict(reversed(CHAT_MODEL.items()))
    assert read_header(write_gguf(tmp_path / "odd.gguf", backwards)).context_length == 2048


@pytest.mark.parametrize(
    ("stem", "metadata"),
    [
        ("nomic", chat_model(general__architecture="nomic-bert")),
        ("gemma", chat_model(general__architecture="gemma-embedding")),
        ("qwen3", chat_model(llama__pooling_type=3)),
        ("Qwen3-Embedding-0.6B", CHAT_MODEL),
        ("bge-reranker-v2", CHAT_MODEL),
    ],
)
def test_embedding_model_is_told_apart(
    tmp_path: Path, stem: str, metadata: dict[str, object]
) -> None:
    header = read_header(write_gguf(tmp_path / "x.gguf", metadata))  # type: ignore[arg-type]
    assert header.kind(stem) is ModelKind.EMBEDDING


@pytest.mark.parametrize(
    "metadata",
    [
        chat_model(general__type="mmproj"),
        chat_model(general__type="adapter"),
        chat_model(general__architecture="clip", clip__block_count=3),
        chat_model(general__architecture="flux"),
        {},
    ],
)
def test_file_without_language_model_is_told_apart(
    tmp_path: Path, metadata: dict[str, object]
) -> None:
    header = read_header(write_gguf(tmp_path / "x.gguf", metadata))  # type: ignore[arg-type]
    assert not header.is_language_model


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "it is empty"),
        (b"GGUF", "it is no GGUF file"),
        (b"import sys  # not a model at all", "it is no GGUF file"),
        (b"GGUF" + struct.pack("<IQQ", 1, 0, 0), "version is not known (1)"),
        (b"GGUF" + struct.pack(">IQQ", 3, 0, 0), "version is not known"),
        (b"GGUF" + struct.pack("<IQQ", 3, 0, 1 << 60), "its metadata is damaged"),
        (gguf(CHAT_MODEL)[:-1], "it is incomplete"),
        (gguf(CHAT_MODEL)[:-1024], "it is incomplete"),
        (gguf(chat_model(general__alignment=0)), "its alignment makes no sense"),
    ],
)
def test_broken_file_is_refused_with_a_reason(tmp_path: Path, data: bytes, words: str) -> None:
    path = tmp_path / "broken.gguf"
    path.write_bytes(data)
    with pytest.raises(ModelFileBrokenError) as caught:
        check_file(path)
    assert words in str(caught.value)


def test_incomplete_file_says_how_much_is_there(tmp_path: Path) -> None:
    path = tmp_path / "half.gguf"
    path.write_bytes(gguf({}, tensors={"weights": 2_000_000})[:4_000_000])
    with pytest.raises(ModelFileBrokenError, match=r"incomplete \(4 of 8 MB\)"):
        check_file(path)


def test_tensor_of_endless_dimensions_is_refused_at_once(tmp_path: Path) -> None:
    sound = gguf(CHAT_MODEL)
    name = struct.pack("<Q", len("weights")) + b"weights"
    at = sound.index(name) + len(name)
    path = tmp_path / "endless.gguf"
    path.write_bytes(sound[:at] + struct.pack("<I", 2**32 - 1) + b"\xff" * 100_000)
    with pytest.raises(ModelFileBrokenError, match="damaged"):
        check_file(path)


def test_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelFileBrokenError):
        read_header(tmp_path)
    with pytest.raises(ModelFileBrokenError):
        check_file(tmp_path / "absent.gguf")


FEW_TOKENS = chat_model(tokenizer__ggml__tokens=["a", "b"], tokenizer__ggml__token_type=[1, 1])


@given(st.integers(min_value=0, max_value=len(gguf(FEW_TOKENS)) - 1))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_file_cut_anywhere_is_refused(tmp_path: Path, length: int) -> None:
    path = tmp_path / "cut.gguf"
    path.write_bytes(gguf(FEW_TOKENS)[:length])
    with pytest.raises(ModelFileBrokenError):
        check_file(path)


@given(st.binary(max_size=300))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_file_of_noise_is_refused_or_read(tmp_path: Path, noise: bytes) -> None:
    path = tmp_path / "noise.gguf"
    path.write_bytes(b"GGUF" + struct.pack("<IQQ", 3, 1, 1) + noise)
    with contextlib.suppress(ModelFileBrokenError):
        check_file(path)


@pytest.mark.engine
def test_starter_model_is_read(starter_model: Path) -> None:
    header = check_file(starter_model)
    assert (header.architecture, header.quantization) == ("llama", "Q4_1")
    assert header.context_length == 8192
    assert header.kind(starter_model.stem) is ModelKind.CHAT
