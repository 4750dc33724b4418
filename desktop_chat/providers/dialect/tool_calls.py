"""Tools that a model asked for, though nobody gave it any: told in words."""

from __future__ import annotations

MAX_CALLS = 10
MAX_NAME = 100
MAX_ARGUMENTS = 300


class ToolCalls:
    """Puts the pieces of tool calls together; whatever is wrong with them, nothing fails."""

    def __init__(self) -> None:
        self._names: dict[object, str] = {}
        self._arguments: dict[object, str] = {}
        self._last: object = 0

    def add(self, calls: object) -> None:
        """Take the calls, or pieces of calls, of one chunk."""
        for call in calls if isinstance(calls, list) else []:
            if isinstance(call, dict):
                self._add_piece(call)

    def words(self) -> str:
        """Return the calls as `name(arguments)`, in the order of their indexes; "" for none."""
        return ", ".join(
            f"{name[:MAX_NAME]}({self._arguments.get(key, '')[:MAX_ARGUMENTS]})"
            for key, name in sorted(self._names.items(), key=_place)
            if name
        )

    def _add_piece(self, call: dict[str, object]) -> None:
        function = call.get("function")
        if not isinstance(function, dict):
            return
        name, arguments = function.get("name"), function.get("arguments")
        index = call.get("index")
        if isinstance(index, int):
            self._last = index
        elif call.get("id") and isinstance(name, str) and name and self._names:
            self._last = len(self._names)  # another call, from a server that counts none
        if len(self._names) >= MAX_CALLS and self._last not in self._names:
            return
        for texts, piece in ((self._names, name), (self._arguments, arguments)):
            if isinstance(piece, str):
                texts[self._last] = (texts.get(self._last, "") + piece)[: 2 * MAX_ARGUMENTS]


def _place(entry: tuple[object, str]) -> int:
    return entry[0] if isinstance(entry[0], int) else 0
