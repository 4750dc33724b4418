"""Colours and sizes of the screen: themes from resources/themes, applied as palette and QSS."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

from PySide6.QtCore import QByteArray, QJsonDocument

from desktop_chat.assets import asset_bytes, asset_text
from desktop_chat.ui.sizes import TEXT_INTERFACE

if TYPE_CHECKING:
    from PySide6.QtGui import QPalette
    from PySide6.QtWidgets import QApplication

# The first paint needs only the colours, so what else is imported here is imported in functions:
# the namespace `Qt` alone takes 25 ms.

THEME_NAMES: Final = ("light", "dark", "high-contrast-light", "high-contrast-dark")
SMALLEST_TEXT: Final = 50
LARGEST_TEXT: Final = 300
_SLOT = re.compile(r"\{\{([a-z_]+)(?::(\d+))?\}\}")


class Theme(NamedTuple):
    """The tokens of design.md as hex colours, with the text size in force.

    A named tuple, since a data class of this many fields takes 4 ms to make.

    Attributes:
        border: Width of lines between surfaces, 2 px in high contrast.
        text_size: Per cent of the sizes in design.md.
    """

    name: str
    is_dark: bool
    border: int
    window: str
    sidebar: str
    line: str
    line_soft: str
    hover: str
    selected: str
    bubble: str
    text: str
    muted: str
    faint: str
    accent: str
    on_accent: str
    accent_soft: str
    link: str
    selection: str
    find_hit: str
    current_hit: str
    warning: str
    error: str
    code: str
    code_line: str
    syntax_keyword: str
    syntax_string: str
    syntax_number: str
    syntax_comment: str
    text_size: int = 100

    def px(self, size: int) -> int:
        """Return a measure of design.md at the text size in force."""
        return round(size * self.text_size / 100)

    def sized(self, percent: int) -> Theme:
        """Return this theme at another text size, held between 50 and 300 %."""
        return self._replace(text_size=min(max(percent, SMALLEST_TEXT), LARGEST_TEXT))


def load_theme(name: str, text_size_percent: int = 100) -> Theme:
    """Read a theme of resources/themes.

    Raises:
        ValueError: There is no theme of this name.
    """
    if name not in THEME_NAMES:
        raise ValueError(name)
    # QJsonDocument is loaded already; the json module would cost a start-up import.
    document = QJsonDocument.fromJson(QByteArray(asset_bytes(f"themes/{name}.json")))
    tokens = cast("dict[str, Any]", document.object())
    values = {key.replace("-", "_"): value for key, value in tokens.items()}
    return Theme(**{**values, "border": int(values["border"])}).sized(text_size_percent)


def theme_name(choice: str) -> str:
    """Return the theme for a setting's value; `system` follows the desktop."""
    if choice in THEME_NAMES:
        return choice
    from PySide6.QtCore import Qt
    from PySide6.QtGui import QGuiApplication

    hints = QGuiApplication.styleHints()
    is_dark = hints.colorScheme() == Qt.ColorScheme.Dark
    # The stubs lack the enum of QAccessibilityHints; HighContrast is 1.
    contrast: Any = hints.accessibility().contrastPreference()
    is_high = getattr(contrast, "name", "") == "HighContrast"
    kind = "dark" if is_dark else "light"
    return f"high-contrast-{kind}" if is_high else kind


def apply_theme(app: QApplication, theme: Theme, text_size_percent: int = 100) -> Theme:
    """Give the application font and palette of a theme; returns it at the text size asked for.

    The style sheet is the window's: parsing and matching it would delay the first paint.
    """
    from desktop_chat.ui.fonts import font_of

    sized = theme.sized(text_size_percent)
    # Elsewhere it is the only style there is, and naming it would load the large QStyle class.
    if sys.platform in ("win32", "darwin"):
        app.setStyle("Fusion")
    app.setFont(font_of(sized.px(TEXT_INTERFACE)))
    app.setPalette(palette_of(sized))
    return sized


def palette_of(theme: Theme) -> QPalette:
    """Return the palette for what QSS does not reach, such as painted views."""
    from PySide6.QtGui import QColor, QPalette

    role = QPalette.ColorRole
    palette = QPalette()
    for colour_role, colour in (
        (role.Window, theme.window),
        (role.WindowText, theme.text),
        (role.Base, theme.window),
        (role.AlternateBase, theme.sidebar),
        (role.Text, theme.text),
        (role.PlaceholderText, theme.faint),
        (role.Button, theme.window),
        (role.ButtonText, theme.text),
        (role.BrightText, theme.error),
        (role.ToolTipBase, theme.text),
        (role.ToolTipText, theme.window),
        (role.Highlight, theme.selection),
        (role.HighlightedText, theme.text),
        (role.Accent, theme.accent),
        (role.Link, theme.link),
        (role.LinkVisited, theme.link),
        (role.Light, theme.line),
        (role.Midlight, theme.line_soft),
        (role.Mid, theme.line),
        (role.Dark, theme.line),
        (role.Shadow, theme.line),
    ):
        palette.setColor(colour_role, QColor(colour))
    disabled = QPalette.ColorGroup.Disabled
    for colour_role in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(disabled, colour_role, QColor(theme.faint))
    return palette


def style_sheet(theme: Theme) -> str:
    """Fill the slots of base.qss: `{{token}}` with a colour, `{{px:14}}` with a scaled size."""
    from desktop_chat.ui.fonts import interface_family

    colours = {name: str(value) for name, value in theme._asdict().items()}
    colours["family"] = interface_family()

    def fill(slot: re.Match[str]) -> str:
        name, size = slot.groups()
        return f"{theme.px(int(size))}px" if name == "px" else colours[name]

    return _SLOT.sub(fill, asset_text("themes/base.qss"))
