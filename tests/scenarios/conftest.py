"""What the window's suite starts with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.app_process import Stored

if TYPE_CHECKING:
    from pathlib import Path

    from tests.standin import StandInThread


@pytest.fixture
def stored(data_dir: Path) -> Stored:
    """The database of this test's data directory."""
    return Stored(data_dir)


@pytest.fixture
def server(standin_thread: StandInThread, monkeypatch: pytest.MonkeyPatch) -> StandInThread:
    """The stand-in, where the window looks for LM Studio."""
    monkeypatch.setenv("LM_STUDIO_URL", standin_thread.url)
    monkeypatch.setenv("DESKTOP_CHAT_DISCOVERY", "off")
    return standin_thread
