"""`.env` files, read without touching the environment."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

logger = logging.getLogger(__name__)


def read_dotenv(path: Path) -> dict[str, str]:
    """Return the values in the file; none if it is missing or cannot be read."""
    if not path.is_file():
        return {}
    # Only where there is such a file is the package worth its time.
    from dotenv import dotenv_values

    try:
        with path.open(encoding="utf-8-sig") as file:
            # A `$` in a token is meant as it stands.
            found = dotenv_values(stream=file, interpolate=False)
    except (OSError, UnicodeDecodeError) as error:
        logger.warning("%s cannot be read: %s", path, error)
        return {}
    return {name: value for name, value in found.items() if value is not None}
