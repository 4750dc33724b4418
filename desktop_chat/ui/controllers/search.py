"""The search over all chats: what is typed, what was found, what is to be said about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from desktop_chat.domain.changes import ChatsChanged, ChatTrashed, SearchIndexGrew
from desktop_chat.domain.errors import ChatError, SearchIndexDamagedError

if TYPE_CHECKING:
    from desktop_chat.domain.search.hit import SearchResults
    from desktop_chat.services.broadcast import Broadcast
    from desktop_chat.services.library.search import SearchService
    from desktop_chat.services.tasks import TaskScope
    from desktop_chat.ui.item_models.search_results import SearchResultsModel

# Whoever types quickly wants the whole word.
PAUSE_MS = 50
# Shorter searches need no word about it.
PATIENCE_MS = 300
_KEY = "search"


class SearchController(QObject):
    """Searches as one types.

    Signals:
        state_changed(): one of the attributes.
        index_damaged(): the index has to be made anew.

    Attributes:
        results: What was found last; None before the first search.
        is_slow: A search runs and takes its time.
        error: Why nothing can be found, else None.
    """

    state_changed = Signal()
    index_damaged = Signal()

    def __init__(
        self, search: SearchService, results_model: SearchResultsModel, tasks: TaskScope
    ) -> None:
        super().__init__()
        self._search = search
        self._model = results_model
        self._tasks = tasks
        self._text = ""
        self._ranks_all = False
        self.results: SearchResults | None = None
        self.is_slow = False
        self.error: ChatError | None = None
        self._pause = self._timer(PAUSE_MS, self._on_pause_timeout)
        self._patience = self._timer(PATIENCE_MS, self._on_patience_timeout)
        results_model.more_requested.connect(self._on_more_requested)

    def _timer(self, interval: int, slot: object) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(interval)
        timer.timeout.connect(slot)
        return timer

    def listen(self, broadcast: Broadcast) -> None:
        """Search again when more can be found, or something not any more."""
        broadcast.subscribe(SearchIndexGrew, self._on_index_grew)
        broadcast.subscribe(ChatTrashed, self._on_chats_changed)
        broadcast.subscribe(ChatsChanged, self._on_chats_changed)

    @Slot(str)
    def search(self, text: str) -> None:
        """Look for what was typed, in a moment; what was found before stays until then."""
        if text.strip() == self._text.strip() and text.endswith(" ") == self._text.endswith(" "):
            return
        self._text = text
        self._ranks_all = False
        self._search.cancel()
        if text.strip():
            self._pause.start()
        else:
            self._end()

    @Slot()
    def search_all(self) -> None:
        """Rank all matches, not only the newest ones."""
        self._ranks_all = True
        self._start()

    def _end(self) -> None:
        self._pause.stop()
        self._patience.stop()
        self._tasks.cancel(_KEY)
        self._take(None)

    def _start(self) -> None:
        self._patience.start()
        self._tasks.spawn(self._run(self._text, self._ranks_all), key=_KEY)

    async def _run(self, text: str, ranks_all: bool) -> None:
        try:
            results = await self._search.search(text, ranks_all=ranks_all)
        except ChatError as error:
            self._take(None, error)
            if isinstance(error, SearchIndexDamagedError):
                self.index_damaged.emit()
            return
        if results is not None and text == self._text:
            self._take(results)

    def _take(self, results: SearchResults | None, error: ChatError | None = None) -> None:
        self._patience.stop()
        self.results, self.error, self.is_slow = results, error, False
        self._model.set_results(results)
        self.state_changed.emit()

    @Slot(int)
    def _on_more_requested(self, start: int) -> None:
        if self.results is not None:
            self._tasks.spawn(self._fetch(self.results, start))

    async def _fetch(self, results: SearchResults, start: int) -> None:
        try:
            hits = await self._search.hits(results, start)
        except ChatError:
            return  # the next search tells it
        if hits is not None and results is self.results:
            self._model.append(hits, results.page)

    def _on_index_grew(self, event: SearchIndexGrew) -> None:
        if self._text.strip() and (event.progress >= 1 or self.error is not None):
            self._start()

    def _on_chats_changed(self, _event: ChatTrashed | ChatsChanged) -> None:
        if self._text.strip():
            self._pause.start()

    @Slot()
    def _on_pause_timeout(self) -> None:
        self._start()

    @Slot()
    def _on_patience_timeout(self) -> None:
        self.is_slow = True
        self.state_changed.emit()
