"""`desktop-chat import`: here, or by the process that holds the data directory."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from desktop_chat.commands.status import DONE, FAILED, STOPPED, fail
from desktop_chat.domain.errors import ChatError, DataDirectoryInUseError
from desktop_chat.services.importing.request import take_over
from desktop_chat.services.launch import Launch, read_launch
from desktop_chat.storage.handover import ask_holder
from desktop_chat.storage.lock import DataDirectoryLock

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_HOLDER_TIMEOUT_S = 1.0
_MOST_TOLD = 20


def run(options: Mapping[str, Any]) -> int:
    """Import files and print what came in."""
    output = _Output(as_json=options["json"])
    try:
        launch = read_launch(options, reads_working_directory=True)
        # The holder has another working directory; links are its business.
        paths = [str(Path(path).expanduser().absolute()) for path in options["paths"]]
        request = {"do": "import", "paths": paths}
        return _ask_holder_or_here(launch, request, output)
    except ChatError as error:
        output.end_progress()
        return fail(error)
    except KeyboardInterrupt:
        output.end_progress()
        return STOPPED


class _Output:
    """Prints how far an import is, where somebody looks, and what came of it."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self._has_progress = False
        self.status = FAILED

    def take_all(self, items: Iterable[Mapping[str, Any]]) -> int:
        """Print all answers; return the exit status."""
        for item in items:
            self.take(item)
        return self.status

    def take(self, item: Mapping[str, Any]) -> None:
        """Print one answer."""
        if "progress" in item:
            self._show_progress(str(item["progress"]))
        elif "error" in item:
            self.end_progress()
            print(f"desktop-chat: {' '.join(str(item['error']).split())}", file=sys.stderr)
        elif "result" in item:
            self.end_progress()
            self._print_result(item["result"])
            self.status = DONE

    def end_progress(self) -> None:
        """Take the line away that tells how far it is."""
        if self._has_progress:
            self._has_progress = False
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()

    def _show_progress(self, text: str) -> None:
        if sys.stderr.isatty():
            self._has_progress = True
            sys.stderr.write(f"\r\x1b[K{text}")
            sys.stderr.flush()

    def _print_result(self, result: Mapping[str, Any]) -> None:
        left_out = result["left_out"]
        for item in left_out[:_MOST_TOLD]:
            words = " ".join(f"left out: {_plain(item['name'])}: {item['reason']}".split())
            print(f"desktop-chat: {words}", file=sys.stderr)
        if len(left_out) > _MOST_TOLD:
            more = len(left_out) - _MOST_TOLD
            print(f"desktop-chat: left out: {more} more", file=sys.stderr)
        if self._as_json:
            print(json.dumps(result))
            return
        print(f"{_count(result['chats'], 'chat')}, {_count(result['messages'], 'message')} came in")
        if result["known"]:
            words = "was" if result["known"] == 1 else "were"
            print(f"{_count(result['known'], 'chat')} {words} here already")
        if result["in_trash"]:
            print(f"{_count(result['in_trash'], 'chat')} of those in the trash; restore them there")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _plain(text: str) -> str:
    """Return a foreign name without what a terminal would obey."""
    return "".join(sign if sign.isprintable() else "?" for sign in text[:200])


def _ask_holder_or_here(launch: Launch, request: Mapping[str, Any], output: _Output) -> int:
    lock = DataDirectoryLock(launch.data_dir)
    while True:
        try:
            lock.acquire()
        except DataDirectoryInUseError:
            # One that takes no requests, such as an `ask`, is gone in a moment.
            with contextlib.suppress(DataDirectoryInUseError):
                answers = ask_holder(launch.data_dir, dict(request), timeout_s=_HOLDER_TIMEOUT_S)
                with contextlib.closing(answers) as items:
                    return output.take_all(items)
        else:
            break
    try:
        asyncio.run(_import_here(launch, request, output))
    finally:
        lock.release()
    return output.status


async def _import_here(launch: Launch, request: Mapping[str, Any], output: _Output) -> None:
    from desktop_chat.assembly import open_services
    from desktop_chat.logs import set_up_logging

    with contextlib.suppress(OSError):
        set_up_logging(launch.data_dir, launch.sources.options.get("log_level") or "INFO")
    services = await open_services(launch)
    try:
        await services.imports.tidy()
        async with contextlib.aclosing(take_over(services.imports, request)) as items:
            async for item in items:
                output.take(item)
    finally:
        await services.aclose()
