"""Starts LM Studio where it is installed."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from pathlib import Path

# Where LM Studio puts its own command-line tool; `lms server start` also starts the program.
LMS_TOOL = Path(".lmstudio") / "bin" / "lms"


def start_command(home: Path | None = None) -> list[str] | None:
    """Return the command that starts LM Studio's server, or the program; None if it is not here."""
    tool = (home or Path.home()) / LMS_TOOL
    for candidate in (tool, tool.with_suffix(".exe")):
        if candidate.is_file():
            return [str(candidate), "server", "start"]
    found = shutil.which("lms")
    if found:
        return [found, "server", "start"]
    if sys.platform == "darwin" and Path("/Applications/LM Studio.app").exists():
        return ["open", "-a", "LM Studio"]
    program = shutil.which("lm-studio")
    return [program] if program else None


def start() -> bool:
    """Start LM Studio without waiting for it; return whether it was found.

    It outlives this program: it is the user's, not ours.
    """
    command = start_command()
    if command is None:
        return False
    try:
        program = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError:
        return False
    # Somebody has to take note of its end, or a dead process stays in the system's table.
    threading.Thread(target=program.wait, name="lm-studio-start", daemon=True).start()
    return True
