"""Downloads of models from a server of this machine that also behaves badly."""

from __future__ import annotations

import asyncio
import hashlib
import os
from contextlib import aclosing
from typing import TYPE_CHECKING

import anyio
import pytest

from desktop_chat.domain.engine_features import DownloadProgress, DownloadState
from desktop_chat.domain.errors import DownloadDamagedError, DownloadError, DownloadRoomError
from desktop_chat.providers.model_download import ModelDownload, Terms
from desktop_chat.providers.model_download.part_file import room_in
from tests.fakes.file_server import FileServer, ServedFile
from tests.providers.gguf_maker import CHAT_MODEL, chat_model, gguf

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

pytestmark = pytest.mark.anyio

MODEL = gguf(CHAT_MODEL, tensors={"weights": 500_000})
SHA256 = hashlib.sha256(MODEL).hexdigest()
NO_PAUSES = (0.0, 0.0)


@pytest.fixture
async def server() -> AsyncIterator[FileServer]:
    with anyio.fail_after(60):
        async with FileServer() as server:
            yield server


async def fetch(
    url: str, folder: Path, checksum: str = "", room: Callable[[Path], int] = room_in
) -> list[DownloadProgress]:
    download = ModelDownload(url, folder, Terms(checksum, NO_PAUSES, room))
    async with aclosing(download.run()) as reports:
        return [report async for report in reports]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*"))


async def test_download_reports_and_leaves_the_whole_file_only(
    server: FileServer, tmp_path: Path
) -> None:
    url = server.add("/repo/tiny-Q8_0.gguf", ServedFile(MODEL))
    reports = await fetch(url, tmp_path, SHA256)
    target = tmp_path / "tiny-Q8_0.gguf"
    assert target.read_bytes() == MODEL
    assert target.stat().st_mode & 0o777 == 0o600
    assert names(tmp_path) == ["tiny-Q8_0.gguf"]
    states = list(dict.fromkeys(report.state for report in reports))
    assert states == [
        DownloadState.WAITING,
        DownloadState.RUNNING,
        DownloadState.CHECKING,
        DownloadState.DONE,
    ]
    done = [report.bytes_done for report in reports]
    assert done == sorted(done)
    assert reports[-2].bytes_total == len(MODEL)
    assert reports[-1].model_id == str(target)


async def test_download_sends_no_key_and_no_cookie(server: FileServer, tmp_path: Path) -> None:
    file = server.add("/file.gguf", ServedFile(MODEL))
    start = server.add(
        "/start.gguf", ServedFile(b"", redirects_to=file, headers={"Set-Cookie": "a=b"})
    )
    await fetch(start, tmp_path)
    assert names(tmp_path) == ["start.gguf"]
    for head in server.asked:
        assert head.headers.keys().isdisjoint({"authorization", "cookie"})
        assert head.headers["accept-encoding"] == "identity"


async def test_cut_connection_goes_on_where_it_was(server: FileServer, tmp_path: Path) -> None:
    url = server.add("/tiny.gguf", ServedFile(MODEL, cuts=[100_000, 300_000]))
    reports = await fetch(url, tmp_path, SHA256)
    assert server.ranges == [None, "bytes=100000-", "bytes=400000-"]
    assert server.asked[1].headers["if-range"] == '"v1"'
    assert (tmp_path / "tiny.gguf").read_bytes() == MODEL
    assert [r.state for r in reports].count(DownloadState.WAITING) == 3


async def test_download_given_up_goes_on_at_the_next_one(
    server: FileServer, tmp_path: Path
) -> None:
    file = ServedFile(MODEL, hangs_at=200_000)
    url = server.add("/tiny.gguf", file)
    task = asyncio.get_running_loop().create_task(fetch(url, tmp_path))
    await server.hanging.wait()
    while not (tmp_path / "tiny.gguf.part").exists() or not part_size(tmp_path):
        await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    kept = part_size(tmp_path)
    assert kept <= 200_000
    assert not (tmp_path / "tiny.gguf").exists()
    file.hangs_at = None
    await fetch(url, tmp_path, SHA256)
    assert server.ranges == [None, f"bytes={kept}-"]
    assert names(tmp_path) == ["tiny.gguf"]


def part_size(folder: Path) -> int:
    return (folder / "tiny.gguf.part").stat().st_size


async def test_file_changed_meanwhile_is_fetched_from_its_beginning(
    server: FileServer, tmp_path: Path
) -> None:
    file = ServedFile(b"GGUF" + bytes(400_000), cuts=[100_000, 0, 0])
    url = server.add("/tiny.gguf", file)
    with pytest.raises(DownloadError, match="connection was lost"):
        await fetch(url, tmp_path)
    file.content, file.etag, file.cuts = MODEL, '"v2"', []
    await fetch(url, tmp_path, SHA256)
    assert (tmp_path / "tiny.gguf").read_bytes() == MODEL


