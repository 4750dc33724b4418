"""The servers dialog and its editor: what is shown, entered, and never shown."""

from __future__ import annotations

import hashlib
import ssl

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton

from desktop_chat.domain.account import Account, AccountKind, AccountSecrets, FoundServer
from desktop_chat.domain.errors import (
    CertificateChangedError,
    ServerUnreachableError,
    UnauthorizedError,
)
from desktop_chat.domain.model_info import LM_STUDIO, ModelInfo
from desktop_chat.services.engines.service import EngineState, EngineStatus
from desktop_chat.ui.dialogs.servers.fingerprints import fingerprint_of, grouped
from desktop_chat.ui.dialogs.servers.server_dialog import ServerDialog
from desktop_chat.ui.dialogs.servers.servers_dialog import ServersDialog
from desktop_chat.ui.dialogs.servers.words import (
    kind_words,
    kinds,
    problem_words,
    state_words,
    usual_address,
)
from desktop_chat.ui.theme import load_theme
from desktop_chat.ui.widgets.row_delegate import Row

THEME = load_theme("light")
PEM = ssl.DER_cert_to_PEM_cert(b"not really a certificate, but DER all the same")
STORED = AccountSecrets("sk-old", {"X-Team": "blue", "X-Gone": "red"})
CLUSTER = Account(
    3,
    "Cluster",
    AccountKind.VLLM,
    "http://cluster.example.org:8000",
    header_names=("X-Team", "X-Gone"),
    extra_body='{"priority": 1}',
    certificate=PEM,
    allows_plain_key=True,
)
NEW = Account(0, "", AccountKind.OTHER, "")
OLLAMA = FoundServer(AccountKind.OLLAMA, "Ollama", "http://127.0.0.1:11434", 3)


@pytest.fixture
def servers(qtbot):
    shown = ServersDialog()
    qtbot.addWidget(shown)
    shown.set_theme(THEME)
    rows = [Row(LM_STUDIO, "LM Studio", "http://127.0.0.1:1234"), Row("server-3", "Cluster")]
    shown.set_servers(rows, {"server-3": "It wants a key."}, frozenset({LM_STUDIO}))
    shown.show()
    return shown


@pytest.fixture
def editor(qtbot):
    def open_editor(account=NEW, *, has_key=False):
        shown = ServerDialog(account, has_key=has_key)
        qtbot.addWidget(shown)
        shown.set_theme(THEME)
        shown.show()
        return shown

    return open_editor


def button(dialog, name):
    return dialog.findChild(QPushButton, name)


def line(dialog, name):
    return dialog.findChild(QLineEdit, name)


def choose_kind(dialog, kind):
    box = dialog.form.kind
    box.setCurrentIndex(box.findData(kind.value))
    box.activated.emit(box.currentIndex())


def test_lm_studio_can_be_edited_and_not_removed(servers, qtbot):
    assert not button(servers, "removeServerButton").isEnabled()
    with qtbot.waitSignal(servers.edit_requested) as asked:
        button(servers, "editServerButton").click()
    assert asked.args == [LM_STUDIO]


def test_chosen_server_says_what_is_wrong_with_it(servers, qtbot):
    servers.choose("server-3")
    assert servers.findChild(QLabel, "serverNote").text() == "It wants a key."
    with qtbot.waitSignal(servers.remove_requested) as asked:
        button(servers, "removeServerButton").click()
    assert asked.args == ["server-3"]


def test_found_server_is_offered_and_used_by_one_click(servers, qtbot):
    servers.set_found([OLLAMA])
    texts = [label.text() for label in servers.found.findChildren(QLabel)]
    assert "http://127.0.0.1:11434 · 3 models" in texts
    with qtbot.waitSignal(servers.found_accepted) as asked:
        button(servers.found, "useFoundButton").click()
    assert asked.args == [OLLAMA]


def test_search_is_told_and_cannot_be_asked_for_twice(servers, qtbot):
    with qtbot.waitSignal(servers.search_requested):
        button(servers, "searchServersButton").click()
    servers.set_found([], is_searching=True)
    assert not button(servers, "searchServersButton").isEnabled()
    servers.set_found([])
    words = servers.findChild(QLabel, "foundWords").text()
    assert words == "No other server was found on this machine."


def test_read_only_window_changes_no_server(servers):
    servers.set_read_only()
    names = ("addServerButton", "editServerButton", "removeServerButton")
    assert not any(button(servers, name).isEnabled() for name in names)


