"""The chat that is shown: sends, stops, tries again, and feeds the transcript."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot

from desktop_chat.domain.changes import (
    ChatChanged,
    ChatTrashed,
    PathChanged,
    ReplyEnded,
    ReplyGrew,
    TurnStarted,
    VersionShown,
)
from desktop_chat.domain.chat import ChatId
from desktop_chat.domain.errors import ChatBusyError, ChatError
from desktop_chat.ui.controllers.stored import MemoryDrafts

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from desktop_chat.domain.chat import Chat
    from desktop_chat.domain.message import Message, MessageId
    from desktop_chat.domain.model_info import ModelRef
    from desktop_chat.domain.preset import ChatSetup
    from desktop_chat.services.broadcast import Broadcast
    from desktop_chat.services.chats import ChatsService
    from desktop_chat.services.replies.chat import ChatService
    from desktop_chat.services.tasks import TaskScope
    from desktop_chat.ui.controllers.stored import Drafts, Stored
    from desktop_chat.ui.item_models.transcript import TranscriptModel


class ChatController(QObject):
    """What happens in the transcript and the composer.

    Signals:
        chat_shown(ChatId | None, str): another chat, or a new one, with its title.
        title_changed(str): the title of the chat shown.
        streaming_changed(bool): whether a reply is being written in the chat shown.
        message_accepted(str): this text is stored; the composer may forget it.
        draft_changed(str): the draft of the chat that is now shown.
        model_changed(ModelRef | None): the model of the chat shown; None lets the default answer.
        failed(ChatError): nothing was sent; the draft is still there.
        version_shown(int): another version of the message in this row is shown, and what follows.
        usage_changed(int): tokens of the conversation shown; -1 when nobody knows.
        leaving(): another chat comes; whoever holds the draft gives it to `keep_draft` now.
    """

    chat_shown = Signal(object, str)
    title_changed = Signal(str)
    streaming_changed = Signal(bool)
    message_accepted = Signal(str)
    draft_changed = Signal(str)
    model_changed = Signal(object)
    failed = Signal(object)
    version_shown = Signal(int)
    usage_changed = Signal(int)
    leaving = Signal()

    def __init__(
        self,
        chat_service: ChatService,
        chats: ChatsService,
        transcript: TranscriptModel,
        stored: Stored,
        tasks: TaskScope,
        drafts: Drafts | None = None,
    ) -> None:
        super().__init__()
        self._service = chat_service
        self._chats = chats
        self._transcript = transcript
        self._stored = stored
        self._tasks = tasks
        self._chat_id: ChatId | None = None
        self._new_chat_ref: ModelRef | None = None
        self._new_chat_setup: ChatSetup | None = None
        self._current_ref: ModelRef | None = None
        self._drafts = drafts or MemoryDrafts()
        # Where something was sent and is not stored yet; None for a new chat.
        self._starting: dict[ChatId | None, object] = {}

    def listen(self, broadcast: Broadcast) -> None:
        """Follow what the services tell."""
        broadcast.subscribe(TurnStarted, self._on_turn_started)
        broadcast.subscribe(ReplyGrew, self._on_reply_grew)
        broadcast.subscribe(ReplyEnded, self._on_reply_ended)
        broadcast.subscribe(VersionShown, self._on_version_shown)
        broadcast.subscribe(PathChanged, self._on_path_changed)
        broadcast.subscribe(ChatChanged, self._on_chat_changed)
        broadcast.subscribe(ChatTrashed, self._on_chat_trashed)

    @property
    def chat_id(self) -> ChatId | None:
        """The chat that is shown; None for a new one."""
        return self._chat_id

    @property
    def is_streaming(self) -> bool:
        """Whether a reply is being written, or about to be, in the chat shown."""
        return self._chat_id in self._starting or self._chat_id in self._service.live_chats

    @Slot()
    def new_chat(self) -> None:
        """Show an empty chat; it is stored with its first message."""
        self.leaving.emit()
        self._new_chat_ref = None
        self._new_chat_setup = None
        self._show(None, "")
        self._tell_draft()
        self.model_changed.emit(None)

    @Slot(object)
    def show_chat(self, chat_id: ChatId) -> None:
        """Show a stored chat; what runs in the one shown before goes on."""
        if chat_id == self._chat_id:
            return
        # Read here and now: a switch that waits would take what is typed next to the wrong chat.
        try:
            chat = self._stored.chats.get(chat_id)
            self.leaving.emit()
            self._show(chat.id, chat.title)
        except ChatError as error:
            self.failed.emit(error)
            return
        self._tell_draft()
        self.model_changed.emit(chat.model_ref)

    def _show(self, chat_id: ChatId | None, title: str) -> None:
        self._chat_id = chat_id
        self._read_path()
        self.chat_shown.emit(chat_id, title)
        self.streaming_changed.emit(self.is_streaming)
        self._tell_usage()

    def _read_path(self) -> None:
        self._transcript.set_chat(self._chat_id, self._stored.pages)
        live = self._service.live_message(self._chat_id) if self._chat_id is not None else None
        if live is not None:
            self._transcript.replace(live)

    def _tell_draft(self) -> None:
        self.draft_changed.emit(self._drafts.get(self._chat_id))

    @Slot(str)
    def keep_draft(self, text: str) -> None:
        """Remember what stands in the composer, for when this chat is shown again."""
        self._drafts.keep(self._chat_id, text)

    @Slot(str)
    def send(self, text: str) -> None:
        """Send a message in the chat shown."""
        if not self.is_streaming:
            ref = self._new_chat_ref or self._current_ref if self._chat_id is None else None
            setup = self._new_chat_setup if self._chat_id is None else None
            turn = self._service.send(self._chat_id, text, model_ref=ref, setup=setup)
            self._start(turn, text)

    @Slot(object)
    def retry(self, message_id: MessageId) -> None:
        """Have a reply written once more; the old one stays in the database."""
        if not self.is_streaming:
            self._start(self._service.retry(message_id), "")

    @Slot(object, str)
    def edit(self, message_id: MessageId, text: str) -> None:
        """Send another version of a message of the user; the old one stays."""
        if not self.is_streaming:
            self._start(self._service.edit(message_id, text), "")

    @Slot(object)
    def continue_reply(self, message_id: MessageId) -> None:
        """Have a reply that was cut short go on where it ended."""
        if not self.is_streaming:
            self._start(self._service.continue_reply(message_id), "")

    def version_of(self, message_id: MessageId) -> tuple[int, int]:
        """Return which of how many versions of a message is shown; counted from 1."""
        try:
            return self._stored.pages.version(message_id)
        except ChatError:
            return 1, 1  # the message can be read all the same

    @Slot(object, int)
    def show_version(self, message_id: MessageId, step: int) -> None:
        """Show the version of a message that comes before it (-1) or after it (1)."""
        if not self.is_streaming:
            self._tasks.spawn(self._show_version(message_id, step))

    async def _show_version(self, message_id: MessageId, step: int) -> None:
        try:
            await self._service.show_version(message_id, step)
        except ChatBusyError:
            return  # pressed twice, and quicker than the first was stored
        except ChatError as error:
            self.failed.emit(error)

    def _start(self, turn: AsyncGenerator[Any, None], text: str) -> None:
        # A key of its own: another turn of this chat must not cancel the end of this one.
        key = self._starting[self._chat_id] = object()
        self.streaming_changed.emit(True)
        self._tasks.spawn(self._follow(turn, text, self._chat_id), key=key)

    @Slot()
    def stop(self) -> None:
        """Stop the reply in the chat shown; its text so far is kept."""
        key = self._starting.pop(self._chat_id, None)
        if key is not None:
            self._tasks.cancel(key)
            self.streaming_changed.emit(self.is_streaming)
        elif self._chat_id is not None:
            self._service.stop(self._chat_id)

    @Slot(object, str)
    def on_current_changed(self, model_ref: ModelRef | None, _label: str) -> None:
        """The window says that this model answers; in a new chat it is then the one that does."""
        self._current_ref = model_ref

    @property
    def current_ref(self) -> ModelRef | None:
        """The model that answers in the chat shown; None if none does."""
        return self._current_ref

    @property
    def new_chat_setup(self) -> ChatSetup | None:
        """How the replies of the chat that is begun next are generated; None for as usual."""
        return self._new_chat_setup

    def set_up_new_chat(self, setup: ChatSetup) -> None:
        """Choose how the replies of the chat that is begun next are generated."""
        self._new_chat_setup = setup

    @Slot(object)
    def choose_model(self, model_ref: ModelRef) -> None:
        """Let another model answer in the chat shown from now on."""
        if self._chat_id is None:
            self._new_chat_ref = model_ref
            self.model_changed.emit(model_ref)
        else:
            self._tasks.spawn(self._choose_model(self._chat_id, model_ref))

    async def _choose_model(self, chat_id: ChatId, model_ref: ModelRef) -> None:
        try:
            await self._chats.choose_model(chat_id, model_ref)
        except ChatError as error:
            self.failed.emit(error)

    async def _follow(
        self, turn: AsyncGenerator[Any, None], text: str, origin: ChatId | None
    ) -> None:
        has_begun = False
        try:
            async with contextlib.aclosing(turn) as events:
                async for event in events:
                    if isinstance(event, TurnStarted):
                        has_begun = True
                        self._begin(event, text, origin)
        except ChatError as error:
            self.failed.emit(error)
        finally:
            if not has_begun:
                self._starting.pop(origin, None)
                self.streaming_changed.emit(self.is_streaming)

    def _begin(self, event: TurnStarted, text: str, origin: ChatId | None) -> None:
        """What was sent from here, in the chat `origin`, is stored."""
        self._starting.pop(origin, None)
        if text:
            self._drafts.sent(origin, text)
        if origin is None and self._chat_id is None:
            # What stands in the composer stays there: it may be the next message already.
            self._show(event.chat.id, event.chat.title)
            self.model_changed.emit(event.chat.model_ref)
        if text:
            self.message_accepted.emit(text)

    # What services tell

    def _on_turn_started(self, event: TurnStarted) -> None:
        if event.chat.id == self._chat_id:
            self._append(event)
            self.streaming_changed.emit(True)

    def _append(self, event: TurnStarted) -> None:
        first = event.user_message or event.reply
        # A retry takes the place of the reply that it repeats, an edited message that of the old.
        row = -1 if first.parent_id is None else self._transcript.find_row(first.parent_id)
        if row is None:
            self._transcript.set_chat(self._chat_id, self._stored.pages)
            return
        if self._transcript.row_of(first.id) is None:
            self._transcript.truncate(row + 1)
        if event.user_message is not None:
            self._transcript.append(event.user_message)
        self._transcript.append(event.reply)

    def _on_reply_grew(self, event: ReplyGrew) -> None:
        if event.chat_id == self._chat_id:
            self._transcript.append_delta(event.message_id, event.text, event.reasoning)

    def _on_reply_ended(self, event: ReplyEnded) -> None:
        reply = event.reply
        if reply.chat_id != self._chat_id:
            return
        row = self._transcript.row_of(reply.id)
        if event.is_discarded and row is not None:
            self._transcript.truncate(row)
            self._show_end(reply.chat_id)
        else:
            self._transcript.replace(reply)
        self.streaming_changed.emit(self.is_streaming)
        self._tell_usage(reply)

    def _show_end(self, chat_id: ChatId) -> None:
        """Show again what a reply stood in place of that was taken away."""
        length, rows = self._stored.pages.length(chat_id), self._transcript.rowCount()
        if length == rows + 1:
            self._transcript.append(self._stored.pages.tail(chat_id, 1)[0])
        elif length != rows:
            self._transcript.set_chat(chat_id, self._stored.pages)

    def _on_version_shown(self, event: VersionShown) -> None:
        if event.chat_id == self._chat_id:
            self._transcript.set_chat(event.chat_id, self._stored.pages)
            self.version_shown.emit(event.message.depth)
            self._tell_usage()

    def _on_path_changed(self, event: PathChanged) -> None:
        self._stored.pages.forget(event.chat_id)
        if event.chat_id == self._chat_id:
            self._read_path()
            self._tell_usage()

    def _on_chat_changed(self, event: ChatChanged) -> None:
        chat: Chat = event.chat
        if chat.id == self._chat_id:
            self.title_changed.emit(chat.title)
            self.model_changed.emit(chat.model_ref)

    def _on_chat_trashed(self, event: ChatTrashed) -> None:
        # Nobody could see that reply any more, or stop it.
        self._service.stop(event.chat_id)
        if event.chat_id == self._chat_id:
            self.new_chat()

    def _tell_usage(self, reply: Message | None = None) -> None:
        rows = self._transcript.rowCount()
        last = reply or (self._transcript.message_at(rows - 1) if rows else None)
        if last is None or last.prompt_tokens is None:
            self.usage_changed.emit(-1)
        else:
            self.usage_changed.emit(last.prompt_tokens + (last.completion_tokens or 0))
