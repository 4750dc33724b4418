"""Every test starts with an empty data directory, no outside network, and must stay quiet."""

from __future__ import annotations

import gc
import logging
import os
import socket
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

pytest_plugins = ["tests.engine_model", "tests.standin.fixtures"]

FROM_OUTSIDE = (
    "LM_STUDIO_URL",
    "LM_STUDIO_MODEL",
    "LM_STUDIO_API_TOKEN",
    "DESKTOP_CHAT_SERVICE_TOKEN",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "http_proxy",
    "https_proxy",
    "all_proxy",
)


# Left alone, Python collects in whichever thread happens to allocate. Qt objects of an earlier test
# that are destroyed by a worker's thread crash the process, so it is done here, between the tests.
FULL_COLLECTION_EVERY = 25
_finished_tests = 0


def pytest_sessionstart() -> None:
    gc.disable()


def pytest_runtest_logfinish() -> None:
    global _finished_tests
    _finished_tests += 1
    gc.collect(2 if _finished_tests % FULL_COLLECTION_EVERY == 0 else 1)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data directory of this test (not yet made); home and settings point away from yours."""
    path = tmp_path / "data"
    monkeypatch.setenv("DESKTOP_CHAT_DATA_DIR", str(path))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home" / ".local" / "share"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    # What else listens on this machine is no concern of a test.
    monkeypatch.setenv("DESKTOP_CHAT_DISCOVERY", "off")
    for name in FROM_OUTSIDE:
        monkeypatch.delenv(name, raising=False)
    return path


@pytest.fixture(autouse=True)
def no_outside_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection to anything but this machine fails the test that tries it."""
    real_connect = socket.socket.connect

    def connect(self: socket.socket, address: object) -> None:
        is_inet = self.family in (socket.AF_INET, socket.AF_INET6)
        if is_inet and isinstance(address, tuple):
            host = str(address[0])
            assert host.startswith("127.") or host in ("localhost", "::1"), f"outside: {host}"
        real_connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", connect)


@pytest.fixture
def expected_logs() -> list[str]:
    """Texts of log records, WARNING or above, that this test provokes on purpose."""
    return []


@pytest.fixture(autouse=True)
def quiet_log(caplog: pytest.LogCaptureFixture, expected_logs: list[str]) -> Iterator[None]:
    """Fail on any unexpected log record of level WARNING or above, in set-up too."""
    caplog.set_level(logging.DEBUG, logger="desktop_chat")
    yield
    records = [*caplog.get_records("setup"), *caplog.get_records("call")]
    loud = [r.getMessage() for r in records if r.levelno >= logging.WARNING]
    unexpected = [m for m in loud if not any(text in m for text in expected_logs)]
    assert not unexpected, f"unexpected log records: {unexpected}"
    missing = [text for text in expected_logs if not any(text in m for m in loud)]
    assert not missing, f"expected log records that never came: {missing}"
