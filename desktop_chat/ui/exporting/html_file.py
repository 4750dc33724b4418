"""The path that is shown as one page of HTML: nothing in it runs, and nothing is fetched. No Qt."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from html import escape
from typing import TYPE_CHECKING

from desktop_chat.services.exporting.words import PICTURE, SYSTEM_PROMPT, THOUGHTS, title_of
from desktop_chat.ui.exporting.content import attached, parts_of
from desktop_chat.ui.exporting.html_blocks import HtmlBlocks
from desktop_chat.ui.exporting.html_style import style_sheet
from desktop_chat.ui.exporting.pictures import attached_picture
from desktop_chat.ui.transcript.text.text_limits import clean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import BinaryIO

    from desktop_chat.domain.transfer import AttachmentRecord, ChatRecord
    from desktop_chat.services.exporting.options import ExportOptions
    from desktop_chat.ui.exporting.content import Part
    from desktop_chat.ui.transcript.text.blocks import Block

_PAGE = """<!DOCTYPE html>
<html lang="">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="Desktop Chat">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<main>
<h1 dir="auto">{title}</h1>
"""
_END = "</main>\n</body>\n</html>\n"


class HtmlFile:
    """Writes HTML."""

    def __init__(self, options: ExportOptions) -> None:
        self._options = options

    def write(self, chat: ChatRecord, file: BinaryIO, step: Callable[[], None]) -> None:
        """Write one chat; `step` is called after each message."""
        title = escape(clean(title_of(chat)))
        page = _PAGE.format(policy=escape(policy()), title=title, style=style_sheet())
        file.write(page.encode())
        if chat.system_prompt:
            words = escape(clean(chat.system_prompt)).replace("\n", "<br>")
            details = f"<summary>{SYSTEM_PROMPT}</summary>\n<p>{words}</p>"
            file.write(f'<details class="system">{details}</details>\n'.encode())
        for part in parts_of(chat, self._options):
            file.write("".join(_article(part)).encode())
            step()
        file.write(_END.encode())


def policy() -> str:
    """Return what a browser allows the page: its own style, and pictures within it."""
    digest = b64encode(sha256(style_sheet().encode()).digest()).decode("ascii")
    return f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; form-action 'none'"


def _article(part: Part) -> Iterator[str]:
    kind = ' class="user"' if part.is_user else ""
    small = f" <small>{escape(part.details)}</small>" if part.details else ""
    yield f"<article{kind}>\n<h2>{escape(part.sender)}{small}</h2>\n"
    if part.thoughts:
        yield f"<details><summary>{THOUGHTS}</summary>\n{_html(part.thoughts)}</details>\n"
    if part.blocks:
        yield f"<div>\n{_html(part.blocks)}</div>\n"
    for attachment in part.attachments:
        yield _attachment(attachment)
    if part.note:
        yield f'<p class="note" dir="auto">{escape(part.note)}</p>\n'
    yield "</article>\n"


def _html(blocks: Iterable[Block]) -> str:
    writer = HtmlBlocks()
    for block in blocks:
        writer.write(block)
    return writer.finish()


def _attachment(attachment: AttachmentRecord) -> str:
    words = f'<p class="file">{escape(attached(attachment))}</p>\n'
    picture = attached_picture(attachment)
    if picture is None:
        return words
    source = f"data:{picture.media_type};base64,{b64encode(picture.data).decode('ascii')}"
    return f'<p><img alt="{PICTURE}" src="{source}"></p>\n{words}'
