"""What LM Studio tells of its models, and loading, unloading and fetching them."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

import pytest

from desktop_chat.domain import errors
from desktop_chat.domain.engine_features import DownloadState, LoadOptions
from desktop_chat.domain.model_info import ModelInstance, ModelKind
from desktop_chat.domain.params import ParamName
from desktop_chat.domain.stream import ModelAnswered, TextDelta
from desktop_chat.providers.lm_studio import LMStudioAPIProvider
from tests.providers.replies import ask, events_and_error, events_of, json_reply, text_of

pytestmark = pytest.mark.anyio

ECHO = "standin/echo"
OTHER = "standin/other-7b"
NEW = "ibm/granite-4-micro"


@pytest.fixture
async def provider(standin):
    provider = LMStudioAPIProvider(standin.url, poll_s=0)
    yield provider
    await provider.aclose()


async def model_of(provider, model_id: str):
    return next(model for model in await provider.list_models() if model.id == model_id)


# Lists


async def test_list_models_tells_what_there_is_to_know(provider):
    model = await model_of(provider, ECHO)
    assert (model.kind, model.is_loaded) == (ModelKind.CHAT, True)
    assert (model.display_name, model.architecture, model.parameters) == ("Echo", "qwen3", "8B")
    assert (model.quantization, model.file_format) == ("Q4_K_M", "gguf")
    assert (model.size_bytes, model.max_context_length) == (5_027_783_488, 40_960)
    assert (model.has_vision, model.has_tools) == (False, True)
    assert model.instances == (ModelInstance(ECHO, 8192),)


async def test_list_models_uses_the_loaded_context_length(standin, provider):
    standin.play("context-info")
    model = await model_of(provider, ECHO)
    assert (model.context_length, model.max_context_length) == (4096, 262_144)


async def test_list_models_of_oddities_is_complete(standin, provider):
    standin.play("models-odd")
    models = {model.id: model for model in await provider.list_models()}
    assert len(models) == 508
    assert models["odd/bare"].quantization is None
    assert models["odd/thinker"].reasoning_options == ("low", "medium", "high", "xhigh")
    assert [one.id for one in models["odd/thinker"].instances] == ["odd/thinker", "odd/thinker:2"]
    assert models["odd/sees"].has_vision
    assert models["odd/hears"].kind is ModelKind.UNKNOWN
    assert models["odd/sees"].instances == (ModelInstance("my-own-name", 4096),)


async def test_list_models_with_jit_off_still_lists_what_can_be_loaded(standin, provider):
    standin.play("models-jit-off")
    models = await provider.list_models()
    assert sum(model.is_loaded is False for model in models) == 11


@pytest.mark.parametrize(
    ("switch", "can_load"), [("v1-only", True), ("v0-only", False), ("openai-only", False)]
)
async def test_features_follow_the_api_that_is_there(standin, provider, switch, can_load):
    standin.play(switch)
    await provider.list_models()
    features = provider.features
    can_more = features.can_load, features.can_unload, features.can_download
    assert can_more == (can_load,) * 3
    assert ParamName.TOP_K in features.params
    assert ParamName.MIN_P not in features.params


async def test_stream_vanished_model_is_named_and_the_rest_stays(standin, provider):
    standin.play("models-jit-on")
    standin.play("model-vanishes", key="standin/model-4")
    await provider.list_models()
    standin.state.jit = False
    _, error = await events_and_error(provider, ask("standin/model-4"))
    assert isinstance(error, errors.NoModelLoadedError | errors.ModelNotFoundError)


# Loading and unloading


async def test_load_model_sends_only_what_was_chosen(standin, provider):
    options = LoadOptions(context_length=2048, flash_attention=True, gpu_layers=9, threads=3)
    made = await provider.load_model(OTHER, options)
    assert made == ModelInstance(OTHER, 2048)
    assert standin.log[0].json == {
        "model": OTHER,
        "context_length": 2048,
        "flash_attention": True,
        "echo_load_config": True,
    }


async def test_load_model_twice_gives_an_instance_of_its_own(standin, provider):
    standin.play("load-twice")
    made = await provider.load_model(ECHO, LoadOptions())
    assert made.id == f"{ECHO}:2"
    await provider.unload_model(made.id)
    assert [one.id for one in standin.state.instances] == [ECHO]


async def test_load_model_waits_in_silence_and_can_be_left(standin, provider):
    standin.play("load-slow", seconds=99_999)
    # The task is this test's own way to press Cancel; nothing outlives it.
    task = asyncio.get_running_loop().create_task(provider.load_model(OTHER, LoadOptions()))
    await standin.wait_for_request()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await standin.wait_for(lambda: standin.log[0].client_closed_at is not None)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("load-fails", errors.ModelLoadFailedError),
        ("load-400-ttl", errors.ParameterRefusedError),
        ("unknown-model-native-404", errors.ModelNotFoundError),
    ],
)
async def test_load_model_refused_raises(standin, provider, name, expected):
    standin.play(name)
    with pytest.raises(expected):
        await provider.load_model(OTHER, LoadOptions())


async def test_unload_model_takes_it_out(standin, provider):
    await provider.unload_model(ECHO)
    assert standin.state.instances == []
    assert standin.log[0].json == {"instance_id": ECHO}


async def test_unload_model_that_is_gone_is_no_error(standin, provider):
    await provider.unload_model("nobody/knows")
    assert len(standin.log) == 1


@pytest.mark.parametrize(
    "error",
    [
        {"type": "invalid_request", "message": "Model instance 'x' not found"},
        "No such instance",
    ],
)
async def test_unload_model_other_words_for_gone_are_no_error(play_bytes, error):
    async with play_bytes(json_reply(404, {"error": error})) as url:
        await LMStudioAPIProvider(url).unload_model("x")


async def test_unload_model_without_native_api_raises(standin, provider):
    standin.play("openai-only")
    with pytest.raises(errors.WrongPathError):
        await provider.unload_model(ECHO)


# Models that come and go while a chat goes on


async def test_jit_evict_ends_the_other_reply_and_answers_this_one(standin, provider):
    standin.play("jit-evict")
    standin.state.rate = 20.0
    await provider.list_models()
    async with aclosing(provider.stream(ask(ECHO, "word " * 300))) as evicted:
        async for event in evicted:
            if isinstance(event, TextDelta):
                break
        assert text_of(await events_of(provider, ask(OTHER))) == "Echo: hi there"
        with pytest.raises(errors.ModelUnloadedError):
            _ = [event async for event in evicted]
    models = {model.id: model.is_loaded for model in await provider.list_models()}
    assert (models[OTHER], models[ECHO]) == (True, False)


async def test_ttl_expired_model_is_loaded_again_without_an_error(standin, provider):
    await provider.list_models()
    standin.state.set_loaded([])
    events = await events_of(provider, ask(ECHO))
    assert ModelAnswered(ECHO) in events


# Downloads


async def downloaded(provider, source: str = NEW):
    return [progress async for progress in provider.download_model(source)]


async def test_download_model_tells_progress_pause_and_end(standin, provider):
    standin.play("download")
    reports = await downloaded(provider, f" {NEW}\n")
    states = [report.state for report in reports]
    assert states[-1] is DownloadState.DONE
    assert DownloadState.RUNNING in states
    assert reports[-1].bytes_done == reports[-1].bytes_total == 2_279_145_003
    done = [report.bytes_done for report in reports]
    assert done == sorted(done)
    assert any(report.bytes_per_second for report in reports)
    assert standin.log[0].json == {"model": NEW}
    assert NEW in [model.id for model in await provider.list_models()]


async def test_download_model_paused_there_goes_on(play_bytes):
    job = {"job_id": "job_1", "total_size_bytes": 9}
    replies = [
        job | {"status": "downloading"},
        job | {"status": "paused", "downloaded_bytes": 3},
        job | {"status": "who knows", "downloaded_bytes": 4, "bytes_per_second": "x"},
        job | {"status": "completed", "downloaded_bytes": 9},
    ]
    async with play_bytes(*[json_reply(200, reply) for reply in replies]) as url:
        reports = await downloaded(LMStudioAPIProvider(url, poll_s=0))
    assert [(report.state, report.bytes_done) for report in reports] == [
        (DownloadState.RUNNING, 0),
        (DownloadState.PAUSED, 3),
        (DownloadState.RUNNING, 4),
        (DownloadState.DONE, 9),
    ]


async def test_download_model_that_is_there_is_done_at_once(provider):
    assert [report.state for report in await downloaded(provider, ECHO)] == [DownloadState.DONE]


async def test_download_model_failed_raises(standin, provider):
    standin.play("download", end="failed")
    with pytest.raises(errors.DownloadError, match=NEW):
        await downloaded(provider)


async def test_download_model_forgotten_by_the_server_raises(standin, provider):
    reports = provider.download_model(NEW)
    await anext(reports)
    standin.state.jobs.clear()
    with pytest.raises(errors.DownloadError, match="job_"):
        await anext(reports)


async def test_download_model_survives_a_server_that_is_away(play_bytes):
    job = {"job_id": "job_1", "status": "downloading", "total_size_bytes": 9}
    replies = json_reply(200, job), b"", b"", json_reply(200, job | {"status": "completed"})
    async with play_bytes(*replies) as url:
        reports = await downloaded(LMStudioAPIProvider(url, poll_s=0))
    assert reports[-1].state is DownloadState.DONE


async def test_download_model_server_gone_for_good_raises(play_bytes):
    job = {"job_id": "job_1", "status": "downloading"}
    async with play_bytes(json_reply(200, job)) as url:
        with pytest.raises(errors.ConnectionLostError):
            await downloaded(LMStudioAPIProvider(url, poll_s=0))


async def test_download_model_without_a_number_raises(play_bytes):
    async with play_bytes(json_reply(200, {"status": "downloading"})) as url:
        with pytest.raises(errors.UnreadableReplyError):
            await downloaded(LMStudioAPIProvider(url, poll_s=0))
