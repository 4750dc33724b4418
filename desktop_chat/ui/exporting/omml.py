"""MathML as Office writes formulas, OMML. No Qt."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

if TYPE_CHECKING:
    from collections.abc import Sequence
    from xml.etree.ElementTree import Element

_NARY = set("∑∏∐∫∬∭∮∯∰⋀⋁⋂⋃⨀⨁⨂⨄⨆")
_INTEGRALS = set("∫∬∭∮∯∰")
_LIMITS = {"lim", "max", "min", "sup", "inf", "lim sup", "lim inf", "argmax", "argmin", "det"}
_LIMITS.add("gcd")
_OPENERS, _CLOSERS = set("([{⟨⌈⌊|‖"), set(")]}⟩⌉⌋|‖")
_ACCENTS = {
    "^": "\u0302", "ˆ": "\u0302", "~": "\u0303", "˜": "\u0303", "→": "\u20d7", "˙": "\u0307",
    "¨": "\u0308", "ˇ": "\u030c", "´": "\u0301", "`": "\u0300", "˘": "\u0306",
}  # fmt: skip
_BARS = set("¯‾―_\u0304\u0305\u0332")
_BRACES = set("⏞⏟⎴⎵⏜⏝")
_COMBINING = {chr(code) for code in range(0x300, 0x330)} | {"\u20d7"}
_FONT = '<w:rPr><w:rFonts w:ascii="Cambria Math" w:hAnsi="Cambria Math"/></w:rPr>'


@lru_cache(maxsize=256)
def omml_of(source: str, is_display: bool) -> str:
    """Return LaTeX as the element `m:oMath`, "" for what cannot be read.

    Its name spaces are declared by the document.
    """
    from desktop_chat.services.drawing.formulas import mathml

    math = mathml(source, is_display)
    return "" if math is None else f"<m:oMath>{_row(list(math))}</m:oMath>"


def _name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _text(element: Element) -> str:
    return "".join(element.itertext()).strip()


def _row(elements: Sequence[Element]) -> str:
    """Return elements side by side; what belongs together is put together."""
    parts = []
    at = 0
    while at < len(elements):
        element = elements[at]
        if _is_nary(element):
            # Its operand, without which an empty box would be shown.
            operand = elements[at + 1 : at + 2]
            parts.append(_nary(element, _row(operand) or _run("\u200b")))
            at += 2
            continue
        end = _matching(elements, at)
        if end:
            parts.append(
                _fenced(_text(element), _row(elements[at + 1 : end]), _text(elements[end]))
            )
            at = end + 1
            continue
        parts.append(_one(element))
        at += 1
    return "".join(parts)


def _matching(elements: Sequence[Element], at: int) -> int:
    """Return where a bracket around something tall is closed; 0 if it is none."""
    if _name(elements[at]) != "mo" or _text(elements[at]) not in _OPENERS:
        return 0
    for number in range(at + 1, len(elements)):
        if _name(elements[number]) == "mo" and _text(elements[number]) in _CLOSERS:
            is_tall = any(_name(part) == "mtable" for part in elements[at + 1 : number])
            return number if is_tall else 0
    return 0


def _is_nary(element: Element) -> bool:
    name = _name(element)
    if name == "mo":
        return _text(element) in _NARY
    if name in ("munderover", "munder", "mover", "msubsup", "msub", "msup") and len(element):
        return _name(element[0]) == "mo" and _text(element[0]) in _NARY
    return False


def _nary(element: Element, operand: str) -> str:
    name = _name(element)
    sign = _text(element if name == "mo" else element[0])
    below = _one(element[1]) if name in ("munderover", "munder", "msubsup", "msub") else ""
    above = _one(element[2]) if name in ("munderover", "msubsup") else ""
    if name in ("mover", "msup"):
        above = _one(element[1])
    is_beside = sign in _INTEGRALS or name in ("msubsup", "msub", "msup")
    place = "subSup" if is_beside else "undOvr"
    hides = ("" if below else '<m:subHide m:val="1"/>') + (
        "" if above else '<m:supHide m:val="1"/>'
    )
    return (
        f"<m:nary><m:naryPr><m:chr m:val={quoteattr(sign)}/>"
        f'<m:limLoc m:val="{place}"/>{hides}</m:naryPr>'
        f"<m:sub>{below}</m:sub><m:sup>{above}</m:sup><m:e>{operand}</m:e></m:nary>"
    )


def _fenced(opener: str, inner: str, closer: str) -> str:
    return (
        f"<m:d><m:dPr><m:begChr m:val={quoteattr(opener)}/><m:endChr m:val={quoteattr(closer)}/>"
        f"</m:dPr><m:e>{inner}</m:e></m:d>"
    )


def _run(text: str, properties: str = "") -> str:
    if not text:
        return ""
    set_up = f"<m:rPr>{properties}</m:rPr>" if properties else ""
    return f'<m:r>{set_up}{_FONT}<m:t xml:space="preserve">{escape(text)}</m:t></m:r>'


def _one(element: Element) -> str:
    """Return one element."""
    name = _name(element)
    if name in ("mi", "mn", "mo", "mtext", "ms", "mspace"):
        return _token(element, name)
    if name in ("msub", "msup", "msubsup", "munder", "mover", "munderover"):
        return _script(element, name)
    children = list(element)
    match name:
        case "mfrac":
            flat = element.get("linethickness", "") in ("0", "0px", "0em")
            kind = '<m:fPr><m:type m:val="noBar"/></m:fPr>' if flat else ""
            above, below = _one(children[0]), _one(children[1])
            return f"<m:f>{kind}<m:num>{above}</m:num><m:den>{below}</m:den></m:f>"
        case "msqrt":
            hide = '<m:radPr><m:degHide m:val="1"/></m:radPr>'
            return f"<m:rad>{hide}<m:deg/><m:e>{_row(children)}</m:e></m:rad>"
        case "mroot":
            return (
                f"<m:rad><m:deg>{_one(children[1])}</m:deg><m:e>{_one(children[0])}</m:e></m:rad>"
            )
        case "mtable":
            return _table(element)
        case "menclose":
            return _enclosed(element)
        case "mphantom":
            hidden = '<m:phantPr><m:show m:val="0"/></m:phantPr>'
            return f"<m:phant>{hidden}<m:e>{_row(children)}</m:e></m:phant>"
    return _fence_of(children)


def _fence_of(children: Sequence[Element]) -> str:
    """Return a row; one within LaTeX's growing brackets is put in such."""
    if children and _is_fence(children[0], "prefix"):
        closes = len(children) > 1 and _is_fence(children[-1], "postfix")
        inner = children[1:-1] if closes else children[1:]
        closer = _text(children[-1]) if closes else ""
        return _fenced(_text(children[0]), _row(inner), closer)
    return _row(children)


