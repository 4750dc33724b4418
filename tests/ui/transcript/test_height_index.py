from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_chat.ui.transcript.layouts.height_index import HeightIndex

HEIGHTS = st.lists(st.integers(0, 300), max_size=60)


@settings(deadline=None)
@given(HEIGHTS, st.integers(0, 60), st.integers(1, 200), st.data())
def test_index_any_changes_agrees_with_plain_sums(
    heights: list[int], start: int, estimate: int, data: st.DataObject
) -> None:
    index = HeightIndex(start, estimate)
    plain = [estimate] * start
    for height in heights:
        index.append(height)
        plain.append(height)
    for row in data.draw(st.lists(st.integers(0, max(0, len(plain) - 1)), max_size=20)):
        if plain:
            plain[row] = data.draw(st.integers(0, 500))
            index.set_height(row, plain[row])
    keep = data.draw(st.integers(0, len(plain)))
    index.truncate(keep)
    del plain[keep:]
    assert index.total() == sum(plain)
    assert [index.top(row) for row in range(keep + 1)] == [sum(plain[:n]) for n in range(keep + 1)]


@settings(deadline=None)
@given(st.lists(st.integers(1, 100), min_size=1, max_size=70), st.integers(-5, 8000))
def test_row_at_any_height_is_the_row_that_covers_it(heights: list[int], y: int) -> None:
    index = HeightIndex()
    for height in heights:
        index.append(height)
    row = index.row_at(y)
    assert 0 <= row < len(heights)
    if 0 <= y < index.total():
        assert index.top(row) <= y < index.top(row + 1)


def test_row_at_empty_is_minus_one() -> None:
    assert HeightIndex().row_at(10) == -1
