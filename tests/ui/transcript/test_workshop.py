"""Jobs for the drawing process: answered, cut off, survived, and no process is left."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import psutil
import pytest
from PySide6.QtCore import QObject
from PySide6.QtTest import QSignalSpy

from desktop_chat.services.drawing.formula_geometry import Formula, NoFormula
from desktop_chat.services.drawing.requests import CodeRequest, FormulaRequest
from desktop_chat.ui.transcript.layouts.workshop import MAX_KEPT, Workshop
from tests.source_tree import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

WITHIN_MS = 30_000
# Answers with its own number, unless it is told to die, hang or babble; tells each start on a file.
SCRIPT = r"""
import json, os, sys, time
for line in sys.stdin:
    asked = json.loads(line)
    source = asked["arguments"]["source"]
    if source == "die":
        os._exit(3)
    if source == "hang":
        time.sleep(1000)
    if source == "babble":
        print("no answer", flush=True)
        continue
    if source == "refuse":
        print(json.dumps({"id": asked["id"], "error": "x"}), flush=True)
        continue
    print(json.dumps({"id": asked["id"], "reason": f"{source} by {os.getpid()}"}), flush=True)
"""
# Has the program's own process draw, tells its number, and ends or waits to be killed.
PROGRAM = """
import sys, psutil
from PySide6.QtWidgets import QApplication, QWidget
from desktop_chat.services.drawing.requests import FormulaRequest
from desktop_chat.ui.transcript.layouts.workshop import Workshop
app, view = QApplication(["x", "-platform", "offscreen"]), QWidget()
workshop, request = Workshop(view), FormulaRequest("x", is_display=True)
while workshop.order("x", request) is None:
    app.processEvents()
print(psutil.Process().children()[0].pid, flush=True)
if sys.argv[1] == "in the loop":
    view.deleteLater()
    app.processEvents()
elif sys.argv[1] == "kill":
    app.exec()
