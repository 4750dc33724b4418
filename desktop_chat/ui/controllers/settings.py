"""What the settings dialog shows and changes."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot

from desktop_chat.domain.errors import ChatError
from desktop_chat.providers.wire.urls import normalise_base_url
from desktop_chat.services.launch import DATA_FOLDER, choose_data_folder
from desktop_chat.services.settings import DECLARATIONS, TOKEN, SettingDeclaration

if TYPE_CHECKING:
    from desktop_chat.services.engines.engine_accounts import LmStudioEngine
    from desktop_chat.services.engines.service import EngineService
    from desktop_chat.services.secrets import Secrets
    from desktop_chat.services.settings import SettingsService
    from desktop_chat.services.tasks import TaskScope


class SettingsController(QObject):
    """Stores what the user sets, each change at once.

    Signals:
        refused(str, ChatError): a value cannot be used; the field says why.
        accepted(str): a value was stored.
        noticed(str, str): something to say at a field, such as a key store that is not there.
        appearance_changed(): theme or text size changed.
    """

    refused = Signal(str, object)
    accepted = Signal(str)
    noticed = Signal(str, str)
    appearance_changed = Signal()

    def __init__(
        self,
        settings: SettingsService,
        secrets: Secrets,
        lm_studio: LmStudioEngine,
        engines: EngineService,
        tasks: TaskScope,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._settings = settings
        self._secrets = secrets
        self._lm_studio = lm_studio
        self._engines = engines
        self._tasks = tasks

    @property
    def declarations(self) -> tuple[SettingDeclaration, ...]:
        """The settings that the dialog shows."""
        return tuple(
            d
            for d in DECLARATIONS
            if d.is_shown and (not d.shown_with or self._settings.value(d.shown_with))
        )

    def values(self) -> dict[str, Any]:
        """The values in force; secrets are never among them."""
        shown = self.declarations
        return {d.key: self._settings.value(d.key) for d in shown if d.kind != "secret"}

    def fixed(self) -> dict[str, str]:
        """What is fixed from outside, and by what."""
        sources = {d.key: self._settings.fixed_by(d.key) for d in self.declarations}
        return {key: source for key, source in sources.items() if source}

    @Slot(str, object)
    def change(self, key: str, value: object) -> None:
        """Store a value that the user set."""
        if key == TOKEN:
            self._tasks.spawn(self._store_token(str(value).strip()), key="store-token")
            return
        if key == DATA_FOLDER:
            self._tasks.spawn(self._choose_data_folder(str(value).strip()), key="data-folder")
            return
        try:
            if key == "server.url" and value:
                value = normalise_base_url(str(value))
            if key == "server.url":
                self._lm_studio.keep_token_here()
            self._settings.set(key, value)
        except ChatError as error:
            self.refused.emit(key, error)
            return
        self.accepted.emit(key)
        if key.startswith("appearance."):
            self.appearance_changed.emit()

    async def _choose_data_folder(self, folder: str) -> None:
        try:
            await asyncio.to_thread(choose_data_folder, folder)
        except ChatError as error:
            self.refused.emit(DATA_FOLDER, error)
        else:
            self.accepted.emit(DATA_FOLDER)

    async def _store_token(self, token: str) -> None:
        try:
            notice = await self._secrets.set(TOKEN, token)
            self._lm_studio.forget_token()
        except ChatError as error:
            self.refused.emit(TOKEN, error)
            return
        self._engines.look_now()
        if notice:
            self.noticed.emit(TOKEN, notice)
        else:
            self.accepted.emit(TOKEN)
