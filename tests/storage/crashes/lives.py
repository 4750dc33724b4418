"""What a process does until it is killed, and what must be there afterwards.

Each life does its work over and over and says what is done, as the program says it to the user:
after it was stored. The other half of each looks at what a killed one left.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import sqlite3
import threading
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from desktop_chat.domain.backup import DAILY
from desktop_chat.domain.chat import ChatId
from desktop_chat.domain.message import MessageStatus
from desktop_chat.domain.undo import Change
from desktop_chat.paths import backups_dir
from desktop_chat.services.background import Worker
from desktop_chat.services.broadcast import Broadcast
from desktop_chat.services.importing.staging_run import stage
from desktop_chat.services.library.organising import OrganisingService
from desktop_chat.services.library.undoing import UndoingService
from desktop_chat.storage.backups.copies import list_backups, make_backup
from desktop_chat.storage.database import Database, open_database
from desktop_chat.storage.importing.imports import ImportRepository
from desktop_chat.storage.importing.staged import read_steps
from desktop_chat.storage.importing.staging import StagingWriter
from desktop_chat.storage.messages import MessageRepository
from desktop_chat.storage.migrations import STEPS
from desktop_chat.storage.times import utc_now
from desktop_chat.storage.undo.removals import Removals
from tests.storage.crashes.contents import check_index_is_complete, check_sound
from tests.storage.crashes.recording import CHATS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Say = Callable[..., None]
    Said = list[list[Any]]

IMPORTED_CHATS = 25
MESSAGES_EACH = 12
STAGED = "ready.staging"


class Life:
    """One kind of work.

    Attributes:
        longest_s: When it is killed at the latest.
    """

    longest_s = 0.06

    def prepare(self, path: Path) -> None:
        """Make the database that the work begins with."""
        with open_database(path) as db, db.atomic():
            for number in range(5):
                db.sql("INSERT INTO chat (title) VALUES (?)", (f"Chat {number}",))
                for _ in range(10):
                    MessageRepository(db).create_message(number + 1, "user", "word " * 200)

    def live(self, path: Path, say: Say) -> None:
        """Work without end."""
        raise NotImplementedError

    def check(self, db: Database, said: Said) -> None:
        """Look at what was left, with the program's next start."""
        raise NotImplementedError

    def look(self, path: Path, said: Said) -> None:
        """Check that nothing that was said is lost, and that the database is whole."""
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            check_sound(connection)
        with open_database(path) as db:
            MessageRepository(db).interrupt_streaming()
            self.check(db, said)
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            check_sound(connection)
            check_index_is_complete(connection)


class Sending(Life):
    """Questions and replies that grow and end."""

    def live(self, path: Path, say: Say) -> None:
        messages = MessageRepository(open_database(path))
        for number in itertools.count():
            question, reply = messages.start_turn(1 + number % 5, f"question {number} " * 20)
            say("asked", question.id, question.content)
            for size in range(1, 4):
                messages.save_progress(reply.id, "answer " * 300 * size)
            final = replace(reply, content="answer " * 1000, status=MessageStatus.COMPLETE)
            messages.finish(final)
            say("answered", final.id, final.content)

    def check(self, db: Database, said: Said) -> None:
        messages = MessageRepository(db)
        for what, message_id, content in said:
            message = messages.get(message_id)
            assert message.content == content
            assert message.status is MessageStatus.COMPLETE, what
        for row in db.sql("SELECT count(*) FROM message WHERE status = 'interrupted'"):
            assert row[0] <= 1


class Editing(Life):
    """Other versions of the same question; the old ones stay."""

    def live(self, path: Path, say: Say) -> None:
        messages = MessageRepository(open_database(path))
        question, _ = messages.start_turn(1, "first version")
        for number in itertools.count():
            new, reply = messages.start_edit(question.id, f"version {number} " * 50)
            messages.finish(replace(reply, content="so", status=MessageStatus.COMPLETE))
            say(question.id, new.id, reply.id, new.content)

    def check(self, db: Database, said: Said) -> None:
        messages = MessageRepository(db)
        for first, question_id, reply_id, content in said:
            assert messages.get(question_id).content == content
            assert messages.get(reply_id).parent_id == question_id
            assert {first, question_id} <= set(messages.versions(first))
        if said:
            assert said[-1][1] <= messages.active_path(1)[-2].id, "the path leads to an older one"


class Deleting(Life):
    """Messages are removed and put back, chats go to the trash and come back."""

    def live(self, path: Path, say: Say) -> None:
        asyncio.run(self._live(open_database(path), say))

    async def _live(self, db: Database, say: Say) -> None:
        undoing = UndoingService(db, Worker("writer"), Broadcast())
        organising = OrganisingService(db, undoing)
        removals = Removals(db)
        while True:
            ids = [row[0] for row in db.sql("SELECT id FROM message WHERE chat_id = 1")]
            await undoing.perform(Change.MESSAGES_DELETED, removals.plan, 1, ids[3:])
            say("deleted", ids[3:])
            await undoing.undo()
            say("undone", ids[3:])
            await organising.trash([ChatId(2), ChatId(3)])
            say("trashed", [2, 3])
            await undoing.undo()
            say("back", [2, 3])

    def check(self, db: Database, said: Said) -> None:
        asyncio.run(self._start(db))
        present = {row[0] for row in db.sql("SELECT id FROM message")}
        removed = {row[0] for row in db.sql("SELECT id FROM removed_message")}
        assert not present & removed
        assert len(present | removed) == 50, "a message is neither here nor there"
        trashed = {row[0] for row in db.sql("SELECT id FROM chat WHERE deleted_at IS NOT NULL")}
        assert trashed in (set(), {2, 3}), "one change was made in part"
        assert len(removed) in (0, 7)
        last, _ = said[-1] if said else ("", None)
        # What was said last is so, or the next change, which was not said yet.
        if last in ("trashed", "back"):
            assert bool(trashed) == (last == "trashed") or not removed
        if last == "deleted":
            assert not trashed
        if last == "undone":
            assert not removed

    async def _start(self, db: Database) -> None:
        writer = Worker("writer")
        await UndoingService(db, writer, Broadcast()).start()
        writer.close()


