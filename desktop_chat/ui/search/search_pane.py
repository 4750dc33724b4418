"""What a search found, and what is to be said about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale, Qt, Signal, Slot
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop_chat.ui.messages import error_words
from desktop_chat.ui.search.results_view import ResultsView
from desktop_chat.ui.sizes import BUTTON, TEXT_STATUS
from desktop_chat.ui.widgets.button import Button, ButtonLook
from desktop_chat.ui.widgets.label import Label

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from desktop_chat.domain.search.hit import SearchResults
    from desktop_chat.ui.controllers.search import SearchController
    from desktop_chat.ui.item_models.search_results import SearchResultsModel
    from desktop_chat.ui.theme import Theme

MARGIN = 18


class SearchPane(QWidget):
    """The results of a search, a line about them, and a button that ranks all of them.

    Signals:
        hit_chosen(hit: SearchHit): the user wants to see it.
        left(): the user goes back to the search field.
    """

    hit_chosen = Signal(object)
    left = Signal()

    def __init__(
        self,
        controller: SearchController,
        results_model: SearchResultsModel,
        theme: Theme,
        now: Callable[[], datetime],
    ) -> None:
        super().__init__()
        self._controller = controller
        self._announced: SearchResults | None = None
        self.view = ResultsView(results_model, theme, now)
        self.note = Label(px=TEXT_STATUS, ink="muted")
        self.hint = Label(px=TEXT_STATUS, ink="faint")
        self.all_button = Button(
            ButtonLook.LINK, text=self.tr("Search all"), height=BUTTON, text_px=TEXT_STATUS
        )
        self._build_ui()
        self.view.hit_chosen.connect(self.hit_chosen)
        self.view.left.connect(self.left)
        self.all_button.clicked.connect(controller.search_all)
        controller.state_changed.connect(self._on_controller_state_changed)
        self.set_theme(theme)
        self._on_controller_state_changed()

    def _build_ui(self) -> None:
        self.setObjectName("searchPane")
        self.note.setObjectName("searchNote")
        self.all_button.setObjectName("searchAllButton")
        for label in (self.note, self.hint):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.hint.setText(
            self.tr(
                "Narrow it down with “a phrase”, -word, from:user, model:name, in:folder, "
                "tag:name, before:2026-11-22, after:2026-11, has:code."
            )
        )
        foot = QHBoxLayout()
        foot.addWidget(self.note, 1)
        foot.addWidget(self.all_button, 0, Qt.AlignmentFlag.AlignTop)
        self._foot = QVBoxLayout()
        self._foot.setSpacing(8)
        self._foot.addLayout(foot)
        self._foot.addWidget(self.hint)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(self._foot)
        layout.addWidget(self.view, 1)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size."""
        for part in (self.view, self.note, self.hint, self.all_button):
            part.set_theme(theme)
        self._foot.setContentsMargins(MARGIN, theme.px(4), MARGIN, theme.px(4))

    @Slot()
    def _on_controller_state_changed(self) -> None:
        controller = self._controller
        results = controller.results
        text = self._words(results)
        self.note.setText(text)
        if not controller.is_slow:
            self._announce(results, text)
        is_error = controller.error is not None
        self.note.set_ink("error" if is_error else "muted")
        self.note.setVisible(bool(text))
        is_cut = results is not None and results.is_cut and not controller.is_slow
        self.all_button.setVisible(is_cut)
        is_empty = results is not None and not results.titles and not results.ids
        self.hint.setVisible(is_empty and not controller.is_slow)

    def _announce(self, results: SearchResults | None, text: str) -> None:
        """Tell a screen reader once what a search found."""
        if results is None or results is self._announced or not QAccessible.isActive():
            return
        self._announced = results
        from desktop_chat.ui.transcript.access.accessible import send_event

        locale = QLocale()
        counts = self.tr("Titles: {0}, messages: {1}.").format(
            locale.toString(len(results.titles)), locale.toString(len(results.ids))
        )
        send_event(QAccessibleAnnouncementEvent(self.view, f"{counts} {text}".strip()))

    def _words(self, results: SearchResults | None) -> str:
        """Return what is to be said about the results; "" where they speak for themselves."""
        controller = self._controller
        if controller.error is not None:
            return error_words(controller.error)
        if controller.is_slow:
            return self.tr("Searching…")
        if results is None:
            return ""
        return " ".join(self._remarks(results))

    def _remarks(self, results: SearchResults) -> list[str]:
        locale = QLocale()
        remarks = []
        if results.query.unreadable:
            wrong = results.query.unreadable[0]
            remarks.append(self.tr("“{0}” is not understood.").format(wrong))
        if not results.titles and not results.ids:
            remarks.append(self.tr("Nothing found."))
        if results.query.terms and not results.query.searches_messages:
            remarks.append(self.tr("A single letter finds titles only."))
        if results.is_cut:
            count = locale.toString(len(results.ids))
            remarks.append(self.tr("The best of the newest {0} matches.").format(count))
        if results.progress < 1:
            percent = locale.toString(int(results.progress * 100))
            remarks.append(
                self.tr("Older messages are still being indexed: {0} %.").format(percent)
            )
        return remarks
