"""Sizes, fonts and colours of pages; lengths are in 1/96 inch."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from PySide6.QtCore import QMarginsF, QSizeF
from PySide6.QtGui import QColor, QFont, QPageLayout, QPageSize

from desktop_chat.ui.exporting.html_style import theme_colours
from desktop_chat.ui.fonts import code_family, interface_family

DPI = 96
MARGIN = 64.0
FOOT = 30.0
TEXT = 14
SMALL = 11
CODE = 12
TITLE = 27
HEADINGS = (16, 21, 18, 16, 15, 14, 14)
"""Sizes by level: 0 for who wrote a message, then those of the message's own headings."""
STEP = 22.0
PAPERS = {"a4": QPageSize.PageSizeId.A4, "letter": QPageSize.PageSizeId.Letter}


@dataclass(frozen=True)
class PageLook:
    """How pages look: always in light colours."""

    paper: str = "a4"
    is_landscape: bool = False

    @cached_property
    def layout(self) -> QPageLayout:
        """The paper without margins, which are our own."""
        turned = QPageLayout.Orientation.Landscape if self.is_landscape else _UPRIGHT
        return QPageLayout(QPageSize(PAPERS[self.paper]), turned, QMarginsF())

    @cached_property
    def size(self) -> QSizeF:
        """The size of the paper."""
        points = self.layout.fullRect(QPageLayout.Unit.Point).size()
        return points * (DPI / 72)

    @cached_property
    def room(self) -> QSizeF:
        """The size of what lies between the margins."""
        return QSizeF(self.size.width() - 2 * MARGIN, self.size.height() - 2 * MARGIN - FOOT)

    def font(self, px: float, *, is_bold: bool = False, is_code: bool = False) -> QFont:
        """Return a font."""
        font = QFont(code_family() if is_code else interface_family())
        font.setPixelSize(max(1, round(px)))
        # Signs that melt into others are lost to whoever copies text out of the file.
        font.setFeature(QFont.Tag("calt"), 0)
        font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
        if is_bold:
            font.setWeight(QFont.Weight.DemiBold)
        return font

    def colour(self, name: str) -> QColor:
        """Return a colour of the light theme."""
        return QColor(theme_colours("light")[name.replace("_", "-")])


_UPRIGHT = QPageLayout.Orientation.Portrait
