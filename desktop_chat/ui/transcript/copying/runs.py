"""Text cut into stretches of one style each, for whoever writes blocks down. No Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from desktop_chat.ui.transcript.text.blocks import Span, Style

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class Run(NamedTuple):
    """A stretch of text in one style; `source` is the LaTeX that stands in its place."""

    text: str
    style: Style = Style.PLAIN
    href: str = ""
    source: str = ""


def runs(text: str, spans: Iterable[Span]) -> Iterator[Run]:
    """Yield all of `text`, cut where spans start and end; spans do not overlap."""
    at = 0
    for span in spans:
        if span.start > at:
            yield Run(text[at : span.start])
        end = span.start + span.length
        yield Run(text[span.start : end], span.style, span.href, span.source)
        at = end
    if at < len(text):
        yield Run(text[at:])


def cut_spans(spans: Iterable[Span], start: int, end: int) -> tuple[Span, ...]:
    """Return the spans of a stretch of a text, as offsets of that stretch count."""
    cut = []
    for span in spans:
        first, last = max(span.start, start), min(span.start + span.length, end)
        if first < last:
            cut.append(Span(first - start, last - first, span.style, span.href, span.source))
    return tuple(cut)
