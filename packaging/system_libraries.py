"""Check the system libraries that no wheel brings, and install them where that is possible.

Runs before the virtual environment exists, with the standard library of any Python 3:
`python3 packaging/system_libraries.py run|test`.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import shutil
import subprocess
import sys
import sysconfig
import time

# Shared library → Debian package.
RUN_LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgomp.so.1": "libgomp1",
}
# Program → Debian package. The bundle is built with binutils; the others make a desktop to test on.
TEST_PROGRAMS = {
    "Xvfb": "xvfb",
    "openbox": "openbox",
    "dbus-run-session": "dbus-x11",
    "dbus-launch": "dbus-x11",
    "/usr/libexec/at-spi-bus-launcher": "at-spi2-core",
    "objdump": "binutils",
}
SYSTEM_PYTHON = "/usr/bin/python3"
APT_TRIES = 3


def has_library(name: str) -> bool:
    """Tell whether the loader finds this shared library."""
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def can_make_venv() -> bool:
    """Tell whether this Python can make virtual environments (Debian packs that apart)."""
    return all(importlib.util.find_spec(name) for name in ("venv", "ensurepip"))


def has_pyatspi() -> bool:
    """Tell whether the system's own Python can drive a window as a screen reader does."""
    command = [SYSTEM_PYTHON, "-c", "import pyatspi"]
    try:
        done = subprocess.run(
            command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
    except OSError:
        return False
    return done.returncode == 0


def missing_for_run() -> dict[str, str]:
    """Return what the window and the engine lack: thing → Debian package."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    missing = {name: pack for name, pack in RUN_LIBRARIES.items() if not has_library(name)}
    if not can_make_venv():
        missing["venv module of Python"] = f"python{version}-venv"
    return missing


def missing_for_test() -> dict[str, str]:
    """Return what the tests lack beyond `missing_for_run`."""
    missing = {name: pack for name, pack in TEST_PROGRAMS.items() if shutil.which(name) is None}
    if not has_pyatspi():
        missing["pyatspi for the system's python3"] = "python3-pyatspi"
    # A bundle carries Python's shared library, which Debian packs apart.
    library = sysconfig.get_config_var("INSTSONAME") or ""
    folder = sysconfig.get_config_var("LIBDIR") or ""
    if ".so" in library and not (
        os.path.exists(os.path.join(folder, library)) or has_library(library)  # noqa: PTH110, PTH118
    ):
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        missing[library] = f"libpython{version}"
    return missing


def install(packages: list[str]) -> bool:
    """Install Debian packages as root; True when apt-get says it went well."""
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    options = ["-y", "-o", "Acquire::Retries=3"]
    commands = [
        ["apt-get", "update", *options[1:]],
        ["apt-get", "install", "--no-install-recommends", *options, *packages],
    ]
    for wait_s in (5, 15, 0)[:APT_TRIES]:
        # Another apt-get may hold the lock, or a mirror may be in the middle of an update.
        if all(subprocess.call(command, env=env) == 0 for command in commands):
            return True
        time.sleep(wait_s)
    return False


def capability(missing: str) -> str:
    """Return how dnf and zypper find the package that holds a library or a program."""
    if ".so" in missing:
        return f"'{missing}()(64bit)'"
    if missing.startswith("pyatspi"):
        return "python3-pyatspi"
    return missing if missing.startswith("/") else f"/usr/bin/{missing}"


def command_to_type(missing: dict[str, str]) -> str:
    """Return the command that installs what is missing on this system, or "" if unknown."""
    if shutil.which("apt-get"):
        packages = " ".join(sorted(set(missing.values())))
        return f"sudo apt-get update && sudo apt-get install {packages}"
    for tool in ("dnf", "zypper"):
        if shutil.which(tool):
            return f"sudo {tool} install " + " ".join(sorted(map(capability, missing)))
    return ""


def main(argv: list[str]) -> int:
    """Check for `run` or `test`; 0 when everything is there in the end."""
    if not sys.platform.startswith("linux"):
        return 0

    def find_missing() -> dict[str, str]:
        return missing_for_run() | (missing_for_test() if "test" in argv else {})

    missing = find_missing()
    if missing and os.geteuid() == 0 and shutil.which("apt-get"):
        packages = sorted(set(missing.values()))
        print("Installing system packages: " + " ".join(packages), flush=True)
        if install(packages):
            importlib.invalidate_caches()
            missing = find_missing()
    if not missing:
        return 0
    print("These are missing on this system: " + ", ".join(missing), file=sys.stderr)
    command = command_to_type(missing)
    if command:
        print(f"Install them with this command, then try again:\n\n  {command}\n", file=sys.stderr)
    else:
        print("Install them with the system's package manager, then try again.", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
