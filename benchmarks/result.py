"""What a measurement yields, and the form in which it is written down."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Result:
    """One number.

    Attributes:
        value: What the product needs.
        baseline: What its bare counterpart needs, measured in turns with it.
        limit: The most that `ratio` may be; without a baseline, the most that `value` may be.
        n: Number of measurements; `value` and `baseline` are their medians.
    """

    value: float
    unit: str
    limit: float
    n: int
    baseline: float | None = None

    @property
    def ratio(self) -> float | None:
        return None if self.baseline is None else self.value / self.baseline

    @property
    def ok(self) -> bool:
        return (self.value if self.ratio is None else self.ratio) <= self.limit

    def as_json(self) -> dict[str, Any]:
        return {
            "value": _rounded(self.value),
            "unit": self.unit,
            "baseline": _rounded(self.baseline),
            "ratio": _rounded(self.ratio),
            "limit": _rounded(self.limit),
            "ok": self.ok,
            "n": self.n,
        }


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, 3)


def write(results: Mapping[str, Result], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = {name: result.as_json() for name, result in results.items()}
    path.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")


def table(results: Mapping[str, Result]) -> str:
    """Set the results out for people."""
    lines = [f"{'':32}{'value':>10} {'unit':10}{'bare':>10}{'ratio':>8}{'limit':>8}{'n':>8}"]
    for name, result in results.items():
        bare = "" if result.baseline is None else f"{result.baseline:.2f}"
        ratio = "" if result.ratio is None else f"{result.ratio:.2f}"
        mark = "" if result.ok else "  TOO MUCH"
        lines.append(
            f"{name:32}{result.value:>10.2f} {result.unit:10}{bare:>10}{ratio:>8}"
            f"{result.limit:>8.2f}{result.n:>8}{mark}"
        )
    return "\n".join(lines)