class Importing(Life):
    """Chats come in, all of a file or none."""

    def prepare(self, path: Path) -> None:
        super().prepare(path)
        chats = [
            {
                "id": chat,
                "title": f"Imported {chat}",
                "created_at": "2026-01-01T00:00:00.000Z",
                "updated_at": "2026-01-01T00:00:00.000Z",
                "messages": [
                    {
                        "id": chat * 100 + message,
                        "sender": "user",
                        "content": f"imported text {message} " * 30,
                        "created_at": "2026-01-01T00:00:00.000Z",
                    }
                    for message in range(MESSAGES_EACH)
                ],
            }
            for chat in range(1, IMPORTED_CHATS + 1)
        ]
        file = path.with_name("export.json")
        head = {"format": "desktop-chat", "version": 1, "folders": [], "tags": []}
        file.write_text(json.dumps({**head, "chats": chats}))
        staging = StagingWriter(path.with_name(STAGED))
        stage([file], staging, lambda _chats, _messages: None)
        staging.close()

    def live(self, path: Path, say: Say) -> None:
        imports = ImportRepository(open_database(path))
        while True:
            staging = path.with_name(STAGED)
            plan = imports.begin(staging, read_steps(staging), "ours", "export.json")
            for first, last in plan.chat_steps:
                imports.copy_chats(plan, first, last)
            for step in plan.steps:
                imports.copy(plan, step)
            ids = imports.release(plan, Change.CHATS_IMPORTED)
            imports.end()
            say(ids)

    def check(self, db: Database, said: Said) -> None:
        imports = ImportRepository(db)
        for import_id in imports.unfinished():
            while not imports.remove_step(import_id):
                pass
        assert db.sql("SELECT count(*) FROM chat WHERE import_id IS NOT NULL") == [(0,)]
        present = {row[0] for row in db.sql("SELECT id FROM chat")}
        for (ids,) in said:
            assert set(ids) <= present
        finished = db.sql("SELECT count(*) FROM import WHERE finished_at IS NOT NULL")[0][0]
        assert finished in (len(said), len(said) + 1)
        assert len(present) == 5 + finished * IMPORTED_CHATS
        messages = db.sql("SELECT count(*) FROM message")[0][0]
        assert messages == 50 + finished * IMPORTED_CHATS * MESSAGES_EACH


class Updating(Life):
    """A database of the first form is brought up to date."""

    longest_s = 0.2

    def prepare(self, path: Path) -> None:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute("BEGIN")
            for number in range(800):
                connection.execute("INSERT INTO chat (title) VALUES (?)", (f"Größe {number}",))
            connection.execute("COMMIT")

    def live(self, path: Path, say: Say) -> None:
        open_database(path).close()
        say("up to date")
        threading.Event().wait()

    def check(self, db: Database, said: Said) -> None:
        assert db.sql("SELECT count(*) FROM chat") == [(800 + len(CHATS),)]
        backups = list_backups(backups_dir(db.path.parent))
        forms = set()
        for backup in backups:
            with closing(sqlite3.connect(backup.path)) as connection:
                forms.add(connection.execute("PRAGMA user_version").fetchone()[0])
                check_sound(connection)
        # Killed between two steps, it is copied once more.
        assert 1 in forms, "there is no copy of before"
        assert max(forms) < len(STEPS)


class BackingUp(Life):
    """Backups are made while something is written."""

    def live(self, path: Path, say: Say) -> None:
        db = open_database(path)

        def write() -> None:
            for number in itertools.count():
                MessageRepository(db).start_turn(1, f"question {number} " * 20)

        threading.Thread(target=write, daemon=True).start()
        while True:
            say(str(make_backup(path, DAILY, utc_now()).path))

    def check(self, db: Database, said: Said) -> None:
        backups = list_backups(backups_dir(db.path.parent))
        assert {path for (path,) in said} <= {str(backup.path) for backup in backups}
        for backup in backups:
            with closing(sqlite3.connect(backup.path, isolation_level=None)) as connection:
                check_sound(connection)
                sent = "SELECT count(*) FROM message WHERE id > 50"
                assert connection.execute(sent).fetchone()[0] % 2 == 0, "half a turn"


LIVES: dict[str, Life] = {
    "send": Sending(),
    "edit": Editing(),
    "delete": Deleting(),
    "import": Importing(),
    "migration": Updating(),
    "backup": BackingUp(),
}
