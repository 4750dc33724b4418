"""What a feature of the window is made with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from desktop_chat.assembly import Reading, Services
    from desktop_chat.services.tasks import TaskScope
    from desktop_chat.ui.commands import Commands
    from desktop_chat.ui.controllers.chat import ChatController
    from desktop_chat.ui.main_window import MainWindow
    from desktop_chat.ui.shell import Shell
    from desktop_chat.ui.window_controllers import Controllers


@dataclass(frozen=True)
class FeatureContext:
    """Everything that a feature may need of the window it belongs to.

    Attributes:
        shell: The window and its models.
        services: What the features' services are made of.
        reading: What the window's own thread reads with, in a few milliseconds at most.
        controllers: The chat shown, the list, the status line.
        tasks: Where coroutines are run; what they raise is told to the user.
        commands: Where the feature registers what menus and shortcuts run.
        restart: Ends the program and starts it anew, after everything is stored.
    """

    shell: Shell
    services: Services
    reading: Reading
    controllers: Controllers
    tasks: TaskScope
    commands: Commands
    restart: Callable[[], None]

    @property
    def window(self) -> MainWindow:
        """The window."""
        return self.shell.window

    @property
    def chat(self) -> ChatController:
        """The chat that is shown."""
        return self.controllers.chat

    def say(self, text: str, kind: str = "idle", action: str = "", label: str = "") -> None:
        """Show a sentence in the status line, with a button if `label` is given.

        `kind` is idle, warning or error; pressing the button runs the command `action`.
        """
        from desktop_chat.ui.controllers.status import StatusText

        self.controllers.status.set_notice(StatusText(text, kind, action, label))

    def report(self, work: Coroutine[Any, Any, object]) -> None:
        """Run a coroutine; an error of the domain is worded in the status line.

        That a reply is being written is told apart: the line tells of that reply meanwhile.
        """
        self.tasks.spawn(self._report(work))

    async def _report(self, work: Coroutine[Any, Any, object]) -> None:
        from desktop_chat.domain.errors import ChatBusyError, ChatError
        from desktop_chat.ui.messages import error_words

        try:
            await work
        except ChatBusyError as error:
            from desktop_chat.ui.dialogs.alert import show_alert

            show_alert(self.window, error_words(error))
        except ChatError as error:
            self.say(error_words(error), "error")
