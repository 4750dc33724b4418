"""Row 75: JSON that is broken, hostile or unusual ends in a clear sentence, or is simply read."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_chat.services.importing import json_stream
from desktop_chat.services.importing.failures import TooLargeError, UnreadableError
from desktop_chat.services.importing.json_stream import read_json


def pieces(data: bytes) -> list[tuple[str | None, int | None, Any]]:
    return list(read_json(io.BytesIO(data)))


def whole(found: list[tuple[str | None, int | None, Any]], kind: type) -> Any:
    if kind is list:
        return [value for _, _, value in found]
    fields: dict[str, Any] = {}
    for key, index, value in found:
        if index is None:
            fields[str(key)] = value
        else:
            fields.setdefault(str(key), []).append(value)
    return fields


class Dripping(io.BytesIO):
    """Gives a few bytes at a time, as slow disks do."""

    def read(self, size: int | None = -1) -> bytes:
        return super().read(min(size or 3, 3))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, min_size=1) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
JSON = JSON.filter(lambda value: "inf" not in repr(value).lower())


@settings(max_examples=60, deadline=None)
@given(st.lists(JSON) | st.dictionaries(st.text(), JSON), st.booleans())
def test_document_in_any_pieces_means_the_same(value: Any, escapes: bool) -> None:
    data = json.dumps(value, ensure_ascii=escapes, indent=1).encode(errors="surrogatepass")
    try:
        data.decode()
    except UnicodeError:
        return
    assert whole(list(read_json(Dripping(data))), type(value)) == value


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_row_75_other_encodings_are_read(encoding: str) -> None:
    assert pieces('[{"a": "canción 🌍"}]'.encode(encoding)) == [(None, 0, {"a": "canción 🌍"})]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a":' * 100_000, "nested too deeply"),
        (b"[" + b"1" * 5000 + b"]", "a number in it is too long"),
        (b"[NaN]", "NaN is no JSON number"),
        (b"[-Infinity]", "-Infinity is no JSON number"),
        (b'[{"a": 1, "a": 2}]', "stands twice"),
        (b'{"a": 1, "a": 2}', "stands twice"),
        (b'[{"a": "\xff"}]', "not encoded as UTF-8"),
        (b'[{"a": 1}', "it is no JSON"),
        (b'[{"a": 1}] x', "it is no JSON"),
        (b"[1,]", "it is no JSON"),
        (b"", "it is no JSON: it ends too early"),
        (b"hello", "it is no JSON"),
        (b"\x00\x00\x00\x00", "it is no JSON"),
    ],
)
def test_row_75_hostile_json_ends_in_a_sentence(data: bytes, words: str) -> None:
    with pytest.raises(UnreadableError, match=words):
        pieces(data)


def test_row_75_mistake_at_the_beginning_is_found_without_reading_all() -> None:
    file = io.BytesIO(b'[{"a" 1}, ' + b"0" * 10_000_000)
    with pytest.raises(UnreadableError, match="no JSON"):
        list(read_json(file))
    assert file.tell() < 1_000_000


class Endless:
    """A file of 1 GB and more, which takes no room."""

    def __init__(self, head: bytes, filling: bytes) -> None:
        self._head = head
        self._filling = filling

    def read(self, size: int) -> bytes:
        data, self._head = self._head, b""
        return data or self._filling * (size // len(self._filling))


def test_row_75_file_without_end_stops_at_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_stream, "FILE_BYTES", 3_000_000)
    with pytest.raises(TooLargeError, match="larger than"):
        for _ in read_json(Endless(b"[", b'{"a": 1},')):  # type: ignore[arg-type]
            pass


def test_row_75_element_without_end_stops_at_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_stream, "ELEMENT_CHARS", 1_000_000)
    with pytest.raises(TooLargeError, match="a part of it"):
        for _ in read_json(Endless(b'["', b"aaaa")):  # type: ignore[arg-type]
            pass
