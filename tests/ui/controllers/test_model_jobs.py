"""Loading, unloading and fetching models, as the window follows them."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest

from desktop_chat.domain.engine_features import DownloadProgress, DownloadState, LoadOptions
from desktop_chat.domain.errors import DownloadError, OutOfMemoryError
from desktop_chat.domain.model_info import EMBEDDED, LM_STUDIO, ModelInstance, ModelRef
from desktop_chat.services.tasks import TaskScope
from desktop_chat.ui.controllers.model_jobs import JobKind, ModelJob, ModelJobs
from tests.ui.waiting import settle, until

REF = ModelRef(LM_STUDIO, "standin/echo")
URL = "https://host.example/resolve/main/model-Q4.gguf?download=true"
HALF = DownloadProgress(DownloadState.RUNNING, 50, 100, 10.0)
DONE = DownloadProgress(DownloadState.DONE, 100, 100, model_id="/models/model-Q4.gguf")


class FakeModels:
    """Goes on when the test says so."""

    def __init__(self):
        self.go = asyncio.Event()
        self.error = None
        self.asked = []
        self.is_given_up = False

    async def load(self, ref, options):
        self.asked.append(("load", ref, options))
        await self._work()
        return ModelInstance(ref.model_id)

    async def unload(self, ref, instance_id):
        self.asked.append(("unload", ref, instance_id))
        await self._work()

    async def download(self, account_id, source, checksum=""):
        self.asked.append(("download", account_id, source, checksum))
        yield HALF
        await self._work()
        yield DONE

    async def _work(self):
        try:
            await self.go.wait()
        except asyncio.CancelledError:
            self.is_given_up = True
            raise
        if self.error is not None:
            raise self.error


class Bench:
    """Jobs over a fake service, and what they told."""

    def __init__(self):
        self.models = FakeModels()
        self.tasks = TaskScope()
        self.jobs = ModelJobs(cast("Any", self.models), self.tasks)
        self.done: list[ModelJob] = []
        self.failed: list[tuple[JobKind, str]] = []
        self.jobs.done.connect(self.done.append)
        self.jobs.failed.connect(self._on_failed)

    def _on_failed(self, job, error):
        self.failed.append((job.kind, error.code))


def run(qloop, scenario):
    async def play():
        bench = Bench()
        try:
            return await scenario(bench)
        finally:
            await bench.tasks.aclose()

    return qloop.run(play())


def test_load_is_shown_until_the_model_is_in_memory(qloop):
    async def scenario(bench):
        bench.jobs.load(REF, LoadOptions(context_length=4096))
        await settle()
        (job,) = bench.jobs.jobs
        assert (job.kind, job.label) == (JobKind.LOAD, "standin/echo")
        assert bench.jobs.is_busy_with("standin/echo", LM_STUDIO)
        bench.models.go.set()
        await until(lambda: bench.done)
        assert bench.jobs.jobs == ()
        assert bench.models.asked == [("load", REF, LoadOptions(context_length=4096))]

    run(qloop, scenario)


def test_failed_load_tells_why(qloop):
    async def scenario(bench):
        bench.models.error = OutOfMemoryError(model="echo", detail="")
        bench.models.go.set()
        bench.jobs.load(REF, LoadOptions())
        await until(lambda: bench.failed)
        assert bench.failed == [(JobKind.LOAD, "out_of_memory")]
        assert bench.jobs.jobs == ()
        assert bench.done == []

    run(qloop, scenario)


def test_unload_names_the_instance(qloop):
    async def scenario(bench):
        bench.models.go.set()
        bench.jobs.unload(REF, "standin/echo:2")
        await until(lambda: bench.done)
        assert bench.models.asked == [("unload", REF, "standin/echo:2")]

    run(qloop, scenario)


def test_download_tells_how_far_it_is_and_what_came(qloop):
    async def scenario(bench):
        bench.jobs.download(EMBEDDED, URL, "ab" * 32)
        await until(lambda: bench.jobs.jobs[0].progress == HALF)
        assert bench.jobs.jobs[0].label == "model-Q4.gguf"
        bench.models.go.set()
        await until(lambda: bench.done)
        assert bench.done[0].progress.model_id == "/models/model-Q4.gguf"
        assert bench.models.asked == [("download", EMBEDDED, URL, "ab" * 32)]

    run(qloop, scenario)


def test_broken_download_tells_why(qloop):
    async def scenario(bench):
        bench.models.error = DownloadError(name="x", detail="the connection was lost")
        bench.jobs.download(EMBEDDED, URL)
        bench.models.go.set()
        await until(lambda: bench.failed)
        assert bench.failed == [(JobKind.DOWNLOAD, "download_failed")]

    run(qloop, scenario)


@pytest.mark.parametrize("kind", list(JobKind))
def test_job_that_is_given_up_ends_and_tells_nothing(qloop, kind):
    async def scenario(bench):
        starts = {
            JobKind.LOAD: lambda: bench.jobs.load(REF, LoadOptions()),
            JobKind.UNLOAD: lambda: bench.jobs.unload(REF, "x"),
            JobKind.DOWNLOAD: lambda: bench.jobs.download(EMBEDDED, URL),
        }
        starts[kind]()
        await until(lambda: bench.models.asked)
        await settle()
        bench.jobs.cancel(bench.jobs.jobs[0].id)
        await until(lambda: not bench.jobs.jobs)
        assert bench.models.is_given_up
        assert bench.done == bench.failed == []

    run(qloop, scenario)


def test_two_jobs_run_side_by_side(qloop):
    async def scenario(bench):
        bench.jobs.download(EMBEDDED, URL)
        bench.jobs.load(REF, LoadOptions())
        await until(lambda: len(bench.models.asked) == 2)
        bench.jobs.cancel(bench.jobs.jobs[0].id)
        await until(lambda: len(bench.jobs.jobs) == 1)
        assert bench.jobs.jobs[0].kind is JobKind.LOAD

    run(qloop, scenario)


@pytest.mark.parametrize(
    ("name", "label"),
    [("ibm/granite-4-micro", "ibm/granite-4-micro"), (URL, "model-Q4.gguf"), ("https://x", "x")],
)
def test_label_of_an_address_is_its_file(name, label):
    assert ModelJob(1, JobKind.DOWNLOAD, name, EMBEDDED, 0.0).label == label
