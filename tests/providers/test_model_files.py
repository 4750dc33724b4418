"""Which models are found in folders, and under which names."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from desktop_chat.domain.errors import ModelFileBrokenError
from desktop_chat.domain.model_info import ModelKind
from desktop_chat.providers.local.model_files import (
    ModelFolders,
    check_model,
    real_path,
    split_parts,
)
from tests.providers.gguf_maker import CHAT_MODEL, chat_model, gguf, write_gguf

if TYPE_CHECKING:
    from pathlib import Path


def names(*folders: Path) -> list[str]:
    return [model.name for model in ModelFolders(folders).scan()]


def test_models_are_found_in_publisher_folders(tmp_path: Path) -> None:
    path = write_gguf(tmp_path / "publisher" / "Tiny-GGUF" / "Tiny-1B-Q4_K_M.gguf")
    (model,) = ModelFolders([tmp_path]).scan()
    assert (model.id, model.name, model.quantization) == (str(path), "Tiny-1B", "Q4_K_M")
    assert (model.kind, model.context_length) == (ModelKind.CHAT, 2048)
    assert model.size_bytes == path.stat().st_size


def test_missing_folder_holds_no_models(tmp_path: Path) -> None:
    assert names(tmp_path / "absent") == []


@pytest.mark.parametrize(
    ("file_name", "name", "quantization"),
    [
        ("SmolLM2-135M-Instruct.Q4_1.gguf", "SmolLM2-135M-Instruct", "Q4_1"),
        ("gemma-3-4b-it-UD-Q4_K_XL.gguf", "gemma-3-4b-it", "UD-Q4_K_XL"),
        ("qwen2.5-7b-instruct-iq3_xs.gguf", "qwen2.5-7b-instruct", "IQ3_XS"),
        ("gpt-oss-20b-MXFP4.gguf", "gpt-oss-20b", "MXFP4"),
        ("llama-3-F16.gguf", "llama-3", "F16"),
        ("phi-4.gguf", "phi-4", "Q4_K_M"),
        ("ggml-model-q8_0.gguf", "Tiny Thing", "Q8_0"),
        ("a\nb.gguf", "a b", "Q4_K_M"),
    ],
)
def test_model_is_named_by_its_file(
    tmp_path: Path, file_name: str, name: str, quantization: str
) -> None:
    write_gguf(tmp_path / file_name)
    (model,) = ModelFolders([tmp_path]).scan()
    assert (model.name, model.quantization) == (name, quantization)


def test_embedding_is_marked(tmp_path: Path) -> None:
    write_gguf(
        tmp_path / "nomic.gguf", chat_model(general__architecture="bert", bert__block_count=3)
    )
    (model,) = ModelFolders([tmp_path]).scan()
    assert model.kind is ModelKind.EMBEDDING


def test_projectors_hidden_and_broken_files_are_left_out(tmp_path: Path) -> None:
    write_gguf(tmp_path / "mmproj-F16.gguf")
    write_gguf(tmp_path / "downloading_x.gguf")
    write_gguf(tmp_path / ".trash" / "old.gguf")
    write_gguf(tmp_path / "vision.gguf", chat_model(general__architecture="clip"))
    (tmp_path / "text.gguf").write_text("no model")
    (tmp_path / "folder.gguf").mkdir()
    assert names(tmp_path) == []


def test_split_model_is_offered_once_with_its_whole_size(tmp_path: Path) -> None:
    parts = [write_gguf(tmp_path / f"big-Q8_0-0000{n}-of-00003.gguf") for n in (1, 2, 3)]
    (model,) = ModelFolders([tmp_path]).scan()
    assert (model.id, model.name) == (str(parts[0]), "big")
    assert model.size_bytes == sum(part.stat().st_size for part in parts)


@pytest.mark.parametrize("missing", [1, 3])
def test_split_model_with_a_missing_part_is_not_offered(tmp_path: Path, missing: int) -> None:
    for number in {1, 2, 3} - {missing}:
        write_gguf(tmp_path / f"big-0000{number}-of-00003.gguf")
    assert names(tmp_path) == []


def test_model_reached_twice_is_offered_once(tmp_path: Path) -> None:
    write_gguf(tmp_path / "here" / "tiny.gguf")
    (tmp_path / "there").symlink_to(tmp_path / "here")
    (tmp_path / "here" / "loop").symlink_to(tmp_path / "here")
    assert names(tmp_path, tmp_path / "here") == ["tiny"]


def test_changed_file_is_read_again_and_an_unchanged_one_is_not(tmp_path: Path) -> None:
    path = write_gguf(tmp_path / "tiny.gguf")
    folders = ModelFolders([tmp_path])
    before = path.stat()
    assert folders.scan()[0].context_length == 2048
    path.write_bytes(gguf(CHAT_MODEL | {"llama.context_length": 4096}))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert folders.scan()[0].context_length == 2048
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns + 1))
    assert folders.scan()[0].context_length == 4096


def test_added_file_is_offered_until_it_is_gone(tmp_path: Path) -> None:
    path = write_gguf(tmp_path / "elsewhere" / "mine.gguf")
    folders = ModelFolders([tmp_path / "models"])
    folders.add_file(path)
    assert [model.id for model in folders.scan()] == [str(path)]
    path.unlink()
    assert folders.scan() == []


def test_check_covers_every_part(tmp_path: Path) -> None:
    first = write_gguf(tmp_path / "big-00001-of-00002.gguf")
    second = split_parts(first)[1]
    second.write_bytes(gguf(CHAT_MODEL)[:-64])
    with pytest.raises(ModelFileBrokenError) as caught:
        check_model(first)
    assert second.name in str(caught.value)


def test_check_refuses_what_is_no_language_model(tmp_path: Path) -> None:
    path = write_gguf(tmp_path / "image.gguf", chat_model(general__architecture="flux"))
    with pytest.raises(ModelFileBrokenError, match="no language model"):
        check_model(path)


def test_odd_paths_are_left_out_and_keep_no_other_model_away(tmp_path: Path) -> None:
    write_gguf(tmp_path / "tiny.gguf")
    (tmp_path / "loop.gguf").symlink_to(tmp_path / "loop.gguf")
    (tmp_path / "nowhere.gguf").symlink_to(tmp_path / ("x" * 200 + "/y" * 200))
    # Opened for reading, a pipe would wait for somebody who writes.
    os.mkfifo(tmp_path / "pipe.gguf")
    write_gguf(tmp_path / "none-00001-of-00000.gguf")
    folders = ModelFolders([tmp_path])
    for name in ("x" * 300, "a\0b", "loop"):
        folders.add_file(tmp_path / f"{name}.gguf")
    assert [model.name for model in folders.scan()] == ["none", "tiny"]


def test_real_path_of_a_circle_is_none(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    assert real_path(tmp_path / "loop") is None
    assert real_path(tmp_path / "a\0b") is None
    assert real_path(tmp_path / "absent") == tmp_path / "absent"
