"""Fonts, formats and measures of the transcript for one theme and text size."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QTextCharFormat, QTextOption

from desktop_chat.ui.fonts import code_family, font_of
from desktop_chat.ui.sizes import COLUMN, TEXT_CODE, TEXT_MESSAGE, TEXT_STATUS

if TYPE_CHECKING:
    from desktop_chat.ui.theme import Theme
    from desktop_chat.ui.transcript.layouts.image_store import ImageStore
    from desktop_chat.ui.transcript.layouts.workshop import Workshop
    from desktop_chat.ui.transcript.text.blocks import Style

_HEADINGS = {1: 20, 2: 20, 3: 17}
_SMALLEST_HEADING = 15
# How far the ground of inline code reaches beyond its letters.
CHIP_SIDE = 4
_INDENTS = {"q": 16, "l": 24}


class Look:
    """Everything a layout or painter needs to know of the theme; made anew when it changes.

    Attributes:
        workshop: Draws what takes long; without one a layout does it itself, at once.
        images: The pictures that the reader asked for; without it none is shown.
    """

    def __init__(
        self, theme: Theme, workshop: Workshop | None = None, images: ImageStore | None = None
    ) -> None:
        self.theme = theme
        self.workshop = workshop
        self.images = images
        px = theme.px
        self.body = font_of(px(TEXT_MESSAGE))
        self.small = font_of(px(TEXT_STATUS))
        self.label = font_of(px(13))
        self.line = px(24)
        self.code_line = px(20)
        self.column = px(COLUMN)
        self._formats: dict[tuple[Style, int], QTextCharFormat] = {}
        self._colours: dict[str, QColor] = {}
        self._sizes: dict[int, int] = {}

    @cached_property
    def code(self) -> QFont:
        """The font of code; it may have to be read from a file."""
        font = QFont(code_family())
        font.setPixelSize(self.px(TEXT_CODE))
        # "->" is two characters in a program, not an arrow.
        for ligatures in ("calt", "liga"):
            font.setFeature(QFont.Tag(ligatures), 0)
        return font

    @cached_property
    def code_advance(self) -> float:
        """The width of a column of code."""
        return QFontMetricsF(self.code).horizontalAdvance("0")

    @property
    def is_high_contrast(self) -> bool:
        """Whether surfaces are told apart by lines alone."""
        return self.theme.border > 1

    def px(self, size: int) -> int:
        """Return a measure of design.md at the text size in force."""
        known = self._sizes.get(size)
        if known is None:
            known = self._sizes[size] = self.theme.px(size)
        return known

    def colour(self, token: str) -> QColor:
        """Return the colour of a token of the theme."""
        colour = self._colours.get(token)
        if colour is None:
            colour = self._colours[token] = QColor(getattr(self.theme, token))
        return colour

    def heading(self, level: int) -> QFont:
        """Return the font of a heading."""
        font = font_of(self.px(_HEADINGS.get(level, _SMALLEST_HEADING)))
        font.setWeight(QFont.Weight.Bold)
        return font

    def line_of(self, level: int) -> int:
        """Return the line height of a heading, or of a paragraph at level 0."""
        return self.px(28) if 0 < level <= len(_HEADINGS) else self.line

    def indent(self, containers: str) -> int:
        """Return how far lists and quotes push a block in."""
        return sum(self.px(_INDENTS[letter]) for letter in containers)

    def format(self, style: Style, level: int = 0) -> QTextCharFormat:
        """Return the character format of a style in a paragraph or heading."""
        key = (style, level)
        known = self._formats.get(key)
        if known is None:
            known = self._formats[key] = self._make_format(style, level)
        return known

    def spaced(self, style: Style, level: int) -> QTextCharFormat:
        """Return the format of a letter that keeps some distance from the next one."""
        made = QTextCharFormat(self.format(style, level))
        made.setFontLetterSpacingType(QFont.SpacingType.AbsoluteSpacing)
        made.setFontLetterSpacing(self.px(CHIP_SIDE))
        return made

    def text_option(self) -> QTextOption:
        """Return how prose wraps: at words, else anywhere; direction by its letters."""
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        option.setTextDirection(Qt.LayoutDirection.LayoutDirectionAuto)
        return option

    def code_option(self) -> QTextOption:
        """Return how code is set: never wrapped, tabs of four columns."""
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.NoWrap)
        option.setTabStopDistance(4 * self.code_advance)
        option.setTextDirection(Qt.LayoutDirection.LeftToRight)
        return option

    def _make_format(self, style: Style, level: int) -> QTextCharFormat:
        from desktop_chat.ui.transcript.text.blocks import Style

        made = QTextCharFormat()
        font = QFont(self.heading(level) if level else self.body)
        if style & Style.CODE:
            font = QFont(self.code)
            if level:
                font.setPixelSize(max(font.pixelSize(), self.heading(level).pixelSize() - 2))
        if style & Style.BOLD or (level and style & Style.CODE):
            font.setWeight(QFont.Weight.Bold)
        font.setItalic(bool(style & Style.ITALIC))
        font.setStrikeOut(bool(style & Style.STRIKE))
        made.setFont(font)
        if style & Style.LINK:
            made.setForeground(self.colour("link"))
            made.setFontUnderline(True)
        if style & Style.NOTE:
            made.setForeground(self.colour("link"))
            made.setVerticalAlignment(QTextCharFormat.VerticalAlignment.AlignSuperScript)
        return made
