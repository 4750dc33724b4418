"""The lists of a DOCX file: kinds of their levels, and numbers that begin anew. No Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from docx.oxml.numbering import CT_Num

from desktop_chat.ui.exporting.docx_look import STEP, element

if TYPE_CHECKING:
    from docx.document import Document
    from docx.oxml.xmlchemy import BaseOxmlElement

MAX_LEVEL = 8
_SIGNS = "•◦▪"


class DocxLists:
    """Gives lists their numbers in the document.

    Attributes:
        bullets: The number of all lists without numbers.
    """

    def __init__(self, document: Document) -> None:
        self._numbering: Any = document.part.numbering_part.element
        # The template's own lists have one level each.
        kinds = self._numbering.xpath("w:abstractNum")
        bullets, self._numbers = len(kinds), len(kinds) + 1
        for place, (kind, is_ordered) in enumerate(((bullets, False), (self._numbers, True))):
            self._numbering.insert(len(kinds) + place, _kind(kind, is_ordered=is_ordered))
        self._count = len(self._numbering.num_lst)
        self._add(bullets)
        self.bullets = self._count

    def numbered(self, level: int, first: int) -> int:
        """Return the number of a new list whose items at `level` begin with `first`."""
        number = self._add(self._numbers)
        number.add_lvlOverride(ilvl=level).add_startOverride(first)
        return self._count

    def _add(self, kind: int) -> Any:
        # The library's own method looks through all that there are, each time.
        self._count += 1
        new: Any = CT_Num.new
        number = new(self._count, kind)
        self._numbering.append(number)
        return number


def _kind(number: int, *, is_ordered: bool) -> BaseOxmlElement:
    made = element("abstractNum", abstractNumId=number)
    made.append(element("multiLevelType", val="hybridMultilevel"))
    for level in range(MAX_LEVEL + 1):
        text = f"%{level + 1}." if is_ordered else _SIGNS[level % len(_SIGNS)]
        made.append(_level(level, "decimal" if is_ordered else "bullet", text))
    return made


def _level(level: int, kind: str, text: str) -> BaseOxmlElement:
    made = element("lvl", ilvl=level)
    made.append(element("start", val=1))
    made.append(element("numFmt", val=kind))
    made.append(element("lvlText", val=text))
    made.append(element("lvlJc", val="left"))
    place = element("pPr")
    place.append(element("ind", left=(level + 1) * STEP.twips, hanging=STEP.twips))
    made.append(place)
    return made
