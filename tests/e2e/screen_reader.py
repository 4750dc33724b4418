"""A screen reader in a test: finds things by their names and roles, and waits for them."""

from __future__ import annotations

import json
import os
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from tests.e2e.app_process import END_WITHIN_S, START_WITHIN_S

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PYTHON = "/usr/bin/python3"
SCRIPT = Path(__file__).with_name("at_spi.py")
POLL_S = 0.05


class ScreenReader:
    """Reads the window of one process.

    Args:
        pid: The process.
        desktop: The variables of the desktop that it is on.
    """

    def __init__(self, pid: int, desktop: Mapping[str, str]) -> None:
        self._pid = pid
        self._child = subprocess.Popen(
            [PYTHON, SCRIPT],
            env={**os.environ, **desktop},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def look(self, name: str, role: str | None = None) -> dict[str, Any] | None:
        """Describe the first object of this name; None if it is not there."""
        found = self._ask(do="look", name=name, role=role)
        return found if isinstance(found, dict) else None

    def items(self, name: str, role: str = "list") -> list[dict[str, Any]]:
        """Describe the items of a list."""
        return list(self._ask(do="items", name=name, role=role) or ())

    def names(self, name: str) -> list[str]:
        """Return the names of the items of a list."""
        return [item["name"] for item in self.items(name)]

    def inside(self, name: str) -> list[tuple[str, str]]:
        """Return role and name of what is in the last item of a list."""
        found = self._ask(do="inside", name=name, role="list") or ()
        return [(one["role"], one["name"]) for one in found]

    def type(self, name: str, text: str) -> None:
        """Put a text into a field."""
        self._do(do="type", name=name, text=text)

    def press(self, name: str, role: str = "push button") -> None:
        """Press a button, or what else can be pressed."""
        self._do(do="press", name=name, role=role)

    def choose(self, name: str, number: int) -> None:
        """Select an item of a list."""
        self._do(do="choose", name=name, role="list", number=number)

    def focus(self, name: str) -> None:
        """Give an object the keyboard."""
        self._do(do="focus", name=name)

    def key(self, key: str, *held: str) -> None:
        """Press a key."""
        self._do(do="key", key=key, held=held)

    def is_showing(self, name: str, role: str | None = None) -> bool:
        """Whether an object can be seen."""
        found = self.look(name, role)
        return found is not None and "showing" in found["states"]

    def wait_for(self, is_so: Callable[[], Any], what: str) -> Any:
        """Look again and again until something is so, and return it."""
        deadline = time.monotonic() + START_WITHIN_S
        while not (found := is_so()):
            if time.monotonic() > deadline:
                outline = "\n".join(self._ask(do="outline") or ["nothing"])
                raise TimeoutError(f"waited in vain: {what}; there is\n{outline}")
            time.sleep(POLL_S)
        return found

    def wait_for_item(self, name: str, item: str) -> dict[str, Any]:
        """Wait until a list has an item of exactly this name and return it."""

        def found() -> dict[str, Any] | None:
            return next((one for one in self.items(name) if one["name"] == item), None)

        return dict(self.wait_for(found, f"{item!r} in {name}"))

    def wait_for_description(self, name: str, part: str) -> str:
        """Wait until the description of an object holds a text and return all of it."""

        def found() -> str | None:
            there = self.look(name)
            return str(there["description"]) if there and part in there["description"] else None

        return str(self.wait_for(found, f"{part!r} as description of {name}"))

    def _do(self, **order: Any) -> None:
        self.wait_for(lambda: self._ask(**order), f"{order}")

    def _ask(self, **order: Any) -> Any:
        """Return the answer, None where the window changed while it was read."""
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        print(json.dumps({"pid": self._pid, **order}), file=self._child.stdin, flush=True)
        line = self._child.stdout.readline()
        assert line, self._child.communicate()[1]
        return json.loads(line).get("answer")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self._child.communicate(timeout=END_WITHIN_S)
        finally:
            self._child.kill()
            self._child.wait()
