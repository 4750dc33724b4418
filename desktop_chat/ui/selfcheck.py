"""`--selfcheck`: is everything here that the program needs, in the bundle too?

Builds the real window off the screen and lets a scripted engine answer in it.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import platform
import sqlite3
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import qVersion

from desktop_chat import __version__
from desktop_chat.assets import asset_path
from desktop_chat.domain.message import MessageStatus, Sender
from desktop_chat.domain.stream import StreamFinished, TextDelta

# Loaded by name or late, so a bundle can lack them unnoticed.
LATE_MODULES = (
    "httpx",
    "peewee",
    "markdown_it",
    "keyring",
    "jsonschema",
    "qasync",
    "xllamacpp",
    "pip._internal.cli.main",
    "desktop_chat.ui.session",
    "desktop_chat.ui.dialogs.settings_dialog",
    "desktop_chat.ui.exporting.docx_file",
    "desktop_chat.ui.exporting.odt_file",
)
REPLY = "It **works**."
DRAWN_WITHIN_S = 60.0


def run_selfcheck() -> int:
    """Print what was found and return the exit status: 0 if all is well."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    print(f"Desktop Chat {__version__}, Python {platform.python_version()}")
    note = sqlite_note(sqlite3.sqlite_version_info)
    print(f"Qt {qVersion()}, SQLite {sqlite3.sqlite_version}{note}")
    problems = [*_missing_modules(), *_missing_resources()]
    print(f"key stores: {', '.join(_key_stores()) or 'none'}")
    with tempfile.TemporaryDirectory(prefix="desktop-chat-check-") as folder:
        problems += _try_a_turn(Path(folder))
    problems += _try_the_drawing_process()
    problems += _try_an_export()
    for problem in problems:
        print(f"desktop-chat: {problem}", file=sys.stderr)
    print("failed" if problems else "ok")
    return 1 if problems else 0


def sqlite_note(version: tuple[int, ...]) -> str:
    """Return what to know about an SQLite in which two writers can damage a file."""
    from desktop_chat.services.doctor import SOUND_SQLITE

    return "" if version >= SOUND_SQLITE else " (older than 3.51.3: one writer only)"


def _missing_modules() -> list[str]:
    missing = []
    for name in LATE_MODULES:
        try:
            importlib.import_module(name)
        except ImportError as error:
            missing.append(f"{name} cannot be imported: {error}")
    return missing


def _missing_resources() -> list[str]:
    needed = ("themes/light.json", "themes/dark.json", "themes/base.qss")
    return [f"{name} is missing" for name in needed if not asset_path(name).is_file()]


def _key_stores() -> list[str]:
    from desktop_chat.storage.secrets import installed_backends

    return installed_backends()


def _try_a_turn(folder: Path) -> list[str]:
    from desktop_chat.storage.chats import ChatRepository
    from desktop_chat.storage.database import open_database
    from desktop_chat.storage.message_pages import MessagePages
    from desktop_chat.storage.messages import MessageRepository
    from desktop_chat.ui.application import run
    from desktop_chat.ui.shell import Shell

    shell = Shell(theme="light", text_size=100)
    shell.show_and_paint()
    shell.build([])
    with open_database(folder / "chats.sqlite3") as db:
        chat_id = ChatRepository(db).create_chat("Check").id
        MessageRepository(db).create_message(chat_id, Sender.USER, "Does it work?")
        shell.transcript.set_chat(chat_id, MessagePages(db))
        messages = MessageRepository(db)

        async def turn() -> str:
            from desktop_chat.domain.request import ChatRequest, ChatTurn
            from desktop_chat.providers.scripted import ScriptedProvider

            provider = ScriptedProvider([TextDelta(REPLY), StreamFinished("stop")])
            reply = messages.create_message(chat_id, Sender.LLM, "", status=MessageStatus.STREAMING)
            shell.transcript.append(reply)
            request = ChatRequest("scripted", (ChatTurn("user", "Does it work?"),))
            async with contextlib.aclosing(provider.stream(request)) as events:
                async for event in events:
                    if isinstance(event, TextDelta):
                        shell.transcript.append_delta(reply.id, event.text)
            shell.window.grab()
            return shell.transcript.message_at(1).content

        shown = run(shell.app, turn)
    shell.window.finish_close()
    return [] if shown == REPLY else ["the window did not show a reply"]


def _try_the_drawing_process() -> list[str]:
    """Have a formula drawn and a line of code coloured."""
    from desktop_chat.services.drawing.formula_geometry import Formula
    from desktop_chat.services.drawing.requests import FormulaRequest
    from desktop_chat.ui.application import make_application
    from desktop_chat.ui.transcript.layouts.code_colours import Colours
    from desktop_chat.ui.transcript.layouts.code_lines import CodeLines
    from desktop_chat.ui.transcript.layouts.workshop import Workshop

    app, workshop = make_application(), Workshop()
    formula, colours, lines = FormulaRequest("x^2", is_display=True), Colours("python"), CodeLines()
    lines.take(["return 12"])
    drawn, until = None, time.monotonic() + DRAWN_WITHIN_S
    is_waiting = True
    while (drawn is None or is_waiting) and time.monotonic() < until:
        drawn = workshop.order("formula", formula)
        is_waiting = colours.follow(lines, workshop, is_open=False)
        app.processEvents()
        time.sleep(0.01)
    workshop.close()
    problems = [] if isinstance(drawn, Formula) else [f"no formula was drawn: {drawn}"]
    return problems + ([] if colours.of(0) else ["no code was coloured"])


def _try_an_export() -> list[str]:
    """Have a chat written as the formats whose libraries bring data of their own."""
    from desktop_chat.domain.transfer import ChatRecord, MessageRecord
    from desktop_chat.services.exporting.options import ExportOptions
    from desktop_chat.ui.exporting.docx_file import DocxFile
    from desktop_chat.ui.exporting.odt_file import OdtFile

    now = datetime.now(UTC)
    chat = ChatRecord(1, "Check", now, now, messages=(MessageRecord(1, "llm", REPLY, now),))
    problems = []
    for writer in (DocxFile(ExportOptions()), OdtFile(ExportOptions())):
        try:
            writer.write(chat, io.BytesIO(), lambda: None)
        except OSError as error:
            problems.append(f"{type(writer).__name__} cannot write: {error}")
    return problems
