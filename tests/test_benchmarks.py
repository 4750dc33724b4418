"""The benchmarks' own arithmetic and texts; what they measure is no test."""

from __future__ import annotations

import pytest

from benchmarks.hostile import STREAMED, TEXTS
from benchmarks.result import Result, table
from benchmarks.rich_text import MESSAGE, Writer, reply
from benchmarks.transcript import part
from desktop_chat.ui.transcript.text.growing_text import GrowingText


def test_part_of_samples_is_the_one_that_so_many_do_not_exceed():
    samples = [float(number) for number in range(100, 0, -1)]
    assert part(samples, 0.5) == 51
    assert part(samples, 0.99) == 100
    assert part([7.0], 0.999) == 7


def test_reply_has_exactly_so_many_characters_and_is_always_the_same():
    assert len(reply(12_345)) == 12_345
    assert reply(20_000).startswith(reply(5_000))


def test_message_of_each_kind_is_about_as_long_as_people_write():
    writer = Writer()
    sizes = [len(writer.message(start)) for start in range(len(writer.parts))]
    assert min(sizes) >= MESSAGE
    assert max(sizes) < 2 * MESSAGE


def test_rich_text_holds_every_kind_of_block():
    growing = GrowingText()
    growing.feed(reply(6_000))
    growing.finish()
    kinds = {type(block).__name__ for block in growing.blocks}
    assert kinds >= {"TextBlock", "CodeBlock", "TableBlock", "FormulaBlock"}


@pytest.mark.parametrize("name", STREAMED)
def test_hostile_text_that_is_streamed_has_a_megabyte_at_most_twice(name: str):
    assert 1_000 < len(TEXTS[name]()) <= 3_000_000


def test_table_of_results_marks_what_is_too_much():
    results = {"good": Result(1.0, "ms", 2.0, 1), "bad": Result(3.0, "ms", 2.0, 1)}
    good, bad = table(results).splitlines()[1:]
    assert "TOO MUCH" in bad
    assert "TOO MUCH" not in good
