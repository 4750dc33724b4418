"""Formulas from LaTeX: geometry, bounds, and blocks that show them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QFont, QImage, QPainter

from desktop_chat.services.drawing.formula_geometry import Formula, NoFormula
from desktop_chat.services.drawing.formula_source import MAX_DEPTH, MAX_SOURCE
from desktop_chat.services.drawing.formulas import typeset
from desktop_chat.ui.theme import load_theme
from desktop_chat.ui.transcript.layouts.block_layouts import estimate_height, make_layout
from desktop_chat.ui.transcript.layouts.block_state import BlockState
from desktop_chat.ui.transcript.layouts.formula_layout import FormulaLayout
from desktop_chat.ui.transcript.layouts.formula_path import path_of
from desktop_chat.ui.transcript.layouts.look import Look
from desktop_chat.ui.transcript.layouts.marked import NOTHING, Marked
from desktop_chat.ui.transcript.text.blocks import FormulaBlock, TextBlock
from tests.ui.transcript.orders import Orders
from tests.ui.transcript.samples import reply

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

WIDTH = 700
DRAWN = [
    r"E=mc^2",
    r"\frac{a}{b}=\frac{\frac{1}{x}+1}{2}",
    r"\sum_{i=1}^n i^2=\frac{n(n+1)(2n+1)}{6}",
    r"\int_0^\infty e^{-x^2}\,dx=\frac{\sqrt\pi}{2}",
    r"\begin{bmatrix}1&\cdots&0\\ \vdots&\ddots&\vdots\\0&\cdots&1\end{bmatrix}",
    r"f(x)=\begin{cases}x&x>0\\[4pt]-x&\text{otherwise}\end{cases}",
    r"\begin{aligned}a&=b+c\\&=d\end{aligned}",
    r"\begin{equation}\label{x} e^{i\pi}+1=0 \tag{1}\end{equation}",
    r"\begin{gather*}a=b\\c=d\end{gather*}",
    r"\alpha\beta\Gamma\Omega\varepsilon \mathbb{R} \mathcal{L} \mathbf{x}",
    r"\binom{n+\frac{1}{2}}{k} \dbinom nk",
    r"\left.\frac{dy}{dx}\right|_{x=0} \bigg\{ z \bigg\}",
    r"a \implies b \iff c < d > e",
    r"\boxed{x=1} \cancel{y} \underbrace{a+b}_{c} \hat{x} \vec{v}",
    r"\operatorname*{argmax}_x f(x), \bm{\theta}",
    r"a \\ b",
    r"\dfrac12 \tfrac12 \displaystyle\sum_i a_i {\color{red} x} \phantom{x} y",
]
NOT_DRAWN = [
    r"\frac{1}{",
    r"x}",
    r"\foo{x}",
    r"\left( x",
    r"\begin{pmatrix} 1",
    r"\ce{H2O}",
    "",
    "   ",
    r"\quad",
    "x^",
    "x" * (MAX_SOURCE + 1),
    "{" * (MAX_DEPTH + 1) + "x" + "}" * (MAX_DEPTH + 1),
    r"\def\a{\b\b}\def\b{\c\c}\a",
    r"\newcommand{\x}{\x\x}\x",
]
# What would keep the typesetter busy for hours, or lead it beyond the stack.
BOMBS = [
    r"\frac{1}{" * MAX_DEPTH + "x" + "}" * MAX_DEPTH,
    r"\left(" * MAX_DEPTH + "x" + r"\right)" * MAX_DEPTH,
    "x^{" * MAX_DEPTH + "x" + "}" * MAX_DEPTH,
    r"\begin{pmatrix}" * 20 + "x" + r"\end{pmatrix}" * 20,
    r"\sqrt" * 590 + "x",
    r"\binom" * 500,
    "x" + "'" * 2900,
    "a&" * 1400,
    r"\\" * 1400,
    "\ud800\x00\ufffe",
]


def look(workshop: Any = None, theme: str = "light") -> Look:
    return Look(load_theme(theme), workshop)


def block_layout(source: str, width: int = WIDTH, workshop: Any = None) -> FormulaLayout:
    return FormulaLayout(FormulaBlock(source), look(workshop), width, BlockState())


def painted(layout: FormulaLayout, marked: Marked = NOTHING) -> QImage:
    image = QImage(WIDTH, layout.height, QImage.Format.Format_RGB32)
    image.fill(0xFFFFFF)
    painter = QPainter(image)
    layout.paint(painter, 0, 0, QRect(0, 0, WIDTH, layout.height), marked)
    painter.end()
    return image


def ink(image: QImage, rect: QRect) -> int:
    return sum(
        image.pixelColor(x, y).lightness() < 128
        for x in range(max(0, rect.left()), min(image.width(), rect.right()))
        for y in range(max(0, rect.top()), min(image.height(), rect.bottom()))
    )


@pytest.mark.parametrize("source", DRAWN)
def test_typeset_what_models_write_is_drawn_within_its_bounds(qapp, source):
    made = typeset(source, is_display=True)
    assert isinstance(made, Formula), made
    box = path_of(made, 100, QFont()).boundingRect()
    assert box.width() > 20
    assert box.left() > -15
    assert box.right() < made.width * 100 + 15
    assert box.top() > -made.ascent * 100 - 15
    assert box.bottom() < made.descent * 100 + 15


@pytest.mark.parametrize("source", NOT_DRAWN)
def test_typeset_what_cannot_be_drawn_returns_the_reason(source):
    made = typeset(source, is_display=False)
    assert isinstance(made, NoFormula)
    assert made.reason


@pytest.mark.timeout(60)
@pytest.mark.parametrize("source", BOMBS)
def test_typeset_of_a_bomb_ends_soon(source):
    assert isinstance(typeset(source, is_display=True), Formula | NoFormula)


def test_typeset_nested_deeply_gives_up_after_so_many_steps():
    made = typeset(BOMBS[1], is_display=True)
    assert isinstance(made, NoFormula)
    assert "steps" in made.reason


def test_typeset_stands_on_the_baseline():
    flat, deep = typeset("x", is_display=False), typeset("y", is_display=False)
    assert isinstance(flat, Formula)
    assert isinstance(deep, Formula)
    assert abs(flat.descent) < 0.05 < 0.15 < deep.descent


def test_typeset_brackets_are_as_tall_as_what_they_hold():
    low = typeset(r"\left(x\right)", is_display=True)
    tall = typeset(r"\left(\frac{\frac{a}{b}}{\frac{c}{d}}\right)", is_display=True)
    assert isinstance(low, Formula)
    assert isinstance(tall, Formula)
    heights = [max(step[1] for step in tall.glyphs[0].outline if step) for tall in (low, tall)]
    assert heights[1] > 1.5 * heights[0]


def test_typeset_braces_put_together_of_parts_are_drawn(qapp):
    rows = r"\\".join("abcdefgh")
    made = typeset(rf"\left\{{\begin{{matrix}}{rows}\end{{matrix}}\right.", is_display=True)
    assert isinstance(made, Formula)
    box = path_of(made, 100, QFont()).boundingRect()
    assert box.height() > 0.9 * (made.ascent + made.descent) * 100


def test_typeset_in_a_line_is_lower_than_on_its_own():
    inline, display = (typeset(r"\sum_{i=1}^n i", is_display=on) for on in (False, True))
    assert isinstance(inline, Formula)
    assert isinstance(display, Formula)
    assert inline.ascent + inline.descent < display.ascent + display.descent


def test_typeset_letters_that_its_font_lacks_are_left_to_the_text_font():
    made = typeset(r"\text{若 }x", is_display=False)
    assert isinstance(made, Formula)
    assert [letter.text for letter in made.letters] == ["若"]
    assert made.letters[0].width == 1.0


def test_layout_is_in_the_middle_and_of_the_formula_s_height(qapp):
    layout = block_layout(r"\frac{a}{b}")
    box = layout.rects(0, 1)[0]
    assert abs(box.center().x() - WIDTH / 2) < 1
    assert layout.height > look().line
    assert 0 <= box.top() < box.bottom() <= layout.height
    assert ink(painted(layout), box.toRect()) > 20


def test_layout_dark_theme_is_painted_in_its_text_colour(qapp):
    layout = FormulaLayout(FormulaBlock("X"), look(theme="dark"), WIDTH, BlockState())
    box = layout.rects(0, 1)[0].toRect()
    assert ink(painted(layout), box) == 0


def test_layout_waiting_shows_the_latex_until_it_is_drawn(qapp):
    orders = Orders()
    layout = block_layout(r"\frac{a}{b}", workshop=orders)
    assert layout.is_waiting
    assert ink(painted(layout), QRect(0, 0, 100, layout.height)) > 20
    before = layout.height
    assert layout.renew()
    assert layout.is_waiting
    orders.do_all()
    assert layout.renew()
    assert not layout.is_waiting
    assert ink(painted(layout), QRect(0, 0, 100, layout.height)) == 0
    assert abs(layout.height - before) < look().line


def test_layout_that_cannot_be_drawn_shows_all_of_the_latex(qapp):
    layout = block_layout("\\foo{x}\n+ y")
    assert not layout.is_waiting
    assert layout.height == 2 * look().code_line
    for line in (0, 1):
        assert ink(painted(layout), QRect(0, line * look().code_line, 100, look().code_line)) > 20


def test_layout_wider_than_the_column_moves_sideways(qapp):
    layout = block_layout("+".join(f"a_{{{n}}}" for n in range(60)))
    assert layout.sideways is not None
    before = layout.rects(0, 1)[0].left()
    assert layout.sideways.scroll_by(50)
    assert layout.rects(0, 1)[0].left() == before - 50
    room = QRect(layout.controls()[0].rect.left(), 0, 4, layout.height)
    assert ink(painted(layout), room) == 0


def test_layout_selected_has_the_ground_of_a_selection(qapp):
    layout = block_layout("x")
    box = layout.rects(0, 1)[0].toRect()
    image = painted(layout, Marked(chosen=(0, 1)))
    assert image.pixelColor(box.left() + 1, box.top() + 1) == look().colour("selection")


def test_layout_has_a_control_to_copy_its_latex(qapp):
    (control,) = block_layout("x").controls()
    assert (control.action, control.label) == ("copy", "Copy LaTeX")
    assert 0 <= control.rect.left() < control.rect.right() < WIDTH


def test_layout_offsets_are_before_and_behind_the_formula(qapp):
    layout = block_layout("x")
    assert (layout.offset_at(0, 5), layout.offset_at(WIDTH, 5)) == (0, 1)
    assert (layout.offset_at(WIDTH, -5), layout.offset_at(0, layout.height + 5)) == (0, 1)


def test_layout_growing_orders_one_drawing_at_a_time(qapp):
    orders = Orders()
    layout = block_layout("a", workshop=orders)
    for source in ("a+", "a+b", "a+b+c"):
        assert layout.grow(FormulaBlock(source)) == 0
    assert len(orders) == 1
    orders.do_all()
    layout.renew()
    orders.do_all()
    layout.renew()
    assert not layout.is_waiting
    assert len(orders) == 2


def test_make_layout_of_a_formula_is_about_as_high_as_estimated(qapp):
    for source in DRAWN:
        block = FormulaBlock(source)
        made = make_layout(block, look(), WIDTH, "text", BlockState())
        assert isinstance(made, FormulaLayout)
        assert abs(made.height - estimate_height(block, look(), WIDTH)) < 60
    assert not isinstance(
        make_layout(TextBlock("x"), look(), 9, "text", BlockState()), FormulaLayout
    )


def test_workshop_draws_formulas_of_a_message_beside_the_event_loop(qtbot: QtBot, show):
    view = show([reply(2, "In a line $\\frac{a}{b}$ and\n\n$$\\sum_i a_i$$")])
    body = view.stage.layout.message(0).body
    qtbot.waitUntil(lambda: not any(body.layout(n).is_waiting for n in range(2)), timeout=30_000)
    assert body.layout(1).rects(0, 1)[0].left() > 100
