"""What stands in the place of the transcript while there is nothing to read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from desktop_chat.ui.sizes import TEXT_INTERFACE, TEXT_TITLE
from desktop_chat.ui.transcript.model_offers import ModelOffers
from desktop_chat.ui.widgets.label import Label

if not TYPE_CHECKING:
    from desktop_chat.overriding import override

if TYPE_CHECKING:
    from PySide6.QtGui import QDragEnterEvent, QDropEvent
    from typing_extensions import override

    from desktop_chat.ui.theme import Theme

WelcomeKind = Literal["ready", "no_model", "checking"]
WIDEST = 480
MODEL_SUFFIX = ".gguf"


class Welcome(QScrollArea):
    """The empty chat, or with no model anywhere the three ways to one.

    A GGUF file can be dropped on it.

    Signals:
        start_lm_studio_requested()
        settings_requested(): LM Studio runs, and what is set for it is wrong.
        choose_file_requested()
        file_dropped(path: str)
        starter_model_requested()
        cancel_requested(): the user wants the starter model no more.
    """

    start_lm_studio_requested = Signal()
    settings_requested = Signal()
    choose_file_requested = Signal()
    file_dropped = Signal(str)
    starter_model_requested = Signal()
    cancel_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._kind: WelcomeKind = "checking"
        self._title = Label(px=TEXT_TITLE, is_strong=True)
        self._words = Label(px=TEXT_INTERFACE, ink="muted")
        self._offers: ModelOffers | None = None
        self._build_ui()
        self.set_theme(theme)
        self.set_state("checking")

    def _build_ui(self) -> None:
        self.setObjectName("welcome")
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._column = QVBoxLayout()
        self._column.setSpacing(8)
        for label in (self._title, self._words):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            label.setWordWrap(True)
            self._column.addWidget(label)
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.setContentsMargins(20, 20, 20, 20)
        layout.addStretch(2)
        layout.addLayout(self._column)
        layout.addStretch(3)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setWidget(page)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size."""
        self._theme = theme
        self._title.set_theme(theme)
        self._words.set_theme(theme)
        if self._offers is not None:
            self._offers.set_theme(theme)
            self._offers.setMaximumWidth(theme.px(WIDEST))

    def set_state(self, kind: WelcomeKind, words: str = "") -> None:
        """Show the empty chat, the search for a model, or the offers.

        Args:
            kind: Which of them.
            words: The model that answers; with the offers why LM Studio is of no use, if it runs.
        """
        self._kind = kind
        match kind:
            case "ready":
                self._title.setText(self.tr("Ask anything"))
                keys = self.tr("Enter sends, Shift+Enter starts a new line.")
                answers = self.tr("{0} answers.").format(words) if words else ""
                self._words.setText(f"{answers} {keys}".strip())
            case "checking":
                self._title.setText(self.tr("Ask anything"))
                self._words.setText(self.tr("Looking for a model…"))
            case "no_model":
                self._title.setText(self.tr("There is no model yet"))
                self._words.setText(self.tr("A model writes the replies. Three ways to get one:"))
        if kind == "no_model":
            self._the_offers().set_trouble(words)
            self._the_offers().show()
        elif self._offers is not None:
            self._offers.hide()

    def set_progress(self, done: int, total: int) -> None:
        """Show how far the starter model is; a total of 0 means that nothing is fetched."""
        self._the_offers().set_progress(done, total)

    def set_error(self, text: str) -> None:
        """Say under the offers what went wrong; the offers can be tried again."""
        self._the_offers().set_error(text)

    def _the_offers(self) -> ModelOffers:
        # Made when first needed: most starts find a model and never show them.
        if self._offers is None:
            offers = ModelOffers(self._theme)
            offers.setMaximumWidth(self._theme.px(WIDEST))
            offers.start_lm_studio_requested.connect(self.start_lm_studio_requested)
            offers.settings_requested.connect(self.settings_requested)
            offers.choose_file_requested.connect(self.choose_file_requested)
            offers.starter_model_requested.connect(self.starter_model_requested)
            offers.cancel_requested.connect(self.cancel_requested)
            self._column.addSpacing(8)
            # Centred by stretches: an alignment would cut labels that wrap.
            line = QHBoxLayout()
            line.addStretch(1)
            line.addWidget(offers, 1000)
            line.addStretch(1)
            self._column.addLayout(line)
            # Not before it has its place: it would come up as a window of its own.
            offers.setVisible(self._kind == "no_model")
            self._offers = offers
        return self._offers

    # Qt overrides

    @override
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _model_file(event.mimeData()):
            event.acceptProposedAction()

    @override
    def dropEvent(self, event: QDropEvent) -> None:
        path = _model_file(event.mimeData())
        if path:
            event.acceptProposedAction()
            self.file_dropped.emit(path)


def _model_file(dropped: QMimeData) -> str:
    """Return the path of the dropped model file, "" if it is something else."""
    for url in dropped.urls():
        path = url.toLocalFile()
        if path and Path(path).suffix.lower() == MODEL_SUFFIX:
            return path
    return ""
