"""An update of the database that is killed anywhere leaves one form or the next, never between."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from desktop_chat.storage.migrations import STEPS
from tests.source_tree import ROOT
from tests.storage.crashes.recording import recorded

MODULE = "tests.storage.crashes.migration_kills"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("form", range(1, len(STEPS)))
def test_row_25_update_killed_at_every_statement_is_done_or_not(tmp_path, form):
    done = subprocess.run(
        [sys.executable, "-m", MODULE, str(recorded(form)), str(tmp_path / "data")],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 15, "hardly a statement was reached"
