"""Entering a server: its certificate, its key, and what cannot be stored."""

from __future__ import annotations

import contextlib
import ssl
from dataclasses import dataclass
from typing import Any, cast

from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from desktop_chat.domain.account import Account, AccountKind, AccountSecrets
from desktop_chat.domain.errors import (
    CertificateError,
    InvalidAccountError,
    PlainKeyError,
    SecretsUnavailableError,
)
from desktop_chat.domain.model_info import ModelInfo, ModelKind
from desktop_chat.services.tasks import TaskScope
from desktop_chat.ui.dialogs.alert import Alert
from desktop_chat.ui.dialogs.servers.server_dialog import ServerDialog
from desktop_chat.ui.features.engines.server_editing import ServerEditing
from desktop_chat.ui.theme import load_theme
from tests.ui.waiting import settle, until

URL = "https://cluster.example.org"
PEM = ssl.DER_cert_to_PEM_cert(b"some bytes that stand for a certificate")
STORED = AccountSecrets("sk-stored", {"X-Team": "blue"})
ACCOUNT = Account(4, "Cluster", AccountKind.VLLM, URL, header_names=("X-Team",))
CHAT = ModelInfo("qwen", "qwen", ModelKind.CHAT)
EMBED = ModelInfo("embed", "embed", ModelKind.EMBEDDING)


@dataclass(frozen=True)
class FakeCertificate:
    pem: str
    fingerprint: str
    subject: str


class FakeAccounts:
    """Answers as it is told, and keeps what it was asked."""

    def __init__(self):
        self.errors = []
        self.models = [CHAT, EMBED]
        self.saved = []
        self.tested = []
        self.asked_for = []
        self.locked = False

    def _raise(self):
        if self.errors:
            raise self.errors.pop(0)

    async def secrets(self, account_id):
        if self.locked:
            raise SecretsUnavailableError(detail="it does not answer")
        return STORED

    async def test(self, account, secrets):
        self.tested.append((account, secrets))
        self._raise()
        return self.models

    async def save(self, account, secrets):
        self.saved.append((account, secrets))
        self._raise()
        return account

    async def fetch_certificate(self, url, proxy=""):
        self.asked_for.append((url, proxy))
        self._raise()
        return FakeCertificate(PEM, "AB" * 32, "CN=cluster")


class FakeSecrets:
    async def notice(self):
        return "Kept for this session only."


class Window:
    """What the editing needs of a window."""

    def __init__(self):
        self.window = QWidget()
        self.theme = load_theme("light")
        self.shell = self
        self.services = self
        self.accounts = FakeAccounts()
        self.secrets = FakeSecrets()
        self.errors: list[Exception] = []
        self.tasks = TaskScope(on_error=self.errors.append)
        self.said = []

    def say(self, text, kind="idle", action="", label=""):
        self.said.append((text, kind))

    def report(self, work):
        self.tasks.spawn(work)

    @property
    def dialog(self):
        return self.window.findChild(ServerDialog)

    def press(self, name):
        self.dialog.findChild(QPushButton, name).click()

    @property
    def note(self):
        return self.dialog.findChild(QLabel, "serverTestNote").text()

    async def answer(self, label):
        await until(lambda: self.window.findChild(Alert))
        (alert,) = self.window.findChildren(Alert)
        text = alert.text()
        (button,) = [b for b in alert.buttons() if b.text().replace("&", "") == label]
        button.click()
        await until(lambda: not self.window.findChildren(Alert))
        return text


@contextlib.asynccontextmanager
async def editing(account=ACCOUNT):
    window = Window()
    try:
        feature = ServerEditing(cast("Any", window))
        feature.edit(account, window.window)
        await settle()
        yield window
        feature.deleteLater()
    finally:
        await window.tasks.aclose()
        window.window.deleteLater()
        assert window.errors == []


def test_test_uses_what_is_entered_over_what_is_stored(qloop):
    async def scenario():
        async with editing() as window:
            window.dialog.form.headers._rows[0].value.line.setText("green")
            window.press("testServerButton")
            await until(lambda: window.note == "It answers: 1 model.")
            assert window.accounts.tested == [
                (ACCOUNT, AccountSecrets("sk-stored", {"X-Team": "green"}))
            ]

    qloop.run(scenario())


