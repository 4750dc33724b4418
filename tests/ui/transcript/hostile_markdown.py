"""Markdown made to hurt: endless, deep, half open, invisible. Each text ends in "deep".

Those of `long_texts` are for slices, those of `short_texts` small enough to go letter by letter.
"""

from __future__ import annotations


def _corpus(n: int) -> dict[str, str]:
    """Return texts whose size follows from `n`."""
    tables = {
        "columns": "| a " * n + "|\n" + "|-" * n + "|\n| deep |",
        "rows": "| a | b |\n|--|--|\n" + "| **x** | y |\n" * n + "\ndeep",
        "bomb": "|" + "a|" * (n // 10) + "\n|" + "-|" * (n // 10) + "\n" + "|x|\n" * n + "\ndeep",
        "pipes": "|" * n + "deep",
    }
    nested = {
        "quotes": ">" * n + " deep",
        "spaced quotes": "> " * n + "deep",
        "bullets": "- " * n + "deep",
        "numbers": "1. " * n + "deep",
        "lists": "\n".join("  " * depth + "- item" for depth in range(n // 30)) + " deep",
        "mixed": "> - " * n + "deep",
        "quoted lines": "> q **b**\n" * n + "> deep",
        "long code in a list": "- a\n  ```\n" + "  code\n" * n + "  ```\n- deep",
        "indented": "    code\n\n" * n + "deep",
        "notes": "".join(f"[^{number}]: x\n" for number in range(n)) + "\ndeep",
    }
    marks = {
        "brackets": "[" * n + "deep",
        "bracket pairs": "[" * n + "deep" + "]" * n,
        "links": "[a](" * n + "deep",
        "images": "![a" * n + "](x)" * n + "deep",
        "bangs": "![" * n + "deep",
        "labels": "[x][y]" * n + "deep",
        "titles": '[a](b "c' * n + "deep",
        "stars": "*" * n + "deep",
        "spaced stars": "*a " * n + "deep",
        "emphasis": "*a **b " * n + "deep",
        "closers": "a* b** " * n + "deep",
        "underscores": "_a" * n + "deep",
        "tildes": "~a " * n + "deep",
        "ticks": "`" * n + "deep" + "`" * (n - 1),
        "tick runs": "` `` ``` " * n + "deep",
        "dollars": "$" * n + "deep",
        "spaced dollars": "$x " * n + "deep",
        "parentheses": "\\(x " * n + "deep",
        "formulas": "$$x\n" * n + "\ndeep",
        "backslashes": "\\" * n + "deep",
        "entities": "&amp;" * n + "&" * n + "deep",
        "angles": "<http://a" * n + "deep",
        "html": "<div>" * n + "deep",
        "addresses": "http://a." * n + " a@b.c" * n + " deep",
    }
    letters = {
        "one line": "a" * n + "deep",
        "lines": "line\n" * n + "deep",
        "blank lines": "\n" * n + "deep",
        "ansi": "\x1b[31mred\x1b[0m \x1b]0;t\x07" * n + "deep",
        "nul": "\0" * n + "deep",
        "bidi": "\u202eabc\u202c \u2066x\u2069" * n + "deep",
        "zero width": "\u200b\u200d\ufeff" * n + "deep",
        "zalgo": "a" + "\u0301\u0327" * n + "deep",
        "lone surrogates": "\ud83d \ude00" * n + "deep",
        "families": "👩‍👩‍👧‍👦" * n + "deep",
        "objects": "\ufffc" * n + "deep",
        "separators": "a\u2028b\u2029c\x85d\r" * n + "deep",
    }
    definitions = {
        "definitions": "".join(f"[d{at}]: http://x/{at}\n" for at in range(n)) + "\ndeep",
        "late links": "[d] and [e]\n\n" * n + "[d]: http://x\n\ndeep",
    }
    return {**tables, **nested, **marks, **letters, **definitions}


ADDRESSES = "\n\n".join(
    f"{mark}[a]({address}) <{address}>\n\n[x]: {address}\n\n{mark}[x]"
    for mark in ("", "!")
    for address in (
        "file:///etc/passwd", "\\\\host\\share", "//host/share", "data:text/html,x",
        "data:image/png;base64,AAAA", "javascript:alert(1)", "JaVaScRiPt:x", "vbscript:x",
        "java&#x73;cript:x", "smb://host", "ms-msdt:x", "http://user@host", "http://аррӏе.com",
    )
)  # fmt: skip


def long_texts() -> dict[str, str]:
    """Return texts of up to a million characters and more."""
    return {
        **_corpus(2_500),
        "a million letters": "a" * 1_000_000 + "deep",
        "fifty thousand brackets": "[" * 50_000 + "deep",
        "a hundred thousand tags": "<div>" * 100_000 + "deep",
        "ten thousand quotes": "> " * 10_000 + "deep",
        "addresses": ADDRESSES + "\n\ndeep",
    }


def short_texts() -> dict[str, str]:
    """Return texts of the same kinds, of at most some thousand characters."""
    return {**_corpus(50), "addresses": ADDRESSES[:700]}
