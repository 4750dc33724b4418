"""What is known of one message, in a window of its own beside the conversation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QDateTime, QLocale, Qt, Slot
from PySide6.QtGui import QGuiApplication, QIcon
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QGridLayout,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from desktop_chat.domain.message import MessageStatus, Sender
from desktop_chat.ui.param_words import param_label, param_value
from desktop_chat.ui.sizes import TEXT_INTERFACE
from desktop_chat.ui.transcript.notes import error_words, speed_words
from desktop_chat.ui.transcript.thinking import duration_words
from desktop_chat.ui.widgets.dialog_buttons import DialogButtons
from desktop_chat.ui.widgets.label import Label

if TYPE_CHECKING:
    from datetime import datetime

    from desktop_chat.domain.message import Message
    from desktop_chat.ui.theme import Theme

MARGIN = 20
COLUMN_GAP = 24
ROW_GAP = 8
VALUE_WIDTH = 320
# What the buttons and margins of the window take of the screen.
EDGE = 120
# Foreign words: a server may send a reason as long as a book.
LONGEST = 2000

Detail = tuple[str, str]


def _tr(text: str) -> str:
    return QCoreApplication.translate("Transcript", text)


def details_of(message: Message) -> list[Detail]:
    """Return label and words of everything that is known of a message."""
    tokens = [
        (_tr("Tokens of the prompt"), _count(message.prompt_tokens)),
        (_tr("Tokens of the reply"), _count(message.completion_tokens)),
    ]
    times = [
        (_tr("Tokens per second"), speed_words(message)),
        (_tr("Time to first token"), _duration(message.time_to_first_token_ms)),
        (_tr("Thinking"), _duration(message.reasoning_ms)),
        (_tr("Duration"), _duration(message.duration_ms)),
    ]
    details = [
        (_tr("Time"), _time(message.created_at)),
        (_tr("Model"), message.model or ""),
        *tokens,
        *times,
        *_params(message),
        (_tr("Finish reason"), message.finish_reason or ""),
    ]
    if message.sender is Sender.LLM:
        details.append((_tr("Status"), _status(message.status)))
        details.append((_check_label(), _tr("Being checked…") if _has_schema(message) else ""))
        details.append((_tr("Error"), error_words(message)))
    return [(label, words[:LONGEST]) for label, words in details if words]


def details_text(details: list[Detail]) -> str:
    """Return details as lines of text."""
    return "\n".join(f"{label}: {words}" for label, words in details)


def _params(message: Message) -> list[Detail]:
    params = message.params
    if params is None:
        return []
    return [(param_label(name), param_value(name, value)) for name, value in params.chosen.items()]


def _has_schema(message: Message) -> bool:
    params = message.params
    is_whole = message.status is MessageStatus.COMPLETE
    return is_whole and params is not None and params.json_schema is not None


def _check_label() -> str:
    return _tr("Checked")


def _count(count: int | None) -> str:
    return "" if count is None else QLocale().toString(count)


def _duration(duration_ms: int | None) -> str:
    if duration_ms is None:
        return ""
    if duration_ms < 60_000:
        seconds = QLocale().toString(duration_ms / 1000, "f", 1 if duration_ms >= 100 else 3)
        return _tr("{count} s").format(count=seconds)
    return duration_words(duration_ms)


def _time(at: datetime) -> str:
    moment = QDateTime.fromMSecsSinceEpoch(round(at.timestamp() * 1000))
    locale = QLocale()
    day = locale.toString(moment.date(), QLocale.FormatType.LongFormat)
    return f"{day}, {locale.toString(moment.time(), 'HH:mm:ss')}"


def _status(status: MessageStatus) -> str:
    return {
        MessageStatus.COMPLETE: _tr("Complete"),
        MessageStatus.STREAMING: _tr("Being written"),
        MessageStatus.STOPPED: _tr("Stopped by you"),
        MessageStatus.INTERRUPTED: _tr("Interrupted"),
        MessageStatus.FAILED: _tr("Failed"),
    }[status]


class MessageDetails(QDialog):
    """The details of one message; all of it can be selected and copied."""

    def __init__(self, message: Message, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._details = details_of(message)
        self._grid = QGridLayout()
        self._values: dict[str, Label] = {}
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName("messageDetails")
        self.setWindowTitle(_tr("Details"))
        self.setModal(False)
        self._build_ui(theme)

    def set_check(self, words: str) -> None:
        """Say whether the reply is what was asked for; nothing if the window is closed by now."""
        label = _check_label()
        self._details = [(one, words if one == label else text) for one, text in self._details]
        if isValid(self) and label in self._values:
            self._values[label].setText(words)
            self._values[label].setAccessibleDescription(words)

    def _build_ui(self, theme: Theme) -> None:
        self._grid.setHorizontalSpacing(COLUMN_GAP)
        self._grid.setVerticalSpacing(ROW_GAP)
        for row, (label, words) in enumerate(self._details):
            self._add_row(row, label, words, theme)
        buttons = DialogButtons(QDialogButtonBox.StandardButton.Close)
        copy = buttons.addButton(_tr("Copy all"), QDialogButtonBox.ButtonRole.ActionRole)
        copy.clicked.connect(self._on_copy_clicked)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        column.setSpacing(MARGIN)
        column.addWidget(self._scrolled())
        column.addWidget(buttons)
        close = buttons.button(QDialogButtonBox.StandardButton.Close)
        close.setIcon(QIcon())  # the style's own, of another set than ours
        close.setDefault(True)
        close.setFocus()

    def _scrolled(self) -> QScrollArea:
        """Return the rows in an area as high as they are, or as the screen allows."""
        page = QWidget()
        page.setLayout(self._grid)
        self._grid.setContentsMargins(0, 0, 0, 0)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        width = self._grid.minimumSize().width()
        height = self._grid.heightForWidth(width)
        room = self.screen().availableSize().height() * 2 // 3 - EDGE
        bar = area.verticalScrollBar().sizeHint().width() if height > room else 0
        area.setMinimumSize(width + bar, min(height, room))
        area.setWidget(page)
        return area

    def _add_row(self, row: int, label: str, words: str, theme: Theme) -> None:
        name = Label(label, px=TEXT_INTERFACE, ink="muted")
        value = Label(words, px=TEXT_INTERFACE)
        value.setWordWrap(True)
        value.setMinimumWidth(theme.px(VALUE_WIDTH))
        value.setAccessibleName(label)
        value.setAccessibleDescription(words)
        value.setCursor(Qt.CursorShape.IBeamCursor)
        value.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        for widget in (name, value):
            widget.set_theme(theme)
        self._values[label] = value
        top = Qt.AlignmentFlag.AlignTop
        self._grid.addWidget(name, row, 0, top)
        self._grid.addWidget(value, row, 1, top)

    @Slot()
    def _on_copy_clicked(self) -> None:
        QGuiApplication.clipboard().setText(details_text(self._details))