def _is_fence(element: Element, form: str) -> bool:
    is_marked = element.get("fence") == "true" and element.get("form") == form
    return _name(element) == "mo" and is_marked


def _token(element: Element, name: str) -> str:
    text = _text(element)
    match name:
        case "mspace":
            return _run("\u2003" if "em" in element.get("width", "") and _is_wide(element) else " ")
        case "mtext" | "ms":
            return _run("".join(element.itertext()), "<m:nor/>")
        case "mi" if len(text) > 1 or element.get("mathvariant") == "normal":
            return _run(text, '<m:sty m:val="p"/>')
    return _run(text)


def _is_wide(element: Element) -> bool:
    try:
        return float(element.get("width", "").removesuffix("em")) >= 1
    except ValueError:
        return False


def _script(element: Element, name: str) -> str:
    children = list(element)
    base, *others = children
    above = _text(others[-1]) if len(others) == 1 and _name(others[-1]) == "mo" else ""
    if name in ("mover", "munder") and above and (marked := _marked(base, above, name)):
        return marked
    if name in ("munder", "mover", "munderover") or (name == "msub" and _text(base) in _LIMITS):
        found = _one(base)
        if name in ("munder", "munderover", "msub"):
            found = f"<m:limLow><m:e>{found}</m:e><m:lim>{_one(others[0])}</m:lim></m:limLow>"
        if name in ("mover", "munderover"):
            found = f"<m:limUpp><m:e>{found}</m:e><m:lim>{_one(others[-1])}</m:lim></m:limUpp>"
        return found
    tag = {"msub": "sSub", "msup": "sSup", "msubsup": "sSubSup"}[name]
    low = f"<m:sub>{_one(others[0])}</m:sub>" if name != "msup" else ""
    high = f"<m:sup>{_one(others[-1])}</m:sup>" if name != "msub" else ""
    return f"<m:{tag}><m:e>{_one(base)}</m:e>{low}{high}</m:{tag}>"


def _marked(base: Element, mark: str, name: str) -> str:
    """Return something with an accent, a bar or a brace; "" for what is none of them."""
    inner = f"<m:e>{_one(base)}</m:e>"
    place = "top" if name == "mover" else "bot"
    if mark in _BARS:
        return f'<m:bar><m:barPr><m:pos m:val="{place}"/></m:barPr>{inner}</m:bar>'
    if mark in _BRACES:
        sign = f'<m:chr m:val="{mark}"/><m:pos m:val="{place}"/>'
        return f"<m:groupChr><m:groupChrPr>{sign}</m:groupChrPr>{inner}</m:groupChr>"
    accent = mark if mark in _COMBINING else _ACCENTS.get(mark, "")
    if accent and name == "mover":
        return f'<m:acc><m:accPr><m:chr m:val="{accent}"/></m:accPr>{inner}</m:acc>'
    return ""


def _table(element: Element) -> str:
    rows = [[cell for cell in row if _name(cell) == "mtd"] for row in element]
    width = max((len(row) for row in rows), default=1)
    first = rows[0] if rows else []
    sides = [cell.get("columnalign", "center") for cell in first]
    columns = "".join(
        f'<m:mc><m:mcPr><m:count m:val="1"/><m:mcJc m:val="{side}"/></m:mcPr></m:mc>'
        for side in (*sides, *["center"] * (width - len(sides)))
    )
    cells = "".join(
        f"<m:mr>{''.join(f'<m:e>{_row(list(cell))}</m:e>' for cell in row)}"
        f"{'<m:e/>' * (width - len(row))}</m:mr>"
        for row in rows
    )
    return f"<m:m><m:mPr><m:mcs>{columns}</m:mcs></m:mPr>{cells}</m:m>"


def _enclosed(element: Element) -> str:
    notation = element.get("notation", "")
    strikes = "".join(
        f'<m:{tag} m:val="1"/>'
        for word, tag in (("horizontalstrike", "strikeH"), ("updiagonalstrike", "strikeBLTR"),
                          ("downdiagonalstrike", "strikeTLBR"))
        if word in notation
    )  # fmt: skip
    sides = "hideTop", "hideBot", "hideLeft", "hideRight"
    hidden = "" if "box" in notation else "".join(f'<m:{side} m:val="1"/>' for side in sides)
    box = f"<m:borderBoxPr>{hidden}{strikes}</m:borderBoxPr>"
    return f"<m:borderBox>{box}<m:e>{_row(list(element))}</m:e></m:borderBox>"
