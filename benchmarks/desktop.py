"""A screen to measure on, and the environment of the processes that are measured."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FORBIDDEN = (
    # Without compiled modules every figure lies.
    "PYTHONDONTWRITEBYTECODE",
    "QT_LINUX_ACCESSIBILITY_ALWAYS_ON",
    "WAYLAND_DISPLAY",
    "DISPLAY",
    "LM_STUDIO_MODEL",
    "LM_STUDIO_API_TOKEN",
)
# Port 9 (discard): nothing listens there, and the answer comes at once.
NO_SERVER = "http://127.0.0.1:9"


@contextlib.contextmanager
def screen(folder: Path | None = None) -> Iterator[dict[str, str]]:
    """Yield the variables that put windows on a screen of their own, an offscreen one at worst.

    Args:
        folder: Where the screen's content appears, as a file `Xvfb_screen0`.
    """
    if shutil.which("Xvfb") is None:
        yield {"QT_QPA_PLATFORM": "offscreen"}
        return
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1600x1000x24"]
    command += ["-nolisten", "tcp", *(["-fbdir", str(folder)] if folder else [])]
    server = subprocess.Popen(command, pass_fds=[writing], stderr=subprocess.DEVNULL)
    os.close(writing)
    try:
        with os.fdopen(reading) as pipe:
            number = pipe.readline().strip()
        yield {"DISPLAY": f":{number}", "QT_QPA_PLATFORM": "xcb"}
    finally:
        server.terminate()
        server.wait()


def environment(data_dir: Path, url: str = NO_SERVER) -> dict[str, str]:
    """The environment of a measured process: its own home and data, nothing of the user's."""
    kept = {name: value for name, value in os.environ.items() if name not in FORBIDDEN}
    home = data_dir.parent / "home"
    home.mkdir(exist_ok=True)
    return kept | {
        "HOME": str(home),
        "DESKTOP_CHAT_DATA_DIR": str(data_dir),
        "LM_STUDIO_URL": url,
        # Whatever else listens on this machine has no part in a figure.
        "DESKTOP_CHAT_DISCOVERY": "off",
        # Without this, a message bus is looked for on the screen, and that can take seconds.
        "DBUS_SESSION_BUS_ADDRESS": "disabled:",
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
    }
