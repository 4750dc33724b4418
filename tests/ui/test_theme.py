from __future__ import annotations

import re

import pytest
from PySide6.QtGui import QColor, QPalette

from desktop_chat.ui.fonts import code_family, interface_family
from desktop_chat.ui.theme import (
    THEME_NAMES,
    Theme,
    apply_theme,
    load_theme,
    style_sheet,
    theme_name,
)

TEXT_PAIRS = [
    (ink, ground)
    for ground in ("window", "sidebar", "bubble", "code")
    for ink in ("text", "muted", "faint")
] + [
    ("text", "selected"),
    ("muted", "selected"),
    ("text", "hover"),
    ("text", "selection"),
    ("text", "find_hit"),
    ("on_accent", "accent"),
    ("window", "text"),
    *((ink, "window") for ink in ("link", "warning", "error")),
    *((f"syntax_{kind}", "code") for kind in ("keyword", "string", "number", "comment")),
]


def _luminance(colour: str):
    ink = QColor(colour)
    parts = [ink.redF(), ink.greenF(), ink.blueF()]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(theme: Theme, ink: str, ground: str):
    pair = sorted(_luminance(getattr(theme, token)) for token in (ink, ground))
    return (pair[1] + 0.05) / (pair[0] + 0.05)


@pytest.mark.parametrize("name", THEME_NAMES)
@pytest.mark.parametrize("pair", TEXT_PAIRS, ids="-on-".join)
def test_text_can_be_read(name, pair):
    least = 7 if "contrast" in name else 4.5
    assert _contrast(load_theme(name), *pair) >= least


@pytest.mark.parametrize("name", THEME_NAMES)
def test_style_sheet_has_no_slot_left(qapp, name):
    sheet = style_sheet(load_theme(name, 150))
    assert "{{" not in sheet
    assert not re.search(r"px\w", sheet)


def test_unknown_theme_is_refused():
    with pytest.raises(ValueError, match="pink"):
        load_theme("pink")


@pytest.mark.parametrize(("percent", "size"), [(100, 14), (150, 21), (10, 7), (900, 42)])
def test_text_size_stays_within_its_bounds(percent, size):
    assert load_theme("light", percent).px(14) == size


def test_choice_of_a_theme_counts_and_system_follows_the_desktop(qapp):
    assert theme_name("high-contrast-dark") == "high-contrast-dark"
    assert theme_name("system") in ("light", "dark")


def test_applied_theme_is_palette_and_font(qapp):
    before = qapp.palette(), qapp.font()
    sized = apply_theme(qapp, load_theme("dark"), 150)
    assert sized.text_size == 150
    assert qapp.palette().color(QPalette.ColorRole.Window).name() == sized.window
    assert qapp.font().pixelSize() == 21
    qapp.setPalette(before[0])
    qapp.setFont(before[1])


def test_fonts_are_there(qapp):
    assert interface_family()
    assert code_family()
