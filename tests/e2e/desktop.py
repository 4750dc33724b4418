"""A desktop of the tests' own: a screen, a window manager, a bus, and what screen readers need."""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

AT_SPI_LAUNCHERS = (
    "/usr/libexec/at-spi-bus-launcher",
    "/usr/lib/at-spi2-core/at-spi-bus-launcher",
    "/usr/lib/at-spi2/at-spi-bus-launcher",
)
ENDS_WITHIN_S = 10


@contextlib.contextmanager
def desktop() -> Iterator[dict[str, str]]:
    """Yield the variables that put a program on the desktop.

    Everything is started by us and ends with the block; nothing of the user's is touched.
    """
    # Sockets lie here, so the path must be short.
    with tempfile.TemporaryDirectory(prefix="desk-") as folder, contextlib.ExitStack() as stack:
        runtime = Path(folder)
        runtime.chmod(0o700)
        env = {
            "HOME": folder,
            "XDG_RUNTIME_DIR": folder,
            "QT_QPA_PLATFORM": "xcb",
            "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1",
            "GSETTINGS_BACKEND": "memory",
            "GIO_USE_VFS": "local",
        }
        env["DISPLAY"] = f":{stack.enter_context(_screen())}"
        env["DBUS_SESSION_BUS_ADDRESS"] = stack.enter_context(_bus(env))
        stack.enter_context(_running([_at_spi_launcher(), "--launch-immediately"], env))
        stack.enter_context(_running(["openbox"], env))
        yield {name: value for name, value in env.items() if name != "HOME"}


@contextlib.contextmanager
def _screen() -> Iterator[str]:
    """Start an X server and yield the number of its display."""
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1400x1000x24"]
    server = subprocess.Popen(
        [*command, "-nolisten", "tcp", "-noreset"], pass_fds=[writing], stderr=subprocess.DEVNULL
    )
    os.close(writing)
    with _ended(server), os.fdopen(reading) as pipe:
        yield pipe.readline().strip()


@contextlib.contextmanager
def _bus(env: dict[str, str]) -> Iterator[str]:
    """Start a session bus and yield its address."""
    command = ["dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address=1"]
    bus = subprocess.Popen(
        command, env=os.environ | env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert bus.stdout is not None
    with _ended(bus), bus.stdout as pipe:
        yield pipe.readline().strip()


@contextlib.contextmanager
def _running(command: list[str], env: dict[str, str]) -> Iterator[None]:
    child = subprocess.Popen(
        command, env=os.environ | env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    with _ended(child):
        yield


@contextlib.contextmanager
def _ended(child: subprocess.Popen[str] | subprocess.Popen[bytes]) -> Iterator[None]:
    try:
        yield
    finally:
        child.terminate()
        try:
            child.wait(ENDS_WITHIN_S)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _at_spi_launcher() -> str:
    for path in AT_SPI_LAUNCHERS:
        if Path(path).exists():
            return path
    raise FileNotFoundError("at-spi-bus-launcher: install at-spi2-core")
