"""One process at a time holds a data directory."""

from __future__ import annotations

import os

import pytest

from desktop_chat.domain.errors import DataDirectoryInUseError, DataDirectoryUnusableError
from desktop_chat.storage.lock import DataDirectoryLock, holder_pid, lock_path
from tests.storage.children import running

HOLD = """
import sys, pathlib
from desktop_chat.storage.lock import DataDirectoryLock
lock = DataDirectoryLock(pathlib.Path(sys.argv[1]))
lock.acquire()
print("held", flush=True)
sys.stdin.read()
"""


def test_acquire_makes_the_directory_and_names_this_process(data_dir):
    with DataDirectoryLock(data_dir):
        assert holder_pid(data_dir) == os.getpid()
    with DataDirectoryLock(data_dir):
        pass


def test_second_lock_in_this_process_is_refused(data_dir):
    with DataDirectoryLock(data_dir), pytest.raises(DataDirectoryInUseError):
        DataDirectoryLock(data_dir).acquire()


def test_lock_of_another_process_is_refused_by_its_number(data_dir):
    with running(HOLD, data_dir) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "held\n"
        with pytest.raises(DataDirectoryInUseError) as caught:
            DataDirectoryLock(data_dir).acquire()
        assert caught.value.fields == {"path": str(data_dir), "pid": child.pid}


def test_lock_of_a_killed_process_is_taken_over(data_dir):
    with running(HOLD, data_dir) as child:
        assert child.stdout is not None
        child.stdout.readline()
        child.kill()
        child.wait()
        with DataDirectoryLock(data_dir):
            assert holder_pid(data_dir) == os.getpid()


@pytest.mark.parametrize("content", [b"", b"garbage", b"999999999"])
def test_stale_lock_file_is_taken_over(data_dir, content):
    data_dir.mkdir()
    lock_path(data_dir).write_bytes(content)
    with DataDirectoryLock(data_dir):
        assert lock_path(data_dir).read_bytes() == str(os.getpid()).encode()


def test_lock_file_that_was_deleted_while_held_does_not_let_two_in(data_dir):
    first, second = DataDirectoryLock(data_dir), DataDirectoryLock(data_dir)
    first.acquire()
    lock_path(data_dir).unlink()
    second.acquire()
    first.release()
    with pytest.raises(DataDirectoryInUseError):
        first.acquire()
    second.release()


def test_lock_file_that_is_a_link_is_refused(data_dir, tmp_path):
    data_dir.mkdir()
    (tmp_path / "precious").write_text("kept")
    lock_path(data_dir).symlink_to(tmp_path / "precious")
    with pytest.raises(DataDirectoryUnusableError):
        DataDirectoryLock(data_dir).acquire()
    assert (tmp_path / "precious").read_text() == "kept"


def test_release_without_the_lock_does_nothing(data_dir):
    DataDirectoryLock(data_dir).release()
    assert holder_pid(data_dir) is None
