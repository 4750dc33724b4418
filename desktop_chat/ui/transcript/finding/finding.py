"""Find in this chat: the bar, the search, and the hit that the reader stands at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, QTimer, Slot

from desktop_chat.ui.transcript.finding.finding_hits import Found
from desktop_chat.ui.transcript.finding.finding_index import Current
from desktop_chat.ui.transcript.finding.finding_reveal import reveal
from desktop_chat.ui.transcript.finding.finding_search import ChatSearch
from desktop_chat.ui.transcript.layouts.hits import BODY, REASONING
from desktop_chat.ui.transcript.selection import Position

if not TYPE_CHECKING:
    from desktop_chat.overriding import override

if TYPE_CHECKING:
    from typing_extensions import override

    from desktop_chat.ui.theme import Theme
    from desktop_chat.ui.transcript.finding.find_bar import FindBar
    from desktop_chat.ui.transcript.finding.finding_hits import RowHits
    from desktop_chat.ui.transcript.finding.finding_text import Query
    from desktop_chat.ui.transcript.pane import TranscriptPane

_TOP = 10
# How often it is looked whether a message is parsed as far as its hit.
RETRY_MS = 50


class Finder(QObject):
    """Finds text in the chat that a pane shows.

    Attributes:
        bar: Shown while one looks for something; made when it is wanted first.
        search: What goes on or was found, None while nothing is looked for.
    """

    def __init__(self, pane: TranscriptPane, theme: Theme) -> None:
        super().__init__(pane)
        self._pane = pane
        self._theme = theme
        self.bar: FindBar | None = None
        self.search: ChatSearch | None = None
        self._origin = Position(0, 0, 0, 0)
        # Go to the first hit once it is found.
        self._wants_first = False
        # A hit to go to whose row has to be looked through again: row and which of its hits.
        self._wanted: tuple[int, int] | None = None
        # A hit to be shown once its message is parsed that far.
        self._hidden: Current | None = None
        self._retry = QTimer(self)
        self._retry.setSingleShot(True)
        self._retry.setInterval(RETRY_MS)
        self._retry.timeout.connect(self._on_retry_timeout)
        pane.rows_dropped.connect(self._on_pane_rows_dropped)

    @property
    def is_open(self) -> bool:
        """Whether the bar is shown."""
        return self.bar is not None and self.bar.isVisible()

    @Slot()
    def open(self) -> None:
        """Show the bar and take what is typed; a selected word is looked for at once."""
        if not len(self._pane.stage.layout):
            return
        bar = self._made_bar()
        selected = self._selected_words()
        if not bar.isVisible():
            self._origin = self._pane.stage.place_at(QPoint(0, 0))
            self._place_bar()
            bar.show()
            bar.raise_()
            if not selected and bar.field.text():
                self._look_for(bar.query())
        if selected:
            stage = self._pane.stage
            first = stage.selection.ends
            self._origin = first[0] if first else self._origin
            bar.field.setText(selected)
        bar.field.selectAll()
        bar.field.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def show_place(self, row: int, words: str, *, is_reasoning: bool = False) -> None:
        """Bring a message into view, and the first hit in it; the keyboard stays where it is.

        Args:
            row: The row of the message.
            words: What is to be found there; "" for the message itself.
            is_reasoning: Whether to begin in what the model thought.
        """
        if not 0 <= row < len(self._pane.stage.layout):
            return
        self._forget()
        if words:
            bar = self._made_bar()
            bar.set_query(words)
            self._place_bar()
            bar.show()
            bar.raise_()
        elif self.bar is not None:
            self.bar.hide()
        self._pane.show_row(row)
        if words and self.bar is not None:
            self._origin = Position(row, REASONING if is_reasoning else BODY, 0, 0)
            self._look_for(self.bar.query())
            if self.search is not None:
                self.search.want(row)

    @Slot()
    def close(self) -> None:
        """Hide the bar and the marks; the hit one stood at is selected."""
        if self.bar is None or not self.bar.isVisible():
            return
        index = self.search.index if self.search is not None else None
        if index is not None and index.current is not None:
            row, place = index.current
            first = Position(row, place.part, place.block, place.start)
            last = Position(row, place.part, place.block, place.end)
            stage = self._pane.stage
            stage.selection.select(first, last)
        self._forget()
        self._pane.setFocus(Qt.FocusReason.OtherFocusReason)
        self.bar.hide()

    @Slot()
    def find_next(self) -> None:
        """Go to the next hit, after the last one to the first."""
        self.step(1)

    @Slot()
    def find_previous(self) -> None:
        """Go to the hit before."""
        self.step(-1)

    @Slot(int)
    def step(self, by: int) -> None:
        """Go on by so many hits; without a bar it is shown first."""
        if not self.is_open:
            self.open()
            return
        if self.search is None or not self.search.index.total:
            return
        index = self.search.index
        number = index.number
        if self._wanted is not None:
            number = index.number_at(*self._wanted)
        if number < 0:
            number = -1 if by > 0 else 0
        self._wants_first = False
        self._wanted = index.locate((number + by) % index.total)
        self._go_to_wanted()

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size."""
        self._theme = theme
        if self.bar is not None:
            self.bar.set_theme(theme)
            self._place_bar()

    def _made_bar(self) -> FindBar:
        if self.bar is None:
            # Not wanted by most who read a chat.
            from desktop_chat.ui.transcript.finding.find_bar import FindBar

            self.bar = FindBar(self._pane)
            self.bar.hide()
            self.bar.set_theme(self._theme)
            self.bar.query_changed.connect(self._on_bar_query_changed)
            self.bar.step_requested.connect(self.step)
            self.bar.close_requested.connect(self.close)
            self._pane.viewport().installEventFilter(self)
        return self.bar

    def _place_bar(self) -> None:
        if self.bar is not None:
            self.bar.place(self._pane.viewport().width(), self._theme.px(_TOP))

    def _selected_words(self) -> str:
        stage = self._pane.stage
        ends = stage.selection.ends
        if ends is None or ends[0].row != ends[1].row or ends[0].block != ends[1].block:
            return ""
        text = stage.selection.text(stage.layout)
        return text if len(text) <= 200 and "\n" not in text else ""

    # Searching

    @Slot(object)
    def _on_bar_query_changed(self, query: Query) -> None:
        self._look_for(query)

    def _look_for(self, query: Query, *, goes_there: bool = True) -> None:
        index = self.search.index if self.search is not None else None
        if index is not None and index.current is not None:
            row, place = index.current
            self._origin = Position(row, place.part, place.block, place.start)
        self._forget()
        if query.text and len(self._pane.stage.layout):
            self.search = ChatSearch(self._pane, query, self._origin.row)
            self._pane.stage.found = self.search.index
            self.search.row_searched.connect(self._on_row_searched)
            self.search.advanced.connect(self._on_search_advanced)
            self._wants_first = goes_there
        self._show_status()

    def _forget(self) -> None:
        if self.search is not None:
            self.search.close()
        self.search = self._wanted = self._hidden = None
        self._wants_first = False
        self._pane.stage.found = None
        self._pane.viewport().update()

    @Slot(int)
    def _on_row_searched(self, row: int) -> None:
        hits = self.search.index.hits(row) if self.search is not None else None
        if self.search is None or hits is None:
            return
        current = self.search.index.current
        if current is not None and current.row == row:
            self._keep_current(row, hits)
        if self._wanted is not None:
            self._go_to_wanted()
        elif self._wants_first and len(hits):
            self._choose_first(row, hits)
        if row in self._pane.stage.visible_rows():
            self._pane.viewport().update()

    def _keep_current(self, row: int, hits: RowHits) -> None:
        """The row was looked through again: stand at the same hit, or at what took its place."""
        assert self.search is not None
        current = self.search.index.current
        if current is not None and len(hits):
            number = min(hits.number_of(current.place), len(hits) - 1)
            self.search.index.current = Current(row, hits.place(number))
        else:
            self.search.index.current = None

    def _choose_first(self, row: int, hits: RowHits) -> None:
        """Go to the hit that is nearest to the reader, those further on first."""
        origin = self._origin
        if row > origin.row:
            self._go(row, hits.place(0))
        elif row < origin.row and not self._go_before_origin():
            self._go(row, hits.place(len(hits) - 1))
        elif row == origin.row:
            here = Found(origin.part, origin.block, origin.offset, 0)
            number = hits.number_of(here)
            if number < len(hits):
                self._go(row, hits.place(number))

    def _go_before_origin(self) -> bool:
        """Go to the last hit before the reader in the row where he is; return if there is one."""
        hits = self.search.index.hits(self._origin.row) if self.search is not None else None
        if not hits:
            return False
        self._go(self._origin.row, hits.place(len(hits) - 1))
        return True

    def _go_to_wanted(self) -> None:
        assert self.search is not None
        assert self._wanted is not None
        row, number = self._wanted
        hits = self.search.index.hits(row)
        if hits is None:
            self.search.want(row)
            return
        self._wanted = None
        if len(hits):
            self._go(row, hits.place(min(number, len(hits) - 1)))

    def _go(self, row: int, place: Found) -> None:
        assert self.search is not None
        self._wants_first = False
        self.search.index.current = Current(row, place)
        self._show_hit(self.search.index.current)
        self._pane.viewport().update()
        self._show_status()

    def _reveal(self, row: int, place: Found) -> bool:
        covered = self.bar.geometry() if self.bar is not None else QRect()
        return reveal(self._pane, row, place, covered)

    @Slot()
    def _on_search_advanced(self) -> None:
        search = self.search
        if search is None:
            return
        if not search.is_running and self._wants_first:
            self._go_before_origin()
        self._show_status()

    def _show_hit(self, hit: Current) -> None:
        """Bring a hit into view, later if its message is not parsed that far."""
        self._hidden = None if self._reveal(*hit) else hit
        if self._hidden is not None:
            self._retry.start()

    @Slot()
    def _on_retry_timeout(self) -> None:
        if self._hidden is not None and self._hidden.row < len(self._pane.stage.layout):
            self._show_hit(self._hidden)

    def _show_status(self) -> None:
        if self.bar is None:
            return
        if self.search is None:
            self.bar.set_status(0, 0, is_running=False)
            return
        index = self.search.index
        self.bar.set_status(index.number + 1, index.total, is_running=self.search.is_running)

    @Slot(int)
    def _on_pane_rows_dropped(self, first: int) -> None:
        """Another chat is shown, or the end of this one is gone."""
        if self.bar is None or not self.bar.isVisible():
            return
        if not first:
            self._origin = Position(0, 0, 0, 0)
            self._forget()
            self._look_for(self.bar.query(), goes_there=False)
            self.bar.setVisible(len(self._pane.stage.layout) > 0)

    # Qt overrides

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # Nothing but the viewport is watched, and it may be on its way out.
        if event.type() == QEvent.Type.Resize:
            self._place_bar()
        return False
