"""LibreOffice without a window, where it is installed."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

SOFFICE = shutil.which("soffice") or shutil.which("libreoffice")

needs_office = pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed")


def converted(path: Path, kind: str) -> Path:
    """Have LibreOffice read a file and write it in another format."""
    folder = path.parent / "converted"
    profile = (path.parent / "profile").as_uri()
    subprocess.run(
        [str(SOFFICE), "--headless", f"-env:UserInstallation={profile}", "--convert-to", kind,
         "--outdir", str(folder), str(path)],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    # Pictures stand beside it in files of their own.
    return folder / f"{path.stem}.{kind}"
