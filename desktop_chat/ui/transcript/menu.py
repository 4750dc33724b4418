"""The context menu of a message: what can be done with it, and with what is under the pointer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu

from desktop_chat.ui.transcript.access.outline import (
    Kind,
    Thing,
    control_name,
    outline,
    things_of_block,
)
from desktop_chat.ui.transcript.layouts.hits import Hit, Part
from desktop_chat.ui.transcript.text.blocks import ImageBlock, TableBlock

if TYPE_CHECKING:
    from PySide6.QtCore import SignalInstance
    from PySide6.QtWidgets import QWidget

    from desktop_chat.ui.transcript.message_layout import MessageLayout

MAX_ENTRIES = 20
MAX_LABEL = 60
_ON_BLOCK = (Part.TEXT, Part.LINK, Part.CONTROL, Part.BAR)
_KEYS = QKeySequence.StandardKey


class MessageMenu(QMenu):
    """Copy, Copy message, Select all; and what can be done with what it was opened on.

    Opened on no place of a message, as by key, it offers all that is in the message.

    Args:
        row: Row of the message.
        hit: What the menu was opened on.
        message: Layout of the message, None where there is none.
        has_selection: Whether text is selected.

    Signals:
        copy_requested(bool): the selection; True as Markdown.
        copy_message_requested(int): row.
        copy_block_requested(object): a Block, as Markdown.
        copy_text_requested(str): the text.
        select_all_requested(): as it says.
        fold_requested(int): row whose reasoning is to be folded or unfolded.
        action_requested(int): row whose error button is to be pressed.
        link_requested(str, str): address and label.
        control_requested(int, object): row and Hit of a control of a block.
    """

    copy_requested = Signal(bool)
    copy_message_requested = Signal(int)
    copy_block_requested = Signal(object)
    copy_text_requested = Signal(str)
    select_all_requested = Signal()
    fold_requested = Signal(int)
    action_requested = Signal(int)
    link_requested = Signal(str, str)
    control_requested = Signal(int, object)

    def __init__(
        self,
        parent: QWidget,
        row: int,
        hit: Hit,
        message: MessageLayout | None,
        *,
        has_selection: bool,
    ) -> None:
        super().__init__(parent)
        self._row = row
        self._wishes: dict[QAction, tuple[SignalInstance, tuple[object, ...]]] = {}
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.triggered.connect(self._on_triggered)
        if message is not None and hit.part in _ON_BLOCK:
            self._add_hit(message, hit)
        elif message is not None:
            self._add_things(message)
        self.addSeparator()
        self._add_copying(has_selection=has_selection)
        if message is not None and message.has_reasoning:
            self.addSeparator()
            label = self.tr("Hide reasoning") if message.is_unfolded else self.tr("Show reasoning")
            self._add(label, self.fold_requested, row)

    def _add(
        self, label: str, wish: SignalInstance, *values: object, menu: QMenu | None = None
    ) -> QAction:
        short = label if len(label) <= MAX_LABEL else label[: MAX_LABEL - 1] + "…"
        # Labels may be foreign text, in which "&" names no key.
        action = (menu or self).addAction(short.replace("&", "&&"))
        self._wishes[action] = (wish, values)
        return action

    def _add_copying(self, *, has_selection: bool) -> None:
        copy = self._add(self.tr("Copy"), self.copy_requested, False)
        copy.setShortcut(_KEYS.Copy)
        markdown = self._add(self.tr("Copy as Markdown"), self.copy_requested, True)
        copy.setEnabled(has_selection)
        markdown.setEnabled(has_selection)
        if self._row >= 0:
            self._add(self.tr("Copy message"), self.copy_message_requested, self._row)
        self.addSeparator()
        self._add(self.tr("Select all"), self.select_all_requested).setShortcut(_KEYS.SelectAll)

    # What is under the pointer

    def _add_hit(self, message: MessageLayout, hit: Hit) -> None:
        column = message.column(hit.column)
        if column is None or hit.block >= len(column.blocks):
            return
        if hit.href:
            self._add(self.tr("Open link"), self.link_requested, hit.href, hit.label)
            self._add(self.tr("Copy address"), self.copy_text_requested, hit.href)
            self.addSeparator()
        for thing in things_of_block(message, hit.column, hit.block):
            # Of a formula on lines of its own there is a control.
            if thing.kind is Kind.FORMULA and thing.start <= hit.offset <= thing.end > 0:
                self._add(self.tr("Copy LaTeX"), self.copy_text_requested, thing.name)
                break
        block = column.blocks[hit.block]
        for control in column.layout(hit.block).controls():
            pressed = Hit(Part.CONTROL, hit.column, hit.block, control=control)
            name = control_name(block, control)
            self._add(name, self.control_requested, self._row, pressed)
        if isinstance(block, TableBlock):
            self._add(self.tr("Copy table as Markdown"), self.copy_block_requested, block)
        elif isinstance(block, ImageBlock):
            self._add(self.tr("Copy address"), self.copy_text_requested, block.address)

    # All that is in the message

    def _add_things(self, message: MessageLayout) -> None:
        things = outline(message)
        links = [thing for thing in things if thing.kind is Kind.LINK][:MAX_ENTRIES]
        if links:
            submenu = self.addMenu(self.tr("Open link"))
            for thing in links:
                self._add(thing.name, self.link_requested, thing.text, thing.name, menu=submenu)
        for thing in [thing for thing in things if thing.kind is Kind.CONTROL][:MAX_ENTRIES]:
            pressed = Hit(Part.CONTROL, thing.column, thing.block, control=thing.control)
            self._add(_numbered(thing, things), self.control_requested, self._row, pressed)
        if message.notes.action:
            self._add(message.notes.label, self.action_requested, self._row)

    @Slot(QAction)
    def _on_triggered(self, action: QAction) -> None:
        if action in self._wishes:  # the commands of the message are others' entries
            wish, values = self._wishes[action]
            wish.emit(*values)


def _numbered(thing: Thing, things: list[Thing]) -> str:
    """Return the name of a thing, with its number if there are several of that name."""
    same = [one for one in things if (one.kind, one.name) == (thing.kind, thing.name)]
    return f"{thing.name} {same.index(thing) + 1}" if len(same) > 1 else thing.name
