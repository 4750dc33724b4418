"""Paragraphs: formulas and notes in lines, directions, scripts, and growth at the end."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QImage, QPainter, QTextCharFormat

from desktop_chat.ui.theme import load_theme
from desktop_chat.ui.transcript.layouts.look import Look
from desktop_chat.ui.transcript.layouts.marked import NOTHING, Marked
from desktop_chat.ui.transcript.layouts.text_layout import TextLayout
from desktop_chat.ui.transcript.text.blocks import LINE_BREAK, OBJECT, Span, Style, TextBlock
from desktop_chat.ui.transcript.text.markdown import parse_blocks
from tests.ui.transcript.orders import Orders

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH = 400
FRACTION = r"\dfrac{XX}{YY}"
HEBREW, ARABIC = "שלום עולם", "هذه فقرة عربية"
WORDS = [
    "alpha", "the", "of", "well-known", "e.g.", "(see", "this)", "1,000", "fi", "“quote”", "—",
    "https://example.org/a/b/c?d=e", "x" * 90, "W" * 40, "שלום", "عربي", "12", "汉字汉字汉字", "😀",
    "🇩🇪🇫🇷", "naïve", LINE_BREAK, "นี่คือ", "foo/bar", "...", "a\u0301",
]  # fmt: skip
STYLES = [Style.CODE, Style.BOLD, Style.NOTE, Style.LINK]


def look(workshop: Any = None, theme: str = "light") -> Look:
    return Look(load_theme(theme), workshop)


def with_formulas(text: str, *sources: str) -> TextBlock:
    """A paragraph with a formula for each `$` of `text`."""
    places = [at for at, letter in enumerate(text) if letter == "$"]
    pairs = zip(places, sources, strict=True)
    spans = tuple(Span(at, 1, Style.MATH, source=source) for at, source in pairs)
    return TextBlock(text.replace("$", OBJECT), spans)


def laid_out(block: TextBlock | str, width: int = WIDTH, workshop: Any = None) -> TextLayout:
    block = TextBlock(block) if isinstance(block, str) else block
    return TextLayout(block, look(workshop), width)


def painted(layout: TextLayout, marked: Marked = NOTHING, clip: QRect | None = None) -> QImage:
    image = QImage(WIDTH, layout.height, QImage.Format.Format_RGB32)
    image.fill(0xFFFFFF)
    painter = QPainter(image)
    layout.paint(painter, 0, 0, clip or image.rect(), marked)
    painter.end()
    return image


def dark(image: QImage, rect: QRect) -> int:
    return sum(
        image.pixelColor(x, y).lightness() < 110
        for x in range(max(0, rect.left()), min(image.width(), rect.right() + 1))
        for y in range(max(0, rect.top()), min(image.height(), rect.bottom() + 1))
    )


def line_starts(layout: TextLayout, length: int) -> list[tuple[int, int]]:
    """The first offset of each line and where the line stands."""
    starts: dict[int, int] = {}
    for offset in range(length):
        starts.setdefault(layout.y_of(offset), offset)
    return sorted(starts.items())


# Formulas


def test_formula_in_a_line_has_the_room_of_its_width(qapp):
    block = with_formulas("a $ b $ c", "x", "x+y+z+w")
    layout = laid_out(block)
    narrow, wide = layout.rects(2, 3)[0], layout.rects(6, 7)[0]
    assert 0 < narrow.width() * 3 < wide.width()
    image = painted(layout)
    for rect in (narrow, wide):
        assert dark(image, rect.toRect()) > 10
    assert layout.rects(7, 8)[0].left() == pytest.approx(wide.right())


def test_formula_no_taller_than_the_text_leaves_the_lines_where_they_are(qapp):
    layout = laid_out(with_formulas("a $ b", "x_i^2"))
    assert layout.height == look().line


def test_formula_that_is_tall_pushes_its_line_apart_and_is_painted_whole(qapp):
    layout = laid_out(with_formulas("a $ b" + LINE_BREAK + "second", FRACTION))
    assert layout.height > 2 * look().line + 4
    rect = layout.rects(2, 3)[0].toRect()
    column = QRect(rect.left(), 0, rect.width(), layout.height - look().line)
    assert dark(painted(layout), column) > 40
    assert dark(painted(layout), QRect(rect.left(), 0, rect.width(), 1)) == 0
    assert dark(painted(layout), QRect(rect.left(), column.bottom(), rect.width(), 1)) == 0


def test_formula_stands_on_the_baseline_of_the_text(qapp):
    # The bars of both letters end on the baseline.
    layout = laid_out(with_formulas("I $", r"\mathrm{I}"))
    image = painted(layout)

    def bottom(rect: QRect) -> int:
        return max(
            y
            for y in range(layout.height)
            for x in range(rect.left(), rect.right())
            if image.pixelColor(x, y).lightness() < 110
        )

    text, formula = (layout.rects(at, at + 1)[0].toAlignedRect() for at in (0, 2))
    assert abs(bottom(text) - bottom(formula)) <= 1


def test_formula_is_one_character_to_offsets(qapp):
    layout = laid_out(with_formulas("a $ bc", r"\sum_i x_i"))
    rect = layout.rects(2, 3)[0]
    y = int(rect.center().y())
    assert layout.offset_at(int(rect.left()) + 2, y) == 2
    assert layout.offset_at(int(rect.right()) - 2, y) == 3
    assert layout.offset_at(WIDTH, y) == 6


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_formula_found_has_the_ground_of_a_hit_and_no_stand_in(qapp, theme):
    layout = TextLayout(with_formulas("a $ b", r"\,\qquad x"), look(theme=theme), WIDTH)
    rect = layout.rects(2, 3)[0]
    image = painted(layout, Marked(hits=((0, 5),), current=(0, 5)))
    # The stand-in would be at the start, where the formula is empty.
    ground = look(theme=theme).colour("current_hit")
    empty = QRect(int(rect.left()) + 1, int(rect.top()) + 1, 14, int(rect.height()) - 2)
    for x in range(empty.left(), empty.right()):
        for y in range(empty.top(), empty.bottom()):
            assert image.pixelColor(x, y) == ground


def test_formula_selected_has_its_ground_in_full_height(qapp):
    layout = laid_out(with_formulas("a $ b", FRACTION))
    rect = layout.rects(2, 3)[0]
    image = painted(layout, Marked(chosen=(2, 3)))
    selection = look().colour("selection")
    for y in (4, layout.height - 5):
        assert image.pixelColor(int(rect.left()) + 1, y) == selection


def test_formula_waiting_shows_its_latex_as_one_character(qapp):
    orders = Orders()
    block = with_formulas("a $ bc", r"\frac{a}{b}")
    layout = laid_out(block, workshop=orders)
    assert layout.is_waiting
    rect = layout.rects(2, 3)[0]
    assert rect.width() > len(r"$\frac{a}{b}$") * look().code_advance * 0.9
    after = layout.rects(4, 5)[0]
    assert after.left() > rect.right()
    assert layout.offset_at(int(after.center().x()) - 2, int(after.center().y())) == 4
    assert layout.offset_at(int(rect.left()) + 5, int(rect.center().y())) == 2
    assert layout.renew()
    orders.do_all()
    assert not layout.renew()
    assert not laid_out(block, workshop=orders).is_waiting


@pytest.mark.parametrize("source", [r"\foo{x}", "x+" * 200 + "y"])
def test_formula_that_cannot_be_drawn_or_does_not_fit_is_written_in_full(qapp, source):
    layout = laid_out(with_formulas("a $ bc", source))
    assert not layout.is_waiting
    covered = sum(rect.width() for rect in layout.rects(2, 3))
    assert covered > len(source) * look().code_advance * 0.9
    assert all(rect.right() <= WIDTH + 1 for rect in layout.rects(2, 3))


def test_formula_in_a_link_is_part_of_the_link(qapp):
    block = TextBlock(
        f"a {OBJECT} b", (Span(2, 1, Style.MATH | Style.LINK, "https://example.org", "x+y"),)
    )
    layout = laid_out(block)
    middle = layout.rects(2, 3)[0].center().toPoint()
    assert layout.link_at(middle.x(), middle.y())[0] == "https://example.org"
    assert layout.link_at(0, middle.y()) == ("", "")


# Notes, directions, scripts


def test_note_is_raised_in_the_colour_of_links_and_keeps_the_line(qapp):
    layout = laid_out(TextBlock("a note1 b", (Span(6, 1, Style.NOTE),)))
    made = look().format(Style.NOTE)
    assert made.verticalAlignment() == QTextCharFormat.VerticalAlignment.AlignSuperScript
    assert made.foreground().color() == look().colour("link")
    assert layout.height == look().line
    plain = laid_out("a note1 b")
    assert layout.rects(6, 7)[0].width() < plain.rects(6, 7)[0].width()


@pytest.mark.parametrize("text", [HEBREW, ARABIC, f"12 {HEBREW}", f"“{ARABIC}” and more"])
def test_right_to_left_paragraph_starts_at_the_right(qapp, text):
    layout = laid_out(text)
    assert layout.is_rtl
    assert layout.rects(0, len(text))[-1].right() == pytest.approx(WIDTH, abs=2) or (
        max(rect.right() for rect in layout.rects(0, len(text))) == pytest.approx(WIDTH, abs=2)
    )


def test_left_to_right_paragraph_with_hebrew_starts_at_the_left(qapp):
    layout = laid_out(f"abc {HEBREW} def")
    assert not layout.is_rtl
    assert layout.rects(0, 1)[0].left() == 0


def test_code_in_a_right_to_left_paragraph_has_its_ground_under_it(qapp):
    start = len(HEBREW) + 1
    block = TextBlock(f"{HEBREW} code {HEBREW}", (Span(start, 4, Style.CODE),))
    (rect,) = laid_out(block).rects(start, start + 4)
    assert rect.width() == pytest.approx(4 * look().code_advance, abs=6)


def test_formula_in_a_right_to_left_paragraph_is_where_its_offset_is(qapp):
    layout = laid_out(with_formulas(f"{HEBREW} $ {HEBREW}", "x+y"))
    at = len(HEBREW) + 1
    (rect,) = layout.rects(at, at + 1)
    words = layout.rects(0, at)
    assert rect.right() <= min(word.left() for word in words) + 2
    assert dark(painted(layout), rect.toRect()) > 10


def test_chinese_without_spaces_wraps(qapp):
    text = "汉字" * 100
    layout = laid_out(text)
    assert layout.height >= 4 * look().line
    assert all(rect.right() <= WIDTH for rect in layout.rects(0, len(text)))


def test_emoji_count_as_one_character(qapp):
    layout = laid_out("a😀b🎉c")
    lefts = [layout.rects(at, at + 1)[0].left() for at in range(5)]
    assert lefts == sorted(set(lefts))
    for at, left in enumerate(lefts):
        assert layout.offset_at(round(left), 10) == at


def test_hard_break_starts_a_line(qapp):
    layout = laid_out(f"one{LINE_BREAK}two")
    assert layout.height == 2 * look().line
    assert (layout.y_of(2), layout.y_of(4)) == (0, look().line)


def test_link_is_found_in_the_line_where_it_stands(qapp):
    text = "word " * 40
    block = TextBlock(text, (Span(150, 4, Style.LINK, "https://example.org"),))
    layout = laid_out(block)
    at = layout.rects(150, 154)[0].center().toPoint()
    assert layout.link_at(at.x(), at.y()) == ("https://example.org", "word")
    assert layout.link_at(at.x(), at.y() - look().line) == ("", "")
    assert layout.link_at(at.x(), -5) == ("", "")


# Growth


def sample(seed: int) -> tuple[str, list[Span]]:
    """A random paragraph of words in many scripts and styles."""
    rng = random.Random(seed)
    words = [word for word in WORDS if seed % 3 or word.isascii()]
    parts: list[str] = []
    spans: list[Span] = []
    at = 0
    for _ in range(rng.randrange(5, 70)):
        word, kind = rng.choice(words), rng.random()
        if kind < 0.08:
            source = rng.choice(["x", r"\frac{a}{b}", r"\foo", r"\sum_{i}^n i"])
            word = OBJECT
            spans.append(Span(at, 1, Style.MATH, source=source))
        elif kind < 0.3:
            style = rng.choice(STYLES)
            spans.append(Span(at, len(word), style, "u" if style is Style.LINK else ""))
        parts += [word, rng.choice([" ", " ", " ", ""])]
        at += len(parts[-1]) + len(word)
    return "".join(parts), spans


def beginning(text: str, spans: Sequence[Span], end: int) -> TextBlock:
    kept = (
        Span(span.start, min(span.length, end - span.start), span.style, span.href, span.source)
        for span in spans
        if span.start < end
    )
    return TextBlock(text[:end], tuple(kept))


@pytest.mark.parametrize("seed", range(24))
def test_grow_in_any_steps_ends_as_if_laid_out_at_once(qapp, seed):
    text, spans = sample(seed)
    rng, width = random.Random(seed), (120, 300, 700)[seed % 3]
    grown, end = laid_out(beginning(text, spans, 1), width), 1
    while end < len(text):
        end = min(len(text), end + rng.choice([1, 3, 8, 40]))
        block = beginning(text, spans, end)
        if grown.grow(block) is None:
            grown = laid_out(block, width)
    whole = laid_out(beginning(text, spans, len(text)), width)
    assert (grown.height, grown.natural_width) == (whole.height, whole.natural_width)
    assert line_starts(grown, len(text)) == line_starts(whole, len(text))


@pytest.mark.parametrize("style", [Style.BOLD, Style.LINK, Style.CODE])
def test_grow_within_a_long_span_lays_out_the_end_alone(qapp, style):
    words = "word " * 100
    layout = laid_out(TextBlock(words[:300], (Span(0, 300, style, "u"),)))
    for end in range(310, 500, 10):
        before = layout.height
        changed = layout.grow(TextBlock(words[:end], (Span(0, end, style, "u"),)))
        assert changed is not None
        if end > 330:
            assert changed >= before - 4 * look().line


def test_grow_after_which_the_direction_is_another_lays_out_anew(qapp):
    layout = laid_out("“")
    assert layout.grow(TextBlock("“" + HEBREW)) is None


def test_grow_into_a_formula_that_waits_tells_so(qapp):
    orders = Orders()
    layout = laid_out("a ", workshop=orders)
    assert layout.grow(with_formulas("a $", "x")) is not None
    assert layout.is_waiting
    orders.do_all()
    assert layout.grow(with_formulas("a $ b", "x")) is not None
    assert not layout.is_waiting


def test_paint_of_a_part_paints_that_part_alone(qapp):
    layout = laid_out("word " * 200)
    line = look().line
    clip = QRect(0, 3 * line, WIDTH, line)
    image = painted(layout, clip=clip)
    assert dark(image, clip) > 100
    assert dark(image, QRect(0, 6 * line, WIDTH, layout.height)) == 0


def test_link_in_several_styles_is_asked_about_with_its_whole_label() -> None:
    (block,) = parse_blocks("[safe.example **.evil**](https://evil.example/) and more")
    assert isinstance(block, TextBlock)
    layout = laid_out(block)
    rect = layout.rects(0, 4)[0]
    at = rect.center().toPoint()
    assert layout.link_at(at.x(), at.y()) == ("https://evil.example/", "safe.example .evil")
