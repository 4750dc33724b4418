"""Settings: the order of the sources, and what can be stored."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from desktop_chat.domain.changes import SettingChanged
from desktop_chat.services.broadcast import Broadcast
from desktop_chat.services.launch import Launch
from desktop_chat.services.settings import (
    DECLARATIONS,
    DEFAULT_URL,
    TOKEN,
    SettingSources,
    SettingsService,
)

URL = "server.url"
OPTION = {"url": "http://option:1"}
ENVIRON = {"LM_STUDIO_URL": "http://environ:1"}
DOTENV = {"LM_STUDIO_URL": "http://dotenv:1"}
STORED = {URL: "http://stored:1"}


class Kept:
    """The settings file, and what was told."""

    def __init__(self) -> None:
        self.saved: list[dict[str, Any]] = []
        self.told: list[str] = []

    def save(self, values: dict[str, Any]) -> None:
        self.saved.append(values)

    def on_changed(self, event: SettingChanged) -> None:
        self.told.append(event.key)


def settings(
    stored: dict[str, Any] | None = None,
    *,
    sources: SettingSources | None = None,
    kept: Kept | None = None,
) -> SettingsService:
    kept = kept or Kept()
    broadcast = Broadcast()
    broadcast.subscribe(SettingChanged, kept.on_changed)
    return SettingsService(
        sources or SettingSources(), stored or {}, save=kept.save, broadcast=broadcast
    )


@pytest.mark.parametrize(
    ("option", "environ", "dotenv", "stored", "value", "source"),
    [
        (OPTION, ENVIRON, DOTENV, STORED, "http://option:1", "--url"),
        ({}, ENVIRON, DOTENV, STORED, "http://environ:1", "LM_STUDIO_URL"),
        ({"url": None}, {"LM_STUDIO_URL": ""}, DOTENV, STORED, "http://dotenv:1", ".env"),
        ({}, {}, {}, STORED, "http://stored:1", None),
        ({}, {}, {}, {}, DEFAULT_URL, None),
    ],
)
def test_value_comes_from_the_strongest_source(
    option: Any, environ: Any, dotenv: Any, stored: Any, value: str, source: str | None
) -> None:
    service = settings(stored, sources=SettingSources(option, environ, dotenv))
    assert service.value(URL) == value
    assert service.fixed_by(URL) == source


def test_fixed_by_an_option_of_two_words_is_named_as_typed() -> None:
    service = settings(sources=SettingSources({"data_dir": "/x"}))
    assert service.fixed_by("storage.data_folder") == "--data-dir"


@pytest.mark.parametrize(
    ("key", "stored", "default"),
    [
        (URL, 7, DEFAULT_URL),
        ("appearance.theme", "pink", "system"),
        ("appearance.theme", ["dark"], "system"),
        ("appearance.text_size", "120", 100),
        ("appearance.text_size", 1000, 100),
        ("appearance.text_size", True, 100),
        ("appearance.text_size", 120.5, 100),
        (TOKEN, "in-the-file-by-hand", ""),
    ],
)
def test_value_stored_with_a_wrong_type_counts_as_absent(
    key: str, stored: Any, default: Any
) -> None:
    assert settings({key: stored}).value(key) == default


@pytest.mark.parametrize(
    ("key", "value"),
    [("appearance.theme", "dark"), ("appearance.text_size", 125), (URL, "http://x:1")],
)
def test_set_is_in_force_saved_and_told(key: str, value: Any) -> None:
    kept = Kept()
    service = settings({"other.key": 1}, kept=kept)
    service.set(key, value)
    assert service.value(key) == value
    assert kept.saved == [{"other.key": 1, key: value}]
    assert kept.told == [key]
    assert service.is_set(key)


@pytest.mark.parametrize("value", ["", None, DEFAULT_URL])
def test_set_nothing_or_the_default_goes_back_to_the_default(value: Any) -> None:
    kept = Kept()
    service = settings(STORED, kept=kept)
    service.set(URL, value)
    assert service.value(URL) == DEFAULT_URL
    assert kept.saved == [{}]
    assert not service.is_set(URL)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("appearance.theme", "pink"),
        ("appearance.text_size", 49),
        ("appearance.text_size", 301),
        (URL, 5),
        (TOKEN, "sk-never-on-disk"),
    ],
)
def test_set_what_does_not_fit_is_refused_and_changes_nothing(key: str, value: Any) -> None:
    kept = Kept()
    service = settings(kept=kept)
    with pytest.raises(ValueError, match=key):
        service.set(key, value)
    assert not kept.saved
    assert not kept.told


def test_set_what_is_fixed_outside_is_kept_for_later() -> None:
    service = settings(sources=SettingSources(OPTION))
    service.set(URL, "http://mine:1")
    assert service.value(URL) == "http://option:1"


def test_declarations_are_sound() -> None:
    keys = [d.key for d in DECLARATIONS]
    assert len(keys) == len(set(keys))
    shown = [d for d in DECLARATIONS if d.is_shown]
    assert all(d.label and d.section for d in shown)
    assert [d.key for d in shown if d.kind == "choice" and d.default not in d.choices] == []


def test_sources_show_no_value_that_may_be_a_secret() -> None:
    secret = "sk-lm-secret"
    sources = SettingSources({"x": secret}, {"LM_STUDIO_API_TOKEN": secret}, {"Y": secret})
    launch = Launch(Path("/d"), sources, {"server.api_token": secret})
    assert secret not in repr(sources)
    assert secret not in repr(launch)
