"""The settings file survives crashes, damage and foreign hands."""

from __future__ import annotations

import stat

import pytest

from desktop_chat.domain.errors import StorageError
from desktop_chat.storage.settings_file import read_settings, write_settings
from tests.storage.children import running

VALUES = {"appearance.theme": "dark", "appearance.text_size": 120, "server.url": "http://x:1"}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "settings.toml"


def test_missing_file_holds_nothing(path):
    assert read_settings(path) == ({}, None)


def test_values_come_back_under_their_names(path):
    write_settings(path, {**VALUES, "left.out": None, "server.hosts": ["a", "b"], "on": True})
    found, notice = read_settings(path)
    assert found == {**VALUES, "server.hosts": ["a", "b"], "on": True}
    assert notice is None
    assert "[appearance]" in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_mark_at_the_start_of_the_file_is_no_damage(path):
    path.write_bytes(b"\xef\xbb\xbfa = 1\r\n")
    assert read_settings(path) == ({"a": 1}, None)


@pytest.mark.parametrize("damage", [b"a = ", b"\xff\xfe", b"\x00" * 200, b"a" + b"[" * 5000])
def test_damaged_file_is_set_aside_and_the_one_before_used(path, damage):
    write_settings(path, {"a": 1})
    write_settings(path, {"a": 2})
    path.write_bytes(damage)
    values, notice = read_settings(path)
    assert values == {"a": 1}
    assert notice is not None
    assert "settings.toml.damaged-1" in notice
    assert path.with_name("settings.toml.damaged-1").read_bytes() == damage
    assert read_settings(path) == ({"a": 1}, None)


def test_damaged_file_without_a_backup_means_defaults(path):
    for number in (1, 2):
        path.write_bytes(b"broken")
        values, notice = read_settings(path)
        assert values == {}
        assert notice is not None
        assert f"damaged-{number}" in notice
        assert "defaults" in notice


def test_damaged_backup_means_defaults(path):
    path.write_bytes(b"broken")
    path.with_name("settings.toml.bak").write_bytes(b"broken too")
    values, notice = read_settings(path)
    assert values == {}
    assert notice is not None


def test_damaged_file_does_not_replace_a_sound_backup(path):
    write_settings(path, {"a": 1})
    write_settings(path, {"a": 2})
    path.write_bytes(b"broken")
    write_settings(path, {"a": 3})
    path.write_bytes(b"broken")
    assert read_settings(path)[0] == {"a": 1}


def test_directory_in_the_file_s_place_is_said(path):
    path.mkdir()
    values, notice = read_settings(path)
    assert values == {}
    assert notice is not None
    with pytest.raises(StorageError):
        write_settings(path, VALUES)


@pytest.mark.parametrize("values", [{"a": 1, "a.b": 2}, {"a.b": 2, "a": 1}, {"a": object()}])
def test_values_that_no_file_can_hold_are_refused(path, values):
    write_settings(path, VALUES)
    with pytest.raises(StorageError):
        write_settings(path, values)
    assert read_settings(path)[0] == VALUES


def test_kill_while_writing_leaves_a_whole_file(path):
    code = """
import pathlib, sys
from desktop_chat.storage.settings_file import write_settings
number = 0
while True:
    number += 1
    write_settings(pathlib.Path(sys.argv[1]), {"a.b": number, "a.text": "x" * 5000})
    print(number, flush=True)
"""
    for _ in range(3):
        with running(code, path) as child:
            assert child.stdout is not None
            written = [int(child.stdout.readline()) for _ in range(20)]
        values, notice = read_settings(path)
        assert notice is None
        assert values["a.b"] >= written[-1]


@pytest.mark.parametrize("backup", [b"a = 1", b"broken too", None])
def test_damaged_file_that_may_not_be_set_aside_stays(path, backup):
    path.write_bytes(b"broken")
    if backup:
        path.with_name("settings.toml.bak").write_bytes(backup)
    before = sorted(path.parent.iterdir())
    values, notice = read_settings(path, sets_aside=False)
    assert values == ({"a": 1} if backup == b"a = 1" else {})
    assert "damaged" in str(notice)
    assert sorted(path.parent.iterdir()) == before
    assert path.read_bytes() == b"broken"
