"""What a formula looks like: outlines, bars and letters, without Qt."""

from __future__ import annotations

from dataclasses import dataclass

Outline = tuple[tuple[float, ...], ...]
"""Contours: points of 2 numbers move or draw a line, 4 and 6 draw curves; () ends a contour."""


@dataclass(frozen=True, slots=True)
class Placed:
    """An outline with its origin at `x`, `y`, `scale` times its size."""

    outline: Outline
    x: float
    y: float
    scale: float


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter that the formulas' font lacks; it is drawn with the font of the text.

    `width` is the room that it has, `scale` its size.
    """

    text: str
    x: float
    y: float
    scale: float
    width: float


@dataclass(frozen=True, slots=True)
class Formula:
    """What a formula looks like, in units of its font size; y grows downwards from the baseline.

    Attributes:
        width: The room it takes in a line.
        ascent: How far it reaches above the baseline.
        descent: How far it reaches below.
        glyphs: Its letters and signs.
        bars: Filled rectangles: x, y, width, height.
        letters: What is drawn with the font of the text.
    """

    width: float
    ascent: float
    descent: float
    glyphs: tuple[Placed, ...] = ()
    bars: tuple[tuple[float, float, float, float], ...] = ()
    letters: tuple[Letter, ...] = ()


@dataclass(frozen=True, slots=True)
class NoFormula:
    """LaTeX that cannot be drawn, and why, for the log."""

    reason: str
