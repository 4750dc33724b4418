"""The house rules that no linter knows."""

from __future__ import annotations

import ast
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QWidget

from tests.source_tree import (
    PACKAGE,
    ROOT,
    dotted,
    imported_names,
    package_files,
    place,
    tree_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 50
# `self.window.sidebar.chat_selected` is the longest chain; a signal's own methods do not count.
MAX_CHAIN = 3
SIGNAL_METHODS = {"connect", "disconnect", "emit"}

# What the window needs to paint itself and the chat list, before anything else is imported.
FIRST_PAINT = (
    "desktop_chat.cli",
    "desktop_chat.app",
    "desktop_chat.paths",
    "desktop_chat.storage.first_list",
    "desktop_chat.storage.lock",
    "desktop_chat.storage.settings_file",
    "desktop_chat.ui.application",
    "desktop_chat.ui.theme",
    "desktop_chat.ui.shell",
    "desktop_chat.ui.main_window",
    "desktop_chat.ui.item_models.chat_list",
)
SLOW = (
    "asyncio",
    "docx",
    "httpx",
    "keyring",
    "logging.handlers",
    "lxml",
    "markdown_it",
    "odf",
    "peewee",
    "pygments",
    "qasync",
    "tomllib",
    "xllamacpp",
    "ziamath",
)

# Methods whose text a person reads.
TEXT_SETTERS = {
    "setText",
    "setToolTip",
    "setWindowTitle",
    "setPlaceholderText",
    "setAccessibleName",
    "setAccessibleDescription",
    "setStatusTip",
    "setLabelText",
    "addAction",
    "addButton",
    "addRow",
    "QLabel",
    "QPushButton",
    "QToolButton",
    "QCheckBox",
    "QRadioButton",
    "QGroupBox",
    "QAction",
    "QMessageBox",
}


def run_python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("folder", ["item_models", "controllers"])
def test_item_models_and_controllers_use_qtcore_only(folder: str) -> None:
    found = [
        f"{place(path, node)}: {name}"
        for path in package_files()
        if path.is_relative_to(PACKAGE / "ui" / folder)
        for node, name in imported_names(tree_of(path))
        if name.startswith("PySide6.") and not name.startswith("PySide6.QtCore")
    ]
    assert found == []


def test_services_and_all_below_import_without_qt() -> None:
    code = """
import importlib, pkgutil, sys
for name in ("PySide6", "shiboken6", "qasync"):
    sys.modules[name] = None
for part in ("domain", "storage", "providers", "services"):
    package = importlib.import_module("desktop_chat." + part)
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        importlib.import_module(module.name)
importlib.import_module("desktop_chat.assembly")
"""
    done = run_python(code)
    assert done.returncode == 0, done.stderr


def test_first_paint_imports_nothing_slow() -> None:
    code = f"""
import importlib, sys
for name in {FIRST_PAINT!r}:
    importlib.import_module(name)
print(*[name for name in {SLOW!r} if name in sys.modules])
"""
    done = run_python(code)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []


@pytest.mark.parametrize(
    "path", package_files(), ids=lambda path: path.relative_to(ROOT).as_posix()
)
def test_file_and_its_functions_are_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MAX_FILE_LINES
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    long = [
        f"{place(path, node)}: {node.name}"
        for node in ast.walk(tree_of(path))
        if isinstance(node, functions)
        and (node.end_lineno or 0) - node.lineno >= MAX_FUNCTION_LINES
    ]
    assert long == []


def chains(tree: ast.Module) -> Iterator[tuple[ast.Attribute, str]]:
    """Whole attribute chains that start at `self`, without a signal's own method at the end."""
    inner = {node.value for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node not in inner:
            parts = dotted(node).split(".")
            if parts[0] == "self":
                tail = parts[1:-1] if parts[-1] in SIGNAL_METHODS else parts[1:]
                yield node, ".".join(tail)


def test_nobody_reaches_through_others() -> None:
    found = [
        f"{place(path, node)}: self.{chain}"
        for path in package_files()
        for node, chain in chains(tree_of(path))
        if chain.count(".") >= MAX_CHAIN
    ]
    assert found == []


def looks_for_others(node: ast.AST) -> bool:
    """Whether a piece of code finds the application object, or uses its window as more than that.

    A widget may ask its window what every widget knows, such as an attribute or its size.
    """
    if isinstance(node, ast.Call):
        return dotted(node.func) in {"QApplication.instance", "QCoreApplication.instance"}
    if not (isinstance(node, ast.Attribute) and isinstance(node.value, ast.Call)):
        return False
    return dotted(node.value.func) == "self.window" and not hasattr(QWidget, node.attr)


def test_nobody_looks_for_collaborators() -> None:
    found = [
        place(path, node)
        for path in package_files()
        if path != PACKAGE / "ui" / "application.py"  # it makes the one that there is
        for node in ast.walk(tree_of(path))
        if looks_for_others(node)
    ]
    assert found == []


def literal_text(node: ast.AST) -> str:
    """The words written right here: a string, or the fixed parts of a formatted one."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(literal_text(part) for part in node.values)
    return ""


def test_interface_text_is_translatable() -> None:
    found = [
        f"{place(path, node)}: {literal_text(argument)!r}"
        for path in package_files()
        if path.is_relative_to(PACKAGE / "ui")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call) and dotted(node.func).rpartition(".")[2] in TEXT_SETTERS
        for argument in node.args
        if any(letter.isalpha() for letter in literal_text(argument))
    ]
    assert found == []