def test_server_with_embeddings_alone_is_told_apart(qloop):
    async def scenario():
        async with editing() as window:
            window.accounts.models = [EMBED]
            window.press("testServerButton")
            await until(lambda: "no chat model" in window.note)

    qloop.run(scenario())


def test_certificate_is_trusted_after_its_fingerprint_was_shown(qloop):
    async def scenario():
        async with editing() as window:
            window.accounts.errors = [CertificateError(url=URL, detail="self-signed")]
            window.press("testServerButton")
            await until(lambda: "not trusted" in window.note)
            assert window.dialog.form.certificate.isVisible()
            window.press("fetchCertificateButton")
            text = await window.answer("Trust it")
            assert "AB:AB:AB" in text
            assert "CN=cluster" in text
            window.press("saveServerButton")
            await until(lambda: window.accounts.saved)
            assert window.accounts.saved[0][0].certificate == PEM

    qloop.run(scenario())


def test_certificate_is_not_trusted_without_the_user(qloop):
    async def scenario():
        async with editing() as window:
            window.press("fetchCertificateButton")
            await window.answer("Cancel")
            assert window.dialog.entered().account.certificate == ""
            assert window.accounts.asked_for == [(URL, "")]

    qloop.run(scenario())


def test_plain_key_is_tested_only_after_a_question(qloop):
    async def scenario():
        async with editing() as window:
            window.accounts.errors = [PlainKeyError(url=URL)]
            window.press("testServerButton")
            await window.answer("Send the key")
            await until(lambda: window.note.startswith("It answers"))
            allowed = [account.allows_plain_key for account, _ in window.accounts.tested]
            assert allowed == [False, True]

    qloop.run(scenario())


def test_field_that_cannot_be_used_is_named_and_shown(qloop):
    async def scenario():
        async with editing(Account(0, "", AccountKind.OTHER, URL)) as window:
            window.accounts.errors = [
                InvalidAccountError(field="extra_body", detail="the extra body is no JSON object")
            ]
            window.press("saveServerButton")
            await until(lambda: "no JSON object" in window.note)
            assert window.dialog.form.body.isVisible()

    qloop.run(scenario())


def test_key_that_does_not_last_is_told(qloop):
    async def scenario():
        async with editing() as window:
            window.dialog.form.key.line.setText("sk-new")
            window.press("saveServerButton")
            await until(lambda: window.said)
            assert window.said == [("Kept for this session only.", "warning")]
            secrets = window.accounts.saved[0][1]
            assert secrets == AccountSecrets("sk-new", {"X-Team": "blue"})

    qloop.run(scenario())


def test_key_store_is_left_alone_where_no_secret_changes(qloop):
    async def scenario():
        async with editing() as window:
            window.dialog.form.name.setText("Renamed")
            window.press("saveServerButton")
            await until(lambda: window.accounts.saved)
            assert window.accounts.saved[0][1] is None
            assert window.said == []

    qloop.run(scenario())


def test_key_store_that_does_not_answer_is_told_over_the_dialog(qloop):
    async def scenario():
        window = Window()
        window.accounts.locked = True
        feature = ServerEditing(cast("Any", window))
        feature.edit(ACCOUNT, window.window)
        text = await window.answer("OK")
        assert "key store" in text.lower() or "does not answer" in text
        assert window.dialog is None
        await window.tasks.aclose()
        window.window.deleteLater()
        feature.deleteLater()

    qloop.run(scenario())


def test_closing_the_editor_gives_up_what_it_waits_for(qloop):
    async def scenario():
        async with editing() as window:
            window.press("testServerButton")
            window.press("cancelServerButton")
            await settle()
            assert window.dialog is None or not window.dialog.isVisible()

    qloop.run(scenario())


def test_key_that_is_stored_stays_with_its_address(qloop):
    async def scenario():
        async with editing() as window:
            window.dialog.form.url.setText("https://elsewhere.example")
            window.press("testServerButton")
            await until(lambda: window.accounts.tested)
            assert window.accounts.tested[0][1] == AccountSecrets("", {"X-Team": ""})
            await until(lambda: window.note)
            window.press("saveServerButton")
            await until(lambda: window.said)
            assert window.accounts.saved[0][1] == AccountSecrets("", {"X-Team": ""})
            assert "Enter them again" in window.said[0][0]

    qloop.run(scenario())
