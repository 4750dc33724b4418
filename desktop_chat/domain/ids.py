"""Identifiers, given by the database."""

from __future__ import annotations

from typing import NewType

ChatId = NewType("ChatId", int)
MessageId = NewType("MessageId", int)
FolderId = NewType("FolderId", int)
TagId = NewType("TagId", int)
