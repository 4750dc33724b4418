"""The colours of code: what gets which, and that a growing block ends as if lexed at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_chat.services.drawing.code_languages import label_of
from desktop_chat.services.drawing.code_lexing import (
    MAX_EMPTY_LINES,
    MAX_LINE,
    Lexing,
    colour_of,
    make_lexer,
)
from desktop_chat.ui.transcript.layouts.code_colours import (
    WIDEST_WINDOW,
    WINDOW,
    Colours,
)
from desktop_chat.ui.transcript.layouts.code_lines import CodeLines
from desktop_chat.ui.transcript.layouts.code_order import (
    MAX_BEGINNINGS,
    PART_CHARACTERS,
    PART_LINES,
)
from tests.ui.transcript.orders import Orders

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    from desktop_chat.services.drawing.code_lexing import Spans
    from desktop_chat.services.drawing.requests import Request

TARGET = '''\
def lunar_day(month_days: float = 29.53) -> float:
    """Hours between two passages of the Moon."""
    return 24 / (1 - 1 / month_days)   # 24.84
'''
SAMPLES = {
    "python": TARGET + '\nclass A:\n    """One\n\n    two\n    """\n    x = f"{1}"\n',
    "c": "/* one\n * two\n */\nint main(void) { return 0x1f; } // end\n",
    "php": "<?php\n$x = 'a';\n/* b\n c */ echo $x; ?>\n<b>c</b>\n",
    "html": "<p class='a'>b</p>\n<script>\nlet x = `1\n2`;\n</script>\n<i>c</i>",
    "yaml": "a: |\n  b\n  c\nd: [1, 'e']\n",
    "ruby": "x = <<~A\n  b #{c}\nA\ny = :d\n",
    "console": "$ ls -l\ntotal 0\n$ cat <<E\na\nE\n",
    "markdown": "# a\n\n```python\ndef b(): pass\n```\n*c*\n",
    "json": '{"a": [1, true],\n "b": "c"}',
}


def words(text: str, language: str = "python") -> dict[str, str]:
    """The coloured stretches of a text, with their colours."""
    lines = text.split("\n")
    found: dict[str, str] = {}
    for line, spans in zip(lines, whole(language, lines), strict=True):
        found |= {line[start : start + length]: colour for start, length, colour in spans}
    return found


def whole(language: str, lines: list[str]) -> list[Spans]:
    lexing = Lexing(language, lines)
    while not lexing.is_finished:
        lexing.run()
    return lexing.take()[1]


def lines_of(request: Request[Any]) -> list[str]:
    return list(request.arguments()["lines"])


def shown(colours: Colours, count: int) -> list[Spans]:
    return [colours.of(number) for number in range(count)]


def cut(text: str, sizes: list[int]) -> Iterator[str]:
    at, turn = 0, 0
    while at < len(text):
        size = sizes[turn % len(sizes)]
        yield text[at : at + size]
        at, turn = at + size, turn + 1


def grow(colours: Colours, text: str, sizes: list[int]) -> CodeLines:
    """Let code come in chunks, followed after each, and then be final."""
    lines, measures = [""], CodeLines()
    for chunk in cut(text, sizes):
        first, *rest = chunk.split("\n")
        lines[-1] += first
        lines += rest
        measures.take(lines)
        colours.follow(measures, None, is_open=True)
    return measures


def test_python_is_coloured_as_in_the_design():
    found = words(TARGET)
    assert found["def"] == found["return"] == "syntax_keyword"
    assert found["lunar_day"] == found["29.53"] == found["24"] == "syntax_number"
    assert found['"""Hours between two passages of the Moon."""'] == "syntax_string"
    assert found["# 24.84"] == "syntax_comment"
    assert not {"float", "month_days"} & set(found)


@pytest.mark.parametrize("language", SAMPLES)
def test_every_character_has_the_colour_of_its_token(language):
    text = SAMPLES[language] + "\n"
    lines = text.split("\n")[:-1]
    expected = "".join(
        (colour_of(kind) or "-")[-1] * len(part)
        for _, kind, part in make_lexer(language, text).get_tokens_unprocessed(text)
    )
    painted = []
    for line, spans in zip(lines, whole(language, lines), strict=True):
        letters = ["-"] * (len(line) + 1)
        for start, length, colour in spans:
            letters[start : start + length] = colour[-1] * length
        painted += letters
    is_line_end = [letter == "\n" for letter in text]
    differing = [at for at, letter in enumerate(painted) if letter != expected[at]]
    assert all(is_line_end[at] for at in differing)


@pytest.mark.parametrize(
    ("name", "label", "word"),
    [
        ("c++", "C++", "int"),
        ("Python3", "Python", "def"),
        ("jsonc", "JSON", "true"),
        ("{.python}", "Python", "def"),
        ("python:main.py", "Python", "def"),
        ("language-js", "JavaScript", "const"),
        ("sh", "Shell", "if"),
        ("yml", "YAML", "# why"),
    ],
)
def test_language_is_known_by_the_names_in_use(name, label, word):
    assert label_of(name) == label
    found = words(f"x {word}" if word.startswith("#") else f"{word} x", name)
    assert word in found


@pytest.mark.parametrize("name", ["", "text", "nothing-known", "console output", "☃"])
def test_unknown_language_stays_plain(name):
    if name != "console output":
        assert whole(name, ["def x", "1"]) == []
    queue, measures, colours = Orders(), CodeLines(), Colours(name)
    measures.take(["def x"])
    colours.follow(measures, queue, is_open=False)
    queue.do_all()
    colours.follow(measures, queue, is_open=False)
    assert colours.of(0) == ()


def test_rules_known_to_run_wild_are_not_used():
    assert make_lexer("js+genshitext") is None
    assert make_lexer("c++") is not None


@pytest.mark.parametrize("language", SAMPLES)
@given(sizes=st.lists(st.integers(1, 40), min_size=1, max_size=5))
@settings(max_examples=15, deadline=None)
def test_grown_block_ends_with_the_colours_of_the_whole(language, sizes):
    text, colours = SAMPLES[language], Colours(language, pause_s=0)
    measures = grow(colours, text, sizes)
    assert not colours.follow(measures, None, is_open=False)
    lines = text.split("\n")
    assert shown(colours, len(lines)) == whole(language, lines)


def test_growing_block_is_coloured_before_it_ends():
    colours = Colours("python", pause_s=0)
    grow(colours, TARGET, [7])
    assert shown(colours, 3) == whole("python", TARGET.split("\n"))[:3]


def test_growing_text_in_a_string_longer_than_the_window_stays_a_string():
    text = 'x = """\n' + "if a string\n" * (8 * WINDOW) + '"""\nreturn 1\n'
    colours = Colours("python", pause_s=0)
    measures = grow(colours, text, [50])
    assert colours.of(7 * WINDOW) == ((0, 11, "syntax_string"),)
    assert colours.of(len(measures.lines) - 2)[0] == (0, 6, "syntax_keyword")


@pytest.mark.parametrize("language", ["python", "php", "json", "c"])
def test_growing_block_costs_the_same_at_its_end(language):
    class Recorder(Orders):
        def order(self, key: Hashable, request: Any) -> Any:
            firsts.append(request.first)
            super().order(key, request)
            self.do_all()
            return super().order(key, request)

    firsts: list[int] = []
    lines, measures, colours = [], CodeLines(), Colours(language, pause_s=0)
    for _ in range(60):
        lines += ["/* value = 'text' + 12"] * 15
        measures.take(lines)
        colours.follow(measures, Recorder(), is_open=True)
        assert len(lines) - firsts[-1] <= (WIDEST_WINDOW + 1) * WINDOW


def test_growing_block_orders_at_most_so_often():
    queue, measures, colours = Orders(), CodeLines(), Colours("python", pause_s=1000)
    lines: list[str] = []
    for _ in range(50):
        lines.append("x = 1")
        measures.take(lines)
        colours.follow(measures, queue, is_open=True)
        queue.do_all()
    assert queue.answers == 1
    assert colours.follow(measures, queue, is_open=False)
    queue.do_all()
    assert not colours.follow(measures, queue, is_open=False)
    assert shown(colours, 50) == whole("python", lines)


def test_order_key_does_not_hold_the_text():
    queue, measures, colours = Orders(), CodeLines(), Colours("python")
    measures.take(["x = 1"] * 10_000)
    colours.follow(measures, queue, is_open=False)
    assert [len(str(key)) < 40 for key in queue.waiting] == [True]


def test_colours_known_already_are_not_ordered_again():
    queue, measures, colours = Orders(), CodeLines(), Colours("python")
    measures.take(TARGET.split("\n"))
    while colours.follow(measures, queue, is_open=False):
        queue.do_all()
    orders = queue.answers
    assert not colours.follow(measures, queue, is_open=False)
    assert queue.answers == orders
    assert not queue.waiting


def test_long_job_is_done_in_parts_with_the_same_result():
    lines = ["x = call('text', 12)  # why"] * 300
    parts: list[Spans] = []
    lexing, rounds = Lexing("python", lines), 0
    while not lexing.is_finished:
        lexing.run(job_s=0)
        first, more = lexing.take()
        assert first == len(parts)
        parts += more
        rounds += 1
    assert rounds > 10
    assert parts == whole("python", lines)


def test_endless_line_stays_plain():
    lines = ["x = 1", "y = '" + "a" * MAX_LINE + "'", "z = 2"]
    spans = whole("python", lines)
    assert spans[0]
    assert spans[1] == ()
    assert spans[2]


@pytest.mark.timeout(60)
@pytest.mark.parametrize("language", ["matlab", "python", "ruby", "js", "go", "toml"])
def test_text_after_endless_empty_lines_stays_plain(language):
    for count in (MAX_EMPTY_LINES, 60_000):
        spans = whole(language, ["x = 'a'", *[" "] * count, "x = 'a'"])
        assert spans[0]
        assert len(spans) == (1 if count > MAX_EMPTY_LINES else count + 2)
        assert count > MAX_EMPTY_LINES or spans[-1] == spans[0]


@pytest.mark.parametrize("is_open", [True, False])
def test_text_beyond_the_cap_stays_plain_grown_or_not(is_open):
    line, count = "value = 12", 100
    most = count * (len(line) + 1)
    colours, measures = Colours("python", pause_s=0, most=most), CodeLines()
    lines = [line] * (count - 20)
    for _ in range(3):
        measures.take(lines)
        colours.follow(measures, None, is_open=is_open)
        lines += [line] * 20
    colours.follow(measures, None, is_open=False)
    assert colours.of(count - 1)
    assert colours.of(count) == ()


def test_broken_lexer_leaves_the_text_plain():
    class Broken(Lexing):
        def _colour_all(self) -> Iterator[tuple[str, str]]:
            yield "syntax_keyword", "if\n"
            raise RecursionError

    lexing = Broken("python", ["if", "if"])
    lexing.run()
    assert lexing.is_finished
    assert lexing.take() == (0, [((0, 2, "syntax_keyword"),)])


@pytest.mark.timeout(60)
@pytest.mark.parametrize("language", ["python", "js", "c++", "html", "bash", "markdown"])
@pytest.mark.parametrize("text", ['"', "'", "(", "\\", "/*", "<a ", "`", "$(", "[[", " \t"])
def test_hostile_line_is_given_up_or_done(language, text):
    lexing = Lexing(language, [text * 600] * 8)
    while not lexing.is_finished:
        lexing.run()


@pytest.mark.parametrize("language", SAMPLES)
def test_lines_without_an_end_have_no_colour_beyond_it(language):
    lines = SAMPLES[language].split("\n")
    for line, spans in zip(lines, whole(language, lines), strict=True):
        assert all(start + length <= len(line) for start, length, _ in spans)
        assert all(length > 0 and colour for _, length, colour in spans)


@pytest.mark.parametrize("language", SAMPLES)
def test_long_block_in_parts_has_the_colours_of_the_whole(language):
    lines = (SAMPLES[language] * 200).split("\n")
    orders, measures, colours = Orders(), CodeLines(), Colours(language)
    measures.take(lines)
    while colours.follow(measures, orders, is_open=False):
        assert all(len(lines_of(r)) <= PART_LINES for r in orders.waiting.values())
        orders.do_all()
    assert orders.answers > len(lines) / PART_LINES
    assert shown(colours, len(lines)) == whole(language, lines)


def test_lines_too_long_to_colour_are_not_sent():
    orders, measures, colours = Orders(), CodeLines(), Colours("python")
    measures.take(["x = 1", "y" * 150_000, "z = 1"])
    colours.follow(measures, orders, is_open=False)
    assert [len(str(r.arguments())) < 1_000 for r in orders.waiting.values()] == [True]


def test_part_of_a_block_holds_so_many_characters():
    orders, measures, colours = Orders(), CodeLines(), Colours("python")
    measures.take(["x" * MAX_LINE] * 90)
    while colours.follow(measures, orders, is_open=False):
        for request in orders.waiting.values():
            assert sum(map(len, lines_of(request))) <= PART_CHARACTERS + MAX_LINE
        orders.do_all()


def test_block_that_a_new_process_does_not_know_is_coloured_from_its_start():
    lines = (SAMPLES["python"] * 200).split("\n")
    orders, measures, colours = Orders(), CodeLines(), Colours("python")
    measures.take(lines)
    for _ in range(4):
        assert colours.follow(measures, orders, is_open=False)
        orders.do_all()
    orders.forget()
    while colours.follow(measures, orders, is_open=False):
        orders.do_all()
    assert shown(colours, len(lines)) == whole("python", lines)


def test_block_that_is_always_lost_stays_plain():
    orders, measures, colours = Orders(), CodeLines(), Colours("python")
    measures.take(["x = 1"] * 600)
    while colours.follow(measures, orders, is_open=False):
        orders.forget()
        orders.do_all()
    assert shown(colours, 600) == [()] * 600
    assert orders.answers <= 2 * MAX_BEGINNINGS


def test_block_that_could_not_be_coloured_is_not_ordered_again():
    class Failing(Orders):
        def order(self, key: Hashable, request: Any) -> Any:
            self.answers += 1
            return request.failed()

    orders, measures, colours = Failing(), CodeLines(), Colours("python", pause_s=0)
    lines: list[str] = []
    for _ in range(20):
        lines.append("x = 1")
        measures.take(lines)
        assert not colours.follow(measures, orders, is_open=True)
    assert not colours.follow(measures, orders, is_open=False)
    assert orders.answers == 1
