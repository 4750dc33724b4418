"""The pages of the dialog, one for each state of an import."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from desktop_chat.ui.dialogs.importing.preview_list import PreviewList
from desktop_chat.ui.dialogs.importing.words import (
    left_out_words,
    note_words,
    progress_words,
    reason_words,
    summary_words,
)
from desktop_chat.ui.fonts import font_of
from desktop_chat.ui.sizes import RADIUS, TEXT_INTERFACE, TEXT_STATUS
from desktop_chat.ui.widgets.card import Card
from desktop_chat.ui.widgets.label import ElidedLabel, Label
from desktop_chat.ui.widgets.spinner import Spinner

if TYPE_CHECKING:
    from collections.abc import Sequence

    from desktop_chat.domain.imported import Preview
    from desktop_chat.ui.theme import Theme

PLACE_HEIGHT = 56
REASONS_HEIGHT = 110
REASONS_PADDING = 26


class SourcePage(QWidget):
    """What can be imported, and from where.

    Args:
        places: Names of programs whose chats are on this computer, with their folders.

    Signals:
        files_requested(): the user wants to choose files.
        folder_requested(): the user wants to choose a folder.
        place_chosen(number: int): one of the places is to be imported.
    """

    files_requested = Signal()
    folder_requested = Signal()
    place_chosen = Signal(int)

    def __init__(self, places: Sequence[tuple[str, str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._intro = Label(px=TEXT_INTERFACE)
        self._note = Label(px=TEXT_STATUS, ink="muted")
        self._error = Label(px=TEXT_INTERFACE, ink="error")
        self._places = [_PlaceCard(name, folder) for name, folder in places]
        self._files = QPushButton(self.tr("Choose files…"))
        self._folder = QPushButton(self.tr("Choose a folder…"))
        self._build_ui()
        self._files.clicked.connect(self.files_requested)
        self._folder.clicked.connect(self.folder_requested)

    def _build_ui(self) -> None:
        self._files.setObjectName("importFilesButton")
        self._folder.setObjectName("importFolderButton")
        self._intro.setText(self.tr("Choose a file, or drop it here or onto the window."))
        self._note.setText(
            self.tr(
                "Exports of Desktop Chat, ChatGPT (zip), Claude and Open WebUI, conversations of "
                "LM Studio, threads of Jan, and Markdown. You see what is in it before anything "
                "comes in."
            )
        )
        for label in (self._intro, self._note, self._error):
            label.setWordWrap(True)
        self._error.setObjectName("importError")
        self._error.hide()
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self._files)
        buttons.addWidget(self._folder)
        buttons.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        for part in (self._error, self._intro, self._note):
            layout.addWidget(part)
        layout.addLayout(buttons)
        for place in self._places:
            place.pressed.connect(self._on_place_pressed)
            layout.addWidget(place)
        layout.addStretch(1)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size."""
        for label in (self._intro, self._note, self._error):
            label.set_theme(theme)
        for place in self._places:
            place.set_theme(theme)

    def set_error(self, text: str) -> None:
        """Say why the last choice cannot be imported; "" takes it away."""
        self._error.setText(text)
        self._error.setVisible(bool(text))
        self.setAccessibleDescription(text)

    @Slot()
    def _on_place_pressed(self) -> None:
        place = self.sender()
        if isinstance(place, _PlaceCard):
            self.place_chosen.emit(self._places.index(place))


