"""One file: asked for, gone on with where it broke, checked, and put in its place."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import time
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from desktop_chat.domain.engine_features import DownloadState
from desktop_chat.domain.errors import (
    DownloadDamagedError,
    DownloadError,
    DownloadRefusedError,
    DownloadRoomError,
    ModelFileBrokenError,
)
from desktop_chat.providers.local.gguf import check_file
from desktop_chat.providers.model_download.answers import (
    RANGE_REFUSED,
    FileAnswer,
    TemporaryError,
    read_answer,
)
from desktop_chat.providers.model_download.connection import (
    announced_by,
    failure_words,
    open_file,
    told_of,
)
from desktop_chat.providers.model_download.part_file import BLOCK, Origin, PartFile, room_in
from desktop_chat.providers.model_download.rate import Rate

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
    from pathlib import Path

    import httpx

    from desktop_chat.providers.model_download.names import ModelSource

PAUSES_S = (1.0, 2.0, 5.0, 10.0, 30.0)
REPORT_EVERY_S = 0.2
# A server that asks for more patience than this is not waited for.
LONGEST_WAIT_S = 120.0
MAGIC = b"GGUF"
OTHER_FILE = "another file of this name is in the models folder; rename or remove that one"
# Bytes done, bytes in all if known, bytes per second if known, and what goes on.
Report = tuple[int, int | None, float | None, DownloadState]


@dataclass(frozen=True, slots=True)
class Terms:
    """How a file is fetched.

    Attributes:
        checksum: SHA-256 as hex digits; "" if nobody knows.
        pauses_s: Before each new attempt after the connection broke; progress starts them anew.
        room_in: Returns how many bytes may be written into a folder.
    """

    checksum: str = ""
    pauses_s: Sequence[float] = PAUSES_S
    room_in: Callable[[Path], int] = room_in


class FileDownload:
    """One file of a model."""

    def __init__(self, source: ModelSource, target: Path, terms: Terms) -> None:
        self._source = source
        self._part = PartFile(target)
        self._checksum = terms.checksum
        self._pauses_s = tuple(terms.pauses_s)
        self._room_in = terms.room_in
        self._name = target.name
        self._total: int | None = None
        self._rate = Rate()
        self._has_answered = False

    async def run(self) -> AsyncGenerator[Report, None]:
        """Fetch the file unless it is there, and report."""
        if await asyncio.to_thread(self._is_there):
            if not self._checksum:
                await self._compare()
            return
        try:
            async with aclosing(self._fetch_all()) as reports:
                async for report in reports:
                    yield report
            yield self._report(DownloadState.CHECKING)
            await asyncio.to_thread(self._check)
            await asyncio.to_thread(self._part.finish)
        except OSError as error:
            raise await asyncio.to_thread(self._disk_error, error) from error
        finally:
            self._part.close()

    async def _compare(self) -> None:
        """Refuse a file that is there and not the one that was asked for."""
        size, self._checksum = await told_of(self._source, self._headers(None), self._name)
        if size not in (None, self._part.target.stat().st_size):
            raise DownloadRefusedError(name=self._name, detail=OTHER_FILE)
        if self._checksum:
            await asyncio.to_thread(self._is_there)

    async def _fetch_all(self) -> AsyncGenerator[Report, None]:
        attempt, size = 0, -1
        while True:
            try:
                async with aclosing(self._fetch()) as reports:
                    async for report in reports:
                        yield report
                return
            except TemporaryError as error:
                attempt = 0 if self._part.size > max(size, 0) else attempt
                size = self._part.size
                pause = self._pause(attempt, error)
                attempt += 1
            self._part.close()
            yield self._report(DownloadState.WAITING)
            await asyncio.sleep(pause)

    def _pause(self, attempt: int, error: TemporaryError) -> float:
        wait = error.wait_s or 0.0
        if attempt >= len(self._pauses_s) or wait > LONGEST_WAIT_S:
            raise DownloadError(name=self._name, detail=str(error)) from error
        return max(wait, self._pauses_s[attempt])

    async def _fetch(self) -> AsyncGenerator[Report, None]:
        """Ask for the file, or for what is missing of it, and write what comes."""
        import httpx

        origin = await asyncio.to_thread(self._part.read_origin)
        if origin is not None and origin.url == self._source.url:
            yield self._report(DownloadState.CHECKING)
            await asyncio.to_thread(self._part.open, keep=True)
        else:
            origin = None
            await asyncio.to_thread(self._part.open, keep=False)
        try:
            async with AsyncExitStack() as stack:
                answers = await open_file(
                    stack, self._source.url, self._headers(origin), self._name
                )
                self._has_answered = True
                response = answers[-1]
                self._checksum = self._checksum or announced_by(answers)
                if response.status_code == RANGE_REFUSED:
                    await self._begin_again(response.headers)
                    return
                answer = read_answer(
                    response.status_code, response.headers, self._name, self._part.size
                )
                await self._begin(answer, origin)
                async with aclosing(self._write(response)) as reports:
                    async for report in reports:
                        yield report
        except (httpx.HTTPError, httpx.StreamError) as error:
            if not self._has_answered:
                # Wrong, or offline: waiting would not help.
                raise DownloadError(name=self._name, detail=failure_words(error)) from error
            raise TemporaryError(failure_words(error)) from error
        if self._total is not None and self._part.size < self._total:
            raise TemporaryError("the connection was lost")

    def _headers(self, origin: Origin | None) -> dict[str, str]:
        headers = {"Accept-Encoding": "identity", "User-Agent": "desktop-chat"}
        if origin is not None:
            headers |= {"Range": f"bytes={self._part.size}-", "If-Range": origin.validator}
        return headers

    async def _begin_again(self, headers: Mapping[str, str]) -> None:
        """There is nothing more from where we are: it is all here, or another file by now."""
        if headers.get("content-range") == f"bytes */{self._part.size}":
            self._total = self._part.size
            return
        await self._give_up_part()

    async def _give_up_part(self) -> None:
        await asyncio.to_thread(self._part.remove)
        raise TemporaryError("the file changed on the server")

    async def _begin(self, answer: FileAnswer, before: Origin | None) -> None:
        if answer.start and before is not None and answer.validator != before.validator:
            # Not every server looks at the condition that it was asked with.
            await self._give_up_part()
        if answer.start != self._part.size:
            # The server sends all of it, perhaps because it is another file now.
            self._part.close()
            await asyncio.to_thread(self._part.open, keep=False)
        self._total = answer.total_bytes
        free = await asyncio.to_thread(self._room_in, self._part.target.parent)
        if free < (self._total or 0) - self._part.size or free <= 0:
            raise self._room_error(free)
        origin = Origin(self._source.url, answer.validator, self._total)
        await asyncio.to_thread(self._part.note, origin)

    async def _write(self, response: httpx.Response) -> AsyncGenerator[Report, None]:
        written_at = 0.0
        pending = bytearray()
        try:
            async for data in response.aiter_raw():
                pending += data
                if len(pending) < BLOCK and time.monotonic() - written_at < REPORT_EVERY_S:
                    continue
                # Emptied before the pause, or a cancelled download would write it twice.
                block, pending = bytes(pending), bytearray()
                await asyncio.to_thread(self._part.write, block)
                await self._check_so_far()
                if time.monotonic() - written_at >= REPORT_EVERY_S:
                    written_at = time.monotonic()
                    yield self._report(DownloadState.RUNNING)
        finally:
            # What came before the connection broke is not fetched again.
            self._part.write(bytes(pending))
        await self._check_so_far()
        yield self._report(DownloadState.RUNNING)

    async def _check_so_far(self) -> None:
        """Find out early that something else than a model comes, or more than there is room."""
        size = self._part.size
        self._rate.add(time.monotonic(), size)
        head = await asyncio.to_thread(self._part.head, len(MAGIC))
        if head != MAGIC[: len(head)]:
            await asyncio.to_thread(self._part.remove)
            raise DownloadRefusedError(
                name=self._name, detail="what the server sends is no GGUF file"
            )
        if self._total is not None and size > self._total:
            await asyncio.to_thread(self._part.remove)
            raise DownloadDamagedError(name=self._name)
        free = await asyncio.to_thread(self._room_in, self._part.target.parent)
        if free <= 0:
            raise self._room_error(free)

    def _check(self) -> None:
        if self._checksum and self._part.sha256 != self._checksum:
            self._part.remove()
            raise DownloadDamagedError(name=self._name)
        self._part.flush()
        try:
            check_file(self._part.path)
        except ModelFileBrokenError as error:
            self._part.remove()
            raise DownloadDamagedError(name=self._name) from error

    def _is_there(self) -> bool:
        target = self._part.target
        if not target.exists():
            return False
        if self._checksum and _sha256(target) != self._checksum:
            raise DownloadRefusedError(name=self._name, detail=OTHER_FILE)
        try:
            check_file(target)
        except ModelFileBrokenError:
            return False  # it is replaced
        return True

    def _report(self, state: DownloadState) -> Report:
        return self._part.size, self._total, self._rate.bytes_per_second, state

    def _disk_error(self, error: OSError) -> DownloadError:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            return self._room_error(0)
        return DownloadError(name=self._name, detail=error.strerror or "it cannot be written")

    def _room_error(self, free: int) -> DownloadRoomError:
        needed = (self._total or 0) - self._part.size
        return DownloadRoomError(
            name=self._name,
            needed_gb=f"{max(needed, 0) / 1e9:.1f}",
            free_gb=f"{max(free, 0) / 1e9:.1f}",
            path=str(self._part.target.parent),
        )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
