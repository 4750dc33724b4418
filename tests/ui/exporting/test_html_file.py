"""The exported page: everything in one file, nothing that runs, nothing that is fetched."""

from __future__ import annotations

import base64
import re
from hashlib import sha256
from html.parser import HTMLParser

import pytest

from desktop_chat.services.exporting.options import ExportOptions
from desktop_chat.ui.exporting.html_file import HtmlFile, policy
from tests.services.exporting.records import (
    HOSTILE,
    RICH,
    attachment,
    chat,
    conversation,
    message,
    png,
    written,
)


class Page(HTMLParser):
    """Tags with their attributes; checks that each is closed in its order."""

    VOID = ("meta", "br", "hr", "img")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def all(self, tag):
        return [attrs for name, attrs in self.tags if name == tag]

    @property
    def names(self):
        return {name for name, _ in self.tags}


def page(record, **options) -> str:
    return written(HtmlFile(ExportOptions(**options)), record).decode()


@pytest.mark.parametrize("sender", ["user", "llm", "system"])
def test_row_66_hostile_text_stays_text(sender: str) -> None:
    text = page(chat(message(1, sender, HOSTILE), title="<script>x</script>"))
    found = Page(text)
    assert found.open == []
    assert not found.names & {"script", "iframe", "object", "embed", "link", "base", "form"}
    assert not [name for _, attrs in found.tags for name in attrs if name.startswith("on")]
    assert "&lt;script&gt;alert(1)" in text


def test_row_66_nothing_is_fetched() -> None:
    found = Page(page(conversation(HOSTILE + RICH)))
    assert found.all("img")
    assert all(str(image["src"]).startswith("data:image/png;base64,") for image in found.all("img"))
    style = re.search(r"<style>(.*?)</style>", page(conversation("")), re.DOTALL)
    assert style is not None
    assert "url(" not in style[1]
    assert "@import" not in style[1]


def test_row_66_links_lead_to_the_web_only() -> None:
    addresses = [link["href"] for link in Page(page(conversation(HOSTILE))).all("a")]
    assert addresses == ["https://tracker.example/pixel.png", "https://example.org/"]


def test_row_66_policy_allows_the_own_style_alone() -> None:
    text = page(conversation("Hi"))
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(sha256(style[1].encode()).digest()).decode()
    found = Page(text)
    (rule,) = [m["content"] for m in found.all("meta") if "http-equiv" in m]
    assert rule == policy()
    assert (
        rule
        == f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; form-action 'none'"
    )
    assert not [attrs for _, attrs in found.tags if "style" in attrs]
    # A policy counts from where it stands on.
    assert text.index("Content-Security-Policy") < text.index("<style>")


def test_reply_is_written_with_all_that_it_has() -> None:
    text = page(conversation(RICH))
    for part in (
        '<h3 dir="auto">Sorting</h3>', '<h4 dir="auto">Code</h4>', "<strong>bold</strong>",
        "<em>slanted</em>", "<s>struck</s>", "<code>code</code>",
        '<a href="https://example.org/a?b=1&amp;c=2" rel="noreferrer">a page</a>',
        '<span class="k">def</span> <span class="n">half</span>',
        '<th class="right" dir="auto">Cost</th>',
        "<ol>\n<li>", "<blockquote>\n<p", "☑", '<math display="block"', "<mfrac>",
        '<annotation encoding="application/x-tex">n \\log n</annotation>',
    ):  # fmt: skip
        assert part in text


def test_lists_are_nested_and_numbered() -> None:
    text = page(conversation("3. three\n4. four\n   - inner\n\nBetween\n\n5. five"))
    assert '<ol start="3">' in text
    assert '<ol start="5">' in text
    assert re.search(r"four</span>\n<ul>\n<li><span[^>]*>inner</span>\n</li>\n</ul>\n</li>", text)


def test_formula_that_cannot_be_read_stays_latex() -> None:
    text = page(conversation("$$\\def\\x{1}$$ and $\\frac{a$"))
    assert "\\def\\x{1}" in text
    assert "<math" not in text


def test_attached_picture_is_shown_and_named() -> None:
    record = conversation("Look", attachments=(attachment(png(), "a<b.png"),))
    assert len(Page(page(record)).all("img")) == 1
    assert "Attached: a&lt;b.png" in page(record)


def test_thoughts_are_folded() -> None:
    text = page(conversation("Fine", reasoning="Well"), has_reasoning=True)
    assert '<details><summary>Thoughts</summary>\n<p dir="auto">Well</p>' in text


def test_text_without_end_is_written_whole() -> None:
    assert "x" * 200_000 in page(conversation("x" * 200_000)).replace("</p>\n", "")
