"""A workshop for tests whose jobs are done when the test says so."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from desktop_chat.services.drawing.child import Jobs

if TYPE_CHECKING:
    from collections.abc import Hashable

    from desktop_chat.services.drawing.requests import Request


class Orders:
    """Takes orders and does them when told to, as the drawing process would.

    Attributes:
        waiting: What was ordered and is not done.
        answers: How many were done.
    """

    def __init__(self) -> None:
        self.waiting: dict[Hashable, Request[Any]] = {}
        self.answers = 0
        self._done: dict[Hashable, Any] = {}
        self._jobs = Jobs()

    def __len__(self) -> int:
        """How many different things were ordered."""
        return len(self.waiting) + len(self._done)

    def order(self, key: Hashable, request: Request[Any]) -> Any:
        if key not in self._done:
            self.waiting[key] = request
        return self._done.get(key)

    def do_all(self) -> None:
        for key, request in self.waiting.items():
            self._done[key] = self._answer(request)
            self.answers += 1
        self.waiting.clear()

    def forget(self) -> None:
        """Be as a drawing process that was started anew."""
        self._jobs = Jobs()

    def _answer(self, request: Request[Any]) -> Any:
        asked = {"id": 1, "kind": request.kind, "arguments": request.arguments()}
        answer = self._jobs.answer(json.dumps(asked).encode())
        assert "error" not in answer, answer
        return request.decode(json.loads(json.dumps(answer)))
