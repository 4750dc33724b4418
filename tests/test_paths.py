"""Where files lie, and directories that only their owner can enter."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from desktop_chat import paths


def mode_of(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_data_dir_is_the_one_from_the_environment(data_dir):
    assert paths.default_data_dir() == data_dir


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="the rules of XDG")
@pytest.mark.parametrize(
    ("xdg", "expected"),
    [("/srv/share", "/srv/share/desktop-chat"), ("relative", None), ("", None)],
)
def test_data_dir_follows_xdg(monkeypatch, xdg, expected):
    monkeypatch.delenv("DESKTOP_CHAT_DATA_DIR")
    monkeypatch.setenv("XDG_DATA_HOME", xdg)
    at_home = Path.home() / ".local" / "share" / "desktop-chat"
    assert paths.default_data_dir() == Path(expected or at_home)


@pytest.mark.parametrize(
    ("system", "expected"),
    [
        ("darwin", "Library/Application Support/Desktop Chat"),
        ("win32", "AppData/Local/Desktop Chat"),
    ],
)
def test_data_dir_on_other_systems(monkeypatch, system, expected):
    monkeypatch.delenv("DESKTOP_CHAT_DATA_DIR")
    monkeypatch.delenv("LOCALAPPDATA", raising=False)
    monkeypatch.setattr(sys, "platform", system)
    assert paths.default_data_dir() == Path.home() / expected


def test_names_in_the_data_directory_are_the_published_ones(data_dir):
    named = (
        paths.database_path, paths.settings_path, paths.models_dir, paths.logs_dir,
        paths.backups_dir,
    )  # fmt: skip
    assert [path(data_dir).name for path in named] == [
        "chats.sqlite3", "settings.toml", "models", "logs", "backups",
    ]  # fmt: skip


def test_model_folders_of_lm_studio_lie_at_home():
    home = Path.home()
    assert paths.lm_studio_model_dirs() == [
        home / ".lmstudio" / "models",
        home / ".cache" / "lm-studio" / "models",
    ]


@pytest.fixture
def _usual_umask():
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.mark.usefixtures("_usual_umask")
def test_private_dir_is_made_with_its_parents(tmp_path):
    paths.make_private_dir(tmp_path / "a" / "b")
    assert mode_of(tmp_path / "a" / "b") == 0o700
    assert mode_of(tmp_path / "a") == 0o755


def test_existing_dir_loses_the_rights_of_others(tmp_path):
    path = tmp_path / "data"
    path.mkdir()
    path.chmod(0o755)
    paths.make_private_dir(path)
    assert mode_of(path) == 0o700


def test_symbolic_link_is_refused(tmp_path):
    (tmp_path / "real").mkdir(mode=0o755)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with pytest.raises(PermissionError, match="symbolic link"):
        paths.make_private_dir(tmp_path / "link")
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    with pytest.raises(PermissionError, match="symbolic link"):
        paths.make_private_dir(tmp_path / "dangling")


def test_file_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(NotADirectoryError):
        paths.make_private_dir(tmp_path / "file")
    with pytest.raises(OSError, match="directory"):
        paths.make_private_dir(tmp_path / "file" / "below")


def test_directory_that_all_share_is_refused_and_stays_shared(tmp_path):
    shared = tmp_path / "tmp"
    shared.mkdir()
    shared.chmod(0o1777)
    with pytest.raises(PermissionError, match="all users"):
        paths.make_private_dir(shared)
    assert mode_of(shared) == 0o1777


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() != 0, reason="needs another owner")
def test_directory_of_another_user_is_refused(tmp_path):
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    os.chown(theirs, 65534, 65534)
    with pytest.raises(PermissionError, match="another user"):
        paths.make_private_dir(theirs)
