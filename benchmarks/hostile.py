"""Texts that have frozen or crashed other windows: reliability.md, rows 59 to 62."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.rich_text import reply

if TYPE_CHECKING:
    from collections.abc import Callable

MEGA = 1_000_000


def _up_to(unit: str, size: int = MEGA) -> str:
    return (unit * (size // len(unit) + 1))[:size]


def _lists() -> str:
    # Every level indented further would be 100 MB; markers on one line nest as well.
    return "\n".join("- " * min(level, 400) + "x" for level in range(1, 2_000))


def _table() -> str:
    rows = "\n".join(f"| {number} | cell | {number * 7} |" for number in range(100_000))
    return "| a | b | c |\n|:--|:-:|--:|\n" + rows


def _wide_table() -> str:
    columns = 2_000
    row = "|" + " x |" * columns
    return f"{row}\n|{'---|' * columns}\n" + "\n".join([row] * 20)


def _code() -> str:
    return "```python\n" + "\n".join(f"x_{n} = {n}  # line" for n in range(100_000)) + "\n```"


TEXTS: dict[str, Callable[[], str]] = {
    "one_line": lambda: "x" * MEGA,
    "one_line_of_words": lambda: _up_to("word "),
    "ten_megabytes": lambda: reply(10 * MEGA),
    "ten_megabytes_of_lines": lambda: _up_to("a line of text\n", 10 * MEGA),
    "quotes": lambda: ">" * 10_000 + " x",
    "quotes_growing": lambda: "\n".join("> " * level + "x" for level in range(1, 1_000)),
    "lists": _lists,
    "lists_on_one_line": lambda: "- " * 10_000 + "x",
    "numbered": lambda: "\n".join(f"{n}. item" for n in range(1, 100_000)),
    "table": _table,
    "wide_table": _wide_table,
    "table_in_one_cell": lambda: "| a |\n|---|\n| " + _up_to("long ") + " |",
    "code": _code,
    "code_in_one_line": lambda: "```\n" + "y" * MEGA + "\n```",
    "code_never_closed": lambda: "````python\n" + _up_to("def f(): return '\"'\n"),
    "indented_code": lambda: _up_to("    code\n"),
    "brackets": lambda: "[" * 50_000,
    "links": lambda: _up_to("[a](", 200_000),
    "stars": lambda: "*a " * 50_000,
    "stars_nested": lambda: "*" * 50_000 + "a" + "*" * 50_000,
    "underscores": lambda: "_a " * 50_000,
    "ticks": lambda: " ".join("`" * (n % 300) for n in range(1_000)) + "`" * 50_000,
    "tildes": lambda: "~~a " * 50_000,
    "dollars": lambda: "$" * 50_000,
    "dollars_apart": lambda: "$x " * 50_000,
    "formula": lambda: "$$\n" + r"\frac{1}{" * 5_000 + "x" + "}" * 5_000 + "\n$$",
    "formula_long": lambda: "$$\n" + "x + " * 100_000 + "y\n$$",
    "formulas": lambda: "\n\n".join(f"$$x_{{{n}}}^2$$ and $y_{{{n}}}$" for n in range(5_000)),
    "zalgo": lambda: _up_to("Z" + "̴̶́҉" * 50),
    "joined": lambda: _up_to("👩‍", 300_000),
    "emoji": lambda: _up_to("👩‍👩‍👧‍👦🇪🇺"),
    "right_to_left": lambda: _up_to("‮ עברית العربية 123 ‭"),
    "tags": lambda: "<div>" * 100_000,
    "tables_of_tags": lambda: "<table><tr><td>" * 20_000,
    "images": lambda: _up_to("![x](https://example.org/i.png)\n", 300_000),
    "notes": lambda: "\n\n".join(f"a[^{n}]\n\n[^{n}]: note" for n in range(10_000)),
    "references": lambda: "\n".join(f"[r{n}]: https://example.org/{n}" for n in range(20_000)),
    "headings": lambda: "# a\n" * 100_000,
    "rules": lambda: "---\n\n" * 100_000,
    "blank_lines": lambda: "\n" * MEGA,
    "controls": lambda: _up_to("\x00\x1b[31m\x7f​‮\r"),
    "entities": lambda: _up_to("&amp;&#x41;&nbsp;"),
    "backslashes": lambda: "\\" * MEGA,
    "emphasis_in_quotes": lambda: _up_to("> **a *b* c** `d`\n"),
}
# Streamed too: the ones of a megabyte at most.
STREAMED = tuple(name for name in TEXTS if not name.startswith("ten_megabytes"))
