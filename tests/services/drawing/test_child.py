"""The drawing process as such: what it answers, and when it ends."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any, Self

import pytest

from desktop_chat.assembly import drawing_command
from desktop_chat.services.drawing.child import Jobs
from desktop_chat.services.drawing.code_jobs import MAX_BLOCKS, MAX_LINES, MAX_SPANS, CodeJobs
from desktop_chat.services.drawing.code_lexing import Lexing
from desktop_chat.services.drawing.formula_geometry import Formula, NoFormula
from desktop_chat.services.drawing.formula_wire import from_wire, to_wire
from desktop_chat.services.drawing.formulas import typeset
from desktop_chat.services.drawing.requests import CodeRequest, FormulaRequest
from tests.source_tree import ROOT

if TYPE_CHECKING:
    from desktop_chat.services.drawing.requests import Request

END_WITHIN_S = 60
# Its last line holds the interpreter's lock in one match of a regular expression for years.
HANGING = """
import re
from desktop_chat.services.drawing import child

child.JOB_S = 0.2
child.Jobs._colour = lambda self, arguments: stuck()

def stuck():
    with child._time_limit():
        re.match("(a+)+b", "a" * 60)

child.main()
"""
PRINTING = """
import os
from desktop_chat.services.drawing import child

def noisy(self, arguments):
    print("printed", flush=True)
    os.write(1, b"written")
    return {}

