"""What can be done when the chats cannot be opened: a backup, what is readable, or none."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QListWidget,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop_chat.ui.dialogs.backups_dialog import date_words
from desktop_chat.ui.sizes import TEXT_INTERFACE, TEXT_TITLE
from desktop_chat.ui.widgets.label import Label

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterable, Sequence

    from desktop_chat.domain.backup import Backup
    from desktop_chat.services.safekeeping.backups import ListedBackup
    from desktop_chat.storage.salvage.salvage import Salvaged
    from desktop_chat.ui.theme import Theme

TITLE = "Desktop Chat"
WIDTH = 620
MARGIN = 20
ROWS = 4
ROW = 32
LIST_EDGES = 12


class Choice(StrEnum):
    """What the user wants."""

    QUIT = "quit"
    RESTORE = "restore"
    SALVAGE = "salvage"
    EMPTY = "empty"
    KEEP = "keep"
    BACK = "back"


class RecoveryDialog(QDialog):
    """Asks again and again, until one way worked or the user quits; Esc quits.

    Args:
        text: What is wrong, in one sentence.
        offered: Which ways there are beside the backups.
        parent: The window.

    Signals:
        progressed(done: int, total: int): told by the thread that reads; shown by the bar.
    """

    progressed = Signal(int, int)

    def __init__(self, text: str, offered: Iterable[Choice], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._listed: Sequence[ListedBackup] = ()
        self._offered = set(offered)
        self._future: asyncio.Future[Choice] | None = None
        self._is_finished = False
        self._theme: Theme | None = None
        self._title = Label(self.tr("Your chats cannot be opened"), px=TEXT_TITLE, is_strong=True)
        self._text = Label(text, px=TEXT_INTERFACE)
        self._hint = Label(px=TEXT_INTERFACE, ink="muted")
        self._list = QListWidget()
        self._bar = QProgressBar()
        self._note = Label(px=TEXT_INTERFACE, ink="muted")
        labels = {
            Choice.QUIT: self.tr("Quit"),
            Choice.BACK: self.tr("Back"),
            Choice.EMPTY: self.tr("Start with no chats"),
            Choice.SALVAGE: self.tr("Recover"),
            Choice.RESTORE: self.tr("Restore"),
            Choice.KEEP: self.tr("Use these chats"),
        }
        self._buttons = {choice: QPushButton(label) for choice, label in labels.items()}
        self._build_ui()
        self._connect()
        self._show_choices()

    def _build_ui(self) -> None:
        self.setObjectName("recoveryDialog")
        self.setWindowTitle(TITLE)
        self.setAccessibleName(self._text.text())
        self._list.setObjectName("backupChoice")
        self._list.setAccessibleName(self.tr("Backups"))
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._bar.setTextVisible(False)
        self._bar.setObjectName("recoveryProgress")
        self._note.setObjectName("recoveryNote")
        row = QHBoxLayout()
        row.setSpacing(8)
        for choice, button in self._buttons.items():
            button.setObjectName(f"{choice}Button")
            row.addWidget(button)
            if choice is Choice.BACK:
                row.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(MARGIN, MARGIN, MARGIN, 16)
        layout.setSpacing(12)
        for label in (self._title, self._text, self._hint, self._note):
            label.setWordWrap(True)
        for part in (self._title, self._text, self._hint, self._list, self._bar, self._note):
            layout.addWidget(part)
        layout.addSpacing(4)
        layout.addLayout(row)

    def _connect(self) -> None:
        for button in self._buttons.values():
            button.clicked.connect(self._on_button_clicked)
        self._list.itemActivated.connect(self._on_list_item_activated)
        self.progressed.connect(self._on_progressed)
        self.finished.connect(self._on_finished)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size."""
        for label in (self._title, self._text, self._hint, self._note):
            label.set_theme(theme)
        self._theme = theme
        self._fit_list()
        self.setFixedWidth(min(theme.px(WIDTH), self.screen().availableGeometry().width()))

    def set_backups(self, listed: Sequence[ListedBackup]) -> None:
        """Offer these backups; the newest one is chosen."""
        self._listed = listed
        self._list.clear()
        self._list.addItems([self._words(one) for one in listed])
        self._list.setCurrentRow(0)
        self._fit_list()
        self._show_choices()

    def _fit_list(self) -> None:
        if self._theme is not None:
            rows = min(max(len(self._listed), 1), ROWS)
            self._list.setFixedHeight(self._theme.px(ROW) * rows + LIST_EDGES)

    def _words(self, listed: ListedBackup) -> str:
        chats = listed.content.chats if listed.content is not None else 0
        count = self.tr("1 chat") if chats == 1 else self.tr("{0} chats").format(_number(chats))
        return f"{date_words(listed.backup.made_at)}  ·  {count}"

    @property
    def backup(self) -> Backup:
        """The chosen backup."""
        return self._listed[max(self._list.currentRow(), 0)].backup

    def choice(self) -> asyncio.Future[Choice]:
        """Return a future of what the user presses next."""
        import asyncio

        self._future = asyncio.get_running_loop().create_future()
        if self._is_finished:
            self._future.set_result(Choice.QUIT)
        return self._future

    def show_failure(self, text: str) -> None:
        """Say why a way did not work, and offer the ways again."""
        self._show_choices()
        self._note.set_ink("error")
        self._set_note(text)

    def show_busy(self, text: str) -> None:
        """Show that something is being done; only Back is offered, where it can be stopped."""
        self._note.set_ink("muted")
        self._set_note(text)
        self._bar.setRange(0, 0)
        self._show({Choice.BACK}, has_list=False, is_busy=True)

    def show_salvaged(self, found: Salvaged) -> None:
        """Show what could be read, and ask whether to use it."""
        self._note.set_ink("text")
        self._set_note(self._count_words(found))
        self._show({Choice.QUIT, Choice.BACK, Choice.KEEP}, has_list=False, is_busy=False)

    def _count_words(self, found: Salvaged) -> str:
        chats, messages, total = (
            _number(count) for count in (found.chats, found.messages, found.of_messages)
        )
        if found.messages < found.of_messages:
            text = self.tr("{0} of {1} messages can be read, in {2} chats.")
            return text.format(messages, total, chats)
        return self.tr("{0} messages can be read, in {1} chats.").format(messages, chats)

    def _show_choices(self) -> None:
        offered = {Choice.QUIT, *self._offered}
        if self._listed:
            offered.add(Choice.RESTORE)
        self._set_note("")
        self._hint.setText(self._hint_words(offered))
        self._show(offered, has_list=bool(self._listed), is_busy=False)

    def _hint_words(self, offered: set[Choice]) -> str:
        words = {
            Choice.RESTORE: self.tr("Restore brings back the backup chosen here."),
            Choice.SALVAGE: self.tr(
                "Recover finds what can still be read of the file. "
                "Whatever you choose, the file is kept among the backups."
            ),
        }
        return " ".join(text for choice, text in words.items() if choice in offered)

    def _show(self, offered: set[Choice], *, has_list: bool, is_busy: bool) -> None:
        for choice, button in self._buttons.items():
            button.setVisible(choice in offered)
            button.setDefault(False)
        self._list.setVisible(has_list)
        self._hint.setVisible(bool(offered & {Choice.RESTORE, Choice.SALVAGE}))
        self._bar.setVisible(is_busy)
        for choice in (Choice.KEEP, Choice.RESTORE, Choice.SALVAGE, Choice.BACK, Choice.QUIT):
            if choice in offered:
                self._buttons[choice].setDefault(True)
                self._buttons[choice].setFocus()
                break
        self.adjustSize()

    def _set_note(self, text: str) -> None:
        self._note.setText(text)
        self._note.setVisible(bool(text))
        self.setAccessibleDescription(text)

    def _answer(self, choice: Choice) -> None:
        if self._future is not None and not self._future.done():
            self._future.set_result(choice)

    @Slot()
    def _on_button_clicked(self) -> None:
        for choice, button in self._buttons.items():
            if button is self.sender():
                self._answer(choice)

    @Slot()
    def _on_list_item_activated(self) -> None:
        self._answer(Choice.RESTORE)

    @Slot(int, int)
    def _on_progressed(self, done: int, total: int) -> None:
        self._bar.setRange(0, max(total, 1))
        self._bar.setValue(done)

    @Slot()
    def _on_finished(self) -> None:
        self._is_finished = True
        self._answer(Choice.QUIT)


def _number(count: int) -> str:
    return QLocale().toString(count)
