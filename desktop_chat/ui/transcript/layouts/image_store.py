"""The pictures that the reader asked for: fetched and decoded elsewhere, kept within bounds."""

from __future__ import annotations

import contextlib
from collections import OrderedDict
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject, Qt, Signal, Slot

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from desktop_chat.services.background import Worker
    from desktop_chat.ui.transcript.layouts.image_decoding import Picture

MAX_BYTES = 64_000_000
MAX_ERRORS = 200


class ImageStore(QObject):
    """Pictures by address; nothing is fetched or decoded that `load` was not called for.

    Signals:
        requested(str): the picture at this address of the web is wanted.
        ready(): a picture is there, or is known not to come.
    """

    requested = Signal(str)
    ready = Signal()
    _decoded = Signal(str, object)

    def __init__(self, parent: QObject | None = None, *, max_bytes: int = MAX_BYTES) -> None:
        super().__init__(parent)
        self._max_bytes = max_bytes
        self._worker: Worker | None = None
        self._pictures: OrderedDict[str, Picture] = OrderedDict()
        self._errors: OrderedDict[str, str] = OrderedDict()
        self._awaited: set[str] = set()
        # A job may be done before its caller goes on, who must not be called back meanwhile.
        self._decoded.connect(self._on_decoded, Qt.ConnectionType.QueuedConnection)

    def picture(self, address: str) -> Picture | None:
        """Return a picture if it is there."""
        found = self._pictures.get(address)
        if found is not None:
            self._pictures.move_to_end(address)
        return found

    def is_awaited(self, address: str) -> bool:
        """Whether a picture was asked for and did not come yet."""
        return address in self._awaited

    def error(self, address: str) -> str:
        """Return why a picture could not be had, in a sentence; "" if that is not known."""
        return self._errors.get(address, "")

    def load(self, address: str) -> None:
        """Get a picture: from the web, or out of an address that holds it."""
        if address in self._awaited:
            return
        self._errors.pop(address, None)
        self._awaited.add(address)
        from desktop_chat.ui.transcript.layouts.image_address import data_of, is_data

        if is_data(address):
            self._decode(address, lambda: data_of(address))
        else:
            self.requested.emit(address)

    @Slot(str, object)
    def take(self, address: str, data: bytes) -> None:
        """The bytes of a picture came."""
        if address in self._awaited:
            self._decode(address, lambda: data)

    @Slot(str, str)
    def fail(self, address: str, error: str) -> None:
        """A picture will not come; `error` says why."""
        self._awaited.discard(address)
        self._errors[address] = error
        while len(self._errors) > MAX_ERRORS:
            self._errors.popitem(last=False)
        self.ready.emit()

    def close(self) -> None:
        """Decode no more."""
        if self._worker is not None:
            self._worker.close()

    def _decode(self, address: str, bytes_of: Callable[[], bytes]) -> None:
        # Threads and decoders are not imported before the first picture.
        from desktop_chat.services.background import Worker
        from desktop_chat.ui.transcript.layouts.image_decoding import decode

        if self._worker is None:
            self._worker = Worker("pictures", is_daemon=True)

        def tell(future: Future[Picture | None]) -> None:
            # In the worker's thread; the signal brings it into this object's.
            with contextlib.suppress(RuntimeError):  # the window is gone
                self._decoded.emit(address, None if future.exception() else future.result())

        self._worker.submit(lambda: decode(bytes_of())).add_done_callback(tell)

    @Slot(str, object)
    def _on_decoded(self, address: str, picture: Picture | None) -> None:
        if picture is None:
            words = "The image is damaged or of a kind that is not shown."
            self.fail(address, QCoreApplication.translate("Transcript", words))
            return
        self._awaited.discard(address)
        self._pictures[address] = picture
        used = sum(kept.bytes_used for kept in self._pictures.values())
        while used > self._max_bytes and len(self._pictures) > 1:
            used -= self._pictures.popitem(last=False)[1].bytes_used
        self.ready.emit()
