"""Markdown as models write it, always the same, so that runs can be compared."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SEED = 20261122
PROSE = (
    "the model answers with a list of steps and then some code that reads the file line by line "
    "because memory is short while time is not which is why the loop below keeps only one row "
    "although nothing in Zürich or Kraków depends on it"
)
WORDS = PROSE.split()
LANGUAGES = ("python", "javascript", "rust", "sql", "bash", "json")
FORMULAS = (
    r"\frac{{{a} x^{b}}}{{\sqrt{{{c} + y}}}}",
    r"\sum_{{i={a}}}^{{{c}}} \frac{{i^{b}}}{{n}}",
    r"\int_{{{a}}}^{{{c}}} e^{{-{b} t^2}} \, dt",
    r"x_{{{a}}} = {b} \alpha + {c} \beta",
)
# Of one stored message; about as long as people's and models' turns are.
MESSAGE = 800


class Writer:
    """Writes parts of replies, each other than the last."""

    def __init__(self, seed: int = SEED) -> None:
        self._source = random.Random(seed)
        # In this order, so that every stretch of the same length costs about the same.
        self.parts: list[Callable[[], str]] = [
            self.heading,
            self.paragraph,
            self.bullets,
            self.code,
            self.paragraph,
            self.table,
            self.formula,
            self.numbered,
            self.paragraph,
            self.quote,
        ]

    def question(self) -> str:
        return self.words(15).capitalize() + "?"

    def message(self, start: int) -> str:
        """Return a reply of about 0.8 kB that begins with the kind of part `start`."""
        made: list[str] = []
        while sum(map(len, made)) < MESSAGE:
            made.append(self.parts[(start + len(made)) % len(self.parts)]())
        return "\n\n".join(made)

    def endless(self) -> Iterator[str]:
        """Yield one part after the other for ever, with the gap that follows each."""
        while True:
            for part in self.parts:
                yield part() + "\n\n"

    def words(self, count: int) -> str:
        return " ".join(self._source.choices(WORDS, k=count))

    def heading(self) -> str:
        return "#" * self._source.randint(2, 4) + " " + self.words(4).capitalize()

    def paragraph(self) -> str:
        return (
            f"{self.words(20).capitalize()} **{self.words(3)}** {self.words(8)} *{self.words(2)}* "
            f"and `{self.words(1)}()`, where ${self._tex()}$ holds; see "
            f"[{self.words(2)}](https://example.org/{self._number()}). {self.words(14)}."
        )

    def bullets(self) -> str:
        lines = [f"- **{self.words(1)}**: {self.words(9)}" for _ in range(4)]
        lines.insert(2, f"  - {self.words(6)}\n  - ~~{self.words(2)}~~ {self.words(4)}")
        return "\n".join(lines)

    def numbered(self) -> str:
        return "\n".join(f"{number}. {self.words(10)}" for number in range(1, 5))

    def quote(self) -> str:
        return f"> {self.words(16)}\n>\n> {self.words(10)}"

    def code(self) -> str:
        lines = [
            f"def {word}_{self._number()}({word}: int) -> int:  # {self.words(3)}\n"
            f'    total = {self._number()} + len("{self.words(2)}")\n'
            f"    return total if {word} > {self._number()} else None"
            for word in self._source.choices(WORDS[:20], k=4)
        ]
        return f"```{self._source.choice(LANGUAGES)}\n" + "\n\n".join(lines) + "\n```"

    def table(self) -> str:
        rows = [f"| {self.words(1)} | {self.words(4)} | {self._number()} |" for _ in range(5)]
        return "| Name | What it is | Count |\n|:--|:-:|--:|\n" + "\n".join(rows)

    def formula(self) -> str:
        return f"$$\n{self._tex()} = {self._number()}\n$$"

    def _tex(self) -> str:
        a, b, c = (self._source.randint(1, 99) for _ in range(3))
        return self._source.choice(FORMULAS).format(a=a, b=b, c=c)

    def _number(self) -> int:
        return self._source.randint(1, 9999)


def reply(characters: int) -> str:
    """Return a reply of exactly so many characters."""
    made: list[str] = []
    size = 0
    for part in Writer().endless():
        made.append(part)
        size += len(part)
        if size >= characters:
            return "".join(made)[:characters]
    raise AssertionError
