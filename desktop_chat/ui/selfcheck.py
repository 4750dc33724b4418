"""`--selfcheck`: is everything here that the program needs, in the bundle too?

Builds the real window off the screen and lets a scripted engine answer in it.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import platform
import sqlite3
import sys
import tempfile
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
    "qasync",
    "xllamacpp",
    "pip._internal.cli.main",
    "desktop_chat.ui.session",
    "desktop_chat.ui.dialogs.settings_dialog",
)
REPLY = "It **works**."


def run_selfcheck() -> int:
    """Print what was found and return the exit status: 0 if all is well."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    print(f"Desktop Chat {__version__}, Python {platform.python_version()}")
    print(f"Qt {qVersion()}, SQLite {sqlite3.sqlite_version}")
    problems = [*_missing_modules(), *_missing_resources()]
    print(f"key stores: {', '.join(_key_stores()) or 'none'}")
    with tempfile.TemporaryDirectory(prefix="desktop-chat-check-") as folder:
        problems += _try_a_turn(Path(folder))
    for problem in problems:
        print(f"desktop-chat: {problem}", file=sys.stderr)
    print("failed" if problems else "ok")
    return 1 if problems else 0


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
