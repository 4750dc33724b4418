"""Editing a sent message: its text comes into the composer's place and is sent as a version."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, Slot
from PySide6.QtGui import QKeyEvent

from desktop_chat.domain.changes import ChatTrashed, TurnStarted
from desktop_chat.domain.errors import StorageError
from desktop_chat.domain.message import Sender

if not TYPE_CHECKING:
    from desktop_chat.overriding import override

if TYPE_CHECKING:
    from typing_extensions import override

    from desktop_chat.domain.chat import ChatId
    from desktop_chat.domain.message import Message, MessageId
    from desktop_chat.ui.composer.edit_card import EditCard
    from desktop_chat.ui.features.context import FeatureContext

RESUME = "message.resume-edit"


@dataclass(frozen=True)
class _Edit:
    """What is being edited in a chat.

    Attributes:
        text: As it was when the chat was left last.
        original: As it was sent.
    """

    chat_id: ChatId
    message_id: MessageId
    text: str
    original: str


class EditingFeature(QObject):
    """Edits one message of each chat at a time; a chat that is left keeps its edit.

    The composer's draft stays as it is meanwhile. What is typed is on disk soon, as a draft is,
    and back in the same chat after a restart.
    """

    def __init__(self, context: FeatureContext) -> None:
        super().__init__()
        self._context = context
        self._window = context.window
        self._panes = context.window.panes
        self._chat = context.chat
        self._transcript = context.shell.transcript
        self._edits: dict[ChatId, _Edit] = {}
        self._dropped: _Edit | None = None
        self._shown: _Edit | None = None
        self._sent: _Edit | None = None
        self._card: EditCard | None = None
        self._kept = context.services.edits
        self._kept.watch(self.current)
        window = context.window
        window.transcript.commands.command_requested.connect(self._on_command_requested)
        window.composer.prompt.installEventFilter(self)
        self._chat.leaving.connect(self._on_leaving)
        self._chat.chat_shown.connect(self._on_chat_shown)
        broadcast = context.services.broadcast
        broadcast.subscribe(TurnStarted, self._on_turn_started)
        broadcast.subscribe(ChatTrashed, self._on_chat_trashed)
        context.commands.register(RESUME, self._resume, self._resume_label)

    def current(self) -> tuple[MessageId | None, str]:
        """Return the message that is edited now and its text, "" while that is as it was."""
        if self._shown is None or self._card is None:
            return None, ""
        text = self._card.text()
        return self._shown.message_id, text if text != self._shown.original else ""

    def edit(self, message: Message) -> None:
        """Show a message of the user to be edited."""
        if message.sender is not Sender.USER or self._chat.is_streaming:
            return
        self._keep()
        known = self._edits.get(message.chat_id)
        if known is None or known.message_id != message.id:
            known = _Edit(message.chat_id, message.id, message.content, message.content)
        self._show(known)

    def edit_last(self) -> bool:
        """Edit the last message of the user in the chat shown; return whether there is one."""
        transcript = self._transcript
        for row in reversed(range(max(0, transcript.rowCount() - 2), transcript.rowCount())):
            message = transcript.message_at(row)
            if message.sender is Sender.USER and not self._chat.is_streaming:
                self.edit(message)
                return True
        return False

    # What is shown

    def _show(self, edit: _Edit) -> None:
        card = self._made()
        self._shown = self._edits[edit.chat_id] = edit
        card.set_text(edit.text)
        card.show_hint("")
        self._panes.show_editor(True)
        card.focus_input()
        row = self._transcript.find_row(edit.message_id)
        self._window.transcript.mark_edited(-1 if row is None else row)

    def _keep(self) -> None:
        """Take over what stands in the card, and put the composer back."""
        if self._shown is None or self._card is None:
            return
        self._edits[self._shown.chat_id] = replace(self._shown, text=self._card.text())
        self._kept.keep(*self.current())
        self._shown = None
        self._panes.show_editor(False)
        self._window.transcript.mark_edited(-1)

    def _drop(self, chat_id: ChatId) -> _Edit | None:
        if self._shown is not None and self._shown.chat_id == chat_id:
            self._keep()
        edit = self._edits.pop(chat_id, None)
        if edit is not None:
            self._kept.keep(edit.message_id, "")
        return edit

    def _of_chat(self, chat_id: ChatId) -> _Edit | None:
        """Return the edit of a chat, also one that is left of the last start."""
        edit = self._edits.get(chat_id)
        if edit is not None:
            return edit
        try:
            edits = self._context.reading.edits
            stored = edits.in_chat(chat_id)
        except StorageError:
            return None  # a chat can be read without it
        if stored is None:
            return None
        # What waits to be written counts for more; "" was sent or given up.
        text = self._kept.unsaved(stored.message_id)
        text = stored.text if text is None else text
        return _Edit(chat_id, stored.message_id, text, stored.original) if text else None

    def _made(self) -> EditCard:
        if self._card is None:
            from desktop_chat.ui.composer.edit_card import EditCard

            self._card = EditCard(self._context.shell.theme)
            self._card.prompt.textChanged.connect(self._kept.note)
            self._card.send_requested.connect(self._on_send_requested)
            self._card.cancel_requested.connect(self._on_cancel_requested)
            self._panes.set_editor(self._card)
        return self._card

    # What the user does

    @Slot(str, object)
    def _on_command_requested(self, command: str, message_id: MessageId) -> None:
        transcript = self._transcript
        row = transcript.find_row(message_id)
        if command == "edit" and row is not None:
            self.edit(transcript.message_at(row))

    @Slot(str)
    def _on_send_requested(self, text: str) -> None:
        edit, chat = self._shown, self._chat
        if edit is None or self._card is None:
            return
        if chat.is_streaming:
            self._card.show_hint(self.tr("A reply is being written. Stop it first."))
            return
        # The card goes only once the text is stored.
        self._sent = edit
        chat.edit(edit.message_id, text)

    @Slot()
    def _on_cancel_requested(self) -> None:
        if self._shown is None:
            return
        edit = self._drop(self._shown.chat_id)
        self._window.composer.focus_input()
        if edit is not None and edit.text != edit.original:
            self._dropped = edit
            self._context.say(self.tr("The edit was given up"), "idle", RESUME, self.tr("Go on"))

    def _resume(self, _chats: tuple[ChatId, ...]) -> None:
        edit, self._dropped = self._dropped, None
        if edit is None:
            return
        self._edits[edit.chat_id] = edit
        status = self._context.controllers.status
        status.set_notice(None)
        if self._chat.chat_id == edit.chat_id:
            self._show(edit)
        else:
            self._chat.show_chat(edit.chat_id)

    def _resume_label(self, _chats: tuple[ChatId, ...]) -> str | None:
        return self.tr("Go on editing") if self._dropped is not None else None

    # What happens

    @Slot()
    def _on_leaving(self) -> None:
        self._keep()

    @Slot(object, str)
    def _on_chat_shown(self, chat_id: ChatId | None, _title: str) -> None:
        edit = self._of_chat(chat_id) if chat_id is not None else None
        if edit is None:
            self._keep()
        else:
            self._show(edit)

    def _on_turn_started(self, event: TurnStarted) -> None:
        sent = self._sent
        if sent is None or event.chat.id != sent.chat_id or event.user_message is None:
            return
        self._sent = None
        is_shown = self._shown is not None and self._shown.chat_id == sent.chat_id
        self._drop(sent.chat_id)
        if is_shown:
            self._window.composer.focus_input()

    def _on_chat_trashed(self, event: ChatTrashed) -> None:
        # It comes back with the chat.
        if self._shown is not None and self._shown.chat_id == event.chat_id:
            self._keep()
        self._edits.pop(event.chat_id, None)

    # Qt overrides

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # Up in an empty composer brings the last message back, as in other chat programs.
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            is_plain = event.modifiers() in (
                Qt.KeyboardModifier.NoModifier,
                Qt.KeyboardModifier.KeypadModifier,
            )
            if event.key() == Qt.Key.Key_Up and is_plain:
                prompt = self._window.composer.prompt
                return prompt.document().isEmpty() and self.edit_last()
        return False
