"""Formulas typeset from LaTeX; whatever the libraries stumble over is an answer, too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop_chat.services.drawing.formula_geometry import Formula, NoFormula

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element


def typeset(source: str, is_display: bool) -> Formula | NoFormula:
    """Draw LaTeX; takes some milliseconds, the first time some hundred. Never raises.

    Args:
        source: LaTeX without its delimiters.
        is_display: Whether it stands on a line of its own, where sums and fractions are larger.
    """
    from desktop_chat.services.drawing.formula_source import prepared

    try:
        latex = prepared(source)
    except ValueError as error:
        return NoFormula(str(error))
    try:
        prepare()
        from desktop_chat.services.drawing.formula_typesetting import formula_from

        return formula_from(latex, is_display)
    except Exception as error:  # noqa: BLE001 whatever the libraries stumble over
        return NoFormula(f"{type(error).__name__}: {error}"[:200])


def mathml(source: str, is_display: bool) -> Element | None:
    """Return LaTeX as MathML, None for what cannot be read. Slow as `typeset`; never raises."""
    from desktop_chat.services.drawing.formula_source import prepared

    try:
        latex = prepared(source)
        prepare()
        from desktop_chat.services.drawing.formula_typesetting import mathml_from

        return mathml_from(latex, is_display)
    except Exception:  # noqa: BLE001 whatever the libraries stumble over
        return None


def prepare() -> None:
    """Import what draws, which takes some hundred milliseconds the first time."""
    from warnings import catch_warnings, simplefilter

    with catch_warnings():
        # The libraries use what later Pythons advise against.
        simplefilter("ignore")
        import desktop_chat.services.drawing.formula_typesetting  # noqa: F401
