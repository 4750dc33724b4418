"""How much memory this machine has for a model."""

from __future__ import annotations

import contextlib
import sys
from dataclasses import dataclass
from pathlib import Path

CGROUP = Path("/sys/fs/cgroup")


@dataclass(frozen=True, slots=True)
class Memory:
    """In bytes; `free_bytes` is what a new process could use without others being pushed out."""

    free_bytes: int
    total_bytes: int

    def with_card(self, gpu_bytes: int) -> Memory:
        """Return it with the memory of graphics cards, where that is one of its own."""
        if sys.platform == "darwin":
            return self
        return Memory(self.free_bytes + gpu_bytes, self.total_bytes + gpu_bytes)

    def with_more(self, more_bytes: int) -> Memory:
        """Return it with memory that is free as well, or will be."""
        return Memory(min(self.free_bytes + more_bytes, self.total_bytes), self.total_bytes)


def measure_memory(cgroup: Path = CGROUP) -> Memory:
    """Look at the machine now, within the limit of the container if there is one; blocks.

    Args:
        cgroup: Where Linux tells the limits of the group that this process is in.
    """
    # Most runs load no model by hand.
    import psutil

    whole = psutil.virtual_memory()
    free, total = int(whole.available), int(whole.total)
    limit, used = _number(cgroup / "memory.max"), _number(cgroup / "memory.current")
    if limit is not None and used is not None and limit < total:
        # Files that were read count as used, and make room when it is wanted.
        files = _stat(cgroup / "memory.stat", "inactive_file")
        return Memory(min(free, max(0, limit - used + files)), limit)
    return Memory(free, total)


def memory_of(pid: int) -> int:
    """Return what the end of a process would make free, in bytes; 0 if that cannot be told."""
    import psutil

    with contextlib.suppress(psutil.Error, OSError):
        info = psutil.Process(pid).memory_info()
        # Pages of files, as Linux tells them apart, count as free already.
        return int(info.rss - getattr(info, "shared", 0))
    return 0


def _number(path: Path) -> int | None:
    with contextlib.suppress(OSError, ValueError):
        return int(path.read_text(encoding="ascii"))
    return None  # also for "max", which is no limit


def _stat(path: Path, name: str) -> int:
    with contextlib.suppress(OSError, ValueError):
        for line in path.read_text(encoding="ascii").splitlines():
            key, _, value = line.partition(" ")
            if key == name:
                return int(value)
    return 0
