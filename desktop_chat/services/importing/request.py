"""An import asked for from the command line, done here or by the process that holds the data.

Requests and answers are plain dictionaries, since they cross a socket.
"""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from desktop_chat.domain.errors import ChatError, UnreadableFileError
from desktop_chat.services.tasks import TaskScope

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping

    from desktop_chat.domain.imported import ImportResult
    from desktop_chat.services.importing.service import ImportService


async def take_over(
    service: ImportService, request: Mapping[str, Any]
) -> AsyncGenerator[dict[str, Any], None]:
    """Import files; there is no preview, so that one that was named and is unreadable ends it.

    Args:
        service: Does it.
        request: `paths`, absolute ones.

    Yields:
        `{"progress"}` with a sentence now and then, and at last `{"result"}` or `{"error"}`.
    """
    paths = [Path(str(path)) for path in request.get("paths") or ()]
    answers = _Answers()
    tasks = TaskScope()
    tasks.spawn(_work(service, paths, answers))
    try:
        while (answer := await answers.queue.get()) is not None:
            yield answer
    finally:
        await tasks.aclose()


async def _work(service: ImportService, paths: list[Path], answers: _Answers) -> None:
    try:
        async with await service.open(paths) as opened:
            preview = await opened.read(answers.found)
            named = {path.name for path in paths}
            for left_out in preview.left_out:
                if left_out.name in named:
                    raise UnreadableFileError(name=left_out.name, detail=left_out.reason)
            result = await opened.run(answers.came_in)
        answers.queue.put_nowait({"result": _described(result)})
    except ChatError as error:
        answers.queue.put_nowait({"error": str(error), "code": error.code})
    finally:
        answers.queue.put_nowait(None)


class _Answers:
    """What is to be told; how far it is only if nobody still has older words to print."""

    def __init__(self) -> None:
        self.queue: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()

    def found(self, chats: int, messages: int) -> None:
        """Tell how much was found in the files."""
        if self.queue.empty():
            self.queue.put_nowait({"progress": f"{chats} chats, {messages} messages found"})

    def came_in(self, done: int, total: int) -> None:
        """Tell how much came in."""
        if self.queue.empty():
            self.queue.put_nowait({"progress": f"{done} of {total} messages came in"})


def _described(result: ImportResult) -> dict[str, Any]:
    return {
        "chats": result.chats,
        "messages": result.messages,
        "known": result.known,
        "in_trash": result.in_trash,
        "left_out": [asdict(item) for item in result.left_out],
    }
