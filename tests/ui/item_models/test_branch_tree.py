"""The tree of messages as an item model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, Qt

from desktop_chat.domain.branches import arrange
from desktop_chat.domain.message import MessageId
from desktop_chat.ui.item_models.branch_tree import BranchRole, BranchTreeModel
from tests.domain.test_branches import outline

if TYPE_CHECKING:
    from pytestqt.modeltest import ModelTester

NONE = QModelIndex()


def model() -> BranchTreeModel:
    """1 – 2 – 5, where 3 – 4 stand in the place of 5."""
    messages = [
        outline(1, None),
        outline(2, 1),
        outline(3, 2),
        outline(4, 3),
        outline(5, 2, text=""),
    ]
    return BranchTreeModel(arrange(messages, MessageId(5)))


def test_model_keeps_the_rules_of_qt(qtmodeltester: ModelTester) -> None:
    qtmodeltester.check(model())


def test_rows_stand_where_arrange_put_them() -> None:
    tree = model()
    fifth = tree.index(2, 0, NONE)
    third = tree.index(0, 0, fifth)
    fourth = tree.index(0, 0, third)
    found = [index.data(BranchRole.MESSAGE_ID) for index in (fifth, third, fourth)]
    assert found == [5, 3, 4]
    assert fourth.parent() == third
    assert third.parent() == fifth
    assert not fifth.parent().isValid()
    assert (tree.rowCount(NONE), tree.rowCount(fifth), tree.rowCount(fourth)) == (3, 1, 0)


def test_words_name_sender_text_version_and_whether_it_is_shown() -> None:
    tree = model()
    spoken = Qt.ItemDataRole.AccessibleTextRole
    assert tree.index(0, 0, NONE).data() == "You: text"
    assert tree.index(2, 0, NONE).data() == "You: no text"
    assert tree.index(2, 0, NONE).data(spoken) == "You: no text, version 2 of 2, shown"
    assert tree.index_of(MessageId(4)).data(spoken) == "Assistant: text"


def test_messages_are_found_by_id() -> None:
    tree = model()
    assert tree.index_of(MessageId(4)).data(BranchRole.MESSAGE_ID) == 4
    assert not tree.index_of(MessageId(99)).isValid()
    assert tree.last_shown().data(BranchRole.MESSAGE_ID) == 5
    assert [index.data(BranchRole.MESSAGE_ID) for index in tree.branching()] == [5, 3]
    assert tree.has_branches


def test_empty_tree_has_no_end() -> None:
    tree = BranchTreeModel([])
    assert not tree.last_shown().isValid()
    assert not tree.has_branches
