"""How long loads took, as the database keeps it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from desktop_chat.storage.model_loads import ModelLoadRepository

if TYPE_CHECKING:
    from desktop_chat.storage.database import Database
    from tests.storage.conftest import SteppingClock


@pytest.fixture
def loads(db: Database, clock: SteppingClock) -> ModelLoadRepository:
    return ModelLoadRepository(db, clock)


def test_last_load_of_the_same_file_counts(loads: ModelLoadRepository) -> None:
    assert loads.last_duration_ms("embedded", "a.gguf", 100) is None
    loads.record("embedded", "a.gguf", 100, 2500)
    loads.record("embedded", "b.gguf", 100, 9000)
    loads.record("embedded", "a.gguf", 100, 1500)
    assert loads.last_duration_ms("embedded", "a.gguf", 100) == 1500
    assert loads.last_duration_ms("lm-studio", "a.gguf", 100) is None


def test_file_of_another_size_is_another_file(loads: ModelLoadRepository) -> None:
    loads.record("embedded", "a.gguf", 100, 2500)
    assert loads.last_duration_ms("embedded", "a.gguf", 101) is None
    loads.record("embedded", "a.gguf", 101, 3500)
    assert loads.last_duration_ms("embedded", "a.gguf", 100) is None


def test_one_row_is_kept_for_each_model(loads: ModelLoadRepository, db: Database) -> None:
    for duration in range(5):
        loads.record("embedded", "a.gguf", 100, duration)
    assert db.sql("SELECT account, model, duration_ms, loaded_at FROM model_load") == [
        ("embedded", "a.gguf", 4, "2026-11-22T10:15:35.123Z")
    ]


def test_row_of_another_program_costs_the_estimate_at_most(
    loads: ModelLoadRepository, db: Database
) -> None:
    row = ("embedded", "a.gguf", 100, "soon", "never")
    db.sql(
        "INSERT INTO model_load (account, model, size_bytes, duration_ms, loaded_at)"
        " VALUES (?, ?, ?, ?, ?)",
        row,
    )
    assert loads.last_duration_ms("embedded", "a.gguf", 100) is None
