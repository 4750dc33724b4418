"""Formulas for Word."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from desktop_chat.ui.exporting.omml import omml_of

SPACES = (
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
)


def tags(source: str, *, is_display: bool = True) -> list[str]:
    text = omml_of(source, is_display).replace("<m:oMath>", f"<m:oMath {SPACES}>", 1)
    root = ElementTree.fromstring(text)
    return [element.tag.rpartition("}")[2] for element in root.iter()]


@pytest.mark.parametrize(
    ("source", "parts"),
    [
        (r"x^2", {"sSup"}),
        (r"x_i^2", {"sSubSup"}),
        (r"\frac{a}{b}", {"f", "num", "den"}),
        (r"\sqrt{x}", {"rad", "degHide"}),
        (r"\sqrt[3]{x}", {"rad", "deg"}),
        (r"\sum_{i=1}^n i", {"nary", "sub", "sup"}),
        (r"\int_0^1 f", {"nary"}),
        (r"\left( \frac ab \right)", {"d", "f"}),
        (r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}", {"d", "m", "mr"}),
        (r"\begin{cases} 1 & x \\ 0 & y \end{cases}", {"d", "m"}),
        (r"\hat{x} + \vec{y}", {"acc"}),
        (r"\overline{AB}", {"bar"}),
        (r"\underbrace{a+b}_{n}", {"groupChr", "limLow"}),
        (r"\lim_{x \to 0} f", {"limLow"}),
        (r"\boxed{x}", {"borderBox"}),
        (r"\text{if } x", {"nor"}),
        (r"\binom{n}{k}", {"f", "type"}),
    ],
)
def test_formula_has_its_parts(source: str, parts: set[str]) -> None:
    assert parts <= set(tags(source))


def test_all_letters_are_there() -> None:
    text = omml_of(r"a + \frac{b}{c_d} < \sqrt{e}", False)
    assert [letter for letter in "abcde" if f">{letter}</m:t>" not in text] == []
    assert "&lt;" in text


def test_operator_has_an_operand() -> None:
    assert "<m:e></m:e>" not in omml_of(r"\sum", True)


@pytest.mark.parametrize("source", [r"\frac{a", r"\href{javascript:1}{x}", "", "x" * 5_000])
def test_what_cannot_be_read_is_nothing(source: str) -> None:
    assert omml_of(source, True) == ""
