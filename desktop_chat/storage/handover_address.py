"""Where the holder of a data directory can be reached: a file there names its socket."""

from __future__ import annotations

import hashlib
import json
import os
import socket
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path

from desktop_chat.paths import make_private_dir
from desktop_chat.storage.atomic_file import write_atomically

# The system's limit is 104 to 108 bytes, with the end mark.
_LONGEST_SOCKET_PATH = 100


@dataclass(frozen=True, slots=True)
class Address:
    """A socket in the file system, or a port on this machine that wants a token."""

    path: str = ""
    port: int = 0
    token: str = field(default="", repr=False)


def address_file(data_dir: Path) -> Path:
    """Return the file that holds the address; it may outlive the holder."""
    return data_dir / "handover"


def publish(data_dir: Path, address: Address) -> None:
    """Tell other processes of this user where to ask."""
    write_atomically(address_file(data_dir), json.dumps(asdict(address)).encode())


def find_address(data_dir: Path) -> Address:
    """Return the published address.

    Raises:
        OSError: None is published, or none that can be understood.
    """
    try:
        return Address(**json.loads(address_file(data_dir).read_bytes()))
    except (ValueError, TypeError) as error:
        raise ConnectionRefusedError("the address cannot be read") from error


def socket_path(data_dir: Path) -> Path:
    """Return where the holder's socket lies: in the data directory, if that path is short enough.

    Raises:
        OSError: The directory for it cannot be made.
    """
    path = data_dir.absolute() / "handover.socket"
    if len(os.fsencode(path)) <= _LONGEST_SOCKET_PATH:
        return path
    name = hashlib.sha256(os.fsencode(data_dir.resolve())).hexdigest()[:16]
    folder = _runtime_dir()
    make_private_dir(folder)
    return folder / f"{name}.socket"


def connect(address: Address, timeout_s: float) -> socket.socket:
    """Connect to the holder.

    Raises:
        OSError: It does not answer in time.
    """
    if address.port:
        return socket.create_connection(("127.0.0.1", address.port), timeout_s)
    if sys.platform == "win32":
        raise ConnectionRefusedError("there are no such sockets here")
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.settimeout(timeout_s)
        connection.connect(address.path)
    except BaseException:
        connection.close()
        raise
    return connection


def _runtime_dir() -> Path:
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    # Another user's name must not be in the way in the directory that all share.
    user = os.getuid() if sys.platform != "win32" else 0
    import tempfile  # seldom needed, and large

    for base in (runtime, tempfile.gettempdir(), "/tmp"):
        folder = Path(base, f"desktop-chat-{user}")
        if base and folder.is_absolute() and len(os.fsencode(folder)) <= _LONGEST_SOCKET_PATH - 24:
            return folder
    raise OSError("no directory has a path short enough for a socket")
