"""The transcript as a reader uses it: by mouse, keyboard and screen reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QKeySequence

from desktop_chat.ui.transcript.announcer import Announcer
from desktop_chat.ui.transcript.blocks import block_text
from desktop_chat.ui.transcript.hits import Part
from desktop_chat.ui.transcript.painter import Marks
from desktop_chat.ui.transcript.pane import TranscriptPane
from desktop_chat.ui.transcript.pointer import Pointer

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

    from desktop_chat.ui.theme import Theme
    from desktop_chat.ui.transcript.block_state import BlockState
    from desktop_chat.ui.transcript.hits import Hit

COPIED_MS = 1500
_STEP_LINES = 2
_CURSORS = {Part.NOTHING: Qt.CursorShape.ArrowCursor, Part.TEXT: Qt.CursorShape.IBeamCursor}


class TranscriptView(TranscriptPane):
    """Shows a `TranscriptModel` and lets the reader select, copy, fold and follow links.

    Signals:
        error_action_requested(object, str): id of a failed message, the button's action.
        link_requested(str, str): address and label of a link that was clicked.
    """

    error_action_requested = Signal(object, str)
    link_requested = Signal(str, str)

    def __init__(self, parent: QWidget | None = None, theme: Theme | None = None) -> None:
        super().__init__(parent, theme)
        self.current_row = -1
        self._copied: BlockState | None = None
        self._pointer = Pointer(self.stage, self)
        self._announcer = Announcer(self)
        self._copied_shown = QTimer(self)
        self._build_ui()
        self._connect()

    def _build_ui(self) -> None:
        self.setObjectName("transcript")
        self.setAccessibleName(self.tr("Conversation"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        self._copied_shown.setSingleShot(True)
        self._copied_shown.setInterval(COPIED_MS)

    def _connect(self) -> None:
        self._copied_shown.timeout.connect(self._on_copied_shown_timeout)
        self._pointer.changed.connect(self._on_pointer_changed)
        self._pointer.scroll_wanted.connect(self.scroll_by)
        self._pointer.link_clicked.connect(self.link_requested)
        self._pointer.fold_clicked.connect(self.toggle_reasoning)
        self._pointer.action_clicked.connect(self.request_action)
        self._pointer.control_clicked.connect(self.press_control)
        self.rows_dropped.connect(self._on_rows_dropped)

    # Commands

    def set_current_row(self, row: int) -> None:
        """Move the keyboard's mark to a message."""
        self.current_row = max(-1, min(row, len(self.stage.layout) - 1))
        if self.current_row >= 0:
            self.show_row(self.current_row)
            self._announcer.focus_row(self.current_row)
        self.viewport().update()

    def selected_text(self) -> str:
        """Return the selected text as it is copied."""
        return self.stage.selection.text(self.stage.layout)

    @Slot()
    def copy(self) -> None:
        """Copy the selected text, or else the current message."""
        if not self.stage.selection.is_empty:
            QGuiApplication.clipboard().setText(self.selected_text())
        elif self.current_row >= 0:
            self.copy_message(self.current_row)

    @Slot()
    def select_all(self) -> None:
        """Select the text of all messages."""
        self.stage.select_all()
        self.viewport().update()

    @Slot(int)
    def copy_message(self, row: int) -> None:
        """Copy a message as it was written."""
        QGuiApplication.clipboard().setText(self.stage.layout.source_of(row))

    @Slot(int)
    def request_action(self, row: int) -> None:
        """Do what the button under a failed message does."""
        message = self.stage.layout.message(row)
        if message.notes.action:
            self.error_action_requested.emit(message.message.id, message.notes.action)

    @Slot(int)
    def toggle_reasoning(self, row: int) -> None:
        """Fold or unfold the reasoning of a message; its line stays where it is."""
        self.stage.position.hold_row(row)
        self.stage.layout.message(row).toggle_reasoning()
        self.stage.layout.remeasure(row)
        self.settle()

    @Slot(int)
    def _on_rows_dropped(self, first: int) -> None:
        self.current_row = min(self.current_row, first - 1)

    # Pointer

    @Slot()
    def _on_pointer_changed(self) -> None:
        self.viewport().update()

    @Slot(int, object)
    def press_control(self, row: int, hit: Hit) -> None:
        """Do what a control of a block means."""
        message = self.stage.layout.message(row)
        column = message.column(hit.column)
        if column is None or hit.control is None:
            return
        if column.press(hit.block, hit.control.action):
            self.stage.position.hold_block(row, hit.column, hit.block)
            self.stage.layout.remeasure(row)
            self.settle()
        elif hit.control.action == "copy":
            QGuiApplication.clipboard().setText(block_text(column.blocks[hit.block]))
            self._show_copied(column.state(hit.block))

    def _show_copied(self, state: BlockState) -> None:
        self._on_copied_shown_timeout()
        self._copied = state
        state.is_copied = True
        self._copied_shown.start()
        self.viewport().update()

    @Slot()
    def _on_copied_shown_timeout(self) -> None:
        if self._copied is not None:
            self._copied.is_copied = False
            self._copied = None
            self.viewport().update()

    @override
    def marks(self) -> Marks:
        return Marks(self.current_row if self.hasFocus() else -1, self._pointer.hot_row)

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

    def _press_key(self, event: QKeyEvent) -> bool:
        """Do what a key means; return whether it means something here."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.matches(QKeySequence.StandardKey.SelectAll):
            self.select_all()
        elif event.modifiers() & Qt.KeyboardModifier.AltModifier:
            return self._press_alt(event.key())
        else:
            return self._press_plain(event.key())
        return True

    def _press_alt(self, key: int) -> bool:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(key))
        if step is None:
            return False
        if self.current_row < 0:
            self.set_current_row(self._last_visible_row())
        else:
            self.set_current_row(max(0, self.current_row + step))
        return True

    def _press_plain(self, key: int) -> bool:
        look = self.stage.layout.look
        line = look.line
        page = self.stage.window - 2 * line
        steps = {
            Qt.Key.Key_Up: -_STEP_LINES * line,
            Qt.Key.Key_Down: _STEP_LINES * line,
            Qt.Key.Key_PageUp: -page,
            Qt.Key.Key_PageDown: page,
        }
        if key in steps:
            self.scroll_by(steps[Qt.Key(key)])
        elif key == Qt.Key.Key_Home:
            self.scroll_to(0)
        elif key == Qt.Key.Key_End:
            self.scroll_to_end()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            return self._press_current()
        else:
            return False
        return True

    def _press_current(self) -> bool:
        """Use the button of the current message, else fold or unfold its reasoning."""
        if self.current_row < 0:
            return False
        message = self.stage.layout.message(self.current_row)
        if message.notes.action:
            self.request_action(self.current_row)
        elif message.has_reasoning:
            self.toggle_reasoning(self.current_row)
        return True

    def _last_visible_row(self) -> int:
        rows = self.stage.visible_rows()
        return rows[-1] if rows else -1

    # Qt overrides

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._press_key(event):
            event.ignore()

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        by_key = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        if event.reason() in by_key and self.current_row < 0:
            self.set_current_row(self._last_visible_row())
        self.viewport().update()

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.viewport().update()

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        point = event.pos()
        row, hit = self.stage.hit(point)
        if event.reason() is not QContextMenuEvent.Reason.Mouse and self.current_row >= 0:
            row, rect = self.current_row, self.stage.row_rect(self.current_row)
            point = QPoint(rect.left(), max(0, rect.top()))
        from desktop_chat.ui.transcript.menu import MessageMenu

        has_selection = not self.stage.selection.is_empty
        menu = MessageMenu(self, row, hit, has_selection=has_selection)
        menu.copy_requested.connect(self.copy)
        menu.select_all_requested.connect(self.select_all)
        menu.copy_message_requested.connect(self.copy_message)
        menu.link_requested.connect(self.link_requested)
        menu.popup(self.viewport().mapToGlobal(point))

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self.current_row = -1
            self._pointer.press(event)

    @override
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self._pointer.double_click(event)

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        part = self._pointer.move(event)
        self.viewport().setCursor(_CURSORS.get(part, Qt.CursorShape.PointingHandCursor))

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self._pointer.release(event)

    @override
    def leaveEvent(self, event: QEvent) -> None:
        self._pointer.leave()

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        if not self._scroll_sideways(event):
            super().wheelEvent(event)
