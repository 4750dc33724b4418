"""A process that is killed while it writes loses nothing that it had acknowledged."""

from __future__ import annotations

import random

import pytest

from desktop_chat.domain.message import MessageStatus
from desktop_chat.storage.chats import ChatRepository
from desktop_chat.storage.database import open_database
from desktop_chat.storage.messages import MessageRepository
from tests.storage.children import running

WRITE_FOR_EVER = """
import sys
from desktop_chat.storage.database import open_database
from desktop_chat.storage.messages import MessageRepository
messages = MessageRepository(open_database(sys.argv[1]))
while True:
    question, reply = messages.start_turn(1, "question " * 50)
    for size in range(3):
        messages.save_progress(reply.id, "answer " * 2000 * size, "")
    print(question.id, reply.id, flush=True)
"""


@pytest.mark.parametrize("seed", range(4))
def test_kill_while_writing_loses_nothing_acknowledged(db_path, seed):
    with open_database(db_path) as db:
        ChatRepository(db).create_chat("a")
    rounds = random.Random(seed).randint(1, 40)
    with running(WRITE_FOR_EVER, db_path) as child:
        assert child.stdout is not None
        acknowledged = [child.stdout.readline().split() for _ in range(rounds)]
        child.kill()
        child.wait()
    with open_database(db_path) as db:
        messages = MessageRepository(db)
        for question_id, reply_id in acknowledged:
            assert messages.get(int(question_id)).content == "question " * 50
            assert messages.get(int(reply_id)).content == "answer " * 4000
        assert db.sql("PRAGMA integrity_check") == [("ok",)]
        assert messages.interrupt_streaming() >= rounds
        path = messages.active_path(1)
        assert len(path) % 2 == 0, "a question without its reply, or the other way round"
        assert path[-1].status is MessageStatus.INTERRUPTED


def test_kill_while_the_database_is_made_leaves_nothing_or_all(db_path):
    code = """
import os, sys
from desktop_chat.storage.sqlite import opening
opening.apply_steps = lambda connection: os.kill(os.getpid(), 9)
opening.make_database(__import__("pathlib").Path(sys.argv[1]))
"""
    db_path.parent.mkdir(mode=0o700)
    with running(code, db_path) as child:
        assert child.wait() == -9
    assert not db_path.exists()
    with open_database(db_path) as db:
        assert ChatRepository(db).count() == 0
