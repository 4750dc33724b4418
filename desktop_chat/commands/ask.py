"""`desktop-chat ask`: one turn, here or in the process that holds the data directory."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import sys
from typing import TYPE_CHECKING, Any

from desktop_chat.commands.status import DONE, FAILED, STOPPED, fail
from desktop_chat.domain.errors import ChatError, DataDirectoryInUseError
from desktop_chat.services.ask import answer
from desktop_chat.services.launch import Launch, read_launch
from desktop_chat.storage.handover import ask_holder
from desktop_chat.storage.lock import DataDirectoryLock

if TYPE_CHECKING:
    from collections.abc import Mapping

    from desktop_chat.services.replies.chat import ChatService

HOLDER_TIMEOUT_S = 1.0


def run(options: Mapping[str, Any]) -> int:
    """Run one turn here, or have the process do it that holds the data directory."""
    try:
        launch = read_launch(options, reads_working_directory=True)
        request = _request(options, launch)
        output = _Output(as_json=options["json"])
        return _ask_holder_or_here(launch, request, output)
    except ChatError as error:
        return fail(error)


def _request(options: Mapping[str, Any], launch: Launch) -> dict[str, Any]:
    text = options["text"]
    if text == "-":
        text = sys.stdin.buffer.read().decode("utf-8", "replace")
    request = {
        "do": "ask",
        "text": text,
        "chat_id": options["chat_id"],
        "system": options["system"],
        "temperature": options["temperature"],
        "max_tokens": options["max_tokens"],
        "model": options.get("model"),
        "url": _given(launch, "server.url"),
        "default_model": _given(launch, "server.model"),
    }
    return {name: value for name, value in request.items() if value is not None}


def _given(launch: Launch, key: str) -> str | None:
    """Return a value that was set from outside; the holder of the data knows the others."""
    from desktop_chat.services.settings import DECLARATIONS

    declaration = next(d for d in DECLARATIONS if d.key == key)
    found = launch.sources.find(declaration)
    return str(found[0]) if found else None


class _Output:
    """Prints the answers of a turn as they come."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self._ends_line = True
        self.status = FAILED

    def take(self, item: Mapping[str, Any]) -> None:
        """Print one answer."""
        if "text" in item and not self._as_json:
            sys.stdout.write(item["text"])
            sys.stdout.flush()
            self._ends_line = item["text"].endswith("\n")
        elif "notice" in item:
            print(f"desktop-chat: {item['notice']}", file=sys.stderr)
        elif "error" in item:
            self.end_line()
            print(f"desktop-chat: {' '.join(str(item['error']).split())}", file=sys.stderr)
        elif "result" in item:
            self.status = DONE
            if self._as_json:
                # Escaped: some readers take U+2028 and the like for the end of the line.
                print(json.dumps(item["result"]))
            self.end_line()

    def end_line(self) -> None:
        """Begin a new line, unless the cursor is at one."""
        if not self._ends_line:
            print(flush=True)
            self._ends_line = True


def _ask_holder_or_here(launch: Launch, request: Mapping[str, Any], output: _Output) -> int:
    """Have the holder of the data do it; else become the holder, as soon as nobody else is.

    Another `ask` holds the data too, takes no requests, and is gone in a moment.
    """
    lock = DataDirectoryLock(launch.data_dir)
    is_told = False
    while True:
        try:
            lock.acquire()
        except DataDirectoryInUseError as error:
            with contextlib.suppress(DataDirectoryInUseError):
                return _ask_holder(launch, request, output)
            if not is_told:
                is_told = True
                pid = error.fields.get("pid")
                output.take({"notice": f"waiting for process {pid}; Ctrl+C gives up."})
        else:
            break
    try:
        return _run_here(launch, request, output)
    finally:
        lock.release()


def _ask_holder(launch: Launch, request: Mapping[str, Any], output: _Output) -> int:
    answers = ask_holder(launch.data_dir, dict(request), timeout_s=HOLDER_TIMEOUT_S)
    try:
        with contextlib.closing(answers) as items:
            for item in items:
                output.take(item)
    except KeyboardInterrupt:
        output.end_line()
        return STOPPED
    return output.status


def _run_here(launch: Launch, request: Mapping[str, Any], output: _Output) -> int:
    try:
        asyncio.run(_answer_here(launch, request, output))
    except (KeyboardInterrupt, asyncio.CancelledError):
        output.end_line()
        return STOPPED
    return output.status


class _Terminate:
    """On SIGTERM the reply counts as interrupted; after Ctrl+C it is one that the user stopped."""

    def __init__(self, chat_service: ChatService, task: asyncio.Task[Any] | None) -> None:
        self._chat_service = chat_service
        self._task = task

    def __call__(self) -> None:
        self._chat_service.begin_shutdown()
        if self._task is not None:
            self._task.cancel()


async def _answer_here(launch: Launch, request: Mapping[str, Any], output: _Output) -> None:
    from desktop_chat.assembly import open_services
    from desktop_chat.logs import set_up_logging

    # Where no log can be written, the question is answered all the same.
    with contextlib.suppress(OSError):
        set_up_logging(launch.data_dir, launch.sources.options.get("log_level") or "INFO")
    services = await open_services(launch)
    with contextlib.suppress(NotImplementedError):  # Windows has no such handlers
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, _Terminate(services.chat, asyncio.current_task()))
    try:
        answers = answer(services.chat, services.engines, request, turns=services.turns)
        async with contextlib.aclosing(answers) as items:
            async for item in items:
                output.take(item)
    finally:
        await services.aclose()
