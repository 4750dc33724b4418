"""`/api/v1/models/download`: jobs that pause once, then end well or badly."""

from __future__ import annotations

import secrets
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.standin.native import refuses_keys
from tests.standin.state import Job, Model

if TYPE_CHECKING:
    from tests.standin.exchange import Exchange

STATUS_PATH = "/api/v1/models/download/status/"
KEYS = {"model", "quantization"}
TOTAL_S = 8.0
PAUSED_S = (3.0, 4.0)
FAILS_AT_S = 6.0


def _stamp(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


async def begin(exchange: Exchange) -> None:
    """Start a download, unless the model is there."""
    if await refuses_keys(exchange, KEYS):
        return
    state = exchange.state
    wanted = str(exchange.body.get("model") or "")
    if state.find(wanted) is not None:
        await exchange.send_json(200, {"status": "already_downloaded"})
        return
    model = Model(wanted, name=wanted.rpartition("/")[2], size_bytes=2_279_145_003)
    started = _stamp(datetime.now(UTC))
    job = Job(f"job_{secrets.token_hex(5)}", model, time.monotonic(), started, state.download_end)
    state.jobs[job.id] = job
    made = {"job_id": job.id, "status": "downloading", "total_size_bytes": model.size_bytes}
    await exchange.send_json(200, made | {"started_at": started})


async def tell(exchange: Exchange, job_id: str) -> None:
    """How far a download is; the model is there once it is told to be complete."""
    job = exchange.state.jobs.get(job_id)
    if job is None:
        error = {"type": "job_not_found", "message": f"Download job '{job_id}' not found"}
        await exchange.send_json(404, {"error": error})
        return
    elapsed = (time.monotonic() - job.begun) * exchange.state.speed
    told = progress_of(job, elapsed)
    if told["status"] == "completed" and exchange.state.find(job.model.key) is None:
        exchange.state.models.append(job.model)
    await exchange.send_json(200, told)


def progress_of(job: Job, elapsed: float) -> dict[str, Any]:
    """The status after so many played seconds."""
    total = job.model.size_bytes
    pause, resume = PAUSED_S
    ran = elapsed if elapsed < pause else max(pause, elapsed - (resume - pause))
    told: dict[str, Any] = {
        "job_id": job.id,
        "status": "downloading",
        "total_size_bytes": total,
        "downloaded_bytes": min(total, int(total * ran / TOTAL_S)),
        "started_at": job.started_at,
    }
    if job.end == "failed" and ran >= FAILS_AT_S:
        return told | {"status": "failed"}
    if ran >= TOTAL_S:
        return told | {"status": "completed", "completed_at": _stamp(datetime.now(UTC))}
    if pause <= elapsed < resume:
        return told | {"status": "paused"}
    left = timedelta(seconds=TOTAL_S - ran)
    done = _stamp(datetime.now(UTC) + left)
    return told | {"bytes_per_second": total / TOTAL_S, "estimated_completion": done}
