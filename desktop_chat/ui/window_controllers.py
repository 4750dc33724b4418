"""All controllers of one window, made together and told of what the services do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop_chat.services.remote_images import RemoteImages
from desktop_chat.ui.controllers.chat import ChatController
from desktop_chat.ui.controllers.chats import ChatsController
from desktop_chat.ui.controllers.drafts import StoredDrafts
from desktop_chat.ui.controllers.engines import EnginesController
from desktop_chat.ui.controllers.images import ImagesController
from desktop_chat.ui.controllers.models import ModelsController
from desktop_chat.ui.controllers.settings import SettingsController
from desktop_chat.ui.controllers.status import StatusController, StatusText

if TYPE_CHECKING:
    from pathlib import Path

    from desktop_chat.assembly import Reading, Services
    from desktop_chat.services.engines.models import ModelsService
    from desktop_chat.services.tasks import TaskScope
    from desktop_chat.ui.shell import Shell


class Controllers:
    """All controllers of one window."""

    def __init__(
        self,
        shell: Shell,
        services: Services,
        reading: Reading,
        models: ModelsService,
        tasks: TaskScope,
    ) -> None:
        self._shell = shell
        self.services = services
        self.reading = reading
        drafts = StoredDrafts(services.drafts, reading.drafts)
        self.chat = ChatController(
            services.chat, services.chats, shell.transcript, reading, tasks, drafts
        )
        self.chats = ChatsController(services.chat_lists, reading.chats, shell.chat_list, tasks)
        self.engines = EnginesController(services.engines)
        self.models = ModelsController(models, tasks)
        self.images = ImagesController(RemoteImages(), tasks)
        self.settings = SettingsController(
            services.settings, services.secrets, services.lm_studio, services.engines, tasks
        )
        self.status = StatusController()
        for controller in (self.chat, self.chats, self.engines, self.status):
            controller.listen(services.broadcast)

    @property
    def data_dir(self) -> Path:
        """The data directory in force."""
        return self.services.launch.data_dir

    def start(self, notice: str | None) -> None:
        """Show what is there, and what went wrong with the settings file, if anything."""
        self.chats.reload()
        self.engines.update()
        if notice:
            self.status.set_notice(StatusText(notice, "warning"))

    def keep_geometry(self) -> None:
        """Store where the window stands."""
        self.services.settings.set("window.geometry", self._shell.geometry())
