"""Everything together, opened and closed, on a real data directory."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import pytest

from desktop_chat import assembly, paths
from desktop_chat.assembly import Services, open_services
from desktop_chat.domain.account import Account, AccountKind
from desktop_chat.domain.errors import DatabaseDamagedError, StorageError
from desktop_chat.domain.message import MessageStatus
from desktop_chat.domain.model_info import LM_STUDIO, ModelRef
from desktop_chat.logs import redact
from desktop_chat.services.launch import choose_data_folder, read_launch
from desktop_chat.storage.chats import ChatRepository
from desktop_chat.storage.database import open_database
from desktop_chat.storage.messages import MessageRepository
from desktop_chat.storage.settings_file import read_settings
from tests.services.turn_bench import consume
from tests.standin.server import StandIn
from tests.standin.state import ECHO

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from desktop_chat.domain.message import Message

pytestmark = pytest.mark.anyio


@contextlib.asynccontextmanager
async def opened(**options: Any) -> AsyncIterator[Services]:
    services = await open_services(read_launch(options, reads_working_directory=False))
    try:
        yield services
    finally:
        await services.aclose()


def written(path: Path, data: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(data)


def in_the_way(path: Path) -> None:
    path.mkdir()


def unfinished(data_dir: Path) -> Message:
    """A reply as a killed process leaves it."""
    with open_database(paths.database_path(data_dir)) as db:
        chat = ChatRepository(db).create_chat("Cut")
        reply = MessageRepository(db).start_turn(chat.id, "Hi")[1]
        MessageRepository(db).save_progress(reply.id, "so f")
        return reply


async def test_open_marks_replies_left_unfinished_as_interrupted(data_dir: Path) -> None:
    reply = unfinished(data_dir)
    async with opened() as services:
        found = await services.writer.run(services.messages.get, reply.id)
    assert (found.content, found.status) == ("so f", MessageStatus.INTERRUPTED)


async def test_open_damaged_database_raises_and_leaves_no_thread(data_dir: Path) -> None:
    written(paths.database_path(data_dir), b"no database" * 999)
    with pytest.raises(DatabaseDamagedError):
        await open_services(read_launch({}, reads_working_directory=False))


async def test_turn_over_the_wire_is_stored_and_read_by_a_reader(standin: StandIn) -> None:
    async with opened(url=standin.url) as services:
        await services.engines.refresh()
        events = await consume(services.chat.send(None, "Hello there"))
        reading = services.open_reading()
        chat_id = events[-1].reply.chat_id
        tail = reading.pages.tail(chat_id, 10)
        assert [message.content for message in tail] == ["Hello there", "Echo: Hello there"]
        with pytest.raises(StorageError):
            reading.chats.create_chat("Readers cannot write")
        reading.db.close()


async def test_turn_by_an_account_is_stored_and_its_exchange_is_known(
    standin: StandIn, refused_url: str
) -> None:
    async with opened(url=refused_url) as services:
        entered = Account(0, "Mine", AccountKind.OTHER, standin.url)
        account_id = (await services.accounts.save(entered)).account_id
        await services.engines.refresh()
        ref = ModelRef(account_id, ECHO)
        events = await consume(services.chat.send(None, "Hello there", model_ref=ref))
        assert events[-1].reply.content == "Echo: Hello there"
        sent = [one.method for one in services.engines.provider(account_id).exchanges]
        assert sent == ["GET", "POST"]
    async with opened(url=refused_url) as services:
        await services.engines.refresh()
        assert services.engines.model_info(ref) is not None


async def test_aclose_while_a_reply_streams_leaves_it_interrupted(
    standin: StandIn, data_dir: Path
) -> None:
    standin.play("stall-midway", tokens=5)
    async with opened(url=standin.url) as services:
        await services.engines.refresh()
        async with contextlib.aclosing(services.chat.send(None, "Hi")) as events:
            async for _ in events:
                if services.chat.live_chats and _has_text(services):
                    services.chat.begin_shutdown()
                    break
    with open_database(paths.database_path(data_dir), read_only=True) as db:
        rows = db.sql("SELECT status, content <> '' FROM message WHERE sender = 'llm'")
    assert [tuple(row) for row in rows] == [("interrupted", 1)]


def _has_text(services: Services) -> bool:
    live = services.chat.live_message(next(iter(services.chat.live_chats)))
    return live is not None and bool(live.content)


async def test_settings_are_saved_before_the_end(data_dir: Path) -> None:
    async with opened() as services:
        services.settings.set("appearance.theme", "dark")
    assert read_settings(paths.settings_path(data_dir))[0] == {"appearance.theme": "dark"}


async def test_settings_saved_later_keep_the_data_folder_chosen_meanwhile(
    data_dir: Path, tmp_path: Path
) -> None:
    async with opened() as services:
        choose_data_folder(str(tmp_path / "other"))
        services.settings.set("window.geometry", "abc")
    assert read_settings(paths.settings_path(data_dir))[0] == {
        "storage.data_folder": str(tmp_path / "other"),
        "window.geometry": "abc",
    }


@pytest.mark.parametrize("expected_logs", [["The settings could not be saved"]])
async def test_settings_that_cannot_be_saved_are_logged(
    data_dir: Path, expected_logs: list[str]
) -> None:
    async with opened() as services:
        in_the_way(paths.settings_path(data_dir))
        services.settings.set("appearance.theme", "dark")
    assert services.settings.value("appearance.theme") == "dark"


async def test_token_from_outside_is_kept_out_of_logs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LM_STUDIO_API_TOKEN", "from-outside-and-secret")
    async with opened():
        assert "from-outside" not in redact("it is from-outside-and-secret")


async def test_engines_at_another_address_or_model_are_not_the_windows(standin: StandIn) -> None:
    async with opened() as services:
        assert services.engines_at("", "") is services.engines
        assert services.engines_at(services.lm_studio.url, "") is services.engines
        other = services.engines_at(standin.url, ECHO)
        await other.refresh()
        assert other.default_ref().model_id == ECHO
        assert services.engines.status(LM_STUDIO).models == ()


def test_commands_start_this_program_or_the_bundle(monkeypatch: pytest.MonkeyPatch) -> None:
    assert assembly.engine_command()[1:] == ["-m", "desktop_chat", "_engine"]
    assert assembly.pip_command()[1:] == ["-m", "pip"]
    monkeypatch.setattr("sys.frozen", True, raising=False)
    assert assembly.engine_command()[1:] == ["_engine"]
    assert assembly.pip_command()[1:] == ["_pip"]