@pytest.mark.parametrize(
    "changes",
    [{"takes_ranges": False}, {"etag": ""}, {"etag": 'W/"weak"'}],
    ids=["no ranges", "no etag", "weak etag"],
)
async def test_server_that_cannot_go_on_sends_all_of_it_again(
    server: FileServer, tmp_path: Path, changes: dict[str, object]
) -> None:
    file = ServedFile(MODEL, cuts=[100_000], **changes)  # type: ignore[arg-type]
    await fetch(server.add("/tiny.gguf", file), tmp_path, SHA256)
    assert (tmp_path / "tiny.gguf").read_bytes() == MODEL


async def test_server_that_lies_about_the_part_is_refused(
    server: FileServer, tmp_path: Path
) -> None:
    file = ServedFile(MODEL, cuts=[100_000], headers={"Content-Range": "bytes 5-9/10"})
    with pytest.raises(DownloadError, match="another part than asked for"):
        await fetch(server.add("/tiny.gguf", file), tmp_path)


async def test_all_there_but_not_put_in_place_needs_no_byte_more(
    server: FileServer, tmp_path: Path
) -> None:
    file = ServedFile(MODEL, cuts=[len(MODEL) - 1, 0, 0])
    url = server.add("/tiny.gguf", file)
    with pytest.raises(DownloadError):
        await fetch(url, tmp_path)
    (tmp_path / "tiny.gguf.part").write_bytes(MODEL)
    await fetch(url, tmp_path, SHA256)
    assert names(tmp_path) == ["tiny.gguf"]


async def test_wrong_checksum_is_damage_and_leaves_nothing(
    server: FileServer, tmp_path: Path
) -> None:
    url = server.add("/tiny.gguf", ServedFile(MODEL))
    with pytest.raises(DownloadDamagedError, match=r"tiny\.gguf.+damaged"):
        await fetch(url, tmp_path, "0" * 64)
    assert names(tmp_path) == []


async def test_checksum_that_the_hub_announces_is_checked(
    server: FileServer, tmp_path: Path
) -> None:
    file = server.add("/blob", ServedFile(MODEL))
    linked = {"X-Linked-ETag": f'"{"0" * 64}"'}
    url = server.add("/tiny.gguf", ServedFile(b"", redirects_to=file, headers=linked))
    with pytest.raises(DownloadDamagedError):
        await fetch(url, tmp_path)


async def test_end_before_the_announced_one_is_damage(server: FileServer, tmp_path: Path) -> None:
    url = server.add("/tiny.gguf", ServedFile(MODEL[:-100], tells_length=False))
    with pytest.raises(DownloadDamagedError):
        await fetch(url, tmp_path)
    assert names(tmp_path) == []


async def test_file_without_room_is_refused_before_it_is_fetched(
    server: FileServer, tmp_path: Path
) -> None:
    url = server.add("/tiny.gguf", ServedFile(MODEL))
    with pytest.raises(DownloadRoomError, match=r"needs 0\.0 GB"):
        await fetch(url, tmp_path, room=lambda folder: 1_000_000)
    assert names(tmp_path) == []