@pytest.mark.parametrize(
    ("state", "error", "words"),
    [
        (EngineState.ABSENT, ServerUnreachableError(url="x"), "not running"),
        (EngineState.WRONG, UnauthorizedError(url="x"), "wants a key"),
        (EngineState.WRONG, CertificateChangedError(url="x"), "certificate changed"),
        (EngineState.EMPTY, None, "no model"),
        (EngineState.CHECKING, None, "looking…"),
    ],
)
def test_state_of_a_server_is_worded(state, error, words):
    status = EngineStatus("server-1", state, error=error)
    assert state_words(status)[0] == words
    assert bool(problem_words(status)) == (error is not None)


def test_key_of_lm_studio_is_entered_in_the_settings():
    error = UnauthorizedError(url="x")
    assert "settings" in problem_words(EngineStatus("lm-studio", EngineState.WRONG, error=error))
    assert "“Key”" in problem_words(EngineStatus("server-1", EngineState.WRONG, error=error))


def test_ready_server_tells_how_many_models_it_has():
    models = (ModelInfo("a", "a"), ModelInfo("b", "b"))
    assert state_words(EngineStatus("x", EngineState.READY, models))[0] == "2 models"
    assert state_words(EngineStatus("x", EngineState.READY, models[:1]))[0] == "1 model"


def test_every_kind_has_a_name_and_an_example():
    assert set(kinds()) == set(AccountKind)
    assert all(kind_words(kind) and usual_address(kind).startswith("http") for kind in kinds())


def test_new_server_needs_an_address(editor, qtbot):
    dialog = editor()
    assert not button(dialog, "saveServerButton").isEnabled()
    QTest.keyClicks(line(dialog, "serverUrl"), "http://10.0.0.5:8080/v1 ")
    QTest.keyClicks(line(dialog, "serverKey"), " sk-new ")
    with qtbot.waitSignal(dialog.save_requested) as asked:
        button(dialog, "saveServerButton").click()
    (entered,) = asked.args
    assert entered.account == Account(0, "", AccountKind.OTHER, "http://10.0.0.5:8080/v1")
    assert entered.secrets(AccountSecrets()) == AccountSecrets("sk-new", {})


def test_kind_fills_in_its_usual_address_and_name_but_never_over_an_entered_one(editor):
    dialog = editor()
    choose_kind(dialog, AccountKind.OLLAMA)
    assert dialog.form.url.text() == "http://127.0.0.1:11434"
    choose_kind(dialog, AccountKind.JAN)
    assert dialog.form.url.text() == "http://127.0.0.1:1337"
    assert dialog.entered().account.name == "Jan"
    dialog.form.url.setText("http://10.0.0.5:1")
    choose_kind(dialog, AccountKind.OLLAMA)
    assert dialog.form.url.text() == "http://10.0.0.5:1"


def test_stored_secrets_are_never_shown_and_stay_when_untouched(editor):
    dialog = editor(CLUSTER, has_key=True)
    shown = [child.text() for child in dialog.findChildren(QLineEdit)]
    assert not {"sk-old", "blue", "red"} & set(shown)
    assert dialog.entered().secrets(STORED) == STORED
    assert dialog.entered().account == CLUSTER


def test_one_secret_changes_and_the_others_stay(editor):
    dialog = editor(CLUSTER, has_key=True)
    rows = dialog.form.headers._rows
    rows[0].value.line.setText("green")
    secrets = dialog.entered().secrets(STORED)
    assert secrets == AccountSecrets("sk-old", {"X-Team": "green", "X-Gone": "red"})


def test_removed_key_and_header_are_gone(editor):
    dialog = editor(CLUSTER, has_key=True)
    dialog.form.key._remove.click()
    dialog.form.headers._rows[1]._remove.click()
    entered = dialog.entered()
    assert entered.account.header_names == ("X-Team",)
    assert entered.secrets(STORED) == AccountSecrets("", {"X-Team": "blue"})


def test_header_can_be_added(editor):
    dialog = editor(CLUSTER, has_key=True)
    button(dialog, "addHeaderButton").click()
    row = dialog.form.headers._rows[2]
    row.line.setText("X-New")
    row.value.line.setText("v")
    assert dialog.entered().secrets(STORED).headers["X-New"] == "v"
    assert row.value.line.echoMode() == QLineEdit.EchoMode.Password


