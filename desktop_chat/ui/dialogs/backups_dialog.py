"""The backups: what there is, one more now, and one of them back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QDate, QDateTime, QLocale, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from desktop_chat.domain import backup as kinds
from desktop_chat.ui.sizes import TEXT_INTERFACE, TEXT_STATUS
from desktop_chat.ui.widgets.label import Label

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from desktop_chat.domain.backup import Backup
    from desktop_chat.services.safekeeping.backups import ListedBackup
    from desktop_chat.ui.theme import Theme

WIDTH = 600
HEIGHT = 420
MARGIN = 20
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
WHEN, WHY, CHATS, SIZE = range(4)


class BackupsDialog(QDialog):
    """Lists backups, the newest first, and chosen at the start.

    Signals:
        restore_requested(ListedBackup): this one shall take the place of the chats.
        backup_requested(): another one shall be made now.
        folder_requested(): the user wants to see the files.
    """

    restore_requested = Signal(object)
    backup_requested = Signal()
    folder_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._listed: Sequence[ListedBackup] = ()
        self._is_busy = False
        self._intro = Label(px=TEXT_INTERFACE, ink="muted")
        self._note = Label(px=TEXT_STATUS, ink="muted")
        self._list = QTreeWidget()
        self._back_up = QPushButton(self.tr("Back up now"))
        self._folder = QPushButton(self.tr("Show folder"))
        self._restore = QPushButton(self.tr("Restore…"))
        self._close = QPushButton(self.tr("Close"))
        self._build_ui()
        self._build_list()
        self._connect()
        self._show_state()

    def _build_ui(self) -> None:
        self.setObjectName("backupsDialog")
        self.setWindowTitle(self.tr("Backups"))
        self._intro.setText(
            self.tr(
                "A copy of all chats is made each day, and before updates and imports. "
                "Each is checked as soon as it is written."
            )
        )
        self._intro.setWordWrap(True)
        self._note.setWordWrap(True)
        self._note.setObjectName("backupNote")
        self._back_up.setObjectName("backUpButton")
        self._restore.setObjectName("restoreButton")
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self._back_up)
        buttons.addWidget(self._folder)
        buttons.addStretch(1)
        buttons.addWidget(self._close)
        buttons.addWidget(self._restore)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(MARGIN, 16, MARGIN, 16)
        layout.setSpacing(12)
        layout.addWidget(self._intro)
        layout.addWidget(self._list, 1)
        layout.addWidget(self._note)
        layout.addLayout(buttons)

    def _build_list(self) -> None:
        shown = self._list
        shown.setObjectName("backupList")
        shown.setAccessibleName(self.tr("Backups"))
        shown.setColumnCount(4)
        shown.setHeaderLabels([self.tr("Made"), self.tr("Why"), self.tr("Chats"), self.tr("Size")])
        shown.setRootIsDecorated(False)
        shown.setUniformRowHeights(True)
        shown.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        shown.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        shown.setTextElideMode(Qt.TextElideMode.ElideRight)
        header = shown.header()
        header.setStretchLastSection(False)
        header.setHighlightSections(False)
        header.setSectionsMovable(False)
        header.setSectionsClickable(False)
        for column in (WHEN, CHATS, SIZE):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(WHY, QHeaderView.ResizeMode.Stretch)
        for column in (CHATS, SIZE):
            shown.headerItem().setTextAlignment(column, RIGHT)

    def _connect(self) -> None:
        self._list.currentItemChanged.connect(self._on_list_current_changed)
        # Enter presses the default button, which is the same one.
        self._list.itemDoubleClicked.connect(self._on_restore_clicked)
        self._restore.clicked.connect(self._on_restore_clicked)
        self._back_up.clicked.connect(self.backup_requested)
        self._folder.clicked.connect(self.folder_requested)
        self._close.clicked.connect(self.reject)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size."""
        for label in (self._intro, self._note):
            label.set_theme(theme)
        room = self.screen().availableGeometry()
        width = min(theme.px(WIDTH), room.width() - 2 * MARGIN)
        self.resize(width, min(theme.px(HEIGHT), room.height() - 4 * MARGIN))

    def set_backups(self, listed: Sequence[ListedBackup]) -> None:
        """Show what there is; the newest one is chosen, or the one that was if it is there."""
        chosen = self._chosen()
        self._listed = listed
        self._list.clear()
        items = [_item(one) for one in listed]
        self._list.addTopLevelItems(items)
        paths = [one.backup.path for one in listed]
        place = paths.index(chosen.backup.path) if chosen and chosen.backup.path in paths else 0
        if items:
            self._list.setCurrentItem(items[place])
            self._list.setFocus()
        elif not self._note.text():
            self.set_note(self.tr("There is no backup yet."))
        self._show_state()

    def set_note(self, text: str, *, is_error: bool = False) -> None:
        """Show a sentence under the list."""
        self._note.set_ink("error" if is_error else "muted")
        self._note.setText(text)
        self._list.setAccessibleDescription(text)

    def set_busy(self, text: str) -> None:
        """Say what is being done; nothing else can be asked for meanwhile."""
        self._is_busy = True
        self.set_note(text)
        self._show_state()

    def set_done(self, text: str = "", *, is_error: bool = False) -> None:
        """Say how it ended."""
        self._is_busy = False
        self.set_note(text, is_error=is_error)
        self._show_state()

    def _chosen(self) -> ListedBackup | None:
        item = self._list.currentItem()
        row = -1 if item is None else self._list.indexOfTopLevelItem(item)
        return self._listed[row] if 0 <= row < len(self._listed) else None

    def _show_state(self) -> None:
        chosen = self._chosen()
        can_restore = chosen is not None and _is_usable(chosen)
        self._restore.setEnabled(can_restore and not self._is_busy)
        self._back_up.setEnabled(not self._is_busy)
        self._list.setEnabled(not self._is_busy)
        if can_restore:
            self._restore.setDefault(True)

    @Slot()
    def _on_list_current_changed(self) -> None:
        self._show_state()

    @Slot()
    def _on_restore_clicked(self) -> None:
        chosen = self._chosen()
        if chosen is not None and self._restore.isEnabled():
            self.restore_requested.emit(chosen)


