"""Link targets and footnotes that a text defines, and which of them were looked up in vain."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

# Before the label of a footnote: no link can have such a label.
NOTE = "\0"


class References(dict[str, Any]):
    """What is defined so far, by normalised label; markdown-it reads it as a mapping.

    Attributes:
        missed: Labels that were asked for and are not defined; whoever parses empties it.
    """

    def __init__(self) -> None:
        super().__init__()
        self.missed: set[str] = set()

    def get(self, label: str, default: Any = None) -> Any:
        """Return what is defined under a label; remember the label if nothing is."""
        found = super().get(label, default)
        if found is None and len(label) < 1000:
            self.missed.add(label)
        return found

    def __contains__(self, label: object) -> bool:
        is_known = super().__contains__(label)
        if not is_known and isinstance(label, str):
            self.missed.add(label)
        return is_known

    def define(self, label: str, target: Any) -> bool:
        """Define a label unless it is defined; return whether it was new."""
        if super().__contains__(label):
            return False
        self[label] = target
        return True


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("zero").enable("reference")


def note_label(label: str) -> str:
    """Return the key of a footnote."""
    from markdown_it.common.utils import normalizeReference

    return NOTE + normalizeReference(label)


def split_definitions(text: str) -> tuple[dict[str, Any], str]:
    """Take link definitions off the start of a paragraph; return them and the rest."""
    if not text.startswith("[") or "]:" not in text:
        return {}, text
    from markdown_it.rules_block import StateBlock, reference

    env: dict[str, Any] = {"references": {}}
    state = StateBlock(text, _parser(), env, [])
    line = 0
    while line < state.lineMax and reference(state, line, state.lineMax, False):
        line = state.line
    rest = text[state.bMarks[line] :] if line < state.lineMax else ""
    return env["references"], rest
