"""Makes every feature of a window."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtCore import QObject

    from desktop_chat.ui.features.context import FeatureContext


def make_features(context: FeatureContext) -> list[QObject]:
    """Make the features; each registers its commands and listens to what it needs.

    They live as long as what is returned. Their dialogs are imported when one is wanted.
    """
    return []
