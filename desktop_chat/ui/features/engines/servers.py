"""The servers in the window: which there are, another one, and one less."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from desktop_chat.domain.account import Account, AccountKind, AccountSecrets
from desktop_chat.domain.changes import AccountsChanged, EnginesChanged, ServersFound
from desktop_chat.domain.errors import ChatError
from desktop_chat.domain.model_info import LM_STUDIO
from desktop_chat.services.engines.discovery import OFF, SETTING
from desktop_chat.ui.features.engines.server_editing import ServerEditing, tell_error

if TYPE_CHECKING:
    from desktop_chat.domain.account import FoundServer
    from desktop_chat.domain.chat import ChatId
    from desktop_chat.ui.dialogs.servers.servers_dialog import ServersDialog
    from desktop_chat.ui.features.context import FeatureContext
    from desktop_chat.ui.widgets.row_delegate import Row

SHOW = "servers.open"
REMOVE = "remove"


class ServersFeature(QObject):
    """Shows the servers, offers those found on this machine, and has them edited."""

    def __init__(self, context: FeatureContext) -> None:
        super().__init__()
        self._context = context
        self._accounts = context.services.accounts
        self._discovery = context.services.discovery
        self._engines = context.services.engines
        self._lm_studio = context.services.lm_studio
        self._settings = context.services.settings
        self._is_read_only = context.services.db.is_read_only
        self._editing = ServerEditing(context)
        self._editing.saved.connect(self._on_server_saved)
        self._listed: dict[str, Account] = {}
        self._dialog: ServersDialog | None = None
        context.commands.register(SHOW, self._show)
        broadcast = context.services.broadcast
        broadcast.subscribe(AccountsChanged, self._on_accounts_changed)
        broadcast.subscribe(EnginesChanged, self._on_engines_changed)
        broadcast.subscribe(ServersFound, self._on_servers_found)

    def _on_accounts_changed(self, _event: AccountsChanged) -> None:
        if self._dialog is not None:
            self._context.report(self._fill())

    def _on_engines_changed(self, _event: EnginesChanged) -> None:
        if self._dialog is not None:
            self._show_servers()

    def _on_servers_found(self, event: ServersFound) -> None:
        if self._dialog is not None:
            self._dialog.set_found(event.servers)
        elif event.servers:
            names = ", ".join(server.name for server in event.servers)
            text = self.tr("Found on this machine: {0}").format(names)
            self._context.say(text, "idle", SHOW, self.tr("Show servers"))

    def _show(self, _chats: tuple[ChatId, ...]) -> None:
        from desktop_chat.ui.dialogs.servers.servers_dialog import ServersDialog

        if self._dialog is not None:
            self._dialog.raise_()
            return
        dialog = ServersDialog(self._context.window)
        dialog.set_theme(self._context.shell.theme)
        dialog.add_requested.connect(self._on_add_requested)
        dialog.edit_requested.connect(self._on_edit_requested)
        dialog.remove_requested.connect(self._on_remove_requested)
        dialog.search_requested.connect(self._on_search_requested)
        dialog.found_accepted.connect(self._on_found_accepted)
        dialog.finished.connect(self._on_dialog_finished)
        self._dialog = dialog
        if self._is_read_only:
            dialog.set_read_only()
        dialog.set_found(self._discovery.found)
        dialog.open()
        self._context.report(self._fill())
        if self._settings.value(SETTING) != OFF:
            self._on_search_requested()

    async def _fill(self, chosen: str = "") -> None:
        accounts = await self._accounts.list()
        self._listed = {account.account_id: account for account in accounts}
        self._show_servers()
        if chosen and self._dialog is not None:
            self._dialog.choose(chosen)

    def _show_servers(self) -> None:
        from desktop_chat.ui.dialogs.servers.words import problem_words

        if self._dialog is None:
            return
        rows = [self._lm_studio_row(), *(self._row(one) for one in self._listed.values())]
        problems = {str(row.key): problem_words(self._engines.status(str(row.key))) for row in rows}
        self._dialog.set_servers(rows, problems, frozenset({LM_STUDIO}))

    def _lm_studio_row(self) -> Row:
        return self._engine_row(LM_STUDIO, "LM Studio", self._lm_studio.url)

    def _row(self, account: Account) -> Row:
        from desktop_chat.ui.dialogs.servers.words import kind_words
        from desktop_chat.ui.widgets.row_delegate import Row

        kind = kind_words(account.kind)
        is_said = account.kind is AccountKind.OTHER or kind == account.name
        detail = account.url if is_said else f"{account.url} · {kind}"
        if not account.is_enabled:
            return Row(account.account_id, account.name, detail, self.tr("not used"), "faint")
        return self._engine_row(account.account_id, account.name, detail)

    def _engine_row(self, account_id: str, name: str, detail: str) -> Row:
        from desktop_chat.services.engines.service import EngineState
        from desktop_chat.ui.dialogs.servers.words import state_words
        from desktop_chat.ui.widgets.row_delegate import Row

        status = self._engines.status(account_id)
        words, ink = state_words(status)
        is_ready = status.state is EngineState.READY
        return Row(account_id, name, detail, words, ink, has_dot=is_ready)

    @Slot()
    def _on_dialog_finished(self) -> None:
        if self._dialog is not None:
            self._dialog.deleteLater()
            self._dialog = None

    @Slot(str)
    def _on_server_saved(self, account_id: str) -> None:
        self._context.report(self._fill(account_id))

    @Slot()
    def _on_add_requested(self) -> None:
        self._editing.edit(Account(0, "", AccountKind.OTHER, ""), self._dialog)

    @Slot(str)
    def _on_edit_requested(self, account_id: str) -> None:
        if account_id == LM_STUDIO:
            self._context.window.settings_requested.emit()
        elif account_id in self._listed:
            self._editing.edit(self._listed[account_id], self._dialog)

    @Slot(str)
    def _on_remove_requested(self, account_id: str) -> None:
        if account_id in self._listed:
            self._context.report(self._remove(self._listed[account_id]))

    @Slot()
    def _on_search_requested(self) -> None:
        self._context.report(self._search())

    @Slot(object)
    def _on_found_accepted(self, server: FoundServer) -> None:
        self._context.report(self._take(server))

    async def _search(self) -> None:
        if self._dialog is None or self._is_read_only:
            return
        self._dialog.set_found((), is_searching=True)
        try:
            found = await self._discovery.search()
        except ChatError:
            found = ()
        if self._dialog is not None:
            self._dialog.set_found(found)

    async def _take(self, server: FoundServer) -> None:
        account = Account(0, server.name, server.kind, server.url)
        try:
            saved = await self._accounts.save(account, AccountSecrets())
        except ChatError as error:
            tell_error(self._dialog, error)
            return
        await self._fill(saved.account_id)
        await self._search()

    async def _remove(self, account: Account) -> None:
        from desktop_chat.ui.dialogs.alert import show_alert

        text = self.tr(
            "Remove the server “{0}”?\n\n"
            "Its key is deleted. Chats that used its models stay; choose another model in them."
        )
        choices = {REMOVE: self.tr("Remove")}
        alert = show_alert(self._dialog, text.format(account.name), choices=choices)
        if await alert.answer() != REMOVE:
            return
        try:
            await self._accounts.remove(account.id)
        except ChatError as error:
            tell_error(self._dialog, error)
        await self._fill()
