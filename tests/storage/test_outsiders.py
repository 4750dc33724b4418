"""Other programs open the database while it is in use here."""

from __future__ import annotations

import subprocess
import sys

from desktop_chat.domain.message import Sender
from desktop_chat.storage.chats import ChatRepository
from desktop_chat.storage.database import open_database
from desktop_chat.storage.messages import MessageRepository

OUTSIDER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
print(connection.execute("SELECT count(*) FROM message").fetchone()[0])
connection.close()
"""


def _look_from_outside(path):
    run = [sys.executable, "-c", OUTSIDER, str(path)]
    return int(subprocess.run(run, capture_output=True, text=True, check=True).stdout)


def test_outsider_that_opens_and_closes_costs_nothing_written_later(tmp_path):
    path = tmp_path / "chats.sqlite3"
    with open_database(path) as db:
        chat_id = ChatRepository(db).create_chat("Chat").id
        messages = MessageRepository(db)
        messages.create_message(chat_id, Sender.USER, "one")
        # From here on the first connection holds its lock, which the second must leave alone.
        with open_database(path, read_only=True) as reading:
            assert ChatRepository(reading).count() == 1
            assert _look_from_outside(path) == 1
            messages.create_message(chat_id, Sender.USER, "two")
            assert _look_from_outside(path) == 2
    assert _look_from_outside(path) == 2
