"""Downloads, the time a model stays, and other servers' roles."""

from __future__ import annotations

from typing import Any

import pytest

from tests.standin import StandIn
from tests.standin.downloads import progress_of
from tests.standin.raw import CHAT, chat, connected, get, post
from tests.standin.roles import ROLES
from tests.standin.state import Job, Model

pytestmark = pytest.mark.anyio
DOWNLOAD = "/api/v1/models/download"


@pytest.mark.parametrize(
    ("end", "elapsed", "status", "share"),
    [
        ("completed", 1.0, "downloading", 0.125),
        ("completed", 3.5, "paused", 0.375),
        ("completed", 5.0, "downloading", 0.5),
        ("completed", 9.5, "completed", 1.0),
        ("failed", 6.5, "downloading", 0.6875),
        ("failed", 7.5, "failed", 0.8125),
    ],
)
def test_download_goes_through_its_states(end: str, elapsed: float, status: str, share: float):
    job = Job("job_1", Model("a/b", size_bytes=1000), 0.0, "", end)
    told = progress_of(job, elapsed)
    assert (told["status"], told["downloaded_bytes"]) == (status, int(1000 * share))
    assert ("bytes_per_second" in told) == (status == "downloading")
    assert ("completed_at" in told) == (status == "completed")


async def test_download_ends_with_the_model_in_the_list(standin: StandIn):
    job = (await post(standin, {"model": "a/b"}, DOWNLOAD)).json
    assert job["status"] == "downloading"
    status: dict[str, Any] = {}

    async with connected(standin) as client:
        while status.get("status") != "completed":
            status = (await client.request("GET", f"{DOWNLOAD}/status/{job['job_id']}")).json
    assert standin.state.find("a/b") is not None
    assert (await post(standin, {"model": "a/b"}, DOWNLOAD)).json == {
        "status": "already_downloaded"
    }


async def test_download_refuses_unknown_keys_and_jobs(standin: StandIn):
    refused = await post(standin, {"model": "a/b", "ttl": 3}, DOWNLOAD)
    assert refused.json["error"]["code"] == "unrecognized_keys"
    unknown = await get(standin, f"{DOWNLOAD}/status/job_none")
    assert (unknown.status, unknown.json["error"]["type"]) == (404, "job_not_found")


@pytest.mark.parametrize("ttl", [None, "abc", -5, 0.5, 100_000])
async def test_ttl_of_a_request_counts_only_as_a_whole_number(standin: StandIn, ttl: Any):
    await post(standin, chat("standin/other-7b") | ({} if ttl is None else {"ttl": ttl}))
    instance = standin.state.instance_of("standin/other-7b")
    assert instance is not None
    assert instance.ttl_s == (100_000 if ttl == 100_000 else standin.state.ttl_s)


async def test_expired_model_is_out_at_the_next_request(standin: StandIn):
    await post(standin, chat("standin/other-7b"))
    standin.play("ttl-expire")
    listed = (await get(standin, "/api/v1/models")).json["models"]
    assert not any(model["loaded_instances"] for model in listed)


# Roles


@pytest.fixture(params=sorted(ROLES))
async def other(request: pytest.FixtureRequest) -> Any:
    async with StandIn(role=request.param, speed=200) as server:
        yield server


def key_of(server: StandIn) -> dict[str, str]:
    key = ROLES[server.state.role].key
    host = {"Host": f"127.0.0.1:{server.port}"}
    return host | ({"Authorization": f"Bearer {key}"} if key else {})


async def test_role_has_its_own_list_and_no_lm_studio_path(other: StandIn):
    listed = (await get(other, "/v1/models", **key_of(other))).json
    assert ROLES[other.state.role].model in [model["id"] for model in listed["data"]]
    unknown = await get(other, "/api/v1/models", **key_of(other))
    assert unknown.status == 404
    assert b"Unexpected endpoint" not in unknown.body


@pytest.mark.parametrize("model", ["fail", "busy", "nope"])
async def test_role_answers_trouble_without_lm_studio_words(other: StandIn, model: str):
    answer = await post(other, chat(model), CHAT, **key_of(other))
    assert b"lmstudio" not in answer.data.lower()
    assert answer.status in (200, 400, 404, 422, 429, 500, 503)


async def test_role_plays_scenarios_by_model_id_too(other: StandIn):
    answer = await post(other, chat("scn/length"), CHAT, **key_of(other))
    assert answer.finish_reasons == ["length"]


async def test_jan_refuses_a_foreign_host_in_plain_text():
    async with StandIn(role="jan") as server:
        answer = await get(server, "/v1/models")  # says "Host: standin"
    assert (answer.status, answer.body) == (403, b"Invalid host header")


async def test_llama_server_says_that_it_loads_on_every_path():
    async with StandIn(role="llama-server") as server:
        server.play("server-loading", count=2)
        answers = [await get(server, path) for path in ("/health", "/v1/models", "/health")]
    assert [answer.status for answer in answers] == [503, 503, 200]


@pytest.mark.parametrize(
    ("role", "path", "text"),
    [
        ("ollama", "/", b"Ollama is running"),
        ("ollama", "/api/version", b"version"),
        ("llama-server", "/props", b"n_ctx"),
        ("koboldcpp", "/api/extra/version", b"KoboldCpp"),
        ("vllm", "/version", b"version"),
        ("litellm", "/health/liveliness", b"alive"),
    ],
)
async def test_role_can_be_told_by_its_own_path(role: str, path: str, text: bytes):
    async with StandIn(role=role) as server:
        assert text in (await get(server, path)).body
