"""Entering a server: trying it, trusting its certificate, and keeping it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from desktop_chat.domain.account import AccountSecrets
from desktop_chat.domain.errors import ChatError, PlainKeyError
from desktop_chat.domain.model_info import ModelKind
from desktop_chat.services.engines.account_secrets import is_same_server

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from desktop_chat.domain.account import Account
    from desktop_chat.ui.dialogs.servers.entered import EnteredServer
    from desktop_chat.ui.dialogs.servers.server_dialog import ServerDialog
    from desktop_chat.ui.features.context import FeatureContext

ALLOW = "allow"
TRUST = "trust"
WORK = "server-editing"
# Where the user can do something about an error.
FIELDS = {
    "invalid_server_url": "url",
    "unauthorized": "key",
    "certificate_untrusted": "certificate",
    "certificate_changed": "certificate",
}


class ServerEditing(QObject):
    """Opens the editor for one server at a time.

    What it does for the editor ends with it: a test that still runs is given up.

    Signals:
        saved(account_id: str): a server was added or changed.
    """

    saved = Signal(str)

    def __init__(self, context: FeatureContext) -> None:
        super().__init__()
        self._context = context
        self._accounts = context.services.accounts
        self._secrets = context.services.secrets
        self._stored = AccountSecrets()
        # The address of the server that they are for.
        self._stored_for = ""
        self._dialog: ServerDialog | None = None

    def edit(self, account: Account, parent: QWidget | None) -> None:
        """Have a server changed, or entered if its id is 0."""
        self._context.tasks.spawn(self._open(account, parent), key=WORK)

    async def _open(self, account: Account, parent: QWidget | None) -> None:
        from desktop_chat.ui.dialogs.servers.server_dialog import ServerDialog

        if self._dialog is not None:
            self._dialog.raise_()
            return
        try:
            # Without them one value of several could not be changed.
            stored = await self._accounts.secrets(account.id) if account.id else AccountSecrets()
        except ChatError as error:
            tell_error(parent, error)
            return
        self._stored, self._stored_for = stored, account.url
        dialog = ServerDialog(account, has_key=bool(stored.key), parent=parent)
        dialog.set_theme(self._context.shell.theme)
        dialog.test_requested.connect(self._on_test_requested)
        dialog.save_requested.connect(self._on_save_requested)
        dialog.certificate_requested.connect(self._on_certificate_requested)
        dialog.finished.connect(self._on_dialog_finished)
        self._dialog = dialog
        dialog.open()

    @Slot()
    def _on_dialog_finished(self) -> None:
        self._context.tasks.cancel(WORK)
        self._stored = AccountSecrets()
        if self._dialog is not None:
            self._dialog.deleteLater()
            self._dialog = None

    @Slot(object)
    def _on_test_requested(self, entered: EnteredServer) -> None:
        self._context.tasks.spawn(self._test(entered), key=WORK)

    @Slot(object)
    def _on_save_requested(self, entered: EnteredServer) -> None:
        self._context.tasks.spawn(self._save(entered), key=WORK)

    @Slot(str, str)
    def _on_certificate_requested(self, url: str, proxy: str) -> None:
        self._context.tasks.spawn(self._trust(url, proxy), key=WORK)

    async def _test(self, entered: EnteredServer) -> None:
        from desktop_chat.ui.dialogs.servers.words import count_words

        dialog = self._dialog
        if dialog is None:
            return
        dialog.set_busy(self.tr("Asking the server for its models…"))
        try:
            models = await self._accounts.test(entered.account, self._secrets_for(entered))
        except PlainKeyError as error:
            if await self._is_plain_key_allowed(error):
                await self._test(dialog.entered())
            return
        except ChatError as error:
            self._show_error(error)
            return
        usable = [model for model in models if model.kind is not ModelKind.EMBEDDING]
        words = self.tr("It answers: {0}.").format(count_words(len(usable)))
        dialog.set_done(words if usable else self.tr("It answers, but has no chat model."))

    def _secrets_for(self, entered: EnteredServer) -> AccountSecrets:
        """Return what goes to the server that is entered: nothing that was kept for another."""
        is_same = is_same_server(self._stored_for, entered.account.url)
        return entered.secrets(self._stored if is_same else AccountSecrets())

    async def _save(self, entered: EnteredServer) -> None:
        dialog = self._dialog
        if dialog is None:
            return
        dialog.set_busy(self.tr("Saving…"))
        secrets = self._secrets_for(entered)
        # The key store is left alone where nothing in it changes.
        is_new = secrets != self._stored
        is_left_behind = secrets != entered.secrets(self._stored)
        try:
            account = await self._accounts.save(entered.account, secrets if is_new else None)
        except PlainKeyError as error:
            if await self._is_plain_key_allowed(error):
                await self._save(dialog.entered())
        except ChatError as error:
            self._show_error(error)
        else:
            dialog.set_done()
            dialog.accept()
            self.saved.emit(account.account_id)
            if is_left_behind:
                self._context.say(
                    self.tr(
                        "The key and the headers were for the old address and are not sent to "
                        "the new one. Enter them again if it wants them."
                    ),
                    "warning",
                )
            elif is_new and (secrets.key or any(secrets.headers.values())):
                self._context.report(self._tell_of_key_store())

    async def _tell_of_key_store(self) -> None:
        """Say so where what was entered is gone at the end of the session."""
        notice = await self._secrets.notice()
        if notice:
            self._context.say(notice, "warning")

    async def _trust(self, url: str, proxy: str) -> None:
        from desktop_chat.ui.dialogs.alert import show_alert
        from desktop_chat.ui.dialogs.servers.fingerprints import grouped

        dialog = self._dialog
        if dialog is None:
            return
        dialog.set_busy(self.tr("Fetching the certificate…"))
        try:
            found = await self._accounts.fetch_certificate(url, proxy)
        except ChatError as error:
            self._show_error(error)
            return
        dialog.set_done()
        text = self.tr(
            "Trust this certificate of {0}, and no other one?\n\n{1}\n\nSHA-256:\n{2}\n\n"
            "Compare the fingerprint with the one that whoever runs the server has."
        )
        words = text.format(url, found.subject, grouped(found.fingerprint))
        alert = show_alert(dialog, words, choices={TRUST: self.tr("Trust it")})
        if await alert.answer() == TRUST:
            dialog.form.certificate.set_pem(found.pem)
            dialog.set_note(self.tr("It is trusted as soon as you save."))

    async def _is_plain_key_allowed(self, error: PlainKeyError) -> bool:
        """Ask; sending a key over the internet unprotected is the user's decision alone."""
        from desktop_chat.ui.dialogs.alert import show_alert

        dialog = self._dialog
        if dialog is None:
            return False
        dialog.set_done()
        text = self.tr(
            "The key would be sent to {0} without encryption: whoever is on the way can read it. "
            "Send it all the same?"
        )
        url = str(error.fields.get("url", ""))
        alert = show_alert(dialog, text.format(url), choices={ALLOW: self.tr("Send the key")})
        if await alert.answer() != ALLOW:
            return False
        dialog.allow_plain_key()
        return True

    def _show_error(self, error: ChatError) -> None:
        from desktop_chat.ui.dialogs.servers.words import refusal_words

        dialog = self._dialog
        if dialog is None:
            return
        dialog.set_done(refusal_words(error), is_error=True)
        field = str(error.fields.get("field", "")) or FIELDS.get(error.code, "")
        dialog.form.point_at(field)


def tell_error(parent: QWidget | None, error: ChatError) -> None:
    """Say over a dialog what went wrong; the status line is behind it."""
    from desktop_chat.ui.dialogs.alert import show_alert
    from desktop_chat.ui.messages import error_words

    show_alert(parent, error_words(error))
