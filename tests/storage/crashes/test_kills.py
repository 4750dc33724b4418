"""kill -9 at any moment of any work loses nothing that was said to be done."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.source_tree import ROOT
from tests.storage.crashes.lives import LIVES

MODULE = "tests.storage.crashes.kills"
KILLS = 204


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("kind", LIVES)
def test_row_1_kill_at_random_moments_loses_nothing_acknowledged(tmp_path, kind):
    rounds = KILLS // len(LIVES)
    done = subprocess.run(
        [sys.executable, "-m", MODULE, kind, str(rounds), "4", str(tmp_path / "lives")],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    killed, said = map(int, done.stdout.split())
    assert killed == rounds
    assert said > 0, "each was killed before it had done anything"
