"""Formulas drawn from LaTeX: ordered from the workshop, or worked out at once without one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop_chat.services.drawing.requests import FormulaRequest

if TYPE_CHECKING:
    from desktop_chat.services.drawing.formula_geometry import Formula, NoFormula
    from desktop_chat.ui.transcript.layouts.look import Look


def drawn(look: Look, source: str, is_display: bool) -> Formula | NoFormula | None:
    """Return the formula for LaTeX, or None while the workshop draws it.

    Its key leaves out the size, since a formula is as wide as its font is large.
    """
    if look.workshop is None:
        from desktop_chat.services.drawing.formulas import typeset

        return typeset(source, is_display)
    request = FormulaRequest(source, is_display)
    return look.workshop.order(("formula", source, is_display), request)
