"""LaTeX as models write it, made fit for the typesetter: bounded, without what it lacks."""

from __future__ import annotations

import re

MAX_SOURCE = 3000
MAX_DEPTH = 24

# Definitions can grow without bounds; a formula in a chat needs none.
_REFUSED = re.compile(
    r"\\(?:def|gdef|edef|xdef|let|(?:re)?newcommand|providecommand|(?:re)?newenvironment|"
    r"DeclareMathOperator|href|url|includegraphics|input|verb|ce|pu|SI|si|unit|qty)(?![a-zA-Z])"
)
_STEPS = re.compile(r"\\(?:begin|end|left|right)(?![a-zA-Z])|\\.|[{}]", re.DOTALL)
_DROPPED = re.compile(r"\\(?:label\s*\{[^{}]*\}|(?:nonumber|notag|allowbreak)(?![a-zA-Z]))")
_ENVIRONMENT = re.compile(r"\\(begin|end)\s*\{([a-zA-Z]+)(\*?)\}")
_ALIGNAT = re.compile(r"(\\begin\s*\{alignat(?:ed)?\*?\})\s*\{[^{}]*\}")
_TAG = re.compile(r"\\tag(\*?)\s*\{([^{}]*)\}")
_BINOM = re.compile(r"\\[dt]?binom(?![a-zA-Z])\s*")
_ROW_GAP = re.compile(r"\\\\\s*\[\s*-?[\d.]+\s*[a-z]{2}\s*\]")
# Environments that the typesetter does not know, and the nearest that it does.
_KNOWN_AS = {
    "equation": "", "displaymath": "", "math": "", "multline": "gathered",
    "gather": "gathered", "align": "align*", "aligned": "align*", "alignat": "align*",
    "alignedat": "align*", "flalign": "align*", "eqnarray": "align*", "split": "align*",
    "dcases": "cases", "gathered": "gathered", "smallmatrix": "matrix",
}  # fmt: skip
_COMMANDS = {
    r"\bm": r"\boldsymbol", r"\lt": "<", r"\gt": ">", r"\dotsb": r"\cdots", r"\thinspace": r"\,",
    r"\bold": r"\mathbf", r"\mathds": r"\mathbb", r"\N": r"\mathbb{N}", r"\R": r"\mathbb{R}",
    r"\Z": r"\mathbb{Z}", r"\Q": r"\mathbb{Q}", r"\C": r"\mathbb{C}", r"\textnormal": r"\text",
    r"\argmax": r"\operatorname*{argmax}", r"\argmin": r"\operatorname*{argmin}",
    r"\lbrack": "[", r"\rbrack": "]", r"\strut": "", r"\displaylimits": "",
}  # fmt: skip
_COMMAND = re.compile(r"\\[a-zA-Z]+")


def prepared(source: str) -> str:
    """Return LaTeX that the typesetter can take.

    Raises:
        ValueError: It is too long, too deeply nested, unbalanced, or defines commands.
    """
    if len(source) > MAX_SOURCE:
        raise ValueError("too long")
    source = source.strip()
    if not source:
        raise ValueError("empty")
    if found := _REFUSED.search(source):
        raise ValueError(f"{found[0]} is not drawn")
    _check_nesting(source)
    source = _DROPPED.sub("", source)
    source = _ROW_GAP.sub(r"\\\\", source)
    source = _TAG.sub(_tag, source)
    source = _ALIGNAT.sub(r"\1", source)
    source = _ENVIRONMENT.sub(_environment, source)
    source = _COMMAND.sub(_command, source)
    return _binomials(source).strip()


def _check_nesting(source: str) -> None:
    depth = 0
    for step in _STEPS.findall(source):
        if step in ("{", r"\begin", r"\left"):
            depth += 1
        elif step in ("}", r"\end", r"\right"):
            depth -= 1
        if depth > MAX_DEPTH:
            raise ValueError("too deeply nested")
        if depth < 0:
            raise ValueError("unbalanced")
    if depth:
        raise ValueError("unbalanced")


def _environment(found: re.Match[str]) -> str:
    step, name, star = found[1], found[2], found[3]
    known = _KNOWN_AS.get(name)
    if known is None:
        return rf"\{step}{{{name}{star}}}"
    if known == "gathered":
        return r"\begin{matrix}" if step == "begin" else r"\end{matrix}"
    return rf"\{step}{{{known}}}" if known else ""


def _command(found: re.Match[str]) -> str:
    name = found[0]
    if name not in _COMMANDS:
        return name
    new = _COMMANDS[name]
    # So that it does not run into a letter that follows.
    return f"{new} " if _COMMAND.fullmatch(new) else new


def _tag(found: re.Match[str]) -> str:
    text = found[2] if found[1] else f"({found[2]})"
    return rf"\qquad\text{{{text}}}"


def _binomials(source: str) -> str:
    """Write binomials as a fraction without bar: the typesetter's own way takes no braces."""
    while found := _BINOM.search(source):
        above, at = _argument(source, found.end())
        below, end = _argument(source, at)
        made = rf"\left({{{above} \atop {below}}}\right)"
        source = source[: found.start()] + made + source[end:]
    return source


def _argument(source: str, at: int) -> tuple[str, int]:
    """Return the argument that starts at an offset, and where it ends."""
    while at < len(source) and source[at].isspace():
        at += 1
    if at >= len(source):
        raise ValueError("an argument is missing")
    if source[at] != "{":
        found = _COMMAND.match(source, at)
        end = found.end() if found else at + 1
        return source[at:end], end
    depth = 0
    for step in re.finditer(r"\\.|[{}]", source[at:], re.DOTALL):
        depth += {"{": 1, "}": -1}.get(step[0], 0)
        if not depth:
            end = at + step.end()
            return source[at + 1 : end - 1], end
    raise ValueError("unbalanced")
