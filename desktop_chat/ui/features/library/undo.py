"""Undo and redo: of typing where a text field has some, else of the last change to chats."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QEvent, QObject, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QTextEdit, QWidget

from desktop_chat.domain.changes import UndoChanged
from desktop_chat.ui.actions import action_text
from desktop_chat.ui.change_words import change_words

if not TYPE_CHECKING:
    from desktop_chat.overriding import override

if TYPE_CHECKING:
    from typing_extensions import override

    from desktop_chat.domain.chat import ChatId
    from desktop_chat.ui.features.context import FeatureContext

    Chats = tuple[ChatId, ...]

UNDO, REDO = "edit.undo", "edit.redo"
_TEXT_FIELDS = (QLineEdit, QPlainTextEdit, QTextEdit)


class UndoFeature(QObject):
    """Carries out the commands, and lets their keys pass by text fields that have no use for them.

    A text field claims Ctrl+Z for itself in any case; the one with the keyboard is therefore
    asked whether it has something to undo.
    """

    def __init__(self, context: FeatureContext) -> None:
        super().__init__()
        self._context = context
        self._undoing = context.services.undoing
        self._codes: dict[str, str | None] = {UNDO: None, REDO: None}
        self._field: QWidget | None = None
        context.commands.register(UNDO, self._undo, self._describe_undo)
        context.commands.register(REDO, self._redo, self._describe_redo)
        context.services.broadcast.subscribe(UndoChanged, self._on_undo_changed)
        context.shell.app.focusChanged.connect(self._on_focus_changed)
        self._on_focus_changed(None, context.shell.app.focusWidget())

    def _describe_undo(self, _chats: Chats) -> str | None:
        return self._describe(UNDO)

    def _describe_redo(self, _chats: Chats) -> str | None:
        return self._describe(REDO)

    def _describe(self, action_id: str) -> str | None:
        code = self._codes[action_id]
        return f"{action_text(action_id)}: {change_words(code)}" if code else None

    def _undo(self, _chats: Chats) -> None:
        self._context.report(self._take_back())

    def _redo(self, _chats: Chats) -> None:
        self._context.report(self._do_again())

    async def _take_back(self) -> None:
        code = await self._undoing.undo()
        if code is not None:
            words = change_words(code)
            self._context.say(self.tr("Undone: {0}").format(words), "idle", REDO, self.tr("Redo"))

    async def _do_again(self) -> None:
        code = await self._undoing.redo()
        if code is not None:
            words = change_words(code)
            self._context.say(self.tr("Redone: {0}").format(words), "idle", UNDO, self.tr("Undo"))

    def _on_undo_changed(self, event: UndoChanged) -> None:
        self._codes = {UNDO: event.undo, REDO: event.redo}

    @Slot(QWidget, QWidget)
    def _on_focus_changed(self, _old: QWidget | None, now: QWidget | None) -> None:
        if self._field is not None and shiboken6.isValid(self._field):
            self._field.removeEventFilter(self)
        self._field = now if isinstance(now, _TEXT_FIELDS) else None
        if self._field is not None:
            self._field.installEventFilter(self)

    # Qt overrides

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() != QEvent.Type.ShortcutOverride or not isinstance(event, QKeyEvent):
            return False
        is_undo = event.matches(QKeySequence.StandardKey.Undo)
        if not is_undo and not event.matches(QKeySequence.StandardKey.Redo):
            return False
        if _has_typing(watched, is_undo):
            return False
        # Not claimed: the window's shortcut gets the key.
        event.ignore()
        return True


def _has_typing(field: QObject, is_undo: bool) -> bool:
    """Whether a text field has typing to undo, or to do again."""
    if isinstance(field, QLineEdit):
        return field.isUndoAvailable() if is_undo else field.isRedoAvailable()
    if isinstance(field, QPlainTextEdit | QTextEdit):
        document = field.document()
        return document.isUndoAvailable() if is_undo else document.isRedoAvailable()
    return False
