from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from desktop_chat.ui.transcript.layouts.table_columns import Columns, column_widths

MOST = 240


def test_columns_that_fit_get_what_they_want() -> None:
    assert column_widths([50, 100, 80], [40, 40, 40], 400, MOST) == [50, 100, 80]


def test_widest_column_gives_way_first() -> None:
    assert column_widths([50, 900, 80], [40, 60, 40], 400, MOST) == [50, 270, 80]


def test_wide_columns_are_cut_alike() -> None:
    assert column_widths([900, 50, 700], [60, 40, 60], 450, MOST) == [200, 50, 200]


def test_column_never_gets_less_than_it_needs() -> None:
    assert column_widths([300, 900], [250, 60], 400, MOST) == [250, 150]


def test_columns_that_cannot_fit_are_moved_sideways_and_roomy() -> None:
    assert column_widths([900, 100, 300], [200, 100, 150], 400, MOST) == [240, 100, 240]


columns = st.lists(
    st.integers(1, 3000).flatmap(lambda wish: st.tuples(st.just(wish), st.integers(1, wish))),
    min_size=1,
    max_size=12,
)


@given(columns, st.integers(1, 2000))
def test_room_is_used_up_and_never_exceeded(wishes: list[tuple[int, int]], room: int) -> None:
    natural, least = [wish for wish, _ in wishes], [low for _, low in wishes]
    widths = column_widths(natural, least, room, MOST)
    assert all(a <= b <= c for a, b, c in zip(least, widths, natural, strict=True))
    if sum(least) < room:
        assert sum(widths) == min(room, sum(natural))


def test_columns_know_where_they_are() -> None:
    places = Columns([50, 100, 30], [50, 200, 30], 20)
    assert places.lefts[:3] == [0, 70, 190]
    assert places.total == 220
    assert [places.at(x) for x in (-50, 0, 59, 61, 179, 181, 999)] == [0, 0, 0, 1, 1, 2, 2]
    assert places.between(65, 185) == range(1, 3)
    assert places.narrowed == [1]


def test_no_columns_take_no_room() -> None:
    places = Columns([], [], 20)
    assert (places.total, places.at(5)) == (0, 0)
