"""Markdown in which headings say who speaks, as this and other programs export it.

# Title
## You
…
## Assistant
…
"""

from __future__ import annotations

import codecs
import re
from typing import IO

from desktop_chat.domain.imported import FoundChat, Source
from desktop_chat.domain.message import Sender
from desktop_chat.services.importing.assembling import Found, Node, assemble
from desktop_chat.services.importing.failures import TooLargeError, UnreadableError
from desktop_chat.services.importing.limits import MB, TEXT_CHARS
from desktop_chat.services.importing.values import title_of

_SPEAKERS = {
    "you": Sender.USER,
    "user": Sender.USER,
    "human": Sender.USER,
    "me": Sender.USER,
    "prompt": Sender.USER,
    "assistant": Sender.LLM,
    "ai": Sender.LLM,
    "bot": Sender.LLM,
    "model": Sender.LLM,
    "chatgpt": Sender.LLM,
    "claude": Sender.LLM,
    "response": Sender.LLM,
    "system": Sender.SYSTEM,
    "tool": Sender.TOOL,
}
_SYSTEM_PROMPT = "system prompt"
_NAMES = "|".join([*_SPEAKERS, _SYSTEM_PROMPT])
# "## You", "### **Assistant**:", "**User:**" on a line of their own.
_HEADING = re.compile(
    rf"^(?:\#{{1,6}}[ \t]+[*_]{{0,2}}({_NAMES})\b[*_]{{0,2}}:?[*_]{{0,2}}[ \t]*\#*"
    rf"|[*_]{{2}}({_NAMES}):?[*_]{{2}}:?)[ \t]*$",
    re.IGNORECASE,
)
_TITLE = re.compile(r"^\#[ \t]+(.+?)[ \t]*\#*$")
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")
_ESCAPED = re.compile(r"\\([\\`*_<\[\]])")
_THOUGHTS = "> *Thoughts*"
_BYTES = 4 * TEXT_CHARS


def read_text(file: IO[bytes]) -> str:
    """Return the text of a file.

    Raises:
        UnreadableError: It is no text.
        TooLargeError: It is over the limits.
    """
    data = file.read(_BYTES + 1)
    if len(data) > _BYTES:
        raise TooLargeError(f"it is larger than {_BYTES // MB} MB")
    is_utf16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = data.decode("utf-16" if is_utf16 else "utf-8-sig")
    except UnicodeError:
        raise UnreadableError("its characters are not encoded as UTF-8") from None
    if "\x00" in text:
        raise UnreadableError("it is no text")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def read_chat(
    text: str, name: str = "", modified_at: float = 0, *, needs_headings: bool = False
) -> FoundChat | None:
    """Return the chat that a text holds; None if there is none.

    A text without headings that name speakers is one message of the user, unless
    `needs_headings`.
    """
    title, prompt, turns = _parts(text.split("\n"))
    if not turns:
        whole_text = text.strip()
        if needs_headings or not whole_text:
            return None
        turns = [(Sender.USER, whole_text)]
        title = title or name
    nodes = []
    for place, (sender, content) in enumerate(turns):
        node = Node(place, place - 1 if place else None, sender, content)
        _split_off_thoughts(node)
        nodes.append(node)
    details = {"system_prompt": prompt}
    title = title_of(title or name)
    found = Found(Source.MARKDOWN, "", title, nodes, modified_at=modified_at, details=dict(details))
    return assemble(found)


def _parts(lines: list[str]) -> tuple[str, str, list[tuple[Sender, str]]]:
    """Return title, system prompt, and who said what."""
    title = prompt = ""
    turns: list[tuple[Sender, str]] = []
    speaker = ""
    said: list[str] = []
    fence = ""
    for line in lines:
        opening = _FENCE.match(line)
        heading = None if fence or opening else _HEADING.match(line)
        if opening:
            fence = _fence_after(fence, opening[1], line)
        if heading is None:
            if not speaker and not title and not fence and (found := _TITLE.match(line)):
                title = _ESCAPED.sub(r"\1", found[1])
            said.append(line)
            continue
        prompt = _end_turn(speaker, said, turns) or prompt
        speaker, said = (heading[1] or heading[2]).lower(), []
    prompt = _end_turn(speaker, said, turns) or prompt
    return title, prompt, turns


def _end_turn(speaker: str, said: list[str], turns: list[tuple[Sender, str]]) -> str:
    """Add a turn; return the system prompt if that is what was said."""
    text = "\n".join(said).strip("\n").rstrip()
    if speaker == _SYSTEM_PROMPT:
        return _unquoted(text)
    # What stands before the first speaker is no message.
    if speaker and text.strip():
        turns.append((_SPEAKERS[speaker], text))
    return ""


def _fence_after(fence: str, found: str, line: str) -> str:
    """Return the fence that is open after a line with one; "" for none."""
    if not fence:
        return found
    is_end = found[0] == fence[0] and len(found) >= len(fence)
    return "" if is_end and not line.strip().strip(found[0]) else fence


def _split_off_thoughts(node: Node) -> None:
    """Take out what our own export puts before a reply: its details, and what was thought."""
    lines = node.content.split("\n")
    place = next((i for i, line in enumerate(lines[:6]) if line == _THOUGHTS), -1)
    if place < 0 or node.sender is not Sender.LLM:
        return
    end = place
    while end < len(lines) and lines[end].startswith(">"):
        end += 1
    node.details["reasoning"] = _unquoted("\n".join(lines[place + 1 : end])).strip()
    node.content = "\n".join(lines[end:]).strip("\n")


def _unquoted(text: str) -> str:
    lines = text.split("\n")
    if any(line and not line.startswith(">") for line in lines):
        return text
    return "\n".join(line.removeprefix(">").removeprefix(" ") for line in lines)
