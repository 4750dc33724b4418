"""Puts what is copied on the clipboard; what is long is made ready in slices of time."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtGui import QClipboard, QGuiApplication

if TYPE_CHECKING:
    from collections.abc import Iterator

    from desktop_chat.domain.message import Message
    from desktop_chat.ui.item_models.transcript import TranscriptModel
    from desktop_chat.ui.transcript.copying.gathering import Gathering
    from desktop_chat.ui.transcript.pane import TranscriptPane
    from desktop_chat.ui.transcript.text.blocks import Block

SLICE_MS = 5.0
# So many characters are copied at once, however long that takes.
AT_ONCE = 4_000
_CLIPBOARD, _PRIMARY = QClipboard.Mode.Clipboard, QClipboard.Mode.Selection


class Copier(QObject):
    """Copies from one transcript.

    What takes no time is on the clipboard when a call returns; a long selection comes later.
    """

    def __init__(self, pane: TranscriptPane, clipboard: QClipboard | None = None) -> None:
        super().__init__(pane)
        self._pane = pane
        self._clipboard = clipboard or QGuiApplication.clipboard()
        self._gathering: Gathering | None = None
        self._steps: Iterator[None] = iter(())
        self._mode = _CLIPBOARD
        self._is_markdown = False
        self._model: TranscriptModel | None = None
        self._slices = QTimer(self)
        self._slices.setInterval(0)
        self._slices.timeout.connect(self._on_slices_timeout)

    @property
    def is_busy(self) -> bool:
        """Whether something long is still being made ready."""
        return self._gathering is not None

    # What can be copied

    @Slot(bool)
    def copy_selection(self, as_markdown: bool = False) -> None:
        """Copy what is selected; `as_markdown` copies the Markdown as plain text."""
        self._gather_selection(_CLIPBOARD, is_markdown=as_markdown)

    def offer_selection(self) -> None:
        """Offer what is selected to the middle button, on systems that know such a thing."""
        is_copying = self.is_busy and self._mode is _CLIPBOARD
        if self._clipboard.supportsSelection() and not is_copying:
            self._gather_selection(_PRIMARY)

    def copy_message(self, message: Message) -> None:
        """Copy a message as it was written."""
        from desktop_chat.ui.transcript.copying.gathering import MessageGathering

        self._stop()
        self._start(MessageGathering(message), _CLIPBOARD)

    def copy_block(self, block: Block, *, as_markdown: bool = False) -> None:
        """Copy code, a table, a formula; `as_markdown` copies the Markdown as plain text."""
        from desktop_chat.ui.transcript.copying.gathering import BlockGathering

        self._stop()
        self._start(BlockGathering(block), _CLIPBOARD, is_markdown=as_markdown)

    @Slot(object)
    def copy_block_as_markdown(self, block: Block) -> None:
        """Copy the Markdown of a block."""
        self.copy_block(block, as_markdown=True)

    @Slot(str)
    def copy_text(self, text: str) -> None:
        """Copy a text as it is."""
        from desktop_chat.ui.transcript.copying.clipboard import Copied

        self._stop()
        self._clipboard.setMimeData(Copied(text).data())

    # How

    def _gather_selection(self, mode: QClipboard.Mode, *, is_markdown: bool = False) -> None:
        from desktop_chat.ui.transcript.copying.gathering import SelectionGathering

        self._stop()
        stage, model = self._pane.stage, self._pane.model()
        ends = stage.selection.ends
        if model is None or ends is None:
            return
        self._model = model
        # Rows that are about to go are read before.
        model.modelAboutToBeReset.connect(self._on_model_rows_going)
        model.rowsAboutToBeRemoved.connect(self._on_model_rows_going)
        gathering = SelectionGathering(ends, model, stage.layout, is_plain=mode is _PRIMARY)
        self._start(gathering, mode, is_markdown=is_markdown)

    def _start(
        self, gathering: Gathering, mode: QClipboard.Mode, *, is_markdown: bool = False
    ) -> None:
        self._gathering, self._mode, self._is_markdown = gathering, mode, is_markdown
        self._steps = gathering.steps()
        self._advance(SLICE_MS)
        if self.is_busy:
            self._slices.start()

    def _stop(self) -> None:
        self._slices.stop()
        self._gathering, self._steps = None, iter(())
        if self._model is not None:
            self._model.modelAboutToBeReset.disconnect(self._on_model_rows_going)
            self._model.rowsAboutToBeRemoved.disconnect(self._on_model_rows_going)
            self._model = None

    def _advance(self, budget_ms: float) -> None:
        """Go on for about so long; put it on the clipboard if that was all."""
        gathering = self._gathering
        if gathering is None:
            return
        end = perf_counter() + budget_ms / 1000
        for _ in self._steps:
            if perf_counter() > end and gathering.size > AT_ONCE:
                return
        self._stop()
        data = gathering.copied.data(is_markdown=self._is_markdown)
        self._clipboard.setMimeData(data, self._mode)

    @Slot()
    def _on_slices_timeout(self) -> None:
        self._advance(SLICE_MS)

    @Slot()
    def _on_model_rows_going(self) -> None:
        self._advance(float("inf"))
