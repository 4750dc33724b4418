"""JSON of any length, taken apart one element of a list at a time."""

from __future__ import annotations

import codecs
import json
import re
from typing import IO, TYPE_CHECKING, Any

from desktop_chat.services.importing.failures import TooLargeError, UnreadableError
from desktop_chat.services.importing.limits import ELEMENT_CHARS, FILE_BYTES, MB

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import NoReturn

_READ_SIZE = 1 << 18
_SPACE = re.compile(r"[ \t\r\n]*")
# The first bytes tell the encoding: by a mark, or by where the zeros stand.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What was cut off in the middle fails this close to the end.
_CUT_LENGTH = 32
_CUT = "cut"
_NUMBER_JOINT = 3


def read_json(file: IO[bytes]) -> Iterator[tuple[str | None, int | None, Any]]:
    """Yield what a document holds, piece by piece.

    Of a list its elements, as `(None, index, element)`; of an object its members, as
    `(key, None, value)`, where a member that is a list comes as one `(key, index, element)` for
    each element.

    Raises:
        UnreadableError: It is no JSON as the standard has it; what came before still counts.
        TooLargeError: The document, or one element of it, is over the limits.
    """
    document = _Document(file)
    sign = document.peek()
    if sign == "[":
        for index, element in enumerate(document.elements()):
            yield None, index, element
    elif sign == "{":
        yield from _members(document)
    else:
        document.fail()
    if document.peek():
        document.fail()


def encoding_of(head: bytes) -> str:
    """Return how a text is encoded, by its first bytes."""
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    if len(head) >= 4:
        if not head[0] and not head[1]:
            return "utf-32-be"
        if not head[0]:
            return "utf-16-be"
        if not head[1]:
            return "utf-16-le" if head[2] or head[3] else "utf-32-le"
    return "utf-8"


def decode_json(text: str) -> Any:
    """Return what a short document means.

    Raises:
        UnreadableError: It is no JSON.
    """
    try:
        return _DECODER.decode(text)
    except RecursionError:
        raise UnreadableError("it is nested too deeply") from None
    except ValueError as error:
        raise UnreadableError(_words(error)) from None


def _members(document: _Document) -> Iterator[tuple[str | None, int | None, Any]]:
    seen: set[str] = set()
    document.take("{")
    if document.peek() == "}":
        document.take("}")
        return
    while True:
        if document.peek() != '"':
            document.fail()
        key = document.value()
        if key in seen:
            raise UnreadableError(f"the name “{key[:40]}” stands twice in one object")
        seen.add(key)
        document.take(":")
        if document.peek() == "[":
            for index, element in enumerate(document.elements()):
                yield key, index, element
        else:
            yield key, None, document.value()
        if document.peek() == "}":
            document.take("}")
            return
        document.take(",")


class _Document:
    """A place in a text of which only a part is in memory."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._decode: codecs.IncrementalDecoder | None = None
        self._bytes_read = 0
        self._text = ""
        self._place = 0
        self._is_over = False

    def peek(self) -> str:
        """Return the next sign that is no space; "" at the end."""
        while True:
            found = _SPACE.match(self._text, self._place)
            self._place = found.end() if found else self._place
            if self._place < len(self._text):
                return self._text[self._place]
            if self._is_over:
                return ""
            self._read_on(_READ_SIZE)

    def take(self, sign: str) -> None:
        """Go past a sign that must come next."""
        if self.peek() != sign:
            self.fail()
        self._place += 1

    def elements(self) -> Iterator[Any]:
        """Yield the elements of the list that begins here."""
        self.take("[")
        if self.peek() == "]":
            self.take("]")
            return
        while True:
            yield self.value()
            if self.peek() == "]":
                self.take("]")
                return
            self.take(",")

    def value(self) -> Any:
        """Return the value that begins here."""
        self.peek()
        wanted = _READ_SIZE
        while True:
            value, error = self._try_value()
            if error is None:
                return value
            if self._is_over or self._is_wrong(error):
                raise UnreadableError(_words(error)) from None
            if len(self._text) - self._place > ELEMENT_CHARS:
                raise TooLargeError(f"a part of it is larger than {ELEMENT_CHARS // MB} MB")
            # Twice as much each time: an element is read anew, but not many times.
            self._read_on(wanted)
            wanted *= 2

    def fail(self) -> NoReturn:
        """Say that what stands here makes no sense."""
        found = self._text[self._place : self._place + 1]
        reason = f"{found!r} was not expected" if found else "it ends too early"
        raise UnreadableError(f"it is no JSON: {reason}")

    def _try_value(self) -> tuple[Any, ValueError | None]:
        try:
            value, end = _DECODER.raw_decode(self._text, self._place)
        except RecursionError:
            raise UnreadableError("it is nested too deeply") from None
        except UnreadableError:
            raise
        except ValueError as error:
            return None, error
        # A number may go on in what was not read yet, even after its `.` or `e+`.
        is_near_end = end > len(self._text) - _NUMBER_JOINT and not self._is_over
        if is_near_end and isinstance(value, int | float):
            return None, ValueError(_CUT)
        self._place = end
        return value, None

    def _is_wrong(self, error: ValueError) -> bool:
        """Whether no further text can mend it."""
        if not isinstance(error, json.JSONDecodeError):
            return str(error) != _CUT
        is_open_text = error.msg.startswith("Unterminated")
        return not is_open_text and error.pos < len(self._text) - _CUT_LENGTH

    def _read_on(self, size: int) -> None:
        data = self._file.read(size)
        self._bytes_read += len(data)
        if self._bytes_read > FILE_BYTES:
            raise TooLargeError(f"it is larger than {FILE_BYTES // MB} MB")
        if self._decode is None:
            name = encoding_of(data)
            self._decode = codecs.getincrementaldecoder(name)("strict")
        try:
            text = self._decode.decode(data, final=not data)
        except UnicodeError:
            raise UnreadableError("its characters are not encoded as UTF-8") from None
        self._is_over = not data
        self._text = self._text[self._place :] + text
        self._place = 0


def _refuse_constant(name: str) -> NoReturn:
    raise UnreadableError(f"{name} is no JSON number")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise UnreadableError("a name stands twice in one object")
    return fields


def _words(error: ValueError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"it is no JSON: {error.msg[:1].lower()}{error.msg[1:]}"
    return "a number in it is too long" if "digits" in str(error) else "it is no JSON"


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant, object_pairs_hook=_once)
