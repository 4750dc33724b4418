"""The window: the only package that imports PySide6 and qasync."""

from __future__ import annotations

import builtins

import PySide6.QtCore  # noqa: F401 it puts its own function in the place of Python's import

# That function reads the source of every module imported after it, for `__feature__` switches
# that this program does not use, and keeps 8 MB of it. Python's own is as good.
_own_import = getattr(builtins, "__orig_import__", None)
if _own_import is not None:
    builtins.__import__ = _own_import
