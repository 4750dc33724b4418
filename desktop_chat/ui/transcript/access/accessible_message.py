"""One message for screen readers: sender, text and state, and what is in it as its children."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject, QPoint, QRect
from PySide6.QtGui import QAccessible, QAccessibleActionInterface, QAccessibleInterface

from desktop_chat.domain.message import MessageStatus, Sender
from desktop_chat.ui.transcript.access.accessible_action import Action, pointer_to
from desktop_chat.ui.transcript.access.accessible_things import ThingInterface, Things
from desktop_chat.ui.transcript.access.resting import Resting
from desktop_chat.ui.transcript.notes import ending_words, error_words
from desktop_chat.ui.transcript.text.blocks import plain_text

if not TYPE_CHECKING:
    from desktop_chat.overriding import override

if TYPE_CHECKING:
    from PySide6.QtGui import QWindow
    from typing_extensions import override

    from desktop_chat.domain.message import Message
    from desktop_chat.ui.transcript.access.accessible_things import Press
    from desktop_chat.ui.transcript.pane import TranscriptPane

# A longer text is read as it was written until it is parsed for the screen.
MAX_PARSED = 50_000


class MessageInterface(QAccessibleInterface):
    """One message."""

    def __init__(self, pane: TranscriptPane, row: int, press: Press) -> None:
        super().__init__()
        self._pane = pane
        self.row = row
        self.things = Things(pane, self, self._row_now, press)
        self._name: Resting[str] = Resting()
        self._press = press
        self._action = Action(QAccessibleActionInterface.setFocusAction(), self._take_focus)

    def _row_now(self) -> int:
        return self.row if self._message() is not None else -1

    def _take_focus(self) -> None:
        if self._row_now() >= 0:
            self._press(self.row, None)

    def _message(self) -> Message | None:
        model = self._pane.model()
        if model is None or not 0 <= self.row < model.rowCount():
            return None
        return model.message_at(self.row)

    def _read_name(self, message: Message) -> str:
        error = error_words(message)
        who = QCoreApplication.translate(
            "Transcript", "You" if message.sender is Sender.USER else "Assistant"
        )
        return f"{who}: " + "\n\n".join(part for part in (self._text(message), error) if part)

    def _text(self, message: Message) -> str:
        layout = self._pane.stage.layout
        kept = layout.kept(self.row)
        if len(message.content) > MAX_PARSED and (kept is None or kept.has_rest):
            # To parse it now would stop the window; as written it can be read as well.
            return message.content
        return plain_text(layout.blocks_of(self.row))

    # Qt overrides

    @override
    def isValid(self) -> bool:
        return self.row >= 0

    @override
    def object(self) -> QObject:
        return None  # type: ignore[return-value]

    @override
    def parent(self) -> QAccessibleInterface:
        return QAccessible.queryAccessibleInterface(self._pane)

    @override
    def interface_cast(self, t: QAccessible.InterfaceType) -> int:
        is_asked = t is QAccessible.InterfaceType.ActionInterface
        return pointer_to(self._action if is_asked else None)

    @override
    def childCount(self) -> int:
        return len(self.things.all())

    @override
    def child(self, index: int) -> QAccessibleInterface:
        return self.things.interface(index)  # type: ignore[return-value]

    @override
    def indexOfChild(self, child: QAccessibleInterface) -> int:
        things = self.things.all()
        if not isinstance(child, ThingInterface) or child.thing not in things:
            return -1
        return things.index(child.thing)

    @override
    def childAt(self, x: int, y: int) -> QAccessibleInterface:
        if self._row_now() < 0:
            return None  # type: ignore[return-value]
        row, hit = self._pane.stage.hit(self._pane.viewport().mapFromGlobal(QPoint(x, y)))
        return self.things.at(hit) if row == self.row else None  # type: ignore[return-value]

    @override
    def role(self) -> QAccessible.Role:
        return QAccessible.Role.ListItem

    @override
    def text(self, t: QAccessible.Text) -> str:
        message = self._message()
        if message is None:
            return ""
        if t == QAccessible.Text.Name:
            # A growing reply is another message with every word.
            state = None if message.status is MessageStatus.STREAMING else message
            return self._name.value(state, lambda: self._read_name(message))
        if t == QAccessible.Text.Description:
            return ending_words(message)
        return ""

    @override
    def setText(self, t: QAccessible.Text, text: str) -> None:
        """Messages are not edited here."""

    @override
    def rect(self) -> QRect:
        if self._message() is None:
            return QRect()
        rect = self._pane.stage.row_rect(self.row)
        return QRect(self._pane.viewport().mapToGlobal(rect.topLeft()), rect.size())

    @override
    def state(self) -> QAccessible.State:
        state = QAccessible.State()
        model = self._pane.model()
        if model is None or not 0 <= self.row < model.rowCount():
            state.invalid = True
            return state
        state.focusable = True
        state.readOnly = True
        state.busy = model.is_streaming(self.row)
        state.focused = self._pane.marks().current_row == self.row
        is_seen = self.row in self._pane.stage.visible_rows() and self._pane.isVisible()
        state.offscreen = not is_seen
        state.invisible = not is_seen
        return state

    @override
    def window(self) -> QWindow:
        return self._pane.window().windowHandle()
