"""Search over all chats: from the field of the sidebar to the place in the transcript."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from desktop_chat.domain.changes import SavingFailed
from desktop_chat.domain.errors import DatabaseDamagedError
from desktop_chat.services import clock

if not TYPE_CHECKING:
    from desktop_chat.overriding import override

if TYPE_CHECKING:
    from typing_extensions import override

    from desktop_chat.domain.errors import ChatError
    from desktop_chat.domain.search.hit import SearchHit
    from desktop_chat.ui.controllers.search import SearchController
    from desktop_chat.ui.features.context import FeatureContext
    from desktop_chat.ui.item_models.search_results import SearchResultsModel
    from desktop_chat.ui.search.search_pane import SearchPane

_STEPS = {
    int(Qt.Key.Key_Down): 1,
    int(Qt.Key.Key_Up): -1,
    int(Qt.Key.Key_PageDown): 5,
    int(Qt.Key.Key_PageUp): -5,
}


class SearchFeature(QObject):
    """Shows what was found in place of the chats while something is looked for."""

    _model: SearchResultsModel
    _controller: SearchController

    def __init__(self, context: FeatureContext) -> None:
        super().__init__()
        self._context = context
        self._services = context.services
        self._sidebar = context.window.sidebar
        self._field = self._sidebar.search_field
        context.chat.failed.connect(self._on_chat_failed)
        context.services.broadcast.subscribe(SavingFailed, self._on_saving_failed)
        self._pane: SearchPane | None = None
        self._has_rebuilt = False
        self._is_entered = False
        self._text = ""
        self._sidebar.search_changed.connect(self._on_sidebar_search_changed)
        self._field.installEventFilter(self)
        if not context.services.db.is_read_only:
            context.tasks.spawn(context.services.indexing.complete(), key="search-index")
        if self._field.text():
            self._on_sidebar_search_changed(self._field.text())

    def _made_pane(self) -> SearchPane:
        if self._pane is None:
            # Most starts of the program search for nothing.
            from desktop_chat.ui.controllers.search import SearchController
            from desktop_chat.ui.item_models.search_results import SearchResultsModel
            from desktop_chat.ui.search.search_pane import SearchPane

            services, shell = self._services, self._context.shell
            self._model = SearchResultsModel()
            controller = SearchController(services.search, self._model, self._context.tasks)
            controller.listen(services.broadcast)
            controller.index_damaged.connect(self._on_controller_index_damaged)
            controller.state_changed.connect(self._open_entered)
            self._controller = controller
            self._pane = SearchPane(controller, self._model, shell.theme, clock.now)
            self._pane.hit_chosen.connect(self._on_pane_hit_chosen)
            self._pane.left.connect(self._on_pane_left)
        return self._pane

    @Slot(str)
    def _on_sidebar_search_changed(self, text: str) -> None:
        self._text = text.strip()
        is_wanted = bool(self._text)
        self._is_entered = False
        if is_wanted or self._pane is not None:
            pane = self._made_pane()
            self._sidebar.set_results(pane if is_wanted else None)
            if is_wanted:
                QWidget.setTabOrder(self._field, pane.view)
                QWidget.setTabOrder(pane.view, pane.all_button)
            self._controller.search(text)

    @Slot(object)
    def _on_pane_hit_chosen(self, hit: SearchHit) -> None:
        self._context.report(self._open(hit))

    async def _open(self, hit: SearchHit) -> None:
        services, chat = self._services, self._context.chat
        if hit.message_id is None:
            chat.show_chat(hit.chat_id)
            return
        location = await services.search.locate(hit.message_id)
        if location is None:
            self._context.say(self.tr("This message is not there any more."), "warning")
            return
        if location.leaf_id is not None:
            await services.branching.show(hit.message_id)
        chat.show_chat(location.chat_id)
        if chat.chat_id == location.chat_id:
            transcript = self._context.window.transcript
            transcript.finder.show_place(location.row, hit.words, is_reasoning=hit.is_reasoning)

    @Slot()
    def _open_entered(self) -> None:
        """Open what Enter was pressed for, once it is found: the results may be of less text."""
        results = self._controller.results
        is_found = results is not None and results.text.strip() == self._text
        if self._is_entered and is_found and self._pane is not None:
            self._is_entered = False
            self._pane.view.choose_current()

    @Slot()
    def _on_pane_left(self) -> None:
        self._field.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def _on_controller_index_damaged(self) -> None:
        # Where it cannot be made anew, it is not tried with each letter.
        if not self._has_rebuilt and not self._services.db.is_read_only:
            self._has_rebuilt = True
            self._context.report(self._rebuild())

    @Slot(object)
    def _on_chat_failed(self, error: ChatError) -> None:
        self._repair_after(error)

    def _on_saving_failed(self, event: SavingFailed) -> None:
        self._repair_after(event.error)

    def _repair_after(self, error: ChatError) -> None:
        """A damaged index refuses every message that is to be stored: look whether it is that."""
        is_damage = isinstance(error, DatabaseDamagedError)
        if is_damage and not self._has_rebuilt and not self._services.db.is_read_only:
            self._has_rebuilt = True
            self._context.report(self._repair())

    async def _repair(self) -> None:
        if await self._services.indexing.repair():
            self._has_rebuilt = False
            self._context.say(
                self.tr("The search index was damaged and was made anew. Try again."), "warning"
            )

    async def _rebuild(self) -> None:
        await self._services.indexing.rebuild()
        self._has_rebuilt = False

    # Qt overrides

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # The keys of the list work while one types.
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        if self._pane is None or not self._pane.isVisible() or event.modifiers() & _WITH_OTHERS:
            return False
        step = _STEPS.get(event.key())
        if step is not None:
            self._pane.view.step(step)
            return True
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._is_entered = True
            self._open_entered()
            return True
        return False


_WITH_OTHERS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
