"""Branches of chats: copied into chats of their own, pruned, and seen as a tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Slot

from desktop_chat.ui.actions import action_text

if TYPE_CHECKING:
    from desktop_chat.domain.chat import ChatId
    from desktop_chat.domain.message import MessageId
    from desktop_chat.ui.features.context import FeatureContext
    from desktop_chat.ui.tree.branch_tree_dialog import BranchTreeDialog

UNDO = "edit.undo"


class BranchingFeature(QObject):
    """Carries out the commands of messages and chats that are about branches."""

    def __init__(self, context: FeatureContext) -> None:
        super().__init__()
        self._context = context
        self._chat = context.chat
        self._chats = context.reading.chats
        self._branching = context.services.branching
        self._dialog: BranchTreeDialog | None = None
        context.commands.register("chat.duplicate", self._duplicate, self._duplicate_label)
        context.commands.register("chat.tree", self._open_tree, self._tree_label)
        commands = context.window.transcript.commands
        commands.command_requested.connect(self._on_command_requested)

    # Commands of chats

    def _duplicate_label(self, chats: tuple[ChatId, ...]) -> str | None:
        return action_text("chat.duplicate") if chats else None

    def _tree_label(self, chats: tuple[ChatId, ...]) -> str | None:
        return action_text("chat.tree") if len(chats) == 1 else None

    def _duplicate(self, chats: tuple[ChatId, ...]) -> None:
        self._context.report(self._duplicate_all(chats))

    async def _duplicate_all(self, chats: tuple[ChatId, ...]) -> None:
        for chat_id in chats:
            title = self._chats.get(chat_id).title
            copy = await self._branching.duplicate(chat_id, self.tr("{0} (copy)").format(title))
            self._chat.show_chat(copy.id)
            self._say(self.tr("“{0}” was duplicated").format(title))

    # Commands of messages

    @Slot(str, object)
    def _on_command_requested(self, command: str, message_id: MessageId) -> None:
        match command:
            case "branch":
                self._context.report(self._branch(message_id))
            case "delete":
                self._context.report(self._delete(message_id))
            case "delete-following":
                self._context.report(self._delete_following(message_id))
            case "tree" if self._chat.chat_id is not None:
                self._context.report(self._show_tree(self._chat.chat_id, message_id))

    async def _branch(self, message_id: MessageId) -> None:
        chat_id = self._chat.chat_id
        title = self._chats.get(chat_id).title if chat_id is not None else ""
        branch = await self._branching.branch(message_id, self.tr("{0} (branch)").format(title))
        self._chat.show_chat(branch.id)
        self._say(self.tr("The branch is a chat of its own now"))

    async def _delete(self, message_id: MessageId) -> None:
        await self._branching.delete_message(message_id)
        self._say(self.tr("The message was deleted"))

    async def _delete_following(self, message_id: MessageId) -> None:
        await self._branching.delete_following(message_id)
        self._say(self.tr("What followed was deleted"))

    def _say(self, text: str) -> None:
        self._context.say(text, "idle", UNDO, self.tr("Undo"))

    # The tree

    def _open_tree(self, chats: tuple[ChatId, ...]) -> None:
        self._context.report(self._show_tree(chats[0], None))

    async def _show_tree(self, chat_id: ChatId, message_id: MessageId | None) -> None:
        rows = await self._branching.tree(chat_id)
        if self._dialog is not None:
            return
        from desktop_chat.ui.tree.branch_tree_dialog import BranchTreeDialog

        context = self._context
        dialog = BranchTreeDialog(rows, context.shell.theme, context.window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.jump_requested.connect(self._on_dialog_jump_requested)
        dialog.branch_requested.connect(self._on_dialog_branch_requested)
        dialog.finished.connect(self._on_dialog_finished)
        self._dialog = dialog
        dialog.open()
        dialog.select(message_id)

    @Slot(object)
    def _on_dialog_jump_requested(self, message_id: MessageId) -> None:
        self._context.report(self.jump(message_id))

    @Slot(object)
    def _on_dialog_branch_requested(self, message_id: MessageId) -> None:
        self._context.report(self._branch(message_id))

    @Slot()
    def _on_dialog_finished(self) -> None:
        self._dialog = None

    async def jump(self, message_id: MessageId) -> None:
        """Show the chat of a message on the path that leads through it, at the message."""
        transcript, messages = self._context.window.transcript, self._context.shell.transcript
        row = messages.find_row(message_id)
        if row is None:
            message = await self._branching.show(message_id)
            self._chat.show_chat(message.chat_id)
            row = messages.find_row(message_id)
        if row is not None:
            transcript.setFocus(Qt.FocusReason.OtherFocusReason)
            transcript.set_current_row(row)
