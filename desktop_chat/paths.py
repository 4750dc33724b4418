"""Where files lie: the data directory, what is in it, and LM Studio's model folders."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

_OVERRIDE = "DESKTOP_CHAT_DATA_DIR"
_FOR_OTHERS = 0o077
_STICKY_AND_OPEN = stat.S_ISVTX | stat.S_IWOTH


def default_data_dir() -> Path:
    """Return the data directory: the environment's, else the system's usual place."""
    override = os.environ.get(_OVERRIDE)
    if override:
        return Path(override).expanduser().absolute()
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        base = Path(local) if local else Path.home() / "AppData" / "Local"
        return base / "Desktop Chat"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "Desktop Chat"
    # The XDG rules: a relative path there is to be ignored.
    xdg = Path(os.environ.get("XDG_DATA_HOME", ""))
    base = xdg if xdg.is_absolute() else Path.home() / ".local" / "share"
    return base / "desktop-chat"


def database_path(data_dir: Path) -> Path:
    """Return the path of the database."""
    return data_dir / "chats.sqlite3"


def settings_path(data_dir: Path) -> Path:
    """Return the path of the settings file."""
    return data_dir / "settings.toml"


def models_dir(data_dir: Path) -> Path:
    """Return the folder of the GGUF files."""
    return data_dir / "models"


def logs_dir(data_dir: Path) -> Path:
    """Return the folder of the log files."""
    return data_dir / "logs"


def backups_dir(data_dir: Path) -> Path:
    """Return the folder of the database's copies."""
    return data_dir / "backups"


def attachments_dir(data_dir: Path) -> Path:
    """Return the folder of attached files, each named by the SHA-256 of its bytes."""
    return data_dir / "attachments"


def lm_studio_model_dirs() -> list[Path]:
    """Return the folders where LM Studio keeps its models; they need not exist."""
    return [
        Path.home() / ".lmstudio" / "models",
        Path.home() / ".cache" / "lm-studio" / "models",
    ]


def make_private_dir(path: Path) -> None:
    """Make `path` a directory that only its owner can enter.

    An existing one is accepted if it is ours; rights of others are taken away.

    Raises:
        OSError: With a text that can be shown, when it is a symbolic link, is shared or belongs
            to somebody else, cannot be written to, or cannot be made.
    """
    # Parents that are missing get the usual mode: they may be of use to other programs.
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise NotADirectoryError(f"{path.parent} is a file, not a directory") from None
    try:
        path.mkdir(mode=0o700)
    except FileExistsError:
        _check_ours(path)
    if os.name == "posix":
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & _FOR_OTHERS:
            path.chmod(mode & ~_FOR_OTHERS)
    if not os.access(path, os.W_OK | os.X_OK):
        raise PermissionError("it cannot be written to")


def is_ours(path: Path) -> bool:
    """Whether `path` is a directory that could be private to us if it were writable."""
    try:
        _check_ours(path)
    except OSError:
        return False
    return True


def _check_ours(path: Path) -> None:
    found = path.lstat()
    if stat.S_ISLNK(found.st_mode):
        raise PermissionError("it is a symbolic link")
    if not stat.S_ISDIR(found.st_mode):
        raise NotADirectoryError("it is a file, not a directory")
    if os.name != "posix":
        return
    if found.st_uid != os.geteuid():
        raise PermissionError("it belongs to another user")
    if found.st_mode & _STICKY_AND_OPEN == _STICKY_AND_OPEN:
        raise PermissionError("it is a directory that all users share")
