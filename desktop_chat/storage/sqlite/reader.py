"""What the modules of this folder need of a database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence


class SqlReader(Protocol):
    """Answers SQL; `storage.database.Database` does."""

    def sql(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Execute SQL and return its rows."""
        ...
