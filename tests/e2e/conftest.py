"""What every test of the whole program starts with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.app_process import NO_SERVER, Stored, environment

if TYPE_CHECKING:
    from pathlib import Path

    from tests.standin.thread import StandInThread

Environment = dict[str, str]


@pytest.fixture
def stored(data_dir: Path) -> Stored:
    """The database of this test's data directory."""
    return Stored(data_dir)


@pytest.fixture
def env(standin_thread: StandInThread) -> Environment:
    """The environment of a program that finds the stand-in."""
    return environment(standin_thread.url)


@pytest.fixture
def lonely_env() -> Environment:
    """The environment of a program that finds no server and no model."""
    return environment(NO_SERVER)


@pytest.fixture
def models(data_dir: Path) -> Path:
    """The folder of models in the data directory, made."""
    path = data_dir / "models"
    path.mkdir(parents=True, mode=0o700)
    data_dir.chmod(0o700)
    return path


@pytest.fixture
def installed_model(models: Path, starter_model: Path) -> Path:
    """The starter model, in its place."""
    path = models / starter_model.name
    path.symlink_to(starter_model)
    return path
