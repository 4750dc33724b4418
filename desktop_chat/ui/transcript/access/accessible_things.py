"""What is in a message, for screen readers: code, tables, formulas, links, buttons to press."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, QRect, QTimer
from PySide6.QtGui import QAccessible, QAccessibleActionInterface, QAccessibleInterface

from desktop_chat.ui.transcript.access.accessible_action import Action, pointer_to
from desktop_chat.ui.transcript.access.outline import Kind, Thing, outline, rect_of
from desktop_chat.ui.transcript.access.resting import Resting
from desktop_chat.ui.transcript.layouts.hits import Part

if not TYPE_CHECKING:
    from desktop_chat.overriding import override

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QWindow
    from typing_extensions import override

    from desktop_chat.ui.transcript.layouts.hits import Hit
    from desktop_chat.ui.transcript.message_layout import MessageLayout
    from desktop_chat.ui.transcript.pane import TranscriptPane

    Press = Callable[[int, Thing | None], None]

_ROLES = {
    Kind.CODE: QAccessible.Role.Section,
    Kind.TABLE: QAccessible.Role.Section,
    Kind.FORMULA: QAccessible.Role.Equation,
    Kind.IMAGE: QAccessible.Role.Graphic,
    Kind.LINK: QAccessible.Role.Link,
    Kind.CONTROL: QAccessible.Role.Button,
    Kind.FOLD: QAccessible.Role.Button,
    Kind.ACTION: QAccessible.Role.Button,
}
_PRESSED = (Kind.LINK, Kind.CONTROL, Kind.FOLD, Kind.ACTION)
_Key = tuple[Kind, int, int, int, str]


class Things:
    """The interfaces of what is in one message, made when they are asked for.

    Args:
        pane: The transcript.
        owner: The message's item, whose children they are.
        row: Returns the row of the message, -1 once that is gone.
        press: Takes row and thing when a screen reader presses one.
    """

    def __init__(
        self,
        pane: TranscriptPane,
        owner: QAccessibleInterface,
        row: Callable[[], int],
        press: Press,
    ) -> None:
        self.pane = pane
        self.owner = owner
        self.row = row
        self.press = press
        self._made: dict[_Key, tuple[int, ThingInterface]] = {}
        # Kept until Qt has let go of them: with its last name here goes the thing itself.
        self._stale: list[tuple[int, ThingInterface]] = []
        self._known: Resting[list[Thing]] = Resting()

    def all(self) -> list[Thing]:
        """Return what is in the message now, or was a moment ago."""
        if self.row() < 0:
            return []
        message = self.message()
        state = (id(message), message.is_unfolded, message.notes.action, len(message.body.blocks))
        return self._known.value(state, lambda: self._find(message))

    def message(self) -> MessageLayout:
        """Return the layout of the message, made now if need be."""
        return self.pane.stage.message(self.row())

    def interface(self, index: int) -> ThingInterface | None:
        """Return the interface of a thing."""
        things = self.all()
        return self._interface_of(things[index]) if 0 <= index < len(things) else None

    def at(self, hit: Hit) -> ThingInterface | None:
        """Return the interface of what is under a point, None for plain text."""
        found = [thing for thing in self.all() if _is_at(thing, hit)]
        # What is inside of a block comes after it.
        return self._interface_of(found[-1]) if found else None

    def forget(self) -> None:
        """Take all back."""
        for key in list(self._made):
            self._drop(key)
        self._bury()

    def _interface_of(self, thing: Thing) -> ThingInterface:
        known = self._made.get(_key(thing))
        if known is None:
            interface = ThingInterface(self, thing)
            known = (QAccessible.registerAccessibleInterface(interface), interface)
            self._made[_key(thing)] = known
        known[1].thing = thing
        return known[1]

    def _find(self, message: MessageLayout) -> list[Thing]:
        things = outline(message)
        keys = {_key(thing) for thing in things}
        for key in [key for key in self._made if key not in keys]:
            self._drop(key)
        if self._stale:
            # Qt may be asking the very thing that is gone: not before it is through.
            QTimer.singleShot(0, self._bury)
        return things

    def _drop(self, key: _Key) -> None:
        made = self._made.pop(key)
        made[1].is_gone = True
        self._stale.append(made)

    def _bury(self) -> None:
        stale, self._stale = self._stale, []
        for thing_id, _interface in stale:
            QAccessible.deleteAccessibleInterface(thing_id)


def _key(thing: Thing) -> _Key:
    action = thing.control.action if thing.control is not None else ""
    return thing.kind, thing.column, thing.block, thing.start, action


def _is_at(thing: Thing, hit: Hit) -> bool:
    if hit.part is Part.FOLD:
        return thing.kind is Kind.FOLD
    if hit.part is Part.ACTION:
        return thing.kind is Kind.ACTION
    if hit.part is Part.NOTHING or (thing.column, thing.block) != (hit.column, hit.block):
        return False
    if hit.part is Part.CONTROL:
        return thing.control == hit.control
    if thing.kind is Kind.CONTROL:
        return False
    return not thing.end or thing.start <= hit.offset <= thing.end


class ThingInterface(QAccessibleInterface):
    """One thing."""

    def __init__(self, things: Things, thing: Thing) -> None:
        super().__init__()
        self._things = things
        self.thing = thing
        self.is_gone = False
        self._action: Action | None = None
        if thing.kind in _PRESSED:
            self._action = Action(QAccessibleActionInterface.pressAction(), self._press)

    def _press(self) -> None:
        if not self.is_gone and self._things.row() >= 0:
            self._things.press(self._things.row(), self.thing)

    # Qt overrides

    @override
    def interface_cast(self, t: QAccessible.InterfaceType) -> int:
        is_asked = t is QAccessible.InterfaceType.ActionInterface
        return pointer_to(self._action if is_asked else None)

    @override
    def isValid(self) -> bool:
        return not self.is_gone

    @override
    def object(self) -> QObject:
        return None  # type: ignore[return-value]

    @override
    def parent(self) -> QAccessibleInterface:
        return self._things.owner

    @override
    def child(self, index: int) -> QAccessibleInterface:
        return None  # type: ignore[return-value]

    @override
    def childAt(self, x: int, y: int) -> QAccessibleInterface:
        return None  # type: ignore[return-value]

    @override
    def childCount(self) -> int:
        return 0

    @override
    def indexOfChild(self, child: QAccessibleInterface) -> int:
        return -1

    @override
    def role(self) -> QAccessible.Role:
        return _ROLES[self.thing.kind]

    @override
    def text(self, t: QAccessible.Text) -> str:
        if t == QAccessible.Text.Name:
            return self.thing.name
        if t in (QAccessible.Text.Description, QAccessible.Text.Value):
            return self.thing.text
        return ""

    @override
    def setText(self, t: QAccessible.Text, text: str) -> None:
        """Nothing is edited here."""

    @override
    def rect(self) -> QRect:
        if self.is_gone or self._things.row() < 0:
            return QRect()
        pane, row = self._things.pane, self._things.row()
        inner = rect_of(self._things.message(), self.thing)
        inner.translate(pane.stage.row_rect(row).topLeft())
        return QRect(pane.viewport().mapToGlobal(inner.topLeft()), inner.size())

    @override
    def state(self) -> QAccessible.State:
        state = QAccessible.State()
        if self.is_gone or self._things.row() < 0:
            state.invalid = True
            return state
        pane, kind = self._things.pane, self.thing.kind
        window = QRect(pane.viewport().mapToGlobal(QPoint()), pane.viewport().size())
        is_seen = pane.isVisible() and window.intersects(self.rect())
        state.offscreen = not is_seen
        state.invisible = not is_seen
        state.readOnly = kind not in _PRESSED
        state.linked = kind is Kind.LINK
        if kind is Kind.FOLD:
            is_unfolded = self._things.message().is_unfolded
            state.expandable = True
            state.expanded = is_unfolded
            state.collapsed = not is_unfolded
        return state

    @override
    def window(self) -> QWindow:
        return self._things.pane.window().windowHandle()
