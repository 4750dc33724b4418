"""Formulas within the text of pages, drawn as outlines."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRect, QRectF, QSizeF
from PySide6.QtGui import (
    QFontMetrics,
    QPainter,
    QPyTextObject,
    QTextCharFormat,
    QTextDocument,
    QTextFormat,
)

from desktop_chat.ui.transcript.layouts.formula_path import path_of

if not TYPE_CHECKING:
    from desktop_chat.overriding import override

if TYPE_CHECKING:
    from typing_extensions import override

    from desktop_chat.services.drawing.formula_geometry import Formula
    from desktop_chat.ui.printing.page_look import PageLook

FORMULA = int(QTextFormat.ObjectTypes.UserObject) + 1
_NUMBER = int(QTextFormat.Property.UserProperty) + 20


def set_formula(letters: QTextCharFormat, number: int) -> None:
    """Have the letters of a format show a formula."""
    letters.setObjectType(FORMULA)
    letters.setProperty(_NUMBER, number)
    letters.setVerticalAlignment(QTextCharFormat.VerticalAlignment.AlignMiddle)


@lru_cache(maxsize=256)
def drawn_formula(source: str, is_display: bool) -> Formula | None:
    """Return a formula typeset, None for what cannot be; takes some milliseconds."""
    from desktop_chat.services.drawing.formula_geometry import NoFormula
    from desktop_chat.services.drawing.formulas import typeset

    drawn = typeset(source, is_display)
    return None if isinstance(drawn, NoFormula) else drawn


class FormulaBox(QPyTextObject):
    """Knows the formulas of a document, and draws them on the baseline of the text."""

    def __init__(self, parent: QTextDocument, look: PageLook) -> None:
        super().__init__(parent)
        self._look = look
        self._formulas: list[tuple[Formula, float]] = []

    def add(self, formula: Formula, size: float) -> int:
        """Remember a formula, and how large it is drawn; return its number."""
        self._formulas.append((formula, size))
        return len(self._formulas) - 1

    # Qt overrides

    @override
    def intrinsicSize(self, doc: QTextDocument, posInDocument: int, format: QTextFormat) -> QSizeF:
        formula, size = self._formulas[int(format.property(_NUMBER))]
        # Qt puts the middle of what it is told half of an x above the baseline's middle; so high
        # that the formula's own baseline can be the text's.
        half = _half_x(format)
        above, below = formula.ascent * size, formula.descent * size
        return QSizeF(formula.width * size + 2, max(2 * above - half, 2 * below + half))

    @override
    def drawObject(
        self,
        painter: QPainter,
        rect: QRectF | QRect,
        doc: QTextDocument,
        posInDocument: int,
        format: QTextFormat,
    ) -> None:
        formula, size = self._formulas[int(format.property(_NUMBER))]
        baseline = rect.top() + (rect.height() + _half_x(format)) / 2
        path = path_of(formula, size, self._look.font(size))
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(QPointF(rect.left() + 1, baseline))
        painter.fillPath(path, format.foreground())
        painter.restore()


def _half_x(letters: QTextFormat) -> float:
    return QFontMetrics(letters.toCharFormat().font()).xHeight() / 2
