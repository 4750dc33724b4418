"""The pane that paints a transcript model and keeps its scroll position."""

from __future__ import annotations

from math import inf
from time import perf_counter
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QAbstractScrollArea, QFrame

from desktop_chat.domain.message import Sender
from desktop_chat.ui.item_models.transcript import TranscriptRole
from desktop_chat.ui.theme import load_theme
from desktop_chat.ui.transcript.end_button import EndButton
from desktop_chat.ui.transcript.gliding import Glide
from desktop_chat.ui.transcript.layouts.hits import BODY, REASONING
from desktop_chat.ui.transcript.layouts.image_store import ImageStore
from desktop_chat.ui.transcript.layouts.look import Look
from desktop_chat.ui.transcript.layouts.workshop import Workshop
from desktop_chat.ui.transcript.painter import FOCUS_MARGIN, Marks, paint_rows
from desktop_chat.ui.transcript.places import Places
from desktop_chat.ui.transcript.scrolling import AT_END
from desktop_chat.ui.transcript.stage import Stage

if not TYPE_CHECKING:
    from desktop_chat.overriding import override

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtGui import QPaintEvent, QResizeEvent, QWheelEvent
    from PySide6.QtWidgets import QWidget
    from typing_extensions import override

    from desktop_chat.domain.message import Message
    from desktop_chat.ui.item_models.transcript import TranscriptModel
    from desktop_chat.ui.theme import Theme

SLICE_PAUSE_MS = 1
# A frame has 16.7 ms, and painting takes some of them.
SCROLL_MS = 1.0


