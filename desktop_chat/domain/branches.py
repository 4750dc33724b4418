"""The tree of a chat's messages as it is shown: the main line, and what branches off it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from desktop_chat.domain.message import MessageStatus

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from desktop_chat.domain.message import MessageId, Sender


@dataclass(frozen=True, slots=True)
class MessageOutline:
    """What the tree shows of a message.

    Attributes:
        excerpt: The beginning of the text, in one line.
    """

    id: MessageId
    parent_id: MessageId | None
    sender: Sender
    status: MessageStatus
    created_at: datetime
    excerpt: str = ""
    model: str | None = None


@dataclass(slots=True, eq=False)
class BranchRow:
    """One message in the tree.

    What follows a message stands below it at the same level, so that a long conversation is a
    list. A row's children are the other messages in its place; a child's own children are what
    follows it.

    Attributes:
        is_shown: Whether the path that is shown leads through this message.
        version: Which of how many versions of the message this one is; counted from 1.
        owner: The row it branches off; None at the top.
        place: Its number among the rows of its level.
    """

    message: MessageOutline
    is_shown: bool
    version: tuple[int, int]
    owner: BranchRow | None
    place: int
    children: list[BranchRow] = field(default_factory=list)


def arrange(messages: Iterable[MessageOutline], leaf: MessageId | None) -> list[BranchRow]:
    """Return the rows of the top level.

    Args:
        messages: All messages of a chat.
        leaf: The last one of the path that is shown; the main line leads there.
    """
    by_id = {message.id: message for message in messages if not _is_void(message, leaf)}
    answers = _answers(by_id)
    shown = _way_up(by_id, leaf)
    top: list[BranchRow] = []
    work: list[tuple[list[MessageOutline], list[BranchRow], BranchRow | None]] = [
        (answers.get(None, []), top, None)
    ]
    while work:
        here, rows, owner = work.pop()
        while here:
            main = next((message for message in here if message.id in shown), here[-1])
            row = BranchRow(main, main.id in shown, _version(main, here), owner, len(rows))
            rows.append(row)
            for other in here:
                if other is not main:
                    version = _version(other, here)
                    branch = BranchRow(other, False, version, row, len(row.children))
                    row.children.append(branch)
                    work.append((answers.get(other.id, []), branch.children, branch))
            here = answers.get(main.id, [])
    return top


def _is_void(message: MessageOutline, leaf: MessageId | None) -> bool:
    """Whether it is a reply that was stopped before its first word, as `versions` see it."""
    is_empty = message.status is MessageStatus.STOPPED and not message.excerpt
    return is_empty and message.id != leaf


def _answers(
    by_id: dict[MessageId, MessageOutline],
) -> dict[MessageId | None, list[MessageOutline]]:
    """Return what answers each message, oldest first; under None what answers nothing."""
    answers: dict[MessageId | None, list[MessageOutline]] = {}
    for message_id in sorted(by_id):
        message = by_id[message_id]
        # A parent that is newer can only be damage, and would lead in circles.
        parent = message.parent_id
        is_known = parent is not None and parent in by_id and parent < message_id
        answers.setdefault(parent if is_known else None, []).append(message)
    return answers


def _way_up(by_id: dict[MessageId, MessageOutline], leaf: MessageId | None) -> set[MessageId]:
    way: set[MessageId] = set()
    here = leaf
    while here is not None and here in by_id and here not in way:
        way.add(here)
        here = by_id[here].parent_id
    return way


def _version(message: MessageOutline, here: Sequence[MessageOutline]) -> tuple[int, int]:
    alike = [other.id for other in here if other.sender is message.sender]
    return alike.index(message.id) + 1, len(alike)
