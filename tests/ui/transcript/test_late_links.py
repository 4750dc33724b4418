"""Links and footnotes that are defined only after the text that uses them."""

from __future__ import annotations

from desktop_chat.ui.transcript.text.blocks import Block, ImageBlock, Style, TextBlock
from desktop_chat.ui.transcript.text.growing_text import GrowingText
from desktop_chat.ui.transcript.text.markdown_late import Change


def hrefs(blocks: list[Block]) -> list[str]:
    spans = [span for block in blocks if isinstance(block, TextBlock) for span in block.spans]
    return [span.href for span in spans if span.style & Style.LINK]


def closed(text: str) -> GrowingText:
    growing = GrowingText()
    growing.feed(text)
    growing.close()
    return growing


def test_finish_with_late_definition_reads_the_link_again() -> None:
    growing = GrowingText()
    growing.feed("first\n\nsee [a][r]\n\n")
    growing.feed("between\n\n[r]: http://late\n")
    assert growing.frozen == 3
    assert hrefs(growing.blocks) == []
    assert growing.finish() == 1
    assert hrefs(growing.blocks) == ["http://late"]


def test_first_definition_counts() -> None:
    growing = closed("[r]\n\n[r]: http://one\n\n[r]: http://two\n\n[R]")
    growing.correct(1000)
    assert hrefs(growing.blocks) == ["http://one", "http://one"]


def test_correct_tells_which_blocks_were_replaced() -> None:
    growing = closed("a ![i][r] b\n\nc\n\nd [r] e\n\n[r]: http://x")
    assert growing.has_corrections
    assert growing.correct(1000) == [Change(0, 1, 3), Change(4, 1, 1)]
    assert not growing.has_corrections
    assert isinstance(growing.blocks[1], ImageBlock)
    assert growing.frozen == len(growing.blocks) == 5


def test_correct_in_slices_equals_at_once() -> None:
    text = "".join(f"see [r{number % 7}] here\n\n" for number in range(300))
    text += "".join(f"[r{number}]: http://x/{number}\n" for number in range(7))
    sliced, whole = closed(text), closed(text)
    steps = 0
    while sliced.has_corrections:
        sliced.correct(0.0)
        steps += 1
    whole.correct(10_000)
    assert steps == 300
    assert sliced.blocks == whole.blocks


def test_late_footnote_turns_its_references_into_marks() -> None:
    growing = closed("text[^n]\n\n[^n]: note")
    growing.correct(1000)
    text = growing.blocks[0]
    assert isinstance(text, TextBlock)
    assert (text.text, [span.style for span in text.spans]) == ("textn", [Style.NOTE])


def test_text_without_late_definitions_needs_no_corrections() -> None:
    assert not closed("[r]: http://x\n\n[r] and [nothing] and [^none]").has_corrections
