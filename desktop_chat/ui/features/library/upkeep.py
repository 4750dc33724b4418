"""Checks of the database in the window, and what can be done about damage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale, QObject

from desktop_chat.domain.changes import DamageFound
from desktop_chat.ui.messages import CHECK

if TYPE_CHECKING:
    from desktop_chat.domain.chat import ChatId
    from desktop_chat.services.safekeeping.upkeep import CheckResult
    from desktop_chat.ui.features.context import FeatureContext

BACKUPS = "library.backups"
REBUILD = "rebuild"
RECOVER = "recover"


class UpkeepFeature(QObject):
    """Says what the weekly check found; runs one when asked, and mends."""

    def __init__(self, context: FeatureContext) -> None:
        super().__init__()
        self._context = context
        self._upkeep = context.services.upkeep
        self._is_checking = False
        context.commands.register(CHECK, self._run_check)
        context.services.broadcast.subscribe(DamageFound, self._on_damage_found)
        context.tasks.spawn(self._upkeep.watch(), key="upkeep")

    def _on_damage_found(self, event: DamageFound) -> None:
        text = self.tr("The database is damaged; what you see is still there.")
        if event.is_mendable:
            text = self.tr("An index of the database is damaged; no chat is lost.")
        self._context.say(text, "error", CHECK, self.tr("Check again"))

    def _run_check(self, _chats: tuple[ChatId, ...]) -> None:
        if not self._is_checking:
            self._is_checking = True
            self._context.report(self._check())

    async def _check(self) -> None:
        self._context.say(self.tr("Checking the database…"), "busy")
        try:
            await self._tell(await self._upkeep.check())
        finally:
            self._is_checking = False

    async def _tell(self, result: CheckResult) -> None:
        if not result.findings:
            self._say_sound(result)
        elif result.is_mendable:
            await self._offer_rebuilding(result)
        else:
            await self._offer_recovery(result)

    def _say_sound(self, result: CheckResult) -> None:
        locale = QLocale()
        chats, messages = (locale.toString(count) for count in (result.chats, result.messages))
        chats = self.tr("1 chat") if result.chats == 1 else self.tr("{0} chats").format(chats)
        one = result.messages == 1
        messages = self.tr("1 message") if one else self.tr("{0} messages").format(messages)
        self._context.say(self.tr("The database is sound: {0}, {1}.").format(chats, messages))

    async def _offer_rebuilding(self, result: CheckResult) -> None:
        text = self.tr(
            "An index of the database is damaged. No chat is lost; "
            "the index can be made anew from the chats."
        )
        choices = {REBUILD: self.tr("Rebuild the index"), BACKUPS: self.tr("Show backups")}
        choice = await self._ask(text, result, choices)
        if choice == REBUILD:
            self._context.say(self.tr("Rebuilding the index…"), "busy")
            await self._tell(await self._upkeep.rebuild_indexes())

    async def _offer_recovery(self, result: CheckResult) -> None:
        text = self.tr(
            "The database is damaged. A backup can take its place, "
            "or the program starts again and recovers what can be read."
        )
        choices = {BACKUPS: self.tr("Show backups"), RECOVER: self.tr("Recover")}
        choice = await self._ask(text, result, choices)
        if choice == RECOVER:
            await self._context.services.want_recovery()
            self._context.restart()

    async def _ask(self, text: str, result: CheckResult, choices: dict[str, str]) -> str:
        from desktop_chat.ui.dialogs.alert import show_alert

        self._context.say(self.tr("The database is damaged."), "error", CHECK, self.tr("Details"))
        details = "\n".join(result.findings)
        alert = show_alert(self._context.window, text, details=details, choices=choices)
        choice = await alert.answer()
        if choice == BACKUPS:
            self._context.commands.run(BACKUPS)
        return choice
