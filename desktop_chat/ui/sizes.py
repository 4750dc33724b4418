"""Measures of design.md in px at a text size of 100 %; `Theme.px` scales them."""

from __future__ import annotations

from typing import Final

TEXT_GROUP: Final = 11
TEXT_STATUS: Final = 12
TEXT_INTERFACE: Final = 14
TEXT_MESSAGE: Final = 15
TEXT_TITLE: Final = 20
TEXT_CODE: Final = 13

WINDOW_WIDTH: Final = 1180
WINDOW_HEIGHT: Final = 780
WINDOW_MIN_WIDTH: Final = 480
WINDOW_MIN_HEIGHT: Final = 360

SIDEBAR_WIDTH: Final = 268
SIDEBAR_MIN: Final = 200
SIDEBAR_MAX: Final = 400
HEADER: Final = 52
FOOTER: Final = 40
ROW: Final = 34
GROUP_LABEL: Final = 32
BUTTON: Final = 32
BUTTON_LARGE: Final = 36

COLUMN: Final = 744
CARD: Final = COLUMN + 16
CARD_RADIUS: Final = 14
RADIUS: Final = 8
ICON: Final = 16
FOCUS_RING: Final = 2
STATUS_LINE: Final = 34

COMPOSER_LINES: Final = 10
"""Lines to which the composer grows before it scrolls."""

MESSAGE_LIMIT: Final = 1_000_000
"""Bytes of UTF-8 that fit into one message."""
