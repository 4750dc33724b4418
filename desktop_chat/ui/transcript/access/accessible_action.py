"""What a screen reader can do with something that is painted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QAccessibleActionInterface
from shiboken6 import VoidPtr

if not TYPE_CHECKING:
    from desktop_chat.overriding import override

if TYPE_CHECKING:
    from collections.abc import Callable

    from typing_extensions import override


def pointer_to(action: QAccessibleActionInterface | None) -> int:
    """Return an interface as Qt wants it from `interface_cast`; None itself would crash."""
    # The stubs say int, where the running library takes nothing but its own pointers.
    return VoidPtr(action if action is not None else 0)  # type: ignore[return-value, arg-type]


class Action(QAccessibleActionInterface):
    """One thing that can be done; what it does must not take anything away while it runs."""

    def __init__(self, name: str, do: Callable[[], None]) -> None:
        super().__init__()
        self._name = name
        self._do = do

    # Qt overrides

    @override
    def actionNames(self) -> list[str]:
        return [self._name]

    @override
    def doAction(self, actionName: str) -> None:
        if actionName == self._name:
            self._do()

    @override
    def keyBindingsForAction(self, actionName: str) -> list[str]:
        return []
