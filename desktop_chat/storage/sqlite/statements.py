"""Statements of the way of every turn, written once: building them anew takes most of its time."""

from __future__ import annotations

import functools

ACTIVATE = "UPDATE chat SET active_message_id = ?, updated_at = ? WHERE id = ?"


@functools.cache
def insert_into(table: str, columns: tuple[str, ...]) -> str:
    """Return the statement that inserts a row and returns its id."""
    marks = ", ".join("?" * len(columns))
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks}) RETURNING id"
