"""Formulas drawn from LaTeX: their geometry, worked out beside the event loop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop_chat.ui.transcript.layouts.formula_geometry import Formula, NoFormula

if TYPE_CHECKING:
    from desktop_chat.ui.transcript.layouts.look import Look


def drawn(look: Look, source: str, is_display: bool) -> Formula | NoFormula | None:
    """Return the formula for LaTeX, or None while the workshop draws it.

    Its key leaves out the size, since a formula is as wide as its font is large.
    """

    def job() -> Formula | NoFormula:
        return typeset(source, is_display)

    if look.workshop is None:
        return job()
    return look.workshop.order(("formula", source, is_display), job)


def typeset(source: str, is_display: bool) -> Formula | NoFormula:
    """Draw LaTeX; takes some milliseconds, the first time some hundred. Never raises.

    Args:
        source: LaTeX without its delimiters.
        is_display: Whether it stands on a line of its own, where sums and fractions are larger.
    """
    from warnings import catch_warnings, simplefilter

    from desktop_chat.ui.transcript.layouts.formula_source import prepared

    try:
        latex = prepared(source)
    except ValueError as error:
        return NoFormula(str(error))
    try:
        with catch_warnings():
            # The libraries use what later Pythons advise against.
            simplefilter("ignore")
            from desktop_chat.ui.transcript.layouts.formula_typesetting import formula_from

        return formula_from(latex, is_display)
    except Exception as error:  # noqa: BLE001 whatever the libraries stumble over
        return NoFormula(f"{type(error).__name__}: {error}"[:200])