class _PlaceCard(Card):
    """Chats of another program on this computer, with a button that imports them.

    Signals:
        pressed()
    """

    pressed = Signal()

    def __init__(self, name: str, folder: str) -> None:
        super().__init__(RADIUS)
        self._title = Label(name, px=TEXT_INTERFACE)
        self._folder = ElidedLabel(folder, px=TEXT_STATUS, ink="muted")
        self._button = QPushButton(self.tr("Preview"))
        self._button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._button.setAccessibleName(self.tr("Preview the chats of {0}").format(name))
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._title)
        words.addWidget(self._folder)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 8, 12, 8)
        layout.addLayout(words)
        layout.addStretch(1)
        layout.addWidget(self._button)
        self._button.clicked.connect(self.pressed)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size."""
        super().set_theme(theme)
        self._title.set_theme(theme)
        self._folder.set_theme(theme)
        self.setMinimumHeight(theme.px(PLACE_HEIGHT))


class BusyPage(QWidget):
    """How far the reading, or the import, is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._spinner = Spinner()
        self._title = Label(px=TEXT_INTERFACE)
        self._count = Label(px=TEXT_STATUS, ink="muted")
        self._bar = QProgressBar()
        self._bar.setObjectName("importProgress")
        self._bar.setTextVisible(False)
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(self._spinner)
        head.addWidget(self._title, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        layout.addStretch(1)
        layout.addLayout(head)
        layout.addWidget(self._bar)
        layout.addWidget(self._count)
        layout.addStretch(2)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size."""
        for part in (self._spinner, self._title, self._count):
            part.set_theme(theme)

    def start(self, title: str, *, has_bar: bool) -> None:
        """Show that something begins, whose length is known or not."""
        self._title.setText(title)
        self._count.setText("")
        self._bar.setVisible(has_bar)
        self._bar.setAccessibleName(title)
        self._bar.setRange(0, 1)
        self._bar.setValue(0)

    def set_count(self, text: str) -> None:
        """Show how much was found."""
        self._count.setText(text)

    def set_progress(self, done: int, total: int) -> None:
        """Show how much came in."""
        self._bar.setRange(0, max(total, 1))
        self._bar.setValue(done)
        self._count.setText(progress_words(done, total))


class PreviewPage(QWidget):
    """What would come in, what is here already, and what is left out."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._summary = Label(px=TEXT_INTERFACE, is_strong=True)
        self._note = Label(px=TEXT_STATUS, ink="muted")
        self._list = PreviewList()
        self._left_out = Label(px=TEXT_STATUS, ink="warning")
        self._reasons = QPlainTextEdit()
        self._highest = REASONS_HEIGHT
        self._build_ui()

    def _build_ui(self) -> None:
        self._summary.setObjectName("importSummary")
        self._note.setObjectName("importNote")
        self._list.setAccessibleName(self.tr("Chats in the file"))
        self._reasons.setObjectName("importReasons")
        self._reasons.setAccessibleName(self.tr("Files that are left out"))
        self._reasons.setReadOnly(True)
        self._reasons.setTabChangesFocus(True)
        self._reasons.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        for label in (self._summary, self._note):
            label.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self._summary)
        layout.addWidget(self._note)
        layout.addWidget(self._list, 1)
        layout.addWidget(self._left_out)
        layout.addWidget(self._reasons)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size."""
        for part in (self._summary, self._note, self._list, self._left_out):
            part.set_theme(theme)
        self._reasons.setFont(font_of(theme.px(TEXT_STATUS)))
        self._highest = theme.px(REASONS_HEIGHT)
        self._fit_reasons()

    def set_preview(self, preview: Preview) -> None:
        """Show what was found."""
        note = note_words(preview)
        self._summary.setText(summary_words(preview))
        self._note.setText(note)
        self._note.setVisible(bool(note))
        self._list.set_rows(preview.rows)
        self._left_out.setText(left_out_words(preview.left_out))
        self._reasons.setPlainText("\n".join(map(reason_words, preview.left_out)))
        for part in (self._left_out, self._reasons):
            part.setVisible(bool(preview.left_out))
        self._fit_reasons()

    def _fit_reasons(self) -> None:
        lines = self._reasons.blockCount()
        height = QFontMetrics(self._reasons.font()).lineSpacing() * lines + REASONS_PADDING
        self._reasons.setFixedHeight(min(height, self._highest))
