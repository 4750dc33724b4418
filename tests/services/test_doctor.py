"""What the doctor finds, against a played LM Studio."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

from desktop_chat import paths
from desktop_chat.domain.backup import MANUAL
from desktop_chat.services import clock
from desktop_chat.services.doctor import Finding, examine
from desktop_chat.services.launch import Launch, read_launch
from desktop_chat.storage.backups.copies import make_backup
from desktop_chat.storage.chats import ChatRepository
from desktop_chat.storage.database import open_database
from tests.providers.gguf_maker import write_gguf
from tests.standin.server import StandIn

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.anyio

FIELDS = {"name", "is_ok", "detail", "advice", "is_needed", "code", "exchange"}


def launch(**options: Any) -> Launch:
    return read_launch(options, reads_working_directory=False, makes_directory=False)


async def findings(**options: Any) -> dict[str, Finding]:
    return {finding.name: finding for finding in await examine(launch(**options))}


def written(path: Path, data: bytes) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    return path


def made(path: Path, mode: int) -> None:
    path.mkdir(mode=mode)


def content(path: Path) -> bytes:
    return path.read_bytes()


def is_there(path: Path) -> bool:
    return path.exists()


def is_usable(found: dict[str, Finding]) -> bool:
    return all(finding.is_ok for finding in found.values() if finding.is_needed)


async def test_all_well_with_a_server_and_no_data_yet(standin: StandIn, data_dir: Path) -> None:
    found = await findings(url=standin.url)
    assert is_usable(found)
    assert found["LM Studio"].is_ok
    assert standin.url in found["LM Studio"].detail
    assert "loaded: standin/echo" in found["LM Studio"].detail
    assert found["database"].detail == "none yet"
    assert not is_there(data_dir)


async def test_nothing_anywhere_fails_and_says_the_three_ways(refused_url: str) -> None:
    found = await findings(url=refused_url)
    assert not is_usable(found)
    assert not found["LM Studio"].is_ok
    assert "starter model" in found["models"].advice
    assert "FAIL" in str(found["models"])


async def test_model_file_alone_is_enough(refused_url: str, data_dir: Path) -> None:
    write_gguf(paths.models_dir(data_dir) / "tiny.gguf")
    found = await findings(url=refused_url)
    assert is_usable(found)
    assert found["model files"].detail == "tiny"


async def test_server_with_embeddings_only_has_no_chat_model(standin: StandIn) -> None:
    standin.state.models = [m for m in standin.state.models if m.kind == "embedding"]
    standin.state.set_loaded([])
    found = await findings(url=standin.url)
    assert "no chat model" in found["LM Studio"].detail
    assert not is_usable(found)


async def test_server_that_wants_a_token_is_told_so(standin: StandIn) -> None:
    standin.state.token = "sk-lm-secret-of-doctor"
    found = await findings(url=standin.url)
    assert "token" in found["LM Studio"].advice
    assert "secret-of-doctor" not in str(found["LM Studio"])


async def test_token_from_outside_is_used_and_never_shown(
    standin: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    standin.state.token = "sk-lm-secret-of-doctor"
    monkeypatch.setenv("LM_STUDIO_API_TOKEN", "sk-lm-secret-of-doctor")
    found = await findings(url=standin.url)
    assert found["LM Studio"].is_ok
    assert "secret-of-doctor" not in "".join(str(finding) for finding in found.values())


@pytest.mark.parametrize("url", ["not an address", "http://", "ftp://x"])
async def test_address_that_cannot_be_used_is_a_finding(url: str) -> None:
    assert "address" in (await findings(url=url))["LM Studio"].advice


async def test_stored_address_of_a_wrong_type_counts_as_absent(data_dir: Path) -> None:
    written(paths.settings_path(data_dir), b"[server]\nurl = 7\n")
    assert "127.0.0.1:1234" in (await findings())["LM Studio"].detail


async def test_database_counts_its_chats(refused_url: str, data_dir: Path) -> None:
    with open_database(paths.database_path(data_dir)) as db:
        ChatRepository(db).create_chat("One")
    assert (await findings(url=refused_url))["database"].detail.endswith("1 chats")


async def test_database_damaged_fails_and_is_left_alone(refused_url: str, data_dir: Path) -> None:
    path = written(paths.database_path(data_dir), b"this is no database" * 100)
    found = await findings(url=refused_url)
    assert not found["database"].is_ok
    assert not is_usable(found)
    assert content(path) == b"this is no database" * 100


async def test_data_directory_that_is_a_file_fails(refused_url: str, data_dir: Path) -> None:
    written(data_dir, b"a file")
    found = await findings(url=refused_url)
    assert not found["data directory"].is_ok
    assert found["data directory"].is_needed
    assert "--data-dir" in found["data directory"].advice


async def test_data_directory_below_a_file_fails(refused_url: str, tmp_path: Path) -> None:
    written(tmp_path / "file", b"a file")
    found = await findings(url=refused_url, data_dir=str(tmp_path / "file" / "data"))
    assert not found["data directory"].is_ok


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
async def test_data_directory_that_cannot_be_written_fails(
    refused_url: str, data_dir: Path
) -> None:
    made(data_dir, 0o500)
    assert not (await findings(url=refused_url))["data directory"].is_ok


async def test_damaged_settings_are_told(refused_url: str, data_dir: Path) -> None:
    written(paths.settings_path(data_dir), b"[[[")
    assert "damaged" in (await findings(url=refused_url))["data directory"].advice


async def test_findings_are_plain_values_for_json(refused_url: str) -> None:
    for finding in await examine(launch(url=refused_url)):
        assert set(finding.as_dict()) == FIELDS


async def test_data_directory_whose_name_is_too_long_fails(
    refused_url: str, tmp_path: Path
) -> None:
    found = await findings(url=refused_url, data_dir=str(tmp_path / ("x" * 300)))
    assert not is_usable(found)
    assert "--data-dir" in found["data directory"].advice


async def test_database_that_is_gone_while_backups_are_there_fails(
    refused_url: str, data_dir: Path
) -> None:
    with open_database(paths.database_path(data_dir)) as db:
        make_backup(db.path, MANUAL, clock.now())
    db.path.unlink()
    found = (await findings(url=refused_url))["database"]
    assert not found.is_ok
    assert "there are backups" in found.advice


async def test_password_of_a_proxy_is_in_no_finding(
    refused_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://me:geheim-1234@proxy.example:3128")
    found = await examine(launch(url=refused_url), ports={})
    assert any("proxy.example" in str(finding) for finding in found)
    for finding in found:
        assert "geheim-1234" not in f"{finding} {finding.as_dict()}"


async def test_no_model_file_is_no_fault_where_a_server_answers(standin: StandIn) -> None:
    found = await findings(url=standin.url)
    assert found["model files"].is_ok
    assert "none in" in found["model files"].detail
