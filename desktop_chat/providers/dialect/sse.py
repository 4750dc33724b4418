"""Event-stream decoder that works on bytes, so that no character but a line end splits a line."""

from __future__ import annotations

from typing import NamedTuple

MAX_EVENT_BYTES = 4 * 1024 * 1024
BOM = b"\xef\xbb\xbf"
# Between two events that hold one JSON object each, as nearly all servers write them.
PLAIN_START = b"data: {"
PLAIN_BREAK = b"}\n\ndata: {"


class SseEvent(NamedTuple):
    """One event: its type ("" when none was given) and its data lines joined by LF."""

    event: str
    data: str


class SseDecoder:
    """Decodes a server-sent event stream, however its bytes are cut.

    Only LF, CR and CRLF end a line; bytes that are no UTF-8 become U+FFFD. A field named
    `error`, which old llama.cpp servers send, counts as the data of an `error` event.

    Attributes:
        is_overflowed: An event was longer than `MAX_EVENT_BYTES`; nothing after it is decoded.
    """

    def __init__(self, max_event_bytes: int = MAX_EVENT_BYTES) -> None:
        self.is_overflowed = False
        self._max_event_bytes = max_event_bytes
        self._partial = bytearray()
        self._event = ""
        self._data: list[bytes] = []
        self._size = 0
        self._is_first_line = True
        self._skips_lf = False

    def feed(self, data: bytes) -> list[SseEvent]:
        """Return the events that `data` completes."""
        if self.is_overflowed or not data:
            return []
        if self._skips_lf:
            self._skips_lf = False
            if data[:1] == b"\n":
                data = data[1:]
        if b"\r" in data:
            # A CR at the end ends the line now; an LF that follows belongs to it.
            self._skips_lf = data.endswith(b"\r")
            data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        if b"\n" not in data:
            self._keep(data)
            return []
        lines = data.split(b"\n")
        if self._partial:
            lines[0] = bytes(self._partial) + lines[0]
            self._partial.clear()
        rest = lines.pop()
        events = self._read_lines(lines)
        if not self.is_overflowed:
            self._keep(rest)
        return events

    def plain_objects(self, data: bytes) -> tuple[bytes, int, bytes] | None:
        """Return what `data` completes as JSON objects with commas between, if it is as usual.

        That is far faster to decode than one by one. Nothing is taken yet: the caller says
        `skip_to` with the rest once it could be decoded, or feeds `data` as always.

        Returns:
            The objects, how many there are, and the bytes after them; None if anything is
            out of the ordinary.
        """
        if self._data or self._event or self._is_first_line or self._skips_lf:
            return None
        end = data.rfind(b"\n\n")
        if end < 0 or self.is_overflowed:
            return None
        whole = bytes(self._partial) + data[:end] if self._partial else data[:end]
        if not (whole.startswith(PLAIN_START) and whole.endswith(b"}")):
            return None
        objects = whole[6:].replace(PLAIN_BREAK, b"},{")
        if b"\n" in objects or b"\r" in data:
            return None
        count = (len(whole) - 6 - len(objects)) // (len(PLAIN_BREAK) - 3) + 1
        return objects, count, data[end + 2 :]

    def skip_to(self, rest: bytes) -> None:
        """Go on with `rest`, which begins an event and completes none."""
        self._partial.clear()
        self.feed(rest)

    def flush(self) -> list[SseEvent]:
        """Return what is left at the end of the stream: a last event may lack its blank line."""
        if self.is_overflowed:
            return []
        rest = bytes(self._partial)
        self._partial.clear()
        return self._read_lines([rest, b""] if rest else [b""])

    def _keep(self, data: bytes) -> None:
        self._partial += data
        if self._size + len(self._partial) > self._max_event_bytes:
            self._overflow()

    def _overflow(self) -> None:
        self.is_overflowed = True
        self._partial.clear()
        self._data.clear()

    def _read_lines(self, lines: list[bytes]) -> list[SseEvent]:
        events: list[SseEvent] = []
        if self._is_first_line:
            self._is_first_line = False
            if lines[0].startswith(BOM):
                lines[0] = lines[0][len(BOM) :]
                self._size += len(BOM)
        for line in lines:
            if not line:
                if self._data:
                    data = self._data[0] if len(self._data) == 1 else b"\n".join(self._data)
                    events.append(SseEvent(self._event, data.decode("utf-8", "replace")))
                    self._data = []
                self._event = ""
                self._size = 0
                continue
            self._size += len(line)
            if self._size > self._max_event_bytes:
                self._overflow()
                break
            if line.startswith(b"data:"):
                self._data.append(line[6:] if line[5:6] == b" " else line[5:])
            else:
                self._read_field(line)
        return events

    def _read_field(self, line: bytes) -> None:
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if name == b"event":
            self._event = value.decode("utf-8", "replace")
        elif name == b"data":
            self._data.append(b"")
        elif name == b"error":
            self._event = "error"
            self._data.append(value)
