"""What runs foreign data as code, shows it as markup, or drops a guard never enters the source."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest

from tests.source_tree import PACKAGE, dotted, imported_names, package_files, place, tree_of

if TYPE_CHECKING:
    from pathlib import Path

FORBIDDEN_MODULES = ("pickle", "cPickle", "_pickle", "marshal", "shelve", "dill", "webbrowser")
FORBIDDEN_CALLS = {
    "eval": "runs text as code",
    "exec": "runs text as code",
    "__import__": "imports what a text names",
    "os.system": "goes through a shell",
    "os.popen": "goes through a shell",
    "yaml.load": "builds any object",
    "yaml.unsafe_load": "builds any object",
    "tempfile.mktemp": "races with others",
    "ssl._create_unverified_context": "trusts anyone",
}
FORBIDDEN_METHODS = {
    "extractall": "writes wherever the archive says",
    "setHtml": "shows foreign text as markup",
    "insertHtml": "shows foreign text as markup",
    "toHtml": "leads back to setHtml",
    "asyncSlot": "loses its task",
}
FORBIDDEN_ARGUMENTS = {("shell", True), ("verify", False), ("check_hostname", False)}
DIALOG_STATICS = {
    "QMessageBox": {"about", "aboutQt", "critical", "information", "question", "warning"},
    "QFileDialog": {
        "getExistingDirectory",
        "getOpenFileName",
        "getOpenFileNames",
        "getSaveFileName",
    },
    "QInputDialog": {"getDouble", "getInt", "getItem", "getMultiLineText", "getText"},
}
LINK_GATE = PACKAGE / "ui" / "links.py"


def call_faults(path: Path, call: ast.Call) -> list[str]:
    name = dotted(call.func)
    owner, _, method = name.rpartition(".")
    owner = owner.rpartition(".")[2]
    faults = [FORBIDDEN_CALLS[name]] if name in FORBIDDEN_CALLS else []
    if method in FORBIDDEN_METHODS:
        faults.append(FORBIDDEN_METHODS[method])
    if method in DIALOG_STATICS.get(owner, ()):
        faults.append("runs an event loop inside the event loop")
    if method in {"exec", "exec_"} and owner:
        faults.append("runs an event loop inside the event loop")
    if method == "openUrl" and path != LINK_GATE:
        faults.append("opens a link past the gate in ui/links.py")
    for argument in call.keywords:
        value = argument.value
        if isinstance(value, ast.Constant) and (argument.arg, value.value) in FORBIDDEN_ARGUMENTS:
            faults.append(f"{argument.arg}={value.value!r}")
    return [f"{place(path, call)}: {name}: {fault}" for fault in faults]


def faults_in(path: Path, tree: ast.Module) -> list[str]:
    imports = [
        f"{place(path, node)}: import of {name}"
        for node, name in imported_names(tree)
        if name.split(".")[0] in FORBIDDEN_MODULES
    ]
    calls = [
        fault
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        for fault in call_faults(path, node)
    ]
    return imports + calls


def test_source_holds_no_forbidden_call() -> None:
    assert [fault for path in package_files() for fault in faults_in(path, tree_of(path))] == []


@pytest.mark.parametrize(
    "planted",
    [
        "import pickle",
        "from marshal import loads",
        "eval(text)",
        "yaml.load(text)",
        "subprocess.run(text, shell=True)",
        "archive.extractall(folder)",
        "httpx.AsyncClient(verify=False)",
        "self._document.setHtml(text)",
        "QMessageBox.warning(self, title, text)",
        "QtWidgets.QMessageBox.question(self, title, text)",
        "dialog.exec()",
        "SettingsDialog(self).exec()",
        "QDesktopServices.openUrl(url)",
    ],
)
def test_planted_fault_is_found(planted: str) -> None:
    assert faults_in(PACKAGE / "planted.py", ast.parse(planted)) != []


def test_link_gate_may_open_links() -> None:
    assert faults_in(LINK_GATE, ast.parse("QDesktopServices.openUrl(url)")) == []
