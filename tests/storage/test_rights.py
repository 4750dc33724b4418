"""Who may read and write what lies in the data directory."""

from __future__ import annotations

import json
import os
import shutil
import stat
import sys
import tempfile
from pathlib import Path

import pytest

from desktop_chat import app, paths
from desktop_chat.domain.errors import DataDirectoryUnusableError
from desktop_chat.storage.chats import ChatRepository
from desktop_chat.storage.database import open_database
from tests.storage.children import output_of

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="modes of POSIX")

NOBODY = 65534

USE_EVERYTHING = """
import asyncio, logging, os, pathlib, stat, sys
os.umask(0o022)
from desktop_chat import logs, paths
from desktop_chat.storage.sqlite.backup import back_up
from desktop_chat.storage.chats import ChatRepository
from desktop_chat.storage.database import open_database
from desktop_chat.storage.handover import HandoverServer
from desktop_chat.storage.lock import DataDirectoryLock
from desktop_chat.storage.settings_file import write_settings
data_dir = pathlib.Path(sys.argv[1])
async def main():
    await server.start()
    for path in [data_dir, *data_dir.rglob("*")]:
        if path.is_symlink() or stat.S_IMODE(path.stat().st_mode) & 0o077:
            print("open to others:", path)
    print(sorted(path.name for path in data_dir.rglob("*")))
    await server.aclose()
server = HandoverServer(data_dir, None)
with DataDirectoryLock(data_dir), open_database(paths.database_path(data_dir)) as db:
    logs.set_up_logging(data_dir, "INFO")
    logging.getLogger("desktop_chat").info("started")
    ChatRepository(db).create_chat("a")
    back_up(db.connection(), paths.backups_dir(data_dir) / "copy.sqlite3")
    write_settings(paths.settings_path(data_dir), {"a": 1})
    write_settings(paths.settings_path(data_dir), {"a": 2})
    asyncio.run(main())
"""

# Everything is imported before the process gives up its rights: the source tree may be private.
OPEN_AS_NOBODY = """
import json, os, pathlib, sys
import desktop_chat.storage.settings_file, tomli_w
from desktop_chat import app, paths
from desktop_chat.services.safekeeping.opening import open_data
from desktop_chat.domain.errors import ChatError
from desktop_chat.storage.chats import ChatRepository
from desktop_chat.storage.database import open_database
from desktop_chat.storage.first_list import read_first_chats
from desktop_chat.storage.lock import DataDirectoryLock
from desktop_chat.storage.settings_file import write_settings
data_dir, user = pathlib.Path(sys.argv[1]), int(sys.argv[2])
if user:
    os.setgroups([]); os.setgid(user); os.setuid(user)
path = paths.database_path(data_dir)
found = {}
for name, work in {
    "lock": DataDirectoryLock(data_dir).acquire,
    "database": lambda: open_database(path),
    "settings": lambda: write_settings(paths.settings_path(data_dir), {"a": 1}),
}.items():
    try:
        work()
        found[name] = "worked"
    except ChatError as error:
        found[name] = [error.code, str(error)]
with open_database(path, read_only=True) as db:
    found["titles"] = [chat.title for chat in ChatRepository(db).page()]
found["first"] = len(read_first_chats(path))
launch = app._read_launch({"data_dir": str(data_dir)})
found["is_read_only"] = launch.is_read_only
db, _ = open_data(launch)
with db:
    found["opened"] = [chat.title for chat in ChatRepository(db).page()]
print(json.dumps(found))
"""


def test_all_files_under_a_usual_umask_are_private(data_dir):
    printed = output_of(USE_EVERYTHING, data_dir)
    assert "open to others" not in printed
    for name in (
        "-wal'",
        "-shm'",
        "handover.socket'",
        "lock'",
        "desktop-chat.log'",
        "copy.",
        ".bak",
    ):
        assert name in printed


@pytest.fixture
def frozen_dir():
    """A directory with one chat that its owner, the child, can read and not write."""
    # Not below the test's own directory, which others cannot enter.
    top = Path(tempfile.mkdtemp(prefix="desktop-chat-test-"))
    top.chmod(0o755)
    data_dir = top / "data"
    with open_database(paths.database_path(data_dir)) as db:
        ChatRepository(db).create_chat("kept")
    if os.geteuid() == 0:
        for path in (data_dir, paths.database_path(data_dir)):
            os.chown(path, NOBODY, NOBODY)
    data_dir.chmod(0o500)
    yield data_dir
    data_dir.chmod(0o700)
    shutil.rmtree(top)


def test_row_29_directory_that_cannot_be_written_is_named_and_can_be_read(frozen_dir):
    user = NOBODY if os.geteuid() == 0 else 0
    found = json.loads(output_of(OPEN_AS_NOBODY, frozen_dir, user))
    for name in ("lock", "database", "settings"):
        code, sentence = found[name]
        assert code == "data_directory_unusable"
        assert str(frozen_dir) in sentence
    assert (found["titles"], found["first"]) == (["kept"], 1)
    # The window opens all the same, and only looks.
    assert (found["is_read_only"], found["opened"]) == (True, ["kept"])
    assert stat.S_IMODE(frozen_dir.stat().st_mode) == 0o500
    assert [path.name for path in frozen_dir.iterdir()] == ["chats.sqlite3"]


def test_row_29_directory_without_chats_is_named_and_no_window_opens(frozen_dir, capsys):
    frozen_dir.chmod(0o700)
    paths.database_path(frozen_dir).unlink()
    frozen_dir.chmod(0o500)
    if os.geteuid() == 0:
        pytest.skip("root can write everywhere")
    assert app.run_window({"data_dir": str(frozen_dir)}) == 1
    assert str(frozen_dir) in capsys.readouterr().err


def test_linked_data_directory_is_refused(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with pytest.raises(DataDirectoryUnusableError, match="symbolic link"):
        open_database(tmp_path / "link" / "chats.sqlite3")
    assert list((tmp_path / "real").iterdir()) == []
