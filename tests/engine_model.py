"""The starter model, for tests that run the real engine."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def starter_model() -> Path:
    """The file of the starter model; a test that wants it fails without it."""
    named = os.environ.get("DESKTOP_CHAT_TEST_MODEL")
    found = [Path(named)] if named else sorted(ROOT.glob(".venv/starter-model/*.gguf"))
    if not found or not found[0].is_file():
        where = named or ".venv/starter-model"
        pytest.fail(f"The starter model is not in {where}. `make test` fetches it there.")
    return found[0]
