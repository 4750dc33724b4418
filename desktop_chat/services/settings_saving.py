"""Writes what the user set into the settings file."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from desktop_chat.domain.errors import StorageError
from desktop_chat.services.launch import DATA_FOLDER
from desktop_chat.storage.settings_file import read_settings, write_settings

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from desktop_chat.services.background import Worker

logger = logging.getLogger(__name__)


class SettingsSaving:
    """Writes the settings file on the writer's thread."""

    def __init__(self, path: Path, writer: Worker) -> None:
        self._path = path
        self._writer = writer

    def __call__(self, values: dict[str, Any]) -> None:
        """Have these values written, in the order of the calls."""
        self._writer.submit(self._write, values)

    def _write(self, values: dict[str, Any]) -> None:
        # The data folder is chosen apart from the others, and perhaps since this start.
        stored, _ = read_settings(self._path)
        values = {key: value for key, value in values.items() if key != DATA_FOLDER}
        if DATA_FOLDER in stored:
            values[DATA_FOLDER] = stored[DATA_FOLDER]
        try:
            write_settings(self._path, values)
        except StorageError as error:
            logger.error("The settings could not be saved: %s", error)
