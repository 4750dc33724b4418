"""How the tree of a chat's messages is laid out in rows."""

from __future__ import annotations

from datetime import UTC, datetime

from desktop_chat.domain.branches import BranchRow, MessageOutline, arrange
from desktop_chat.domain.message import MessageId, MessageStatus, Sender

CREATED = datetime(2026, 11, 22, 10, 15, tzinfo=UTC)


def outline(
    number: int,
    parent: int | None,
    sender: Sender | None = None,
    text: str = "text",
    **more: object,
) -> MessageOutline:
    sender = sender or (Sender.USER if number % 2 else Sender.LLM)
    parent_id = None if parent is None else MessageId(parent)
    status = more.get("status", MessageStatus.COMPLETE)
    assert isinstance(status, MessageStatus)
    return MessageOutline(MessageId(number), parent_id, sender, status, CREATED, text)


def drawn(rows: list[BranchRow], depth: int = 0) -> list[str]:
    """Return the tree as lines: one dash for each level, * for what is shown."""
    lines = []
    for row in rows:
        lines.append("-" * depth + str(row.message.id) + ("*" if row.is_shown else ""))
        lines += drawn(row.children, depth + 1)
    return lines


def test_arrange_chat_without_branches_is_a_flat_list() -> None:
    rows = arrange([outline(1, None), outline(2, 1), outline(3, 2)], MessageId(3))
    assert drawn(rows) == ["1*", "2*", "3*"]
    assert [row.place for row in rows] == [0, 1, 2]


def test_arrange_other_version_hangs_below_the_one_shown_with_what_followed_it() -> None:
    messages = [outline(1, None), outline(2, 1), outline(3, 2), outline(4, 3), outline(5, 2)]
    assert drawn(arrange(messages, MessageId(5))) == ["1*", "2*", "5*", "-3", "--4"]
    assert drawn(arrange(messages, MessageId(4))) == ["1*", "2*", "3*", "-5", "4*"]


def test_arrange_several_beginnings_stand_in_one_place() -> None:
    messages = [outline(1, None), outline(2, 1), outline(3, None), outline(4, 3)]
    assert drawn(arrange(messages, MessageId(4))) == ["3*", "-1", "--2", "4*"]


def test_arrange_below_the_path_shown_the_newest_answers_lead_on() -> None:
    messages = [outline(1, None), outline(2, 1), outline(4, 1), outline(5, 4)]
    assert drawn(arrange(messages, MessageId(1))) == ["1*", "4", "-2", "5"]


def test_arrange_counts_versions_among_messages_of_the_same_sender() -> None:
    user = Sender.USER
    messages = [outline(1, None), outline(2, 1), outline(3, 1, user), outline(4, 1)]
    rows = arrange(messages, MessageId(4))
    found = {row.message.id: row.version for row in [*rows, *rows[1].children]}
    assert found == {1: (1, 1), 2: (1, 2), 4: (2, 2), 3: (1, 1)}


def test_arrange_leaves_out_replies_stopped_before_their_first_word() -> None:
    void = outline(2, 1, text="", status=MessageStatus.STOPPED)
    messages = [outline(1, None), void, outline(4, 1)]
    assert drawn(arrange(messages, MessageId(4))) == ["1*", "4*"]
    assert drawn(arrange([outline(1, None), void], MessageId(2))) == ["1*", "2*"]


def test_arrange_ten_thousand_regenerated_replies_need_no_deep_recursion() -> None:
    messages = [outline(1, None)]
    for number in range(2, 20_000, 2):
        messages += [outline(number, number - 1), outline(number + 1, number - 1, Sender.LLM)]
    rows = arrange(messages, MessageId(19_999))
    assert len(rows) == 10_000
    assert all(len(row.children) == 1 for row in rows[1:])


def test_arrange_damaged_parents_are_shown_at_the_top() -> None:
    circle = [outline(1, 2), outline(2, 1), outline(3, 99)]
    assert drawn(arrange(circle, MessageId(2))) == ["1*", "-3", "2*"]


def test_arrange_nothing_is_nothing() -> None:
    assert arrange([], None) == []
