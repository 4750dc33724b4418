from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from desktop_chat.ui.theme import THEME_NAMES, load_theme
from desktop_chat.ui.widgets.button import Button, ButtonLook
from desktop_chat.ui.widgets.label import ElidedLabel, Label
from desktop_chat.ui.widgets.plain_tooltip import plain_tooltip
from desktop_chat.ui.widgets.spinner import Spinner
from desktop_chat.ui.widgets.thin_splitter import ThinSplitter

# What the offscreen platform says of any window with a least or greatest size.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.mark.parametrize("look", ButtonLook)
@pytest.mark.parametrize("name", ["light", "high-contrast-dark"])
def test_button_is_painted_in_every_look(qtbot, look, name):
    button = Button(look, text="Text", icon_name="plus")
    qtbot.addWidget(button)
    button.set_theme(load_theme(name))
    for is_on in (True, False):
        button.setEnabled(is_on)
        button.set_dimmed(is_on)
        button.setDown(is_on)
        assert not button.grab().isNull()


@pytest.mark.parametrize("name", THEME_NAMES)
def test_sign_of_a_button_that_cannot_be_pressed_stands_out(qtbot, name):
    button = Button(ButtonLook.STRONG, icon_name="arrow-up")
    qtbot.addWidget(button)
    button.set_theme(load_theme(name))
    button.setEnabled(False)
    image = button.grab().toImage()
    middle = image.width() // 2
    colours = {image.pixel(middle, y) for y in range(6, image.height() - 6)}
    assert len(colours) > 1


def test_button_with_an_icon_alone_is_square(qtbot):
    button = Button(ButtonLook.QUIET, icon_name="gear")
    qtbot.addWidget(button)
    button.set_theme(load_theme("light", 150))
    assert button.sizeHint().width() == button.sizeHint().height() == 48


def test_label_shows_markup_as_it_is(qtbot):
    label = Label("<b>x</b>", px=14)
    qtbot.addWidget(label)
    assert label.textFormat() == Qt.TextFormat.PlainText


def test_cut_label_has_its_whole_text_in_the_tooltip(qtbot):
    label = ElidedLabel("<b>word</b> " * 20, px=14)
    qtbot.addWidget(label)
    label.set_theme(load_theme("light"))
    label.resize(80, 20)
    label.grab()
    assert label.toolTip().startswith("<span>&lt;b&gt;word")
    label.resize(5000, 20)
    label.grab()
    assert label.toolTip() == ""


def test_tooltip_of_foreign_text_is_plain():
    assert plain_tooltip("a < b") == "<span>a &lt; b</span>"
    assert plain_tooltip("a & b") == "a & b"
    assert len(plain_tooltip("x" * 5000)) == 1000


def test_spinner_turns_only_while_it_is_shown(qtbot):
    spinner = Spinner()
    qtbot.addWidget(spinner)
    spinner.set_theme(load_theme("light"))
    spinner.show()
    assert not spinner.grab().isNull()
    spinner.hide()
    assert not spinner.is_turning


def test_spinner_fills_where_the_end_is_known(qtbot):
    spinner = Spinner()
    qtbot.addWidget(spinner)
    spinner.set_theme(load_theme("light"))
    shown = []
    for fraction in (None, 0.0, 0.5, 1.0):
        spinner.set_fraction(fraction)
        image = spinner.grab().toImage()
        shown.append(bytes(image.constBits()))
    assert len(set(shown)) == len(shown)


def test_splitter_line_is_painted(qtbot):
    splitter = ThinSplitter()
    qtbot.addWidget(splitter)
    for _ in range(2):
        splitter.addWidget(Label("x", px=14))
    splitter.show()
    QApplication.processEvents()
    assert splitter.handleWidth() == 1
    assert not splitter.handle(1).grab().isNull()