def test_permission_for_a_plain_key_is_for_one_address_alone(editor):
    dialog = editor(CLUSTER, has_key=True)
    assert dialog.entered().account.allows_plain_key
    dialog.form.url.setText("http://elsewhere.example.org")
    assert not dialog.entered().account.allows_plain_key
    dialog.allow_plain_key()
    assert dialog.entered().account.allows_plain_key


def test_trusted_certificate_shows_its_fingerprint_and_can_be_forgotten(editor):
    dialog = editor(CLUSTER)
    words = dialog.findChild(QLabel, "certificateWords").text()
    expected = grouped(hashlib.sha256(ssl.PEM_cert_to_DER_cert(PEM)).hexdigest())
    assert expected in words
    button(dialog, "forgetCertificateButton").click()
    assert dialog.entered().account.certificate == ""
    assert "system's list" in dialog.findChild(QLabel, "certificateWords").text()


def test_fingerprint_of_what_is_no_certificate_is_empty():
    assert fingerprint_of("nonsense") == ""
    assert grouped("ab" * 32).count(":") == 30


def test_certificate_is_asked_for_with_the_address_entered(editor, qtbot):
    dialog = editor(CLUSTER)
    dialog.form.url.setText("https://other.example.org")
    with qtbot.waitSignal(dialog.certificate_requested) as asked:
        button(dialog, "fetchCertificateButton").click()
    assert asked.args == ["https://other.example.org", ""]


def test_busy_editor_asks_for_nothing_else_and_gives_the_keyboard_back(editor, qtbot):
    dialog = editor(CLUSTER)
    dialog.activateWindow()
    button(dialog, "testServerButton").setFocus()
    dialog.set_busy("Asking…")
    assert not button(dialog, "saveServerButton").isEnabled()
    dialog.set_done("No server answers.", is_error=True)
    assert button(dialog, "saveServerButton").isEnabled()
    assert dialog.focusWidget() is button(dialog, "testServerButton")
    assert dialog.findChild(QLabel, "serverTestNote").text() == "No server answers."
    dialog.form.name.setText("Other")
    assert dialog.findChild(QLabel, "serverTestNote").text() == ""


def test_enter_presses_the_button_that_has_the_keyboard(editor, qtbot):
    dialog = editor(CLUSTER)
    fetch = button(dialog, "fetchCertificateButton")
    fetch.setFocus()
    with (
        qtbot.waitSignal(dialog.certificate_requested),
        qtbot.assertNotEmitted(dialog.save_requested),
    ):
        QTest.keyClick(fetch, Qt.Key.Key_Return)
    dialog.form.name.setFocus()
    with qtbot.waitSignal(dialog.save_requested):
        QTest.keyClick(dialog.form.name, Qt.Key.Key_Return)


def test_field_that_cannot_be_used_is_unfolded_and_gets_the_keyboard(editor):
    dialog = editor()
    assert not dialog.form.body.isVisible()
    dialog.form.point_at("extra_body")
    assert dialog.form.body.isVisible()
    assert dialog.focusWidget() is dialog.form.body


def test_rare_fields_are_unfolded_where_they_are_used(editor):
    assert editor(CLUSTER).form.body.isVisible()
    assert not editor().form.body.isVisible()


def test_keyboard_reaches_a_found_server_after_the_search(servers):
    servers.set_found([OLLAMA])
    search, use = button(servers, "searchServersButton"), button(servers, "useFoundButton")
    assert search.nextInFocusChain() is use


def test_keyboard_reaches_a_new_header_before_the_button_for_one_more(editor):
    dialog = editor(CLUSTER)
    add = button(dialog, "addHeaderButton")
    add.click()
    row = dialog.form.headers._rows[-1]
    stops = [row.line, row.value.line, row._remove, add]
    chain = [row.line]
    while chain[-1] is not add and len(chain) < 50:
        chain.append(chain[-1].nextInFocusChain())
    assert [widget for widget in chain if widget in stops] == stops


def test_each_header_has_names_of_its_own_for_a_screen_reader(editor):
    dialog = editor(CLUSTER)
    headers = dialog.form.headers
    button(dialog, "addHeaderButton").click()
    headers._rows[0]._remove.click()
    names = [stop.accessibleName() for row in headers._rows for stop in row.stops()]
    assert names == [
        "Name of header 1",
        "Value of header 1",
        "Remove header 1",
        "Name of header 2",
        "Value of header 2",
        "Remove header 2",
    ]
