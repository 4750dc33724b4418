"""Loading, unloading and fetching models, which LM Studio does by its native API."""

from __future__ import annotations

import asyncio
from dataclasses import fields
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from desktop_chat.domain.engine_features import DownloadProgress, DownloadState
from desktop_chat.domain.errors import (
    ConnectionLostError,
    DownloadError,
    EngineError,
    ModelNotFoundError,
    ServerUnreachableError,
    UnreadableReplyError,
    WrongPathError,
)
from desktop_chat.domain.model_info import ModelInstance
from desktop_chat.providers.dialect.model_lists import LOAD_OPTIONS

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from desktop_chat.domain.engine_features import LoadOptions
    from desktop_chat.providers.dialect.v1_server import V1Server

LOAD_PATH = "/api/v1/models/load"
UNLOAD_PATH = "/api/v1/models/unload"
DOWNLOAD_PATH = "/api/v1/models/download"
STATUS_PATH = "/api/v1/models/download/status/"

POLL_S = 1.0
# A download goes on while its server is busy or away for a moment.
MAX_MISSED_POLLS = 5
STATES = {
    "downloading": DownloadState.RUNNING,
    "paused": DownloadState.PAUSED,
    "completed": DownloadState.DONE,
    "already_downloaded": DownloadState.DONE,
}
FAILURES = {"failed": "LM Studio could not fetch it", "cancelled": "it was cancelled there"}


class NativeModels:
    """Models in the memory and on the disk of one LM Studio.

    Args:
        server: The server.
        poll_s: Pause between two questions for the state of a download.
    """

    def __init__(self, server: V1Server, poll_s: float = POLL_S) -> None:
        self._server = server
        self._poll_s = poll_s

    async def load(self, model_id: str, options: LoadOptions) -> ModelInstance:
        """Load a model; the server is silent until it is done, however long that takes."""
        body: dict[str, Any] = {"model": model_id}
        for field in fields(options):
            value = getattr(options, field.name)
            if value is not None and field.name in LOAD_OPTIONS:
                body[field.name] = value
        body["echo_load_config"] = True
        reply = _object(await self._server.post_json(LOAD_PATH, body, limit_s=None))
        length = _object(reply.get("load_config")).get("context_length")
        return ModelInstance(
            str(reply.get("instance_id") or model_id),
            length if isinstance(length, int) else options.context_length,
        )

    async def unload(self, instance_id: str) -> None:
        """Take one instance out of memory; no error if it is not there any more."""
        try:
            await self._server.post_json(UNLOAD_PATH, {"instance_id": instance_id})
        except ModelNotFoundError:
            return
        except WrongPathError as error:
            # A status of 404 alone; a path that LM Studio does not know has status 200.
            if "endpoint" in str(error.fields.get("detail", "")):
                raise

    async def download(self, source: str) -> AsyncGenerator[DownloadProgress, None]:
        """Have a model fetched and report about it; LM Studio goes on if nobody listens.

        Raises:
            DownloadError: It failed, or LM Studio knows nothing of it any more.
        """
        job = _object(await self._server.post_json(DOWNLOAD_PATH, {"model": source}))
        job_id = job.get("job_id")
        missed = 0
        while True:
            progress = _progress_of(job, source)
            yield progress
            if progress.state is DownloadState.DONE:
                return
            if not isinstance(job_id, str) or not job_id:
                raise UnreadableReplyError(detail="The download has no number.")
            await asyncio.sleep(self._poll_s)
            try:
                job = {**job, **await self._ask(job_id, source)}
                missed = 0
            except (ServerUnreachableError, ConnectionLostError):
                missed += 1
                if missed > MAX_MISSED_POLLS:
                    raise

    async def _ask(self, job_id: str, source: str) -> dict[str, Any]:
        try:
            return _object(await self._server.get_json(f"{STATUS_PATH}{quote(job_id, safe='')}"))
        except (ServerUnreachableError, ConnectionLostError):
            raise
        except EngineError as error:
            detail = error.fields.get("detail") or "LM Studio knows nothing of it any more"
            raise DownloadError(name=source, detail=detail) from error


def _progress_of(job: dict[str, Any], source: str) -> DownloadProgress:
    status = str(job.get("status", ""))
    if status in FAILURES:
        detail = _object(job.get("error")).get("message") or FAILURES[status]
        raise DownloadError(name=source, detail=str(detail)[:300])
    state = STATES.get(status, DownloadState.RUNNING)
    total = _count(job.get("total_size_bytes"))
    done = _count(job.get("downloaded_bytes"))
    if state is DownloadState.DONE and total is not None:
        done = total
    rate = job.get("bytes_per_second") if state is DownloadState.RUNNING else None
    return DownloadProgress(state, done or 0, total, _number(rate))


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _count(value: object) -> int | None:
    number = _number(value)
    return int(number) if number is not None else None


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value < 2**53 else None
