"""Row 81: what is no plain file of bearable size is refused at once, and nothing waits for it."""

from __future__ import annotations

import os
import socket
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from desktop_chat.services.importing import limits, sources
from desktop_chat.services.importing.failures import TooLargeError, UnreadableError
from desktop_chat.services.importing.places import find_places
from desktop_chat.services.importing.sources import Member, members_of

if TYPE_CHECKING:
    from pathlib import Path

needs_posix = pytest.mark.skipif(os.name != "posix", reason="these files are POSIX's")


def members(path: Path) -> list[Member]:
    with ExitStack() as stack:
        return list(members_of(path, stack, []))


def names(path: Path) -> list[str]:
    return [member.name for member in members(path)]


@needs_posix
def test_row_81_pipe_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.json")
    with pytest.raises(UnreadableError, match="no plain file"):
        members(tmp_path / "pipe.json")


@needs_posix
@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null"])
def test_row_81_device_is_refused(device: str, tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match="no plain file"):
        members(tmp_path / device)


@needs_posix
def test_row_81_socket_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("s.json")
        with pytest.raises(UnreadableError):
            members(tmp_path / "s.json")


def test_row_81_file_of_5_gb_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "big.json"
    with path.open("wb") as file:
        file.truncate(5 * 1024**3)
    with pytest.raises(TooLargeError, match="larger than 1024 MB"):
        members(path)


def test_row_81_file_that_vanishes_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text("[]")
    (member,) = members(path)
    path.unlink()
    with pytest.raises(UnreadableError, match="no such file"):
        member.open()


def test_row_81_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match="no such file"):
        members(tmp_path / "none.json")


@needs_posix
def test_row_81_links_in_a_folder_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "secret.json").write_text("[]")
    (tmp_path / "in" / "link.json").symlink_to(tmp_path / "secret.json")
    (tmp_path / "in" / "circle").symlink_to(tmp_path / "in")
    (tmp_path / "in" / "good.json").write_text("[]")
    assert names(tmp_path / "in") == ["good.json"]


def test_row_81_wrong_extension_is_read_by_its_content(tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    path.write_text("[]")
    assert names(path) == ["picture.png"]


def test_folder_is_read_in_order_with_its_folders(tmp_path: Path) -> None:
    for name in ("b.json", "a.json", "work/c.json", "work/deep/d.md", "x.png", ".hidden/e.json"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("[]")
    found = members(tmp_path)
    assert [member.name for member in found] == [
        "a.json",
        "b.json",
        "work/c.json",
        "work/deep/d.md",
    ]
    assert found[-1].folders == ("work", "deep")


def test_folder_with_too_many_files_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "FILES", 3)
    for number in range(4):
        (tmp_path / f"{number}.json").write_text("[]")
    with pytest.raises(TooLargeError, match="more than 3 files"):
        members(tmp_path)
    assert limits.FILES > 3


def test_places_of_other_programs_are_found_where_they_hold_something(tmp_path: Path) -> None:
    (tmp_path / ".lmstudio" / "conversations").mkdir(parents=True)
    assert find_places(tmp_path) == []
    (tmp_path / ".lmstudio" / "conversations" / "1.conversation.json").write_text("{}")
    assert find_places(tmp_path) == [("LM Studio", tmp_path / ".lmstudio" / "conversations")]
