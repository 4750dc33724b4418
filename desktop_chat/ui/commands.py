"""The commands that menus and shortcuts run, by action id; each feature registers its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from desktop_chat.ui.actions import action_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from desktop_chat.domain.chat import ChatId

    Run = Callable[[tuple[ChatId, ...]], None]
    Describe = Callable[[tuple[ChatId, ...]], str | None]
    IsOn = Callable[[], bool]


@dataclass(frozen=True)
class _Command:
    run: Run
    describe: Describe | None
    is_on: IsOn | None


class Commands:
    """Knows who carries out a command, and whether it can be carried out now.

    A command is given the chats that it is about: those selected in the list, or the one shown;
    none for commands of the whole library.
    """

    def __init__(self) -> None:
        self._commands: dict[str, _Command] = {}

    def register(
        self,
        action_id: str,
        run: Run,
        describe: Describe | None = None,
        is_on: IsOn | None = None,
    ) -> None:
        """Have `run` carry out a command.

        Args:
            action_id: One of `ui.actions`.
            run: Called with the chats.
            describe: Returns what the command is called for these chats now, None where it
                makes no sense; without it the command is always there under its own name.
            is_on: For a choice: whether it is the one in force.
        """
        self._commands[action_id] = _Command(run, describe, is_on)

    def label(self, action_id: str, chats: tuple[ChatId, ...] = ()) -> str | None:
        """Return what a command is called for these chats; None if it cannot be run."""
        command = self._commands.get(action_id)
        if command is None:
            return None
        return command.describe(chats) if command.describe else action_text(action_id)

    def is_known(self, action_id: str) -> bool:
        """Whether anybody carries out a command."""
        return action_id in self._commands

    def is_on(self, action_id: str) -> bool | None:
        """Return whether a choice is in force; None for a command that is no choice."""
        command = self._commands.get(action_id)
        return command.is_on() if command is not None and command.is_on is not None else None

    def run(self, action_id: str, chats: tuple[ChatId, ...] = ()) -> None:
        """Carry out a command; one that makes no sense now does nothing."""
        if self.label(action_id, chats) is not None:
            self._commands[action_id].run(chats)
