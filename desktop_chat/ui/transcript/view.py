"""The transcript as a reader uses it: by mouse, keyboard and screen reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, Signal, Slot
from PySide6.QtGui import QContextMenuEvent

from desktop_chat.ui.transcript.access.announcer import Announcer
from desktop_chat.ui.transcript.control_tips import ControlTips
from desktop_chat.ui.transcript.copying.copying import Copier
from desktop_chat.ui.transcript.keys import Keyboard
from desktop_chat.ui.transcript.layouts.hits import Hit, Part
from desktop_chat.ui.transcript.painter import Marks, fold_line
from desktop_chat.ui.transcript.pane import TranscriptPane
from desktop_chat.ui.transcript.pointer import Pointer
from desktop_chat.ui.transcript.presses import Presses
from desktop_chat.ui.transcript.thinking import ThinkingClock
from desktop_chat.ui.transcript.toolbar.message_commands import MessageCommands

if not TYPE_CHECKING:
    from desktop_chat.overriding import override

if TYPE_CHECKING:
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import (
        QFocusEvent,
        QKeyEvent,
        QMouseEvent,
        QWheelEvent,
    )
    from PySide6.QtWidgets import QWidget
    from typing_extensions import override

    from desktop_chat.ui.item_models.transcript import TranscriptModel
    from desktop_chat.ui.theme import Theme
    from desktop_chat.ui.transcript.finding.finding import Finder

_CURSORS = {Part.NOTHING: Qt.CursorShape.ArrowCursor, Part.TEXT: Qt.CursorShape.IBeamCursor}


class TranscriptView(TranscriptPane):
    """Shows a `TranscriptModel` and lets the reader select, copy, fold and follow links.

    Signals:
        error_action_requested(object, str): id of a failed message, the button's action.
        link_requested(str, str): address and label of a link that was clicked.
        image_requested(str): address of an image that is to be loaded.
    """

    error_action_requested = Signal(object, str)
    link_requested = Signal(str, str)
    image_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None, theme: Theme | None = None) -> None:
        super().__init__(parent, theme)
        self.current_row = -1
        self._edited_row = -1
        self._pointer = Pointer(self.stage, self)
        ControlTips(self.stage, self.viewport())
        self._keyboard = Keyboard(self, self)
        self._announcer = Announcer(self)
        self.copier = Copier(self)
        self.presses = Presses(self, self.copier)
        self.commands = MessageCommands(self)
        self.commands.set_theme(self._theme)
        self._thinking = ThinkingClock(self)
        self._finder: Finder | None = None
        self._build_ui()
        self._connect()

    def _build_ui(self) -> None:
        self.setObjectName("transcript")
        self.setAccessibleName(self.tr("Conversation"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)

    def _connect(self) -> None:
        self._pointer.changed.connect(self._on_pointer_changed)
        self._pointer.scroll_wanted.connect(self.scroll_by)
        self._pointer.link_clicked.connect(self.link_requested)
        self._pointer.fold_clicked.connect(self.presses.toggle_reasoning)
        self._pointer.action_clicked.connect(self.presses.request_action)
        self._pointer.control_clicked.connect(self.presses.press_control)
        self.presses.link_requested.connect(self.link_requested)
        self.presses.error_action_requested.connect(self.error_action_requested)
        self.presses.row_requested.connect(self.set_current_row)
        queued = Qt.ConnectionType.QueuedConnection
        self._announcer.pressed.connect(self.presses.press_thing, queued)
        self.rows_dropped.connect(self._on_rows_dropped)
        self._keyboard.changed.connect(self._on_pointer_changed)
        self._keyboard.stopped.connect(self._on_keyboard_stopped)
        self.images.requested.connect(self.image_requested)
        self.commands.copy_requested.connect(self.presses.copy_message)
        self.commands.toolbar.left.connect(self.set_current_row)
        self._thinking.ticked.connect(self._on_thinking_ticked)

    @override
    def set_model(self, model: TranscriptModel | None) -> None:
        super().set_model(model)
        self._thinking.watch(model)

    # Commands

    @property
    def finder(self) -> Finder:
        """What finds text in the chat shown; made when it is wanted first."""
        if self._finder is None:
            from desktop_chat.ui.transcript.finding.finding import Finder

            self._finder = Finder(self, self._theme)
        return self._finder

    @override
    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self.commands.set_theme(theme)
        if self._finder is not None:
            self._finder.set_theme(theme)

    @Slot(int)
    def set_current_row(self, row: int) -> None:
        """Move the keyboard's mark to a message."""
        self.current_row = max(-1, min(row, len(self.stage.layout) - 1))
        if self.current_row >= 0:
            self.show_row(self.current_row)
            self._announcer.focus_row(self.current_row)
        self.commands.toolbar.follow_keyboard()
        self.viewport().update()

    def mark_edited(self, row: int) -> None:
        """Mark the message that is being edited elsewhere, and show it; -1 for none."""
        self._edited_row = row
        if row >= 0:
            self.show_row(row)
        self.viewport().update()

    def selected_text(self) -> str:
        """Return the selected text as it is copied."""
        return self.stage.selection.text(self.stage.layout)

    @Slot()
    def copy(self) -> None:
        """Copy the selected text, or else the current message."""
        if not self.stage.selection.is_empty:
            self.copier.copy_selection()
        elif self.current_row >= 0:
            self.presses.copy_message(self.current_row)

    @Slot()
    def select_all(self) -> None:
        """Select the text of all messages."""
        self.stage.select_all()
        self.viewport().update()

    @Slot(int)
    def _on_rows_dropped(self, first: int) -> None:
        self.current_row = min(self.current_row, first - 1)
        if self._edited_row >= first:
            self._edited_row = -1
        self._pointer.let_go()

    # Pointer

    @Slot()
    def _on_pointer_changed(self) -> None:
        self.viewport().update()

    @override
    def marks(self) -> Marks:
        current = self.current_row if self.hasFocus() else self._edited_row
        keys = self._keyboard
        focused = keys.rects if self.hasFocus() else ()
        thought_ms = self._thinking.elapsed_ms()
        return Marks(current, self._pointer.hot_row, thought_ms, focused, keys.caret)

    @Slot()
    def _on_thinking_ticked(self) -> None:
        """Paint the line over the reasoning anew, and nothing else."""
        kept = self.stage.layout.kept(self._thinking.row)
        if kept is not None:
            line = fold_line(kept).translated(self.stage.row_rect(self._thinking.row).topLeft())
            self.viewport().update(line)

    def _scroll_sideways(self, event: QWheelEvent) -> bool:
        """Move what is under the pointer sideways, if the wheel says so."""
        angle = event.angleDelta()
        sideways = angle.x()
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            sideways = sideways or angle.y()
        elif abs(sideways) < abs(angle.y()):
            return False
        found = self.stage.message_under(event.position().toPoint())
        under = found[1].layout_at(found[2]) if found and sideways else None
        if under is None or under[0].sideways is None:
            return False
        if under[0].sideways.scroll_by(-sideways // 2):
            self.viewport().update()
        event.accept()
        return True

    # Keyboard

    @Slot(int, object)
    def _on_keyboard_stopped(self, row: int, hit: Hit) -> None:
        self._announcer.focus_hit(row, hit)

    def stop_finding(self) -> bool:
        """Close the search in this chat; return whether it was open."""
        was_open = self._finder is not None and self._finder.is_open
        if was_open:
            self.finder.close()
        return was_open

    def _last_visible_row(self) -> int:
        rows = self.stage.visible_rows()
        return rows[-1] if rows else -1

    # Qt overrides

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._keyboard.press(event):
            event.ignore()

    @override
    def focusNextPrevChild(self, next: bool) -> bool:
        # The buttons over the text ask here too; after the message come its commands.
        if self.hasFocus() and (
            self._keyboard.tab(is_forward=next) or (next and self.commands.toolbar.focus_first())
        ):
            return True
        return super().focusNextPrevChild(next)

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        by_key = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        if event.reason() in by_key and self.current_row < 0:
            self.set_current_row(self._last_visible_row())
        self.commands.toolbar.follow_keyboard()
        self.viewport().update()

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.commands.toolbar.follow_keyboard()
        self.viewport().update()

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        point = event.pos()
        row, hit = self.stage.hit(point)
        if event.reason() is not QContextMenuEvent.Reason.Mouse and self.current_row >= 0:
            row, hit = self.current_row, Hit(Part.NOTHING)
            rect = self.stage.row_rect(row)
            point = QPoint(rect.left(), max(0, rect.top()))
        menu = self.presses.menu(row, hit)
        menu.select_all_requested.connect(self.select_all)
        self.commands.add_to(menu, row)
        menu.popup(self.viewport().mapToGlobal(point))

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self.current_row = -1
            self._keyboard.rest()
            self._pointer.press(event)

    @override
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self._pointer.double_click(event)

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        part = self._pointer.move(event)
        self.viewport().setCursor(_CURSORS.get(part, Qt.CursorShape.PointingHandCursor))
        self.commands.toolbar.follow_pointer(event)

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self._pointer.release(event)
            self.copier.offer_selection()
        self.commands.toolbar.follow_pointer(event)

    @override
    def leaveEvent(self, event: QEvent) -> None:
        self._pointer.leave()
        self.commands.toolbar.forget_pointer()

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        if not self._scroll_sideways(event):
            super().wheelEvent(event)
