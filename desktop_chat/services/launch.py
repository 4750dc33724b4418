"""What one start of the program was told: data directory, options, environment, settings file.

On the way to the first paint, so it imports little.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from desktop_chat import paths
from desktop_chat.domain.errors import DataDirectoryUnusableError
from desktop_chat.services.settings import SettingSources
from desktop_chat.storage.settings_file import read_settings

if TYPE_CHECKING:
    from collections.abc import Mapping

DATA_DIR = "DESKTOP_CHAT_DATA_DIR"
DATA_FOLDER = "storage.data_folder"


@dataclass(frozen=True, slots=True)
class Launch:
    """One start of the program.

    Attributes:
        data_dir: The data directory in force; it exists and is private.
        sources: Values given from outside.
        stored: Content of `settings.toml`.
        notice: A sentence for the user when the settings file was damaged, else None.
        is_read_only: Whether the directory cannot be written, and so is only looked at.
    """

    data_dir: Path
    sources: SettingSources = field(repr=False)
    stored: Mapping[str, Any] = field(repr=False)
    notice: str | None = None
    is_read_only: bool = False


def read_launch(
    options: Mapping[str, Any], *, reads_working_directory: bool, makes_directory: bool = True
) -> Launch:
    """Find the data directory and read the settings.

    Args:
        options: Parsed command-line options.
        reads_working_directory: Whether `.env` of the working directory counts; it does for
            subcommands, not for the window.
        makes_directory: Whether a missing data directory is made; without it nothing at all is
            changed, and a directory that cannot be used is none of its concern.

    Raises:
        DataDirectoryUnusableError: The directory cannot be named, cannot be made or is not ours.
    """
    here = _dotenv(Path(".env")) if reads_working_directory else {}
    data_dir, notice = _data_dir(options, here, sets_aside=makes_directory)
    if makes_directory:
        make_usable(data_dir)
    stored, newer_notice = _settings(data_dir, sets_aside=makes_directory)
    dotenv = {**_dotenv(data_dir / ".env"), **here}
    sources = SettingSources(options=options, environ=dict(os.environ), dotenv=dotenv)
    return Launch(data_dir, sources, stored, newer_notice or notice)


def make_usable(data_dir: Path) -> None:
    """Make the data directory private and check that it can be written.

    Raises:
        DataDirectoryUnusableError: It cannot.
    """
    try:
        paths.make_private_dir(data_dir)
        if not os.access(data_dir, os.W_OK | os.X_OK):
            raise PermissionError("it cannot be written")
    except OSError as error:
        detail = error.strerror or str(error)
        raise DataDirectoryUnusableError(path=str(data_dir), detail=detail) from error
    except ValueError as error:  # a NUL in the settings file's text
        detail = "its name holds a character that no name has"
        raise DataDirectoryUnusableError(path=str(data_dir), detail=detail) from error


def choose_data_folder(folder: str) -> None:
    """Use another data directory from the next start on; an empty `folder` the usual one.

    It is written where every start looks first: into the settings of the usual directory.

    Raises:
        DataDirectoryUnusableError: That folder cannot be used.
    """
    from desktop_chat.storage.settings_file import write_settings

    default = paths.default_data_dir()
    stored, _ = _settings(default)
    stored.pop(DATA_FOLDER, None)
    chosen = _absolute(folder) if folder else default
    if chosen != default:
        make_usable(chosen)
        stored[DATA_FOLDER] = str(chosen)
    make_usable(default)
    write_settings(paths.settings_path(default), stored)


def _data_dir(
    options: Mapping[str, Any], dotenv: Mapping[str, str], *, sets_aside: bool
) -> tuple[Path, str | None]:
    """Return the directory, and a notice if the settings that could name it were damaged."""
    given = options.get("data_dir") or os.environ.get(DATA_DIR) or dotenv.get(DATA_DIR)
    if given:
        return _absolute(given), None
    default = paths.default_data_dir()
    # A damaged file is set aside by this reading: nobody else would hear of it.
    stored, notice = _settings(default, sets_aside=sets_aside)
    chosen = stored.get(DATA_FOLDER)
    if isinstance(chosen, str) and chosen:
        return _absolute(chosen), notice
    return default, notice


def _absolute(text: str) -> Path:
    try:
        return Path(text).expanduser().absolute()
    except RuntimeError as error:  # `~name` of nobody here
        detail = "that home directory is not known"
        raise DataDirectoryUnusableError(path=text, detail=detail) from error
    except OSError as error:  # the working directory is gone
        raise DataDirectoryUnusableError(path=text, detail=str(error.strerror)) from error


def _settings(data_dir: Path, *, sets_aside: bool = True) -> tuple[dict[str, Any], str | None]:
    path = paths.settings_path(data_dir)
    return read_settings(path, sets_aside=sets_aside) if _is_there(path) else ({}, None)


def _dotenv(path: Path) -> dict[str, str]:
    if not _is_there(path):
        return {}
    # Slow to import, and most data directories have no such file.
    from desktop_chat.storage.dotenv import read_dotenv

    return read_dotenv(path)


def _is_there(path: Path) -> bool:
    """Whether there is something to read; what cannot be looked at has nothing for us."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False
