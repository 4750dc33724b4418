"""The settings file: what the user set, as TOML, under dotted names."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from desktop_chat.domain.errors import StorageError
from desktop_chat.storage.failures import from_os_error

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def read_settings(path: Path, *, sets_aside: bool = True) -> tuple[dict[str, Any], str | None]:
    """Return the values by dotted name, and a sentence for the user if the file was damaged.

    A damaged file is set aside beside the sound one, never deleted; the copy that the last
    writing kept takes its place. Without `sets_aside` no file is touched.
    """
    try:
        return _parse(path.read_bytes()), None
    except FileNotFoundError:
        return {}, None
    except OSError as error:
        return {}, f"The settings in {path} cannot be read: {error.strerror}. Defaults are used."
    except ValueError:
        return _recover(path) if sets_aside else _look_past(path)


def write_settings(path: Path, values: Mapping[str, Any]) -> None:
    """Replace the file; the one before is kept as `….bak`. A value of None is left out.

    Raises:
        StorageError: Nothing was changed.
    """
    import tomli_w

    from desktop_chat.storage.atomic_file import write_atomically

    try:
        data = tomli_w.dumps(_nested(values)).encode()
    except (TypeError, ValueError) as error:
        raise StorageError(path=str(path), detail=str(error)) from error
    try:
        _keep_backup(path)
        write_atomically(path, data)
    except OSError as error:
        raise from_os_error(error, path) from error


def _keep_backup(path: Path) -> None:
    from desktop_chat.storage.atomic_file import write_atomically

    # Nothing there yet, or damaged since it was read: an older backup is worth more.
    with suppress(FileNotFoundError, ValueError):
        data = path.read_bytes()
        _parse(data)
        write_atomically(_backup_of(path), data)


def _recover(path: Path) -> tuple[dict[str, Any], str]:
    from desktop_chat.storage.atomic_file import write_atomically

    values: dict[str, Any] = {}
    used = "defaults are used"
    kept = path
    with suppress(OSError, ValueError):
        # No backup, a damaged one, or a directory where nothing can be moved: what could be had
        # is used, and the user is told.
        kept = _set_aside(path)
        backup = _backup_of(path).read_bytes()
        values = _parse(backup)
        used = "the ones saved before are used"
        write_atomically(path, backup)
    return values, f"The settings file was damaged and is kept as {kept.name}; {used}."


def _look_past(path: Path) -> tuple[dict[str, Any], str]:
    values: dict[str, Any] = {}
    used = "defaults are used"
    with suppress(OSError, ValueError):
        values = _parse(_backup_of(path).read_bytes())
        used = "the ones saved before are used"
    return values, f"The settings file {path.name} is damaged; {used}."


def _set_aside(path: Path) -> Path:
    number = 1
    while (aside := path.with_name(f"{path.name}.damaged-{number}")).exists():
        number += 1
    path.rename(aside)
    return aside


def _backup_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.bak")


def _parse(data: bytes) -> dict[str, Any]:
    import tomllib

    try:
        # Editors on Windows may put a mark at the start, which TOML does not know.
        return _flat(tomllib.loads(data.decode("utf-8-sig")))
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _flat(table: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, value in table.items():
        if isinstance(value, dict):
            values.update(_flat(value, f"{prefix}{name}."))
        else:
            values[f"{prefix}{name}"] = value
    return values


def _nested(values: Mapping[str, Any]) -> dict[str, Any]:
    root: dict[str, Any] = {}
    for name, value in values.items():
        if value is None:
            continue
        *tables, last = name.split(".")
        table = root
        for part in tables:
            table = table.setdefault(part, {})
            if not isinstance(table, dict):
                raise ValueError(f"{name} lies inside of another setting")
        if isinstance(table.get(last), dict):
            raise ValueError(f"{name} has other settings inside")
        table[last] = value
    return root
