"""The table is complete, every scenario can be played, and the tests it names are there."""

from __future__ import annotations

import asyncio
import re

import pytest

from tests.scenarios.outcomes import BAD_ENDS, GOOD_STREAMS, REFUSALS, THOUGHTS
from tests.scenarios.table import HERE, Row, read_table
from tests.scenarios.test_window_failures import BROKEN, FAILURES
from tests.scenarios.test_window_replies import GOOD
from tests.standin import StandIn
from tests.standin.raw import CHAT, chat, connected
from tests.standin.roles import ROLES
from tests.standin.scenarios import EVENTS, SCENARIOS, SWITCHES

ROWS = read_table()
P1 = """1–4, 6–10, 13–16, 19–24, 27, 31, 32, 34, 37, 39, 42–45, 47, 49–51, 54, 60, 62, 64, 71–74,
79, 82–85, 87, 88, 92, 95–97, 104, 110–113, 120, 125–127, 130, 133, 135, 137, 138, 140"""
QUIET = {"late-headers", "never", "stop-before-headers", "stop-prefill"}


def numbers_of(text: str) -> set[int]:
    found: set[int] = set()
    for first, last in re.findall(r"(\d+)(?:–(\d+))?", text):
        found |= set(range(int(first), int(last or first) + 1))
    return found


# Tests that go through a list of scenarios, and the list.
LISTS = {
    "test_good_stream_says_all_of_it": list(GOOD_STREAMS),
    "test_thought_and_tools_are_told_apart": list(THOUGHTS),
    "test_refusal_has_its_error": list(REFUSALS),
    "test_bad_end_keeps_the_text_and_names_the_error": list(BAD_ENDS),
    "test_good_reply_is_shown_whole": GOOD,
    "test_failure_has_its_sentence": list(FAILURES),
    "test_broken_reply_keeps_its_part": list(BROKEN),
}


def functions_of(pattern: str) -> set[str]:
    """`file::function` of every test in the files of this folder."""
    return {
        f"{path.name}::{name}"
        for path in HERE.glob(pattern)
        for name in re.findall(r"^(?:async )?def (test_\w+)", path.read_text("utf-8"), re.M)
    }


def test_table_has_every_number_once_in_order():
    assert [row.number for row in ROWS] == list(range(1, 144))


def test_p1_marks_are_those_of_the_list():
    assert {row.number for row in ROWS if row.is_p1} == numbers_of(P1)


def test_every_scenario_of_the_standin_is_registered_once():
    assert not set(SCENARIOS) & set(SWITCHES)
    assert not set(SCENARIOS) & set(EVENTS)
    assert not set(SWITCHES) & set(EVENTS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row.number))
def test_every_name_is_playable(row: Row):
    assert set(row.names) <= {*SCENARIOS, *SWITCHES, *EVENTS}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row.number))
def test_named_tests_exist(row: Row):
    assert set(row.provider_tests) <= functions_of("test_*.py")
    window = {name.partition("::")[2] for name in functions_of("test_window_*.py")}
    assert set(row.window_tests) <= window
    assert row.provider_tests or row.window_tests


@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row.number))
def test_named_lists_hold_the_scenario(row: Row):
    for test in (*row.provider_tests, *row.window_tests):
        names = LISTS.get(test.rpartition("::")[2])
        if names is not None:
            assert {name.partition("?")[0] for name in names} & set(row.names), test


@pytest.mark.parametrize("row", [row for row in ROWS if row.is_p1], ids=lambda row: str(row.number))
def test_p1_is_automated_for_provider_and_window(row: Row):
    assert row.provider_tests
    assert row.window_tests


@pytest.mark.anyio
@pytest.mark.parametrize("name", sorted(SCENARIOS))
async def test_scenario_plays_by_its_name(standin: StandIn, name: str):
    async with connected(standin) as client:
        await client.send("POST", CHAT, chat(f"scn/{name}"))
        request = await standin.wait_for_request()
        if name not in QUIET:
            async with asyncio.timeout(5):
                await client.reader.read(1)
    await standin.wait_for(lambda: request.ended)
    # That one goes by the name of what it plays.
    assert request.scenario == name or name == "random-fault"


@pytest.mark.anyio
@pytest.mark.parametrize("name", sorted(SWITCHES))
async def test_switch_can_be_thrown_by_hand(standin: StandIn, name: str):
    more = {"key": "standin/echo"} if name == "model-vanishes" else {}
    async with connected(standin) as client:
        answer = await client.request("POST", "/__lab/next", {"name": name, "args": more})
    assert answer.json == {"ok": True}


@pytest.mark.parametrize("role", sorted(ROLES))
def test_every_role_has_a_port_of_its_own(role: str):
    ports = [other.port for other in ROLES.values()]
    assert ports.count(ROLES[role].port) == 1