async def test_disk_that_fills_up_keeps_what_came(server: FileServer, tmp_path: Path) -> None:
    url = server.add("/tiny.gguf", ServedFile(MODEL, tells_length=False))
    with pytest.raises(DownloadRoomError):
        await fetch(url, tmp_path, room=lambda folder: 1 - part_size(folder))
    await fetch(url, tmp_path, SHA256)
    assert names(tmp_path) == ["tiny.gguf"]


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (ServedFile(MODEL, kind="text/html; charset=utf-8"), "leads to a web page"),
        (ServedFile(b"<!DOCTYPE html>" * 90), "no GGUF file"),
        (ServedFile(MODEL, headers={"Content-Encoding": "gzip"}), "packed"),
        (ServedFile(MODEL, statuses=[401]), "wants a login"),
        (ServedFile(MODEL, statuses=[403]), "licence"),
        (ServedFile(MODEL, statuses=[418]), "status 418"),
        (ServedFile(MODEL, statuses=[503] * 3), "cannot send it now"),
        (ServedFile(MODEL, statuses=[429], headers={"Retry-After": "999"}), "cannot send it now"),
        (ServedFile(b"", redirects_to="http://example.org/x.gguf"), "leads to http://example"),
        (ServedFile(b"", redirects_to="ftp://127.0.0.1/x.gguf"), "leads to ftp"),
        (ServedFile(b"", redirects_to="/file.gguf"), "again and again"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_what_is_no_file_says_so_and_leaves_nothing_whole(
    server: FileServer, tmp_path: Path, file: ServedFile, words: str
) -> None:
    with pytest.raises(DownloadError, match=words):
        await fetch(server.add("/file.gguf", file), tmp_path)
    assert "file.gguf" not in names(tmp_path)


async def test_missing_file_and_absent_server_say_so(server: FileServer, tmp_path: Path) -> None:
    with pytest.raises(DownloadError, match="no such file"):
        await fetch(f"{server.url}/absent.gguf", tmp_path)
    with pytest.raises(DownloadError, match="cannot be reached"):
        await fetch("http://127.0.0.1:9/tiny.gguf", tmp_path)
    assert names(tmp_path) == []


async def test_busy_server_is_asked_again(server: FileServer, tmp_path: Path) -> None:
    file = ServedFile(MODEL, statuses=[503, 429], headers={"Retry-After": "0"})
    await fetch(server.add("/tiny.gguf", file), tmp_path)
    assert len(server.asked) == 3


async def test_file_that_is_there_is_not_fetched_again(server: FileServer, tmp_path: Path) -> None:
    (tmp_path / "tiny.gguf").write_bytes(MODEL)
    url = server.add("/tiny.gguf", ServedFile(MODEL))
    assert (await fetch(url, tmp_path, SHA256))[-1].state is DownloadState.DONE
    assert server.asked == []
    with pytest.raises(DownloadError, match="another file of this name"):
        await fetch(url, tmp_path, "0" * 64)
    assert (tmp_path / "tiny.gguf").read_bytes() == MODEL


async def test_other_file_of_the_same_name_is_not_taken_for_this_one(
    server: FileServer, tmp_path: Path
) -> None:
    (tmp_path / "tiny.gguf").write_bytes(MODEL)
    other = gguf(CHAT_MODEL, tensors={"weights": 400_000})
    url = server.add("/other/tiny.gguf", ServedFile(other))
    with pytest.raises(DownloadError, match="another file of this name"):
        await fetch(url, tmp_path)
    told = {"X-Linked-ETag": f'"{"0" * 64}"'}
    url = server.add("/third/tiny.gguf", ServedFile(MODEL, headers=told))
    with pytest.raises(DownloadError, match="another file of this name"):
        await fetch(url, tmp_path)
    same = await fetch(server.add("/tiny.gguf", ServedFile(MODEL)), tmp_path)
    assert same[-1].state is DownloadState.DONE
    assert (tmp_path / "tiny.gguf").read_bytes() == MODEL


async def test_file_changed_on_a_server_that_heeds_no_condition_is_fetched_anew(
    server: FileServer, tmp_path: Path
) -> None:
    url = server.add("/tiny.gguf", ServedFile(MODEL, cuts=[300_000, 0, 0]))
    with pytest.raises(DownloadError, match="connection was lost"):
        await fetch(url, tmp_path)
    changed = gguf(chat_model(general__name="Other thing"), tensors={"weights": 500_000})
    server.add("/tiny.gguf", ServedFile(changed, etag='"v2"', heeds_conditions=False))
    await fetch(url, tmp_path)
    assert (tmp_path / "tiny.gguf").read_bytes() == changed


@pytest.mark.parametrize("digits", ["9" * 30, "9" * 5000])
async def test_answer_with_an_endless_number_is_no_number(
    server: FileServer, tmp_path: Path, digits: str
) -> None:
    file = ServedFile(MODEL, cuts=[300_000, 0, 0])
    url = server.add("/tiny.gguf", file)
    with pytest.raises(DownloadError, match="connection was lost"):
        await fetch(url, tmp_path)
    file.range_total = digits
    with pytest.raises(DownloadError, match="another part"):
        await fetch(url, tmp_path)


async def test_parts_of_a_split_model_are_all_fetched(server: FileServer, tmp_path: Path) -> None:
    for number in (1, 2):
        path = f"/repo/big-0000{number}-of-00002.gguf"
        url = server.add(path, ServedFile(gguf(CHAT_MODEL)))
    reports = await fetch(url, tmp_path)
    assert names(tmp_path) == ["big-00001-of-00002.gguf", "big-00002-of-00002.gguf"]
    assert reports[-1].model_id == str(tmp_path / "big-00001-of-00002.gguf")


async def test_file_that_is_no_language_model_is_removed(
    server: FileServer, tmp_path: Path
) -> None:
    projector = gguf(chat_model(general__type="mmproj"))
    with pytest.raises(DownloadError, match="no language model"):
        await fetch(server.add("/mmproj.gguf", ServedFile(projector)), tmp_path)
    assert names(tmp_path) == []


async def test_file_that_was_there_before_is_never_removed(
    server: FileServer, tmp_path: Path
) -> None:
    projector = gguf(chat_model(general__type="mmproj"))
    (tmp_path / "mmproj.gguf").write_bytes(projector)
    with pytest.raises(DownloadError, match="no language model"):
        await fetch(server.add("/mmproj.gguf", ServedFile(projector)), tmp_path)
    assert (tmp_path / "mmproj.gguf").read_bytes() == projector


async def test_beginning_that_nobody_went_on_with_for_a_month_is_removed(
    server: FileServer, tmp_path: Path
) -> None:
    for name in ("old.gguf.part", "old.gguf.part.json", "new.gguf.part", "mine.gguf"):
        (tmp_path / name).write_bytes(b"GGUF")
        if name != "new.gguf.part":
            os.utime(tmp_path / name, (0, 0))
    await fetch(server.add("/tiny.gguf", ServedFile(MODEL)), tmp_path)
    assert names(tmp_path) == ["mine.gguf", "new.gguf.part", "tiny.gguf"]