child.Jobs._colour = noisy
child.main()
"""


class Child:
    """A drawing process, asked by hand; it is killed at the end of the block."""

    def __init__(self, *command: str) -> None:
        self.process = subprocess.Popen(
            command or drawing_command(),
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def ask(self, line: bytes) -> Any:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(line + b"\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        return json.loads(answer) if answer else None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.communicate(timeout=END_WITHIN_S)


def line_of(request: Request[object], number: int = 1) -> bytes:
    asked = {"id": number, "kind": request.kind, "arguments": request.arguments()}
    return json.dumps(asked).encode()


def code(lines: list[str], block: int = 1, **more: Any) -> CodeRequest:
    values: dict[str, Any] = {
        "language": "python",
        "first": 0,
        "stack": ("root",),
        "until": -1,
        "sent": 0,
        "is_all": True,
        "taken": 0,
    }
    return CodeRequest(block=block, lines=tuple(lines), **(values | more))


def test_child_answers_both_kinds_and_ends_with_its_input():
    with Child() as child:
        formula = FormulaRequest(r"\frac{a}{b}", is_display=True)
        assert formula.decode(child.ask(line_of(formula))) == typeset(r"\frac{a}{b}", True)
        lines = code(["x = 1"])
        answer = child.ask(line_of(lines, 2))
        assert answer["id"] == 2
        assert lines.decode(answer).spans == [((4, 1, "syntax_number"),)]
        assert child.process.stdin
        child.process.stdin.close()
        assert child.process.wait(END_WITHIN_S) == 0
        assert child.process.stdout
        assert child.process.stdout.read() == b""
        child.process.stdin = None


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[]",
        b"null",
        b'{"id": 3}',
        b'{"id": 3, "kind": "shell", "arguments": {}}',
        b'{"id": 3, "kind": "formula", "arguments": {"source": 1}}',
        b'{"id": 3, "kind": "code", "arguments": {"block": 1}}',
        b'{"id": 3, "kind": "code", "arguments": []}',
        b"[" * 100_000,
    ],
)
def test_jobs_garbage_is_answered_with_an_error(line):
    jobs = Jobs()
    answer = jobs.answer(line)
    assert answer["error"]
    assert answer["id"] in (None, 3)
    assert "error" not in jobs.answer(line_of(code(["x"])))


@pytest.mark.skipif(sys.platform == "win32", reason="ends by exit status there")
@pytest.mark.timeout(60)
def test_child_with_a_job_that_hangs_ends_itself():
    with Child(sys.executable, "-c", HANGING) as child:
        assert child.ask(line_of(code(["x"]))) is None
        assert child.process.wait(END_WITHIN_S) == -signal.SIGALRM


def test_child_what_a_library_prints_is_no_answer():
    with Child(sys.executable, "-c", PRINTING) as child:
        assert child.ask(line_of(code(["x"]), 7)) == {"id": 7}


@pytest.mark.parametrize("kind", ["formula", "code"])
def test_child_imports_only_what_its_job_needs(kind):
    wanted = {"formula": ("ziamath", "pygments"), "code": ("pygments", "ziamath")}[kind]
    request = FormulaRequest("x", is_display=True) if kind == "formula" else code(["x"])
    script = (
        "import sys\nfrom desktop_chat.services.drawing.child import Jobs\njobs = Jobs()\n"
        f"assert not {{'ziamath', 'pygments', 'PySide6', 'asyncio'}} & set(sys.modules)\n"
        f"jobs.answer({line_of(request)!r})\n"
        f"assert {wanted[0]!r} in sys.modules\nassert {wanted[1]!r} not in sys.modules\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize(
    "source",
    [
        r"\frac{a}{b} \sqrt{x} \left\{ \cancel{y}",
        r"\int_0^1 x^2\,dx = \frac{1}{3}",
        r"\cancel{y} \boxed{x} \overline{ab}",
        r"\text{若 }x",
        r"\foo",
    ],
)
def test_formula_is_the_same_on_the_other_side(source):
    made = typeset(source, is_display=True)
    assert from_wire(json.loads(json.dumps(to_wire(made)))) == made


def test_formula_outlines_are_the_same_objects_each_time():
    made = [from_wire(to_wire(typeset(source, is_display=False))) for source in ("x", "x+x")]
    first, second = made
    assert isinstance(first, Formula)
    assert isinstance(second, Formula)
    assert first.glyphs[0].outline is second.glyphs[0].outline is second.glyphs[2].outline


def test_formula_of_very_many_different_signs_is_not_drawn():
    source = " ".join(chr(0x1D400 + number) for number in range(400))
    made = from_wire(to_wire(typeset(source, is_display=True)))
    assert isinstance(made, NoFormula)
    assert "signs" in made.reason


def test_formula_without_an_answer_is_none():
    assert isinstance(FormulaRequest("x", is_display=True).failed(), NoFormula)


def colours_of(jobs: CodeJobs, lines: list[str]) -> list[dict[str, Any]]:
    """Every answer for a block that is sent at once."""
    answers = [jobs.answer(code(lines).arguments())]
    while not answers[-1]["is_done"]:
        taken = sum(len(answer["spans"]) for answer in answers)
        answers.append(jobs.answer(code([], sent=len(lines), taken=taken).arguments()))
    return answers


def test_code_answers_are_small_and_whole():
    lines = ["x = call('text', 12)  # why", *["[" + "1," * 900 + "]"] * 6, *[""] * 90] * 8
    answers = colours_of(CodeJobs(), lines)
    spans = [line for answer in answers for line in code([]).decode(answer).spans]
    lexing = Lexing("python", lines)
    while not lexing.is_finished:
        lexing.run()
    assert spans == lexing.take()[1]
    for answer in answers:
        assert len(answer["spans"]) <= MAX_LINES
        assert sum(len(line) // 3 for line in answer["spans"][:-1]) <= MAX_SPANS


def test_code_that_goes_on_from_another_place_is_lost():
    jobs = CodeJobs()
    part = code(["x = '''"], is_all=False)
    jobs.answer(part.arguments())
    lost = code(["y"], sent=2)
    assert lost.decode(jobs.answer(lost.arguments())).is_lost
    assert jobs.answer(code(["y"], sent=1).arguments())["is_lost"]


def test_code_jobs_keep_few_blocks_that_are_not_finished():
    jobs = CodeJobs()
    for block in range(MAX_BLOCKS + 1):
        jobs.answer(code(["x"], block, is_all=False).arguments())
    assert jobs.answer(code(["x"], 0, sent=1).arguments())["is_lost"]
    assert "is_lost" not in jobs.answer(code(["x"], MAX_BLOCKS, sent=1).arguments())


def test_code_jobs_keep_few_long_blocks():
    jobs = CodeJobs()
    for block in range(8):
        jobs.answer(code(["x" * 200_000], block, is_all=False).arguments())
    assert jobs.answer(code(["x"], 1, sent=1).arguments())["is_lost"]
    assert "is_lost" not in jobs.answer(code(["x"], 7, sent=1).arguments())
