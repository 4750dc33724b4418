"""Reads the scenario table, `scenarios.md` beside this file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
TABLE = HERE / "scenarios.md"
ROW = re.compile(r"^\| (\d+) \| ((?:`[^`]+` ?)+)\| (P1 )?\| (.+) \| (.+) \|$")


@dataclass(frozen=True, slots=True)
class Row:
    """A scenario.

    Attributes:
        shows: What a good client makes of it.
        provider_tests: Names of tests, as `file::function` in this folder.
        window_tests: The same of those that look at the window.
    """

    number: int
    names: tuple[str, ...]
    is_p1: bool
    shows: str
    provider_tests: tuple[str, ...]
    window_tests: tuple[str, ...]


def read_table() -> list[Row]:
    """All rows, in the order of the file."""
    lines = TABLE.read_text("utf-8").splitlines()
    found = [ROW.match(line) for line in lines if re.match(r"^\| \d", line)]
    return [row_of(match) for match in found if match is not None]


def row_of(match: re.Match[str]) -> Row:
    """One row."""
    number, names, p1, shows, tests = match.groups()
    words = tests.split()
    window = [word.removeprefix("w:") for word in words if word.startswith("w:")]
    provider = [
        word.replace("p:", "test_providers.py::") for word in words if not word.startswith("w:")
    ]
    named = tuple(re.findall(r"`([^`]+)`", names))
    return Row(int(number), named, bool(p1), shows, tuple(provider), tuple(window))
