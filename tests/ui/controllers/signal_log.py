"""Notes what an object's signals carry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PySide6.QtCore import QObject


class SignalLog:
    """`log = SignalLog(controller, "shown", "failed")`, then `log["shown"]` is a list of tuples."""

    def __init__(self, sender: QObject, *names: str) -> None:
        self._calls: dict[str, list[tuple[Any, ...]]] = {name: [] for name in names}
        self.order: list[str] = []
        self._slots = [_Slot(self, name) for name in names]
        for slot in self._slots:
            getattr(sender, slot.name).connect(slot.on_signal)

    def __getitem__(self, name: str) -> list[tuple[Any, ...]]:
        return self._calls[name]

    def last(self, name: str) -> Any:
        """The only argument of the last call."""
        return self._calls[name][-1][0]

    def add(self, name: str, args: tuple[Any, ...]) -> None:
        self._calls[name].append(args)
        self.order.append(name)

    def clear(self) -> None:
        """Forget everything so far."""
        self.order.clear()
        for calls in self._calls.values():
            calls.clear()


class _Slot:
    def __init__(self, log: SignalLog, name: str) -> None:
        self._log = log
        self.name = name

    def on_signal(self, *args: Any) -> None:
        self._log.add(self.name, args)
