"""Databases of every released form come up to date with everything that was in them."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing

import pytest

from desktop_chat.domain.errors import DatabaseTooNewError
from desktop_chat.domain.params import GenerationParams
from desktop_chat.domain.preset import Preset
from desktop_chat.storage.accounts import AccountRepository
from desktop_chat.storage.chats import ChatRepository
from desktop_chat.storage.database import open_database
from desktop_chat.storage.messages import MessageRepository
from desktop_chat.storage.migrations import STEPS
from desktop_chat.storage.presets import PresetRepository
from tests.storage.crashes.contents import (
    all_columns,
    check_index_is_complete,
    check_sound,
    content_of,
    schema_of,
)
from tests.storage.crashes.recording import CHATS, MESSAGES, MOST_BYTES, recorded

FORMS = range(1, len(STEPS) + 1)
OLD_FORMS = range(1, len(STEPS))


@pytest.fixture
def old(db_path, form):
    """A copy of the recorded database of a form, where the program looks for it."""
    db_path.parent.mkdir(mode=0o700)
    shutil.copy(recorded(form), db_path)
    return db_path


def connect(path):
    return closing(sqlite3.connect(path, isolation_level=None))


@pytest.mark.parametrize("form", FORMS)
def test_row_23_there_is_a_recorded_database_of_each_form(form):
    assert recorded(form).stat().st_size <= MOST_BYTES
    with connect(recorded(form)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (form,)
        check_sound(connection)


@pytest.mark.parametrize("form", FORMS)
def test_row_23_old_database_keeps_its_content_and_gets_the_schema_of_today(old, form, tmp_path):
    with connect(old) as connection:
        columns = all_columns(connection)
        del columns["migration"]
        before = content_of(connection, columns)
    open_database(old).close()
    open_database(tmp_path / "fresh" / "chats.sqlite3").close()
    with connect(old) as connection, connect(tmp_path / "fresh" / "chats.sqlite3") as fresh:
        assert content_of(connection, columns) == before
        assert schema_of(connection) == schema_of(fresh)
        check_sound(connection)
        check_index_is_complete(connection)


@pytest.mark.parametrize("form", FORMS)
def test_row_23_every_chat_of_an_old_database_opens_and_goes_on(old, form):
    with open_database(old) as db:
        assert {chat.id for chat in ChatRepository(db).page()} <= {row[0] for row in CHATS}
        messages = MessageRepository(db)
        path = messages.active_path(1)
        assert [message.content for message in path] == [
            row[6] for row in MESSAGES if row[0] in (1, 3, 4, 5)
        ]
        assert path[-1].error_code == "connection_lost"
        assert messages.versions(2) == [2, 3]
        for chat_id, *_ in CHATS:
            assert messages.create_message(chat_id, "user", "And now?").id > len(MESSAGES)


@pytest.mark.parametrize("form", [4])
def test_row_23_presets_servers_and_parameters_of_an_old_database_are_read(old, form):
    with open_database(old) as db:
        (preset,) = PresetRepository(db).all()
        assert preset == Preset(1, "Exact", "Be brief.", GenerationParams(0.1, stop=("END",)))
        chat = ChatRepository(db).get(2)
        assert (chat.params, chat.preset_id) == (GenerationParams(seed=7), preset.id)
        (account,) = AccountRepository(db).all()
        assert (account.name, account.header_names) == ("Cluster", ("X-Team",))
        assert account.certificate.startswith("-----BEGIN")


@pytest.mark.parametrize("form", OLD_FORMS)
def test_row_23_copy_of_before_the_update_is_kept(old, form):
    with connect(old) as connection:
        before = schema_of(connection), content_of(connection)
    open_database(old).close()
    (copy,) = (old.parent / "backups").iterdir()
    assert copy.name.endswith(f"Z-before-v{len(STEPS)}.sqlite3")
    with connect(copy) as connection:
        assert (schema_of(connection), content_of(connection)) == before


@pytest.mark.parametrize("form", [len(STEPS)])
def test_row_24_newer_form_is_refused_and_left_as_it_is(old, form):
    with connect(old) as connection:
        connection.execute(f"PRAGMA user_version = {form + 1}")
    before = old.read_bytes()
    for is_read_only in (False, True):
        with pytest.raises(DatabaseTooNewError, match="Update the program; nothing was changed"):
            open_database(old, read_only=is_read_only)
    assert old.read_bytes() == before
    assert [path.name for path in old.parent.iterdir()] == [old.name]
