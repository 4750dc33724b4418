"""Forgets what is old: changes after a day, chats of the trash after thirty."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

if TYPE_CHECKING:
    from desktop_chat.ui.features.context import FeatureContext


class ExpiryFeature(QObject):
    """Looks at the start and now and then, for as long as the window is open."""

    def __init__(self, context: FeatureContext) -> None:
        super().__init__()
        if context.services.db.is_read_only:
            return
        context.report(context.services.undoing.start())
        context.tasks.spawn(context.services.trash.watch(), key="trash")
