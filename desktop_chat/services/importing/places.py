"""Where other programs keep their chats on this computer."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from desktop_chat.domain.imported import SOURCE_NAMES, Source


def find_places(home: Path | None = None) -> list[tuple[str, Path]]:
    """Return the programs whose chats are here, with the folders that hold them."""
    home = home or Path.home()
    candidates = [
        (Source.LM_STUDIO, home / ".lmstudio" / "conversations"),
        (Source.LM_STUDIO, home / ".cache" / "lm-studio" / "conversations"),
        *((Source.JAN, folder / "threads") for folder in _jan_folders(home)),
    ]
    found: dict[Source, tuple[str, Path]] = {}
    for source, folder in candidates:
        if source not in found and _holds_something(folder):
            found[source] = (SOURCE_NAMES[source], folder)
    return list(found.values())


def _jan_folders(home: Path) -> list[Path]:
    if sys.platform == "darwin":
        system = home / "Library" / "Application Support"
    elif sys.platform == "win32":
        system = Path(os.environ.get("APPDATA") or home / "AppData" / "Roaming")
    else:
        system = home / ".local" / "share"
    return [system / "Jan" / "data", home / "jan"]


def _holds_something(folder: Path) -> bool:
    try:
        with os.scandir(folder) as entries:
            return next(entries, None) is not None
    except OSError:
        return False