class TranscriptPane(QAbstractScrollArea):
    """Paints what its window shows of a `TranscriptModel`, and nothing else.

    Signals:
        message_began(int): row of a message that was appended.
        message_changed(int): row of a message whose state, not only its text, changed.
        rows_dropped(int): the rows from this one on are gone, or hold other messages.
    """

    message_began = Signal(int)
    message_changed = Signal(int)
    rows_dropped = Signal(int)

    def __init__(self, parent: QWidget | None = None, theme: Theme | None = None) -> None:
        super().__init__(parent)
        self._model: TranscriptModel | None = None
        self._theme = theme or load_theme("light")
        self.workshop = Workshop(self)
        self.images = ImageStore(self)
        self.stage = Stage(Look(self._theme, self.workshop, self.images))
        self._is_syncing = False
        self._has_news = False
        self._is_warm = False
        self._places = Places()
        self._end_button = EndButton(self, self._theme)
        self.glide = Glide(self)
        self._slices = QTimer(self)
        self._slices.setSingleShot(True)
        self._slices.setInterval(SLICE_PAUSE_MS)
        self._slices.timeout.connect(self._on_slices_timeout)
        self.workshop.ready.connect(self._on_workshop_ready)
        self.images.ready.connect(self._on_workshop_ready)
        self.glide.moved.connect(self.scroll_by)
        self._end_button.clicked.connect(self.scroll_to_end)
        self._ahead = QTimer(self)
        self._ahead.setSingleShot(True)
        self._ahead.setInterval(0)
        self._ahead.timeout.connect(self._on_ahead_timeout)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.verticalScrollBar().valueChanged.connect(self._on_bar_value_changed)

    # What is shown

    def set_model(self, model: TranscriptModel | None) -> None:
        """Show the messages of a model."""
        if self._model is not None:
            self._disconnect(self._model)
        self._model = model
        if model is not None:
            model.modelAboutToBeReset.connect(self._on_model_about_to_be_reset)
            model.modelReset.connect(self._on_model_reset)
            model.rowsInserted.connect(self._on_model_rows_inserted)
            model.rowsRemoved.connect(self._on_model_rows_removed)
            model.dataChanged.connect(self._on_model_data_changed)
            model.delta_appended.connect(self._on_model_delta_appended)
        self.stage.layout.set_model(model)
        self._on_model_reset()

    def _disconnect(self, model: TranscriptModel) -> None:
        model.modelAboutToBeReset.disconnect(self._on_model_about_to_be_reset)
        model.modelReset.disconnect(self._on_model_reset)
        model.rowsInserted.disconnect(self._on_model_rows_inserted)
        model.rowsRemoved.disconnect(self._on_model_rows_removed)
        model.dataChanged.disconnect(self._on_model_data_changed)
        model.delta_appended.disconnect(self._on_model_delta_appended)

    def model(self) -> TranscriptModel | None:
        """Return the model whose messages are shown."""
        return self._model

    def set_theme(self, theme: Theme) -> None:
        """Paint in the colours and sizes of a theme."""
        self._theme = theme
        self._end_button.set_theme(theme)
        self._restyle()

    def set_text_size(self, percent: int) -> None:
        """Set the text size in per cent of the sizes in design.md."""
        self.set_theme(self._theme.sized(percent))

    def set_message_actions(
        self, message_action: Callable[[Message], tuple[str, str] | None] | None
    ) -> None:
        """Set the look-up that names action and label of the button under a reply."""
        self.stage.layout.set_message_actions(message_action)
        self._restyle()

    # Scrolling

    @Slot()
    def scroll_to_end(self) -> None:
        """Show the end of the conversation, and follow it."""
        self.glide.stop()
        self.stage.position.to_end()
        self.settle()

    def scroll_to(self, top: int) -> None:
        """Move the window's top to this height of the text."""
        self.workshop.postpone()
        before = self._places_on_screen()
        self.stage.position.move_to(top, self.stage.window)
        self._settle_scrolled(before)

    @Slot(int)
    def scroll_by(self, pixels: int) -> None:
        """Move the window down, or up for a negative number."""
        self.scroll_to(self.stage.position.top + pixels)

    def show_row(self, row: int) -> None:
        """Bring a message into view, its start if it is higher than the window."""
        layout, now = self.stage.layout, self.stage.position.top
        layout.message(row)
        layout.remeasure(row)
        top, height = layout.row_top(row), layout.row_height(row)
        if top < now or height > self.stage.window:
            self.scroll_to(top)
        elif top + height > now + self.stage.window:
            self.scroll_to(top + height - self.stage.window)

    def settle(self) -> None:
        """Lay out what the window shows, set the scroll bar, paint."""
        self._settle_quietly()
        self.viewport().update()

    def _settle_quietly(self, budget_ms: float = inf) -> None:
        self.stage.settle(budget_ms)
        self._sync_bar()
        if self.stage.layout.unfinished():
            self._slices.start()
        self._show_end_button()

    def _places_on_screen(self) -> dict[int, int]:
        """Return where the first and the last visible row stand in the window."""
        rows = self.stage.visible_rows()
        top, layout = self.stage.position.top, self.stage.layout
        return {row: layout.row_top(row) - top for row in {*rows[:1], *rows[-1:]}}

    def _settle_scrolled(self, before: dict[int, int]) -> None:
        """Settle after a scroll; what is painted already is moved if all of it moved alike.

        After a jump the lower part of the window may come with the next frame.
        """
        self._settle_quietly(SCROLL_MS)
        top, layout = self.stage.position.top, self.stage.layout
        moves = {layout.row_top(row) - top - y for row, y in before.items()}
        if len(moves) == 1 and not layout.is_behind:
            self._shift(-moves.pop())
        else:
            self.viewport().update()

    def _show_end_button(self) -> None:
        position = self.stage.position
        below = self.stage.layout.height - self.stage.window - position.top
        if position.follows_end or below <= AT_END:
            self._has_news = False
        is_away = self._has_news or below > self.stage.window
        self._end_button.show_state(is_away=is_away, has_news=self._has_news)

    def _sync_bar(self) -> None:
        self._is_syncing = True
        bar, stage = self.verticalScrollBar(), self.stage
        bar.setPageStep(stage.window)
        bar.setSingleStep(stage.layout.look.line)
        bar.setRange(0, max(0, stage.layout.height - stage.window))
        bar.setValue(stage.position.top)
        self._is_syncing = False

    @Slot(int)
    def _on_bar_value_changed(self, value: int) -> None:
        if not self._is_syncing:
            self.glide.stop()
            self.scroll_to(value)

    def _restyle(self) -> None:
        self.stage.restyle(Look(self._theme, self.workshop, self.images))
        self.settle()

    @Slot()
    def _on_slices_timeout(self) -> None:
        """Parse on in a long text, a slice at a time."""
        layout = self.stage.layout
        for row in layout.unfinished()[-1:]:
            message = layout.message(row)
            message.feed_rest()
            for part in (REASONING, BODY):
                column = message.column(part)
                changes = column.take_changes() if column is not None else []
                if changes:
                    self.stage.move_blocks(row, part, changes)
            layout.remeasure(row)
        self.settle()

    @Slot()
    def _on_ahead_timeout(self) -> None:
        """Lay out what the reader may scroll to next, a row at a time."""
        layout = self.stage.layout
        if layout.is_behind:
            self.settle()
            return
        layout.trim()
        if self.stage.prepare():
            self.stage.settle()
            self._sync_bar()
            self._ahead.start()

    @Slot()
    def _on_workshop_ready(self) -> None:
        renewed = self.stage.layout.renew_waiting()
        if any(row in self.stage.visible_rows() for row in renewed):
            self.settle()
        elif renewed:
            self._settle_quietly()

    # Model

    @Slot()
    def _on_model_about_to_be_reset(self) -> None:
        if self._model is not None:
            self._places.keep(self._model, self.stage.position.place())

    @Slot()
    def _on_model_reset(self) -> None:
        self.glide.stop()
        self._has_news = False
        self.stage.layout.reset()
        self.stage.selection.clear()
        self.rows_dropped.emit(0)
        self.stage.position.go_to(self._places.find(self._model) if self._model else None)
        self.settle()

    @Slot(QModelIndex, int, int)
    def _on_model_rows_inserted(self, parent: QModelIndex, first: int, last: int) -> None:
        assert self._model is not None
        for row in range(first, last + 1):
            self.stage.layout.append_row()
            # Whoever sends wants to see it.
            if self._model.message_at(row).sender is Sender.USER:
                self.stage.position.to_end()
        self._note_news()
        self.settle()
        self._warm_up()
        for row in range(first, last + 1):
            self.message_began.emit(row)

    def _warm_up(self) -> None:
        """Have what reads replies imported while the first one is waited for."""
        if self._is_warm:
            return
        self._is_warm = True
        from desktop_chat.services.background import Worker
        from desktop_chat.ui.transcript.text.markdown_inline import warm_up

        worker = Worker("warm-up", is_daemon=True)
        worker.submit(warm_up)
        worker.close()

    @Slot(QModelIndex, int, int)
    def _on_model_rows_removed(self, parent: QModelIndex, first: int, last: int) -> None:
        self.stage.layout.truncate(first)
        self.stage.selection.clear()
        self.rows_dropped.emit(first)
        self.settle()

    @Slot(QModelIndex, QModelIndex, list)
    def _on_model_data_changed(
        self, first: QModelIndex, last: QModelIndex, roles: Sequence[int]
    ) -> None:
        if TranscriptRole.MESSAGE not in roles or self._model is None:
            return  # text that grows comes as deltas
        for row in range(first.row(), last.row() + 1):
            if Qt.ItemDataRole.DisplayRole in roles:
                self.stage.layout.forget(row)
            else:
                self.stage.layout.settle(row, self._model.message_at(row))
            self.stage.layout.remeasure(row)
        self.settle()
        for row in range(first.row(), last.row() + 1):
            self.message_changed.emit(row)

    @Slot(int, str, str)
    def _on_model_delta_appended(self, row: int, text: str, reasoning: str) -> None:
        kept = self.stage.layout.kept(row)
        if kept is None or self._model is None:
            return  # it is made from the whole text once it comes into view
        started = perf_counter()
        changed_from = kept.grow(text, reasoning)
        self._model.deltas.rest((perf_counter() - started) * 1000)
        if kept.has_rest and not self._slices.isActive():
            self.stage.layout.note_rest(row)
            self._slices.start()
        if self.stage.layout.remeasure(row):
            top = self.stage.position.top
            self._note_news()
            self._settle_quietly()
            self._shift(self.stage.position.top - top)
            self._update_rows(row, changed_from, self.viewport().height())
        else:
            bottom = self.stage.row_rect(row).top() + kept.notes_top
            self._update_rows(row, changed_from, bottom)

    def _note_news(self) -> None:
        self._has_news = self._has_news or not self.stage.position.follows_end

    # Painting

    def _shift(self, pixels: int) -> None:
        """Move what is painted already, and paint only what comes into the window."""
        if abs(pixels) >= self.stage.window:
            self.viewport().update()
        elif pixels:
            self.viewport().scroll(0, -pixels)

    def _update_rows(self, row: int, y: int, bottom: int) -> None:
        """Paint again what lies between a height of a row and one of the window."""
        rect = self.stage.row_rect(row)
        rect.adjust(-FOCUS_MARGIN, y, FOCUS_MARGIN, 0)
        rect.setBottom(bottom)
        self.viewport().update(rect & self.viewport().rect())

    def marks(self) -> Marks:
        """Return the rows that are marked."""
        return Marks()

    # Qt overrides

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        stage = self.stage
        paint_rows(painter, stage.layout, stage.marked, stage.origin(), event.rect(), self.marks())
        painter.end()
        # Only now: before the paint it would hold that up.
        self._ahead.start()

    @override
    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """Not what Qt does, which is to paint all: `settle` and `_shift` know better."""

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        self.glide.wheel(event, self.stage.line)
        event.accept()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        self._end_button.place()
        if self.stage.resize(self.viewport().size(), self.width()):
            self.stage.restyle(self.stage.layout.look)
        self.settle()