"""
GONE_WITHIN_S = 10
FAKE = (sys.executable, "-c", SCRIPT)


def children() -> set[psutil.Process]:
    return set(psutil.Process().children())


@pytest.fixture
def workshop(qtbot: QtBot) -> Iterator[Workshop]:
    """A workshop with a process that does as it is told."""
    before = children()
    made = Workshop(command=FAKE)
    yield made
    made.close()
    assert children() <= before


def asked(qtbot: QtBot, workshop: Workshop, source: str) -> str:
    """Order a formula, wait for it, and return why there is none."""
    found: list[object] = []

    def is_there() -> bool:
        made = workshop.order(source, FormulaRequest(source, is_display=True))
        found.append(made)
        return made is not None

    qtbot.waitUntil(is_there, timeout=WITHIN_MS)
    assert isinstance(found[-1], NoFormula)
    return found[-1].reason


def test_workshop_draws_with_the_program_s_own_process(qtbot: QtBot):
    workshop, request = Workshop(), FormulaRequest("x", is_display=True)
    with qtbot.waitSignal(workshop.ready, timeout=WITHIN_MS):
        assert workshop.order("x", request) is None
    assert isinstance(workshop.order("x", request), Formula)
    workshop.close()


def test_workshop_starts_no_process_before_the_first_order(qtbot: QtBot, workshop):
    before = children()
    workshop.postpone()
    qtbot.wait(1)
    assert children() <= before


def test_workshop_tells_of_many_jobs_at_once(qtbot: QtBot, workshop):
    told = QSignalSpy(workshop.ready)
    for number in range(50):
        workshop.order(number, FormulaRequest(str(number), is_display=True))
    request = FormulaRequest("0", is_display=True)
    qtbot.waitUntil(lambda: workshop.order(0, request) is not None and told.count() > 0)
    assert told.count() < 25


def test_workshop_does_the_last_order_first(qtbot: QtBot, workshop):
    for source in ("first", "middle", "last"):
        workshop.order(source, FormulaRequest(source, is_display=True))
    qtbot.waitUntil(lambda: len(workshop._done) == 3, timeout=WITHIN_MS)
    assert list(workshop._done) == ["last", "middle", "first"]


@pytest.mark.parametrize("source", ["die", "babble"])
def test_workshop_job_that_ends_the_process_fails_and_the_next_works(
    qtbot: QtBot, workshop, source
):
    first = asked(qtbot, workshop, "a").split()[-1]
    assert "no answer" in asked(qtbot, workshop, source)
    answer, _, again = asked(qtbot, workshop, "b").split()
    assert (answer, again == first) == ("b", False)


def test_workshop_job_that_takes_too_long_is_cut_and_the_next_works(qtbot: QtBot):
    workshop = Workshop(command=FAKE, job_ms=300)
    asked(qtbot, workshop, "a")
    assert "no answer" in asked(qtbot, workshop, "hang")
    assert asked(qtbot, workshop, "b").startswith("b by")
    workshop.close()


def test_workshop_refused_job_fails_alone(qtbot: QtBot, workshop):
    first = asked(qtbot, workshop, "a").split()[-1]
    assert "no answer" in asked(qtbot, workshop, "refuse")
    assert asked(qtbot, workshop, "b") == f"b by {first}"


def test_workshop_answer_that_makes_no_sense_fails_alone(qtbot: QtBot, workshop):
    request = CodeRequest(1, "python", 0, ("root",), -1, 0, ("x",), is_all=True, taken=0)
    made = request.failed()
    assert made.is_failed
    # The fake process knows of formulas only, and dies of it.
    qtbot.waitUntil(lambda: workshop.order("code", request) == made, timeout=WITHIN_MS)
    assert asked(qtbot, workshop, "b").startswith("b by")


def test_workshop_is_off_after_three_deaths_in_a_row(qtbot: QtBot, workshop):
    for number in range(3):
        workshop.order(number, FormulaRequest("die", is_display=True))
    qtbot.waitUntil(lambda: 0 in workshop._done, timeout=WITHIN_MS)
    made = workshop.order("a", FormulaRequest("a", is_display=True))
    assert isinstance(made, NoFormula)
    assert not workshop._queued


def test_workshop_with_an_answer_between_deaths_goes_on(qtbot: QtBot, workshop):
    for number in range(5):
        workshop.order(f"die {number}", FormulaRequest("die", is_display=True))
        assert asked(qtbot, workshop, f"a{number}").startswith(f"a{number} by")
    assert asked(qtbot, workshop, "b").startswith("b by")


def test_workshop_whose_process_cannot_start_fails_soon(qtbot: QtBot, tmp_path):
    workshop = Workshop(command=[str(tmp_path / "nothing-here")])
    assert "no answer" in asked(qtbot, workshop, "a")
    assert "no answer" in asked(qtbot, workshop, "b")
    workshop.close()


def test_workshop_survives_a_process_that_is_killed_while_idle(qtbot: QtBot, workshop):
    process = psutil.Process(int(asked(qtbot, workshop, "a").split()[-1]))
    process.kill()
    qtbot.waitUntil(lambda: process not in children(), timeout=WITHIN_MS)
    assert asked(qtbot, workshop, "b").startswith("b by")


def test_workshop_closed_draws_nothing_more(qtbot: QtBot, workshop):
    workshop.order("a", FormulaRequest("a", is_display=True))
    workshop.close()
    qtbot.wait(10)
    workshop.order("b", FormulaRequest("b", is_display=True))
    qtbot.wait(10)
    assert not workshop._done


@pytest.mark.parametrize("source", ["a", "hang"])
def test_workshop_destroyed_with_its_parent_leaves_no_process(qtbot: QtBot, source):
    before, parent = children(), QObject()
    workshop = Workshop(parent, FAKE)
    asked(qtbot, workshop, "begin")
    workshop.order(source, FormulaRequest(source, is_display=True))
    qtbot.wait(5)
    assert len(children() - before) == 1
    del workshop
    parent.deleteLater()
    qtbot.waitUntil(lambda: children() <= before, timeout=WITHIN_MS)


def test_workshop_keeps_so_many_results(qtbot: QtBot, workshop):
    for number in range(MAX_KEPT + 10):
        workshop.order(number, FormulaRequest(str(number), is_display=True))
    qtbot.waitUntil(lambda: not workshop._queued and not workshop._running, timeout=WITHIN_MS)
    assert len(workshop._done) == MAX_KEPT


@pytest.mark.parametrize("ends", ["kill", "tidily", "in the loop"])
def test_workshop_end_of_the_program_ends_its_process(ends):
    program = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, ends],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with program:
        assert program.stdout
        assert program.stderr
        child = psutil.Process(int(program.stdout.readline()))
        if ends == "kill":
            program.kill()
        complaints = program.stderr.read()
        _, left = psutil.wait_procs([child], timeout=GONE_WITHIN_S)
    assert (left, complaints) == ([], "")
