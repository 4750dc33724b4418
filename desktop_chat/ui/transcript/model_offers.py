"""The three ways to a model where there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale, Signal, Slot
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from desktop_chat.ui.icons import pixmap
from desktop_chat.ui.sizes import BUTTON, RADIUS, TEXT_INTERFACE, TEXT_STATUS
from desktop_chat.ui.widgets.button import Button, ButtonLook
from desktop_chat.ui.widgets.card import Card
from desktop_chat.ui.widgets.label import Label

if not TYPE_CHECKING:
    from desktop_chat.overriding import override

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent
    from typing_extensions import override

    from desktop_chat.ui.theme import Theme

MEGABYTE = 1_000_000
SIGN = 20
GAP = 12


class ModelOffers(QWidget):
    """Start LM Studio, choose a file, or get the starter model.

    Signals:
        start_lm_studio_requested()
        settings_requested(): LM Studio runs, and what is set for it is wrong.
        choose_file_requested()
        starter_model_requested()
        cancel_requested()
    """

    start_lm_studio_requested = Signal()
    settings_requested = Signal()
    choose_file_requested = Signal()
    starter_model_requested = Signal()
    cancel_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._build_offers()
        self._progress = QProgressBar()
        self._progress.setObjectName("starterProgress")
        self._progress.setAccessibleName(self.tr("Starter model"))
        self._progress.setTextVisible(False)
        self._amount = Label(px=TEXT_STATUS, ink="muted")
        self._cancel = Button(ButtonLook.PLAIN, text=self.tr("Cancel"), height=28)
        self._error = Label(px=TEXT_STATUS, ink="error")
        self._error.setWordWrap(True)
        self._build_ui()
        self._connect()
        self.set_theme(theme)

    def _build_offers(self) -> None:
        self._starter = _Offer(
            "download",
            self.tr("Get the starter model"),
            self.tr("SmolLM2 135M, 98 MB, Apache-2.0. Its checksum is verified."),
            self.tr("Get it"),
            look=ButtonLook.PRIMARY,
        )
        self._studio = _Offer("server", *self._start_words())
        self._is_troubled = False
        self._file = _Offer(
            "file-up",
            self.tr("Choose a GGUF file"),
            self.tr("Or drop one anywhere here."),
            self.tr("Choose…"),
        )

    def _start_words(self) -> tuple[str, str, str]:
        words = self.tr("Its models appear here as soon as its server runs.")
        return self.tr("Start LM Studio"), words, self.tr("Start")

    def set_trouble(self, text: str) -> None:
        """Say why LM Studio is of no use though it runs; "" offers to start it."""
        self._is_troubled = bool(text)
        if text:
            self._studio.set_words(self.tr("Use LM Studio"), text, self.tr("Settings"))
        else:
            self._studio.set_words(*self._start_words())

    def _build_ui(self) -> None:
        line = QHBoxLayout()
        line.addWidget(self._progress, 1)
        line.addWidget(self._amount)
        line.addWidget(self._cancel)
        self._line = QWidget()
        self._line.setLayout(line)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(GAP)
        self._line.hide()
        self._error.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        for part in (self._starter, self._studio, self._file, self._line, self._error):
            layout.addWidget(part)

    def _connect(self) -> None:
        self._starter.pressed.connect(self.starter_model_requested)
        self._studio.pressed.connect(self._on_studio_pressed)
        self._file.pressed.connect(self.choose_file_requested)
        self._cancel.clicked.connect(self.cancel_requested)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size."""
        self._line.setFixedHeight(theme.px(BUTTON))
        for offer in (self._starter, self._studio, self._file):
            offer.set_theme(theme)
        for label in (self._amount, self._error):
            label.set_theme(theme)
        self._cancel.set_theme(theme)

    def set_progress(self, done: int, total: int) -> None:
        """Show how far the starter model is; a total of 0 means that nothing is fetched."""
        self._line.setVisible(total > 0)
        self._starter.set_enabled(total <= 0)
        if total > 0:
            self.set_error("")
            # Bytes of a large file would not fit the bar's 32-bit range.
            self._progress.setRange(0, max(total // 1000, 1))
            self._progress.setValue(done // 1000)
            locale = QLocale()
            words = self.tr("{0} of {1} MB")
            amounts = [locale.toString(round(size / MEGABYTE)) for size in (done, total)]
            self._amount.setText(words.format(*amounts))

    def set_error(self, text: str) -> None:
        """Say what went wrong; "" takes it away."""
        if text:
            self.set_progress(0, 0)
        self._error.setText(text)
        self._error.setVisible(bool(text))

    @Slot()
    def _on_studio_pressed(self) -> None:
        if self._is_troubled:
            self.settings_requested.emit()
        else:
            self.start_lm_studio_requested.emit()


class _Offer(Card):
    """One way: a sign, what it is, what to know, and the button.

    Signals:
        pressed()
    """

    pressed = Signal()

    def __init__(
        self,
        icon_name: str,
        title: str,
        words: str,
        action: str,
        *,
        look: ButtonLook = ButtonLook.PLAIN,
    ) -> None:
        super().__init__(RADIUS + 2)
        self._icon_name = icon_name
        self._title = Label(title, px=TEXT_INTERFACE, is_strong=True)
        self._words = Label(words, px=TEXT_STATUS, ink="muted")
        self._words.setWordWrap(True)
        self._button = Button(look, text=action)
        self.set_words(title, words, action)
        self._button.clicked.connect(self.pressed)
        texts = QVBoxLayout()
        texts.setSpacing(2)
        texts.addWidget(self._title)
        texts.addWidget(self._words)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16 + SIGN + GAP, 12, 14, 12)
        layout.setSpacing(GAP)
        layout.addLayout(texts, 1)
        layout.addWidget(self._button)

    @override
    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        for label in (self._title, self._words):
            label.set_theme(theme)
        self._button.set_theme(theme)

    def set_words(self, title: str, words: str, action: str) -> None:
        self._title.setText(title)
        self._words.setText(words)
        self._button.setText(action)
        self._button.setAccessibleName(title)
        self._button.setAccessibleDescription(words)

    def set_enabled(self, is_enabled: bool) -> None:
        self._button.setEnabled(is_enabled)

    # Qt overrides

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._theme is not None:
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            sign = pixmap(self._icon_name, self._theme.muted, SIGN, self.devicePixelRatioF())
            painter.drawPixmap(16, (self.height() - SIGN) // 2, sign)