def date_words(moment: datetime) -> str:
    """Return when a backup was made, as people say it."""
    made = QDateTime.fromSecsSinceEpoch(int(moment.timestamp()))
    locale = QLocale()
    time = locale.toString(made.time(), QLocale.FormatType.ShortFormat)
    days = made.date().daysTo(QDate.currentDate())
    if days == 0:
        return _tr("Today, {0}").format(time)
    if days == 1:
        return _tr("Yesterday, {0}").format(time)
    return f"{locale.toString(made.date(), 'd MMMM yyyy')}, {time}"


def _is_usable(listed: ListedBackup) -> bool:
    return listed.content is not None and listed.backup.kind != kinds.DAMAGED


def _item(listed: ListedBackup) -> QTreeWidgetItem:
    locale = QLocale()
    content = listed.content
    chats = locale.toString(content.chats) if content is not None else "–"
    item = QTreeWidgetItem(
        [
            date_words(listed.backup.made_at),
            _reason(listed.backup, is_readable=content is not None),
            chats,
            locale.formattedDataSize(
                listed.backup.size, 1, QLocale.DataSizeFormat.DataSizeSIFormat
            ),
        ]
    )
    for column in (CHATS, SIZE):
        item.setTextAlignment(column, RIGHT)
    return item


def _reason(backup: Backup, *, is_readable: bool) -> str:
    if not is_readable or backup.kind == kinds.DAMAGED:
        return _tr("Damaged, set aside")
    if backup.kind.startswith(kinds.BEFORE_UPDATE):
        return _tr("Before an update")
    reasons = {
        kinds.DAILY: _tr("Daily"),
        kinds.MANUAL: _tr("Made by you"),
        kinds.BEFORE_IMPORT: _tr("Before an import"),
        kinds.REPLACED: _tr("Replaced by a backup"),
    }
    return reasons.get(backup.kind, backup.path.name)


def _tr(text: str) -> str:
    return QCoreApplication.translate("backups", text)
