"""The only way to the files under resources/, from the source tree and in the bundle alike."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

# PyInstaller gives a bundled module a `__file__` in the bundle's folder, so one path serves both.
RESOURCES = Path(__file__).resolve().parent.parent / "resources"


def asset_path(name: str) -> Path:
    """Return the path of the resource `name`, given as `folder/file`.

    Raises:
        ValueError: The name leaves the folder of the resources.
    """
    pure = PurePosixPath(name)
    if pure.is_absolute() or ".." in pure.parts or "\\" in name or ":" in name:
        raise ValueError(name)
    return RESOURCES / pure


def asset_bytes(name: str) -> bytes:
    """Return the content of the resource `name`."""
    return asset_path(name).read_bytes()


def asset_text(name: str) -> str:
    """Return the content of the resource `name` as text."""
    return asset_path(name).read_text(encoding="utf-8")
