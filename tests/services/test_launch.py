"""What a start is told: the data directory, the `.env` files, the settings file."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING, Any

import pytest

from desktop_chat.domain.errors import DataDirectoryUnusableError
from desktop_chat.services.launch import Launch, read_launch
from desktop_chat.services.settings import DECLARATIONS

if TYPE_CHECKING:
    from pathlib import Path

VARIABLE = "DESKTOP_CHAT_DATA_DIR"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory."""
    path = tmp_path / "here"
    path.mkdir()
    monkeypatch.chdir(path)
    return path


@pytest.fixture
def default_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The system's usual place, while the environment names no other."""
    monkeypatch.delenv(VARIABLE)
    monkeypatch.setattr("sys.platform", "linux")
    path = tmp_path / "home" / ".local" / "share" / "desktop-chat"
    path.mkdir(parents=True)
    return path


def window(**options: Any) -> Launch:
    return read_launch(options, reads_working_directory=False)


def subcommand(**options: Any) -> Launch:
    return read_launch(options, reads_working_directory=True)


def url(launch: Launch) -> Any:
    found = launch.sources.find(next(d for d in DECLARATIONS if d.key == "server.url"))
    return found and found[0]


def test_data_dir_option_wins_over_the_environment(tmp_path: Path) -> None:
    assert window(data_dir=str(tmp_path / "mine")).data_dir == tmp_path / "mine"


def test_data_dir_environment_wins_over_dotenv(here: Path, data_dir: Path) -> None:
    (here / ".env").write_text(f"{VARIABLE}={here / 'from-env-file'}\n")
    assert subcommand().data_dir == data_dir


def test_data_dir_dotenv_of_the_working_directory_counts_for_subcommands_only(
    here: Path, default_dir: Path
) -> None:
    (here / ".env").write_text(f"{VARIABLE}={here / 'from-env-file'}\n")
    assert subcommand().data_dir == here / "from-env-file"
    assert window().data_dir == default_dir


def test_data_dir_chosen_in_the_window_wins_over_the_default(
    tmp_path: Path, default_dir: Path
) -> None:
    chosen = tmp_path / "chosen"
    (default_dir / "settings.toml").write_text(f'[storage]\ndata_folder = "{chosen}"\n')
    launch = window()
    assert launch.data_dir == chosen
    assert chosen.is_dir()


def test_data_dir_with_nothing_said_is_the_usual_place(default_dir: Path) -> None:
    assert window().data_dir == default_dir


def test_data_dir_is_absolute_and_private(here: Path) -> None:
    launch = window(data_dir="relative")
    assert launch.data_dir == here / "relative"
    assert stat.S_IMODE(launch.data_dir.stat().st_mode) == 0o700


def test_dotenv_of_the_working_directory_comes_before_the_data_directorys(
    here: Path, data_dir: Path
) -> None:
    data_dir.mkdir()
    (data_dir / ".env").write_text("LM_STUDIO_URL=http://data:1\nLM_STUDIO_MODEL=m\n")
    (here / ".env").write_text("LM_STUDIO_URL=http://here:1\n")
    launch = subcommand()
    assert url(launch) == "http://here:1"
    assert launch.sources.dotenv["LM_STUDIO_MODEL"] == "m"


def test_dotenv_of_the_working_directory_means_nothing_to_the_window(
    here: Path, data_dir: Path
) -> None:
    data_dir.mkdir()
    (here / ".env").write_text("LM_STUDIO_URL=http://here:1\n")
    assert url(window()) is None
    (data_dir / ".env").write_text("LM_STUDIO_URL=http://data:1\n")
    assert url(window()) == "http://data:1"


def test_stored_settings_are_those_of_the_data_directory(data_dir: Path) -> None:
    data_dir.mkdir()
    (data_dir / "settings.toml").write_text('[appearance]\ntheme = "dark"\n')
    launch = window()
    assert launch.stored == {"appearance.theme": "dark"}
    assert launch.notice is None


def test_damaged_settings_give_a_notice_and_a_start(data_dir: Path) -> None:
    data_dir.mkdir()
    (data_dir / "settings.toml").write_bytes(b"\x00[[[")
    launch = window()
    assert "damaged" in str(launch.notice)
    assert launch.stored == {}


def test_damaged_settings_in_the_usual_place_give_the_notice_too(default_dir: Path) -> None:
    (default_dir / "settings.toml").write_bytes(b"\x00[[[")
    assert "damaged" in str(window().notice)


@pytest.mark.parametrize("kind", ["file", "below a file", "link"])
def test_data_dir_that_cannot_be_used_is_an_error(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "bad"
    if kind == "link":
        path.symlink_to(tmp_path)
    else:
        path.write_text("a file")
    where = path / "below" if kind == "below a file" else path
    with pytest.raises(DataDirectoryUnusableError, match="bad"):
        window(data_dir=str(where))


def test_makes_directory_off_leaves_no_trace(data_dir: Path) -> None:
    read_launch({}, reads_working_directory=True, makes_directory=False)
    assert not data_dir.exists()


@pytest.mark.parametrize("makes_directory", [True, False])
def test_data_dir_below_the_home_of_nobody_is_an_error(makes_directory: bool) -> None:
    with pytest.raises(DataDirectoryUnusableError, match="~nosuchuser/x"):
        read_launch(
            {"data_dir": "~nosuchuser/x"},
            reads_working_directory=True,
            makes_directory=makes_directory,
        )


@pytest.mark.parametrize("name", ["x" * 300, "a\0b"])
def test_data_dir_whose_name_is_none_is_an_error(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataDirectoryUnusableError):
        window(data_dir=str(tmp_path / name))


def test_makes_directory_off_leaves_damaged_settings_where_they_are(data_dir: Path) -> None:
    data_dir.mkdir()
    (data_dir / "settings.toml").write_bytes(b"[[[")
    launch = read_launch({}, reads_working_directory=True, makes_directory=False)
    assert "damaged" in str(launch.notice)
    assert [path.name for path in data_dir.iterdir()] == ["settings.toml"]
