"""Looks through a chat in short slices, nearest to the reader first."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from desktop_chat.ui.transcript.finding.finding_blocks import Growth, search_message
from desktop_chat.ui.transcript.finding.finding_hits import RowHits
from desktop_chat.ui.transcript.finding.finding_index import FindIndex
from desktop_chat.ui.transcript.layouts.hits import BODY, REASONING

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping, Sequence

    from desktop_chat.domain.message import Message
    from desktop_chat.ui.transcript.finding.finding_text import Query
    from desktop_chat.ui.transcript.pane import TranscriptPane
    from desktop_chat.ui.transcript.text.blocks import Block

SLICE_MS = 3.0
PAUSE_MS = 2
GROWTH_MS = 250
TELL_MS = 100
_RUN = 64


class ChatSearch(QObject):
    """One search through the messages that a pane shows; it goes on as they grow.

    Signals:
        row_searched(int): the hits of this row are known, or others than before.
        advanced(): more is known; some times a second.

    Attributes:
        index: What is known so far.
    """

    row_searched = Signal(int)
    advanced = Signal()

    def __init__(self, pane: TranscriptPane, query: Query, origin: int) -> None:
        super().__init__(pane)
        self.query = query
        self._pane = pane
        self.index = FindIndex(len(pane.stage.layout))
        self._order = _nearest_first(origin, len(self.index))
        self._wanted: list[int] = []
        self._running: tuple[int, Generator[None, None, RowHits]] | None = None
        self._is_complete = False
        self._told = 0.0
        self._growth: tuple[int, RowHits, dict[int, Growth]] | None = None
        self._slices = self._timer(PAUSE_MS, self._on_slices_timeout)
        self._growing = self._timer(GROWTH_MS, self._on_growing_timeout)
        pane.message_began.connect(self._on_pane_message_began)
        pane.message_changed.connect(self._on_pane_message_changed)
        pane.rows_dropped.connect(self._on_pane_rows_dropped)
        pane.verticalScrollBar().valueChanged.connect(self._on_bar_value_changed)
        self._slices.start()
        self._growing.start()

    def _timer(self, pause: int, slot: object) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(pause)
        timer.timeout.connect(slot)
        return timer

    @property
    def is_running(self) -> bool:
        """Whether some rows were not looked through yet."""
        return not self._is_complete

    def want(self, row: int) -> None:
        """Look through this row next."""
        self._wanted.append(row)
        self._slices.start()

    def close(self) -> None:
        """Stop, and forget what was found."""
        self._slices.stop()
        self._growing.stop()
        self._pane.message_began.disconnect(self._on_pane_message_began)
        self._pane.message_changed.disconnect(self._on_pane_message_changed)
        self._pane.rows_dropped.disconnect(self._on_pane_rows_dropped)
        self._pane.verticalScrollBar().valueChanged.disconnect(self._on_bar_value_changed)
        self.deleteLater()

    @Slot()
    def _on_slices_timeout(self) -> None:
        if not self._pane.isVisible():
            return  # the window closes, and nothing can be read any more
        end = perf_counter() + SLICE_MS / 1000
        while perf_counter() < end:
            if not self._step():
                break
        else:
            self._slices.start()
        if not self._running or perf_counter() - self._told > TELL_MS / 1000:
            self._told = perf_counter()
            self.advanced.emit()

    def _step(self) -> bool:
        """Do a little; return whether there is more to do."""
        if self._running is None:
            row = self._next_row()
            if row is None:
                return False
            self._running = (row, self._search(row))
        row, steps = self._running
        try:
            next(steps)
        except StopIteration as end:
            self._running = None
            self.index.put(row, end.value)
            self.row_searched.emit(row)
        return True

    def _search(self, row: int) -> Generator[None, None, RowHits]:
        model = self._pane.model()
        assert model is not None
        message, known = model.message_at(row), self._known(row)
        if model.is_streaming(row):
            return self._search_growth(row, message, known)
        return search_message(message, self.query, known)

    def _search_growth(
        self, row: int, message: Message, known: Mapping[int, Sequence[Block]]
    ) -> Generator[None, None, RowHits]:
        """Look only through what a growing message got since the last time."""
        if self._growth is None or self._growth[0] != row:
            hits = RowHits()
            parts = {part: Growth(part, self.query, hits) for part in (REASONING, BODY)}
            self._growth = (row, hits, parts)
        _row, hits, parts = self._growth
        for part, text in ((REASONING, message.reasoning), (BODY, message.content)):
            blocks = known.get(part)
            steps = parts[part].feed(text) if blocks is None else parts[part].take(blocks)
            for _ranges in steps:
                yield
        return hits

    def _known(self, row: int) -> Mapping[int, Sequence[Block]]:
        """Return the blocks of a row that are there already, by part."""
        layout = self._pane.stage.layout
        kept = layout.kept(row)
        if kept is None or kept.has_rest:
            return {}
        known = {BODY: kept.body.blocks}
        if kept.aside is not None:
            known[REASONING] = kept.aside.blocks
        return known

    def _next_row(self) -> int | None:
        """Return what is to be looked through next: what is wanted, seen, or near."""
        while self._wanted:
            row = self._wanted.pop()
            if row < len(self.index):
                return row
        for row in self._pane.stage.visible_rows():
            if row < len(self.index) and not self.index.is_at_hand(row):
                return row
        near = next((row for row in self._order if not self._is_searched(row)), None)
        self._is_complete = near is None
        return near

    def _is_searched(self, row: int) -> bool:
        return row >= len(self.index) or self.index.is_searched(row)

    # What happens meanwhile

    @Slot()
    def _on_growing_timeout(self) -> None:
        model, last = self._pane.model(), len(self.index) - 1
        if model is not None and 0 <= last < model.rowCount() and model.is_streaming(last):
            self.want(last)
            self._growing.start()

    @Slot(int)
    def _on_pane_message_began(self, row: int) -> None:
        if row == len(self.index):
            self.index.append()
        self.want(row)
        self._growing.start()

    @Slot(int)
    def _on_pane_message_changed(self, row: int) -> None:
        self.want(row)

    @Slot(int)
    def _on_pane_rows_dropped(self, first: int) -> None:
        self.index.truncate(first)
        self._growth = None
        if self._running is not None and self._running[0] >= first:
            self._running = None
        self._slices.start()

    @Slot()
    def _on_bar_value_changed(self) -> None:
        self._slices.start()


def _nearest_first(origin: int, count: int) -> Iterator[int]:
    """Yield all rows: runs of them in turn below and above the reader."""
    below, above = max(0, origin), origin - 1
    while below < count or above >= 0:
        yield from range(below, min(below + _RUN, count))
        yield from range(above, max(above - _RUN, -1), -1)
        below, above = below + _RUN, above - _RUN
