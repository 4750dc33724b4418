"""What is saved of files that are damaged in every way."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing

import pytest

from desktop_chat.domain.errors import DatabaseDamagedError
from desktop_chat.domain.params import GenerationParams
from desktop_chat.domain.preset import ChatSetup, Preset
from desktop_chat.storage.chats import ChatRepository
from desktop_chat.storage.database import open_database
from desktop_chat.storage.drafts import DraftRepository
from desktop_chat.storage.messages import MessageRepository
from desktop_chat.storage.migrations import STEPS, apply_steps
from desktop_chat.storage.presets import PresetRepository
from desktop_chat.storage.salvage.salvage import Salvaged, SalvageStoppedError, salvage
from desktop_chat.storage.sqlite.integrity import find_damage
from desktop_chat.storage.sqlite.opening import APPLICATION_ID

CHATS, MESSAGES = 12, 20
PAGE = 4096


def fill(path):
    """Make a database with short and long texts, the long ones over several pages."""
    sizes = random.Random(1)
    with open_database(path) as db, db.atomic():
        for number in range(CHATS):
            chat = ChatRepository(db).create_chat(f"Chat {number} ñ")
            for place in range(MESSAGES):
                text = f"message {number}/{place} " + "x" * sizes.choice([5, 900, 30_000])
                MessageRepository(db).create_message(chat.id, ("user", "llm")[place % 2], text)
        DraftRepository(db).save(1, "not sent yet")


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    path = tmp_path_factory.mktemp("whole") / "data" / "chats.sqlite3"
    fill(path)
    return path.read_bytes()


@pytest.fixture
def source(tmp_path):
    return tmp_path / "damaged.sqlite3"


@pytest.fixture
def target(tmp_path):
    return tmp_path / "saved" / "chats.sqlite3"


@pytest.fixture(autouse=True)
def folder(target):
    target.parent.mkdir(mode=0o700)


def contents(path):
    with open_database(path) as db:
        assert find_damage(db, is_thorough=True) == []
        db.sql("INSERT INTO message_text (message_text) VALUES ('integrity-check')")
        titles = dict(db.sql("SELECT id, title FROM chat"))
        texts = dict(db.sql("SELECT id, content FROM message"))
        paths = [len(MessageRepository(db).active_path(chat_id)) for chat_id in titles]
    return titles, texts, paths


def test_sound_file_is_saved_completely(whole, source, target):
    source.write_bytes(whole)
    assert salvage(source, target) == Salvaged(CHATS, CHATS * MESSAGES, CHATS * MESSAGES)
    titles, _, paths = contents(target)
    assert titles[3] == "Chat 2 ñ"
    assert paths == [MESSAGES] * CHATS
    with open_database(target) as db:
        assert DraftRepository(db).get(1) == "not sent yet"


@pytest.mark.parametrize("zeroed", [0, PAGE])
def test_servers_presets_and_parameters_are_saved_too(source, target, zeroed):
    with open_database(source) as db:
        presets, chats = PresetRepository(db), ChatRepository(db)
        preset = presets.save(Preset(0, "Exact", "Be brief.", GenerationParams(0.1)))
        chat = chats.create_chat("Chat")
        chats.set_up(chat.id, ChatSetup(GenerationParams(0.2, seed=7), "", preset.id))
        db.sql(
            "INSERT INTO account (name, kind, url, header_names, created_at)"
            " VALUES ('Cluster', 'vllm', 'https://x', '[\"a\"]', '2026-01-01T00:00:00.000Z')"
        )
    source.write_bytes(bytes(zeroed) + source.read_bytes()[zeroed:])
    salvage(source, target)
    with open_database(target) as db:
        assert PresetRepository(db).all() == [preset]
        found = ChatRepository(db).get(chat.id)
        assert (found.params, found.preset_id) == (GenerationParams(0.2, seed=7), preset.id)
        sql = "SELECT id, name, kind, url, header_names, is_enabled FROM account"
        assert db.sql(sql) == [(1, "Cluster", "vllm", "https://x", '["a"]', 1)]


@pytest.mark.parametrize("zeroed", [100, PAGE])
def test_row_14_zeroed_header_costs_nothing(whole, source, target, zeroed):
    data = bytes(zeroed) + whole[zeroed:]
    source.write_bytes(data)
    found = salvage(source, target)
    assert (found.chats, found.messages) == (CHATS, CHATS * MESSAGES)
    assert contents(target)[2] == [MESSAGES] * CHATS
    assert source.read_bytes() == data


def test_row_14_text_file_has_nothing_to_save_and_is_left_alone(source, target):
    source.write_text("shopping list\n" * 500)
    with pytest.raises(DatabaseDamagedError, match="nothing can be read"):
        salvage(source, target)
    assert source.read_text() == "shopping list\n" * 500
    assert list(target.parent.iterdir()) == []


def test_row_15_half_a_file_gives_what_was_in_that_half(whole, source, target):
    source.write_bytes(whole[: len(whole) // 2])
    found = salvage(source, target)
    assert CHATS * MESSAGES // 4 < found.messages < CHATS * MESSAGES
    titles, texts, _ = contents(target)
    assert (len(titles), len(texts)) == (found.chats, found.messages)


@pytest.mark.parametrize("seed", range(12))
def test_row_15_overwritten_pages_cost_their_rows_only(whole, source, target, seed):
    chance = random.Random(seed)
    data = bytearray(whole)
    pages = chance.sample(range(1, len(data) // PAGE), 1 + seed % 4)
    for page in pages:
        data[page * PAGE : (page + 1) * PAGE] = chance.randbytes(PAGE)
    source.write_bytes(data)
    found = salvage(source, target)
    assert found.messages <= found.of_messages <= CHATS * MESSAGES
    # A page holds four messages of 900 letters, or dozens of parts of longer ones.
    assert found.messages > CHATS * MESSAGES * 0.5
    texts = contents(target)[1]
    assert all(text.startswith("message ") for text in texts.values())


def test_messages_without_their_chat_come_in_a_chat_of_their_own(whole, source, target):
    source.write_bytes(whole)
    with closing(sqlite3.connect(source, isolation_level=None)) as connection:
        connection.execute("DROP TRIGGER chat_title_delete")
        connection.execute("DELETE FROM chat WHERE id = 5")
    assert salvage(source, target, lost_title="Found again").chats == CHATS
    assert contents(target)[0][5] == "Found again"


def test_message_whose_parent_is_lost_follows_the_one_before(whole, source, target):
    source.write_bytes(whole)
    with closing(sqlite3.connect(source, isolation_level=None)) as connection:
        connection.execute("DROP TRIGGER message_text_delete")
        connection.execute("DELETE FROM message WHERE id = 10")
    assert salvage(source, target).messages == CHATS * MESSAGES - 1
    with open_database(target) as db:
        assert db.sql("SELECT parent_id, depth FROM message WHERE id = 11") == [(9, 9)]
    assert contents(target)[2] == [MESSAGES - 1, *[MESSAGES] * (CHATS - 1)]


def test_what_is_only_in_the_log_is_saved_with_a_zeroed_header(tmp_path, source, target):
    path = tmp_path / "data" / "chats.sqlite3"
    with open_database(path) as db:
        db.sql("PRAGMA wal_autocheckpoint = 0")
        chat = ChatRepository(db).create_chat("only in the log")
        MessageRepository(db).create_message(chat.id, "user", "y" * 20_000)
        source.write_bytes(bytes(100) + path.read_bytes()[100:])
        log = path.with_name(f"{path.name}-wal").read_bytes()
    # Its end is torn: that part was never committed.
    source.with_name(f"{source.name}-wal").write_bytes(log + log[32:5000])
    assert salvage(source, target) == Salvaged(1, 1, 1)
    assert contents(target)[0] == {1: "only in the log"}


@pytest.mark.parametrize("steps", [1, 2])
def test_older_forms_are_saved_too(source, target, steps):
    with closing(sqlite3.connect(source, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        apply_steps(connection, STEPS[:steps])
        connection.execute("INSERT INTO chat (title) VALUES ('old')")
        connection.execute("INSERT INTO message (chat_id, sender, content) VALUES (1, 'user', 'a')")
    source.write_bytes(bytes(100) + source.read_bytes()[100:])
    assert salvage(source, target) == Salvaged(1, 1, 1)
    assert contents(target)[1] == {1: "a"}


def test_reply_that_was_growing_is_interrupted(source, target, tmp_path):
    path = tmp_path / "data" / "chats.sqlite3"
    with open_database(path) as db:
        chat = ChatRepository(db).create_chat("a")
        _, reply = MessageRepository(db).start_turn(chat.id, "q")
        MessageRepository(db).save_progress(reply.id, "so far")
    salvage(path, target)
    with open_database(target) as db:
        reply = MessageRepository(db).get(reply.id)
    assert (reply.content, reply.status) == ("so far", "interrupted")


def test_stopped_on_the_way_leaves_nothing(whole, source, target):
    source.write_bytes(whole)

    def stop(_done, _total):
        raise SalvageStoppedError

    with pytest.raises(SalvageStoppedError):
        salvage(source, target, stop)
    assert list(target.parent.iterdir()) == []


@pytest.mark.parametrize("seed", range(20))
def test_noise_never_does_worse_than_finding_nothing(whole, source, target, seed):
    """Bits flipped anywhere: what comes out is sound, or it is said that nothing does."""
    chance = random.Random(seed)
    data = bytearray(whole)
    for _ in range(200):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    source.write_bytes(data)
    try:
        salvage(source, target)
    except DatabaseDamagedError:
        assert not target.exists()
    else:
        contents(target)


def test_row_14_attached_text_is_saved_from_the_pages(source, target):
    row = (1, "tides.txt", "text/plain", 4, "", "neap")
    with open_database(source) as db, db.atomic():
        ChatRepository(db).create_chat("chat")
        columns = "(message_id, name, media_type, size, sha256, text)"
        db.sql(f"INSERT INTO attachment {columns} VALUES (?, ?, ?, ?, ?, ?)", row)
    source.write_bytes(bytes(100) + source.read_bytes()[100:])
    salvage(source, target)
    with open_database(target) as db:
        assert db.sql(
            "SELECT message_id, name, media_type, size, sha256, text FROM attachment"
        ) == [row]
