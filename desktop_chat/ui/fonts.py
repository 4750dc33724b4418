"""Font families: the system's where it has good ones, else those shipped with the program."""

from __future__ import annotations

import sys
from functools import cache

from PySide6.QtGui import QFont, QFontDatabase, QGuiApplication

from desktop_chat.assets import asset_path

INTER = "Inter"
JETBRAINS_MONO = "JetBrains Mono"
_INTER_FILES = ("Inter-Regular.otf", "Inter-SemiBold.otf", "Inter-Italic.otf")
_JETBRAINS_MONO_FILES = ("JetBrainsMono-Regular.ttf",)


@cache
def interface_family() -> str:
    """Return the family of the interface: the system's, on Linux Inter."""
    if sys.platform in ("win32", "darwin"):
        return QGuiApplication.font().family()
    return _present(INTER, _INTER_FILES) or QGuiApplication.font().family()


@cache
def code_family() -> str:
    """Return the family for code. It may read a font file: not for the first paint."""
    fixed = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).family()
    if sys.platform in ("win32", "darwin"):
        return fixed
    return _present(JETBRAINS_MONO, _JETBRAINS_MONO_FILES) or fixed


def font_of(px: int, *, is_strong: bool = False) -> QFont:
    """Return the interface font at `px` pixels, half bold if `is_strong`."""
    font = QFont(interface_family())
    font.setPixelSize(max(px, 1))
    if is_strong:
        font.setWeight(QFont.Weight.DemiBold)
    return font


def _present(family: str, files: tuple[str, ...]) -> str:
    if QFontDatabase.hasFamily(family):
        return family
    loaded = [
        QFontDatabase.addApplicationFont(str(path))
        for path in (asset_path(f"fonts/{name}") for name in files)
        if path.is_file()
    ]
    return family if any(font_id >= 0 for font_id in loaded) else ""
